"""A book's ZIP file, with a seal by which an export knows its own earlier file again.

The seal is the comment of the ZIP file: the hash of what the book says, and that of all that is in
it. The first leaves out what is of the moment (the day of the last run), so it tells whether a new
book says anything new; the second tells whether somebody has changed the file.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from archiver.store.errors import StoreError

_COMMENT: Final = re.compile(rb"kexue-archiver ([0-9a-f]{64}) ([0-9a-f]{64})\Z")
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """What a book says, and what is in its file, as hashes in hexadecimal digits."""

    said: str
    whole: str


class SealedZip:
    """Writes a ZIP file; the same entries in the same order give the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._said = hashlib.sha256()
        self._whole = hashlib.sha256()

    def __enter__(self) -> SealedZip:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()  # by itself it would be closed late, and complain of the closed file

    def add(self, name: str, text: str, lasting: str | None = None, *, packed: bool = True) -> None:
        """Add a text; ``lasting`` is what it says where that is less than it holds."""
        _note(self._said, name, [(text if lasting is None else lasting).encode("utf-8", "replace")])
        self._write(name, [text.encode("utf-8", "replace")], packed=packed, hashes=[self._whole])

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Add a file of any size that is packed already, piece by piece."""
        self._write(name, pieces, packed=False, hashes=[self._said, self._whole])

    def _write(
        self, name: str, pieces: Iterable[bytes], *, packed: bool, hashes: list[hashlib._Hash]
    ) -> None:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        with self._zip.open(entry, "w") as target:
            for digest in hashes:
                _note(digest, name, ())
            for piece in pieces:
                target.write(piece)
                for digest in hashes:
                    digest.update(piece)

    def finish(self) -> Seal:
        """Write the end of the file; returns its seal."""
        seal = Seal(self._said.hexdigest(), self._whole.hexdigest())
        self._zip.comment = f"kexue-archiver {seal.said} {seal.whole}".encode()
        self._zip.close()
        return seal


def _note(digest: hashlib._Hash, name: str, pieces: Iterable[bytes]) -> None:
    digest.update(b"\0" + name.encode() + b"\0")
    for piece in pieces:
        digest.update(piece)


def seal_of(path: Path) -> Seal | None:
    """The seal of a book that an export has written; ``None`` when there is no file.

    Both hashes are empty when somebody has changed the file since. Raises ``StoreError`` for a file
    that is no export, or cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as book:
            match = _COMMENT.match(book.comment)
            if match is None:
                raise zipfile.BadZipFile("no seal")
            seal = Seal(match[1].decode(), match[2].decode())
            return seal if _hash_of(book) == seal.whole else Seal("", "")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", wrong_use=True) from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise StoreError(
            f"{path} is not an export, or not whole, so it was not touched; give another name, or"
            " move it away",
            wrong_use=True,
        ) from error


def _hash_of(book: zipfile.ZipFile) -> str | None:
    """The hash of all that is in a file; ``None`` when it is damaged."""
    digest = hashlib.sha256()
    try:
        for name in book.namelist():
            _note(digest, name, _pieces(book, name))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        return None
    return digest.hexdigest()


def _pieces(book: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with book.open(name) as file:
        read: Callable[[], bytes] = partial(file.read, _PIECE)
        yield from iter(read, b"")

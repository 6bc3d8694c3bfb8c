"""The files in a WACZ file, and how they get there."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, Final

from archiver.reading.exports.wacz.warc_sources import WarcSource
from archiver.store.errors import StoreError

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file in a WACZ file."""

    path: str
    sha256: str
    size: int
    #: Gives out its bytes.
    pieces: Callable[[], Iterator[bytes]]
    #: True for what is packed in the WACZ file. Readers look into WARC files and index by place.
    is_packed: bool = True


def warc_part(source: WarcSource) -> Part:
    """A WARC file, as far as its records are whole."""
    path = f"archive/{source.path.name}"
    return Part(path, source.sha256, source.size, source.pieces, is_packed=False)


def text_part(path: str, text: str) -> Part:
    """A short text."""
    data = text.encode()
    return Part(path, hashlib.sha256(data).hexdigest(), len(data), lambda: iter([data]))


@contextmanager
def temporary_part(path: str, folder: Path, lines: Iterable[str | bytes]) -> Iterator[Part]:
    """Text or bytes that are kept in a file without a name on the disk of a folder, inside.

    Raises ``StoreError`` when they cannot be written there.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            digest, size = hashlib.sha256(), 0
            for line in lines:
                data = line.encode() if isinstance(line, str) else line
                digest.update(data)
                size += file.write(data)
            file.flush()
            is_packed = not path.endswith(".gz")
            yield Part(path, digest.hexdigest(), size, partial(_pieces, file), is_packed)
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror or error}") from error


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def write_parts(file: BinaryIO, parts: Iterable[Part]) -> None:
    """Write a ZIP file; the same parts give the same bytes. Raises ``OSError``."""
    with zipfile.ZipFile(file, "w") as wacz:
        for part in parts:
            entry = zipfile.ZipInfo(part.path)
            entry.compress_type = zipfile.ZIP_DEFLATED if part.is_packed else zipfile.ZIP_STORED
            entry.external_attr = 0o644 << 16
            entry.file_size = part.size
            with wacz.open(entry, "w") as target:
                for piece in part.pieces():
                    target.write(piece)

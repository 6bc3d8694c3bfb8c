"""The WARC files of an archive, each as far as its records are whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from archiver.store.errors import StoreError
from archiver.warc.member_walk import Member, MemberWalk
from archiver.warc.plain_file import open_plain

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class WarcSource:
    """A WARC file, and the whole records at its beginning."""

    path: Path
    #: Bytes of the whole records.
    size: int
    #: SHA-256 of these bytes in hex.
    sha256: str
    #: True where something stands behind them that is no record, and no half of the last one.
    is_broken: bool

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the whole records; raises ``StoreError`` when they are no longer these."""
        digest, rest = hashlib.sha256(), self.size
        with _opened(self.path) as file:
            while rest and (piece := _read(self.path, file, min(rest, _PIECE))):
                rest -= len(piece)
                digest.update(piece)
                yield piece
        if digest.hexdigest() != self.sha256:
            raise StoreError(f"{self.path} was changed while it was read; run the export again")


def read_source(path: Path, note: Callable[[Member, bytes], None]) -> WarcSource:
    """Read a WARC file once; ``note`` gets each whole record and its place.

    Half a record at the end, which a run is writing or a killed one has left, is no part of it.
    Raises ``StoreError`` for what cannot be read.
    """
    digest = hashlib.sha256()
    with _opened(path) as walked, _opened(path) as read:
        walk = MemberWalk(walked)
        try:
            for member in walk:
                data = _read(path, read, member.length)
                digest.update(data)
                note(member, data)
        except OSError as error:
            raise _unreadable(path, error) from error
    return WarcSource(path, walk.end, digest.hexdigest(), walk.is_broken)


def _opened(path: Path) -> BinaryIO:
    try:
        return open_plain(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def _read(path: Path, file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"cannot read {path}: {error.strerror or error}")

"""Finds all whole records of a WARC file, also behind what is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archiver.warc.member_walk import Member, MemberWalk

#: How a gzip member begins.
_MAGIC: Final = b"\x1f\x8b\x08"
_PIECE: Final = 1 << 20


def whole_members(path: Path, faults: list[str]) -> Iterator[Member]:
    """The whole gzip members of a file in their order; raises ``OSError``.

    Each stretch of bytes between them that is none is told in ``faults``, in words.
    """
    with path.open("rb") as file:
        size, start = path.stat().st_size, 0
        while start < size:
            walk = MemberWalk(file, start)
            yield from walk
            if walk.end >= size:
                return
            again = _next_member(path, walk.end + 1)
            faults.append(_words_for_gap(path, walk.end, again, is_torn=walk.is_torn))
            start = size if again is None else again


def _words_for_gap(path: Path, start: int, end: int | None, *, is_torn: bool) -> str:
    if end is None and is_torn:
        return f"{path}, byte {start:,}: the file ends in half a record"
    behind = "what is there and behind it" if end is None else f"what is there up to byte {end:,}"
    return f"{path}, byte {start:,}: damaged; {behind} cannot be unpacked"


def _next_member(path: Path, start: int) -> int | None:
    """The place from ``start`` on at which a whole member begins; ``None`` when there is none."""
    with path.open("rb") as file:
        for place in _places_of_magic(path, start):
            if next(iter(MemberWalk(file, place)), None) is not None:
                return place
    return None


def _places_of_magic(path: Path, start: int) -> Iterator[int]:
    with path.open("rb") as file:
        file.seek(start)
        before = b""
        while piece := file.read(_PIECE):
            data = before + piece
            base = start - len(before)
            place = data.find(_MAGIC)
            while place >= 0:
                yield base + place
                place = data.find(_MAGIC, place + 1)
            start += len(piece)
            before = data[-(len(_MAGIC) - 1) :]

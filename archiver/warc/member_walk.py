"""Walks through the gzip members of a WARC file: the only way to find what is torn.

The readers of the WARC libraries give out a torn last record as if it were whole, and swallow what
was written behind it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

#: Bytes that are read at once. Unpacked they are a thousand times as many at most.
_PIECE: Final = 1 << 15
_GZIP: Final = 31


@dataclass(frozen=True, slots=True)
class Member:
    """The place of a whole gzip member."""

    offset: int
    length: int


class MemberWalk:
    """Gives out the whole members of a file from a place on, and then says what is behind them.

    It is gone through once. ``keep`` is how many bytes of a member are kept unpacked in
    ``content``.
    """

    def __init__(self, file: BinaryIO, start: int = 0, *, keep: int = 0) -> None:
        self._file = file
        self._rest = b""
        self._keep = keep
        #: The member that was given out last, unpacked; ``None`` when it is larger than ``keep``.
        self.content: bytes | None = None
        #: Where the whole members end.
        self.end = start
        #: True when the file ends inside a member, as a killed write leaves it.
        self.is_torn = False
        #: True when something else than a member stands behind the whole ones.
        self.is_broken = False

    def __iter__(self) -> Iterator[Member]:
        self._file.seek(self.end)
        while (length := self._next_length()) is not None:
            yield Member(self.end, length)
            self.end += length

    def _next_length(self) -> int | None:
        """The length of the next member; ``None`` at the end of what is whole."""
        unpacked = zlib.decompressobj(_GZIP)
        taken = 0
        kept = bytearray()
        self.content = None
        while not unpacked.eof:
            piece = self._rest or self._file.read(_PIECE)
            if not piece:
                self.is_torn = taken > 0
                return None
            try:
                content = unpacked.decompress(piece)
            except zlib.error:
                self.is_broken = True
                return None
            self._rest = unpacked.unused_data
            taken += len(piece) - len(self._rest)
            if len(kept) <= self._keep:
                kept += content
        self.content = bytes(kept) if len(kept) <= self._keep else None
        return taken

"""Tells a WARC file that this program has begun from any other that has such a name."""

from __future__ import annotations

import zlib
from typing import BinaryIO, Final

from archiver.warc.member_walk import MemberWalk
from archiver.warc.record_reading import read_fields

_BEGINNING: Final = b"WARC/1.1\r\nWARC-Type: warcinfo\r\n"
#: Bytes. The first record of a file is shorter, also when a kill has torn it.
_LONGEST_INFO: Final = 1 << 16
_GZIP: Final = 31


def whole_end(file: BinaryIO, name: str, known: int) -> int | None:
    """Where the whole records of a file end; ``None`` when it must not be written to.

    That is so where its first record does not say that this program has begun it by this name, or
    something else than records stands in it. The part before ``known`` is not looked at. Raises
    ``OSError``.
    """
    if not is_own(file, name):
        return None
    size = file.seek(0, 2)
    walk = MemberWalk(file, min(known, size))
    for _ in walk:
        pass
    return None if walk.is_broken else walk.end


def is_own(file: BinaryIO, name: str) -> bool:
    """True when the first record of a file says so, as far as it is there; raises ``OSError``."""
    first = next(iter(MemberWalk(file)), None)
    file.seek(0)
    if first is None:
        return _is_torn_beginning(file.read(_LONGEST_INFO + 1))
    fields = read_fields(file.read(first.length))
    return fields.get("WARC-Type") == "warcinfo" and fields.get("WARC-Filename") == name


def _is_torn_beginning(content: bytes) -> bool:
    """True when some bytes can be what a kill has left of the first record, or there are none."""
    try:
        begun = zlib.decompressobj(_GZIP).decompress(content, len(_BEGINNING))
    except zlib.error:
        return False
    return len(content) <= _LONGEST_INFO and _BEGINNING.startswith(begun)

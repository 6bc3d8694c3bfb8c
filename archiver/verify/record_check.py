"""Walks through one WARC file: every member is one record, whose digests are right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import ArchiveIterator, WarcRecord

from archiver.verify.capture_check import Seen, see
from archiver.warc.member_walk import MemberWalk
from archiver.warc.plain_file import open_plain
from archiver.warc.record_reading import read_member

Row = Mapping[str, Any]

#: Of a larger record the bytes are read a second time, piece by piece.
LARGEST_KEPT: Final = 1 << 26


@dataclass(slots=True)
class Walked:
    """What was found in a file."""

    path: Path
    records: int = 0
    faults: list[str] = field(default_factory=list)
    #: Where the file ends in half a record; ``None`` where it does not.
    torn_at: int | None = None
    #: What the captures of the file are, by their numbers.
    seen: dict[int, Seen] = field(default_factory=dict)


def walk_file(asked: tuple[Path, list[dict[str, Any]]]) -> Walked:
    """Walk through a file; ``asked`` is its path, and the rows of ``captures`` that are in it.

    Each member is unpacked once.
    """
    path, rows = asked
    walked = Walked(path)
    try:
        with open_plain(path) as file:
            _walk(walked, MemberWalk(file, keep=LARGEST_KEPT), {r["offset"]: r for r in rows})
    except OSError as error:
        walked.faults.append(f"{path} cannot be read: {error.strerror or error}")
    return walked


def _walk(walked: Walked, walk: MemberWalk, rows: Mapping[int, Row]) -> None:
    path = walked.path
    for member in walk:
        walked.records += 1
        record = walk.content
        if record is None:
            record = read_member(path, member.offset, member.length)
        if fault := fault_of_record(record):
            walked.faults.append(f"{path.name}, byte {member.offset:,}: {fault}")
        if (row := rows.get(member.offset)) is not None:
            walked.seen[row["id"]] = see(row, member.length, record)
    if walk.is_torn:
        walked.torn_at = walk.end
    elif walk.is_broken:
        walked.faults.append(
            f"{path.name}, byte {walk.end:,}: damaged: what is there and behind it cannot be"
            " unpacked"
        )


def fault_of_record(record: bytes) -> str | None:
    """What is wrong with the one record that should be in a member, unpacked or not."""
    try:
        faults = [_fault_of_digests(found) for found in _records(record)]
    except OSError as error:
        return f"no WARC record ({error})"
    if len(faults) != 1:
        return f"{len(faults)} records in one gzip member"
    return faults[0]


def _fault_of_digests(record: WarcRecord) -> str | None:
    if not record.verify_block_digest():
        return "the block is not that of its digest"
    fields = record.headers
    if fields.get("WARC-Type") == "revisit" or fields.get("WARC-Payload-Digest") is None:
        return None
    record.parse_http(auto_decode="none", quirks_mode=True)
    return None if record.verify_payload_digest() else "the payload is not that of its digest"


def _records(record: bytes) -> Iterator[WarcRecord]:
    return iter(ArchiveIterator(BytesIO(record), parse_http=False))

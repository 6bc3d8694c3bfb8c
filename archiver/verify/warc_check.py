"""Compares the WARC files with themselves and with the table that says what is where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import ArchiveIterator, WarcRecord
from sqlite_utils import Database

from archiver.verify.capture_check import CaptureCheck
from archiver.verify.chosen import Ids, chosen
from archiver.verify.fidelity.comparison import Point
from archiver.warc.file_names import find_warc_files
from archiver.warc.member_walk import Member, MemberWalk
from archiver.warc.record_reading import read_member

Row = Mapping[str, Any]

#: Of a larger record the bytes are read a second time, piece by piece.
_LARGEST_KEPT: Final = 1 << 26
_CAPTURES: Final = """
    SELECT c.*, runs.id AS known_run FROM captures AS c LEFT JOIN runs ON runs.id = c.run_id
    WHERE {} ORDER BY c.warc, c.offset
"""
_CHOSEN: Final = """
    c.id IN (SELECT id FROM captures WHERE {0} UNION SELECT refers_to FROM captures WHERE {0})
"""
_WITHOUT: Final = """
    SELECT count(*) FROM articles AS a
    WHERE NOT EXISTS (SELECT 1 FROM captures AS c WHERE c.article_id = a.id)
"""


def check_warc(db: Database, folder: Path) -> list[Point]:
    """Every file is a row of gzip members, each with one record whose digests are right.

    Every capture is one of these records, and is what the table says. Each member is unpacked once
    for all of it. While a run goes on, or after one that was killed, the last record may be half
    written: then that is a remark.
    """
    point = Point("WARC", "record", 0)
    captures = CaptureCheck(db.query(_CAPTURES.format("1")), folder)
    files = find_warc_files(folder)
    for path in files:
        try:
            _check_file(point, captures, path, may_be_torn=path == files[-1] and _goes_on(db))
        except OSError as error:
            point.note(1, f"{path} cannot be read: {error.strerror or error}")
    return [point, _with_remark(captures.result(), db)]


def check_captures(db: Database, folder: Path, ids: Ids) -> Point:
    """The captures that some articles were made of are at their place, and what the table says."""
    condition, values = chosen("article_id", ids)
    rows = list(db.query(_CAPTURES.format(_CHOSEN.format(condition)), values * 2))
    captures = CaptureCheck(rows, folder)
    for row in rows:
        path = folder / row["warc"]
        try:
            member = read_member(path, row["offset"], row["length"])
        except OSError:
            continue  # the result names it
        walk = MemberWalk(BytesIO(member), keep=_LARGEST_KEPT)
        if list(walk) == [Member(0, row["length"])]:
            captures.see(path.name, row["offset"], row["length"], walk.content or member)
    return captures.result(ids)


def _with_remark(point: Point, db: Database) -> Point:
    (without,) = db.execute(_WITHOUT).fetchone()
    if point.compared and without:
        point.remark = (
            f"articles without a capture: {without:,} (no WARC files were written when they were"
            " read)"
        )
    return point


def _goes_on(db: Database) -> bool:
    """True when the last run has no end: it goes on, or was killed."""
    row = db.execute("SELECT finished_at FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    return row is not None and row[0] is None


def _check_file(point: Point, captures: CaptureCheck, path: Path, *, may_be_torn: bool) -> None:
    with path.open("rb") as file:
        walk = MemberWalk(file, keep=_LARGEST_KEPT)
        for member in walk:
            point.compared += 1
            record = walk.content
            if record is None:
                record = read_member(path, member.offset, member.length)
            if fault := _fault_of_record(record):
                point.note(1, f"{path.name}, byte {member.offset:,}: {fault}")
            captures.see(path.name, member.offset, member.length, record)
    if walk.is_torn and may_be_torn:
        point.remark = (
            f"{path.name} ends in half a record: a run is writing it, or was killed then; the next"
            " one cuts it off"
        )
    elif walk.is_torn or walk.is_broken:
        point.note(1, f"{path.name}, byte {walk.end:,}: {_words_for_end(walk)}")


def _words_for_end(walk: MemberWalk) -> str:
    if walk.is_torn:
        return "the file ends in half a record"
    return "damaged: what is there and behind it cannot be unpacked"


def _fault_of_record(record: bytes) -> str | None:
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

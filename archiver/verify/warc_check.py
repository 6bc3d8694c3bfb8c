"""Compares the WARC files with themselves and with the table that says what is where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import ArchiveIterator, WarcRecord
from sqlite_utils import Database

from archiver.verify.fidelity.comparison import Point
from archiver.verify.integrity import Ids
from archiver.warc.file_names import find_warc_files
from archiver.warc.http_message import status_of
from archiver.warc.member_walk import Member, MemberWalk
from archiver.warc.plain_file import open_plain
from archiver.warc.record_reading import as_record, body_sha256, first_record, read_member

Row = Mapping[str, Any]

#: Above every ``DOWNLOAD_MAXSIZE`` that an archive may have been made with.
_LARGEST_BODY: Final = 1 << 31
_CAPTURES: Final = """
    SELECT c.*, first.url AS first_url, first.fetched_at AS first_at,
      first.body_sha256 AS first_sha256, first.warc AS first_warc, first.offset AS first_offset,
      first.length AS first_length, first.refers_to AS first_refers_to, runs.id AS known_run
    FROM captures AS c LEFT JOIN captures AS first ON first.id = c.refers_to
      LEFT JOIN runs ON runs.id = c.run_id
    ORDER BY c.warc, c.offset
"""
_WITHOUT: Final = """
    SELECT count(*) FROM articles AS a
    WHERE NOT EXISTS (SELECT 1 FROM captures AS c WHERE c.article_id = a.id)
"""


def check_warc_files(db: Database, folder: Path) -> Point:
    """Every file is a row of gzip members, each with one record whose digests are right.

    While a run goes on, or after one that was killed, the last record may be half written: then
    that is a remark.
    """
    point = Point("WARC", "record", 0)
    files = find_warc_files(folder)
    for path in files:
        try:
            _check_file(point, path, may_be_torn=path == files[-1] and _goes_on(db))
        except OSError as error:
            point.note(1, f"{path} cannot be read: {error.strerror or error}")
    return point


def check_captures(db: Database, folder: Path, ids: Ids | None) -> Point:
    """Every capture is at its place, and is what the table says; ``ids`` limits the articles."""
    point = Point("captures", "capture", 0)
    for row in db.query(_CAPTURES):
        if ids is None or row["article_id"] in ids:
            point.compared += 1
            if fault := _fault_of_capture(row, folder):
                point.note(1, f"{row['warc']}, byte {row['offset']:,}: {fault}")
    (without,) = db.execute(_WITHOUT).fetchone()
    if ids is None and point.compared and without:
        point.remark = (
            f"articles without a capture: {without:,} (no WARC files were written when they were"
            " read)"
        )
    return point


# --- Files ----------------------------------------------------------------------------------------


def _goes_on(db: Database) -> bool:
    """True when the last run has no end: it goes on, or was killed."""
    row = db.execute("SELECT finished_at FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    return row is not None and row[0] is None


def _check_file(point: Point, path: Path, *, may_be_torn: bool) -> None:
    with open_plain(path) as file:
        walk = MemberWalk(file)
        for member in walk:
            point.compared += 1
            if fault := fault_of_record(read_member(path, member.offset, member.length)):
                point.note(1, f"{path.name}, byte {member.offset:,}: {fault}")
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


def fault_of_record(member: bytes) -> str | None:
    """What is wrong with the one record that should be in a member."""
    try:
        faults = [_fault_of_digests(record) for record in _records(member)]
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


def _records(member: bytes) -> Iterator[WarcRecord]:
    return iter(ArchiveIterator(BytesIO(member), parse_http=False))


# --- Captures -------------------------------------------------------------------------------------


def _fault_of_capture(row: Row, folder: Path) -> str | None:
    """What is wrong with the record of a capture, or with the one that it refers to."""
    if row["known_run"] is None:
        return f"run {row['run_id']} is not in the table runs"
    try:
        record = _record_at(folder / row["warc"], row["offset"], row["length"])
        if record is None:
            return "no whole record of this length"
        if fault := _fault_of_fields(row, record):
            return fault
        if row["refers_to"] is not None:
            return _fault_of_reference(row, record, folder)
        return _fault_of_answer(row, record)
    except FileNotFoundError:
        return "the file is missing; put it back"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def _record_at(path: Path, offset: int, length: int) -> WarcRecord | None:
    """The record of a place; ``None`` unless just one whole member is there."""
    member = read_member(path, offset, length)
    if list(MemberWalk(BytesIO(member))) != [Member(0, length)]:
        return None
    return next(_records(member), None)


def _fault_of_fields(row: Row, record: WarcRecord) -> str | None:
    expected = {
        "WARC-Type": "response" if row["refers_to"] is None else "revisit",
        "WARC-Target-URI": row["url"],
        "WARC-Date": _warc_date(row["fetched_at"]),
        "WARC-Truncated": row["truncated"],
    }
    return _difference(expected, record)


def _fault_of_reference(row: Row, record: WarcRecord, folder: Path) -> str | None:
    """What is wrong with a record that refers to the payload of an earlier one."""
    if row["first_sha256"] != row["body_sha256"] or row["first_refers_to"] is not None:
        return "it refers to a capture with another body"
    place = (row["first_warc"], row["first_offset"], row["first_length"])
    first = _record_at(folder / place[0], *place[1:])
    if first is None:
        return f"the record that it refers to is damaged ({place[0]}, byte {place[1]:,})"
    expected = {
        "WARC-Refers-To": first.headers.get("WARC-Record-ID"),
        "WARC-Refers-To-Target-URI": row["first_url"],
        "WARC-Refers-To-Date": _warc_date(row["first_at"]),
        "WARC-Payload-Digest": first.headers.get("WARC-Payload-Digest"),
    }
    return _difference(expected, record)


def _fault_of_answer(row: Row, record: WarcRecord) -> str | None:
    answer = record.reader.read()
    status = status_of(answer)
    if status != row["status"]:
        return f"the status is {status}, not {row['status']}"
    expected = row["body_sha256"]
    if expected is None:
        return None
    if expected != body_sha256(first_record(as_record(answer)), _LARGEST_BODY):
        return "the body is not the one that was hashed"
    return None


def _difference(expected: Mapping[str, str | None], record: WarcRecord) -> str | None:
    for name, value in expected.items():
        found = record.headers.get(name)
        if found != value:
            return f"{name} is {found}, not {value}"
    return None


def _warc_date(moment: str) -> str:
    return moment.removesuffix("+00:00") + "Z"

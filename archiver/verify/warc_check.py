"""Compares the WARC files with themselves and with the table that says what is where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.processes import Processes
from archiver.verify.capture_check import Seen, compare_captures, see
from archiver.verify.chosen import Ids, chosen
from archiver.verify.fidelity.comparison import Point
from archiver.verify.record_check import LARGEST_KEPT, Walked, walk_file
from archiver.warc.file_names import find_warc_files
from archiver.warc.member_walk import Member, MemberWalk
from archiver.warc.record_reading import read_member

_Rows = Mapping[int, dict[str, Any]]

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


def check_warc(db: Database, folder: Path, processes: Processes) -> list[Point]:
    """Every file is a row of gzip members, each with one record whose digests are right.

    Every capture is one of these records, and is what the table says. While a run goes on, or
    after one that was killed, the last record may be half written: then that is a remark.
    """
    point = Point("WARC", "record", 0)
    rows = _rows(db, "1", [])
    seen: dict[int, Seen] = {}
    files = find_warc_files(folder)
    for walked in processes.map(walk_file, _by_file(files, rows)):
        point.compared += walked.records
        for fault in walked.faults:
            point.note(1, fault)
        _note_end(point, walked, may_be_torn=walked.path == files[-1] and _goes_on(db))
        seen |= walked.seen
    return [point, _with_remark(compare_captures(rows, seen, folder), db)]


def check_captures(db: Database, folder: Path, ids: Ids) -> Point:
    """The captures that some articles were made of are at their place, and what the table says."""
    condition, values = chosen("article_id", ids)
    rows = _rows(db, _CHOSEN.format(condition), values * 2)
    seen: dict[int, Seen] = {}
    for number, row in rows.items():
        try:
            member = read_member(folder / row["warc"], row["offset"], row["length"])
        except OSError:
            continue  # it is named as one that was not seen
        walk = MemberWalk(BytesIO(member), keep=LARGEST_KEPT)
        if list(walk) == [Member(0, row["length"])]:
            seen[number] = see(row, row["length"], walk.content or member)
    return compare_captures(rows, seen, folder, ids)


def _rows(db: Database, condition: str, values: list[str]) -> _Rows:
    return {row["id"]: row for row in db.query(_CAPTURES.format(condition), values)}


def _by_file(files: Iterable[Path], rows: _Rows) -> list[tuple[Path, list[dict[str, Any]]]]:
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.values():
        by_name[row["warc"]].append(row)
    return [(path, by_name[path.name]) for path in files]


def _note_end(point: Point, walked: Walked, *, may_be_torn: bool) -> None:
    if walked.torn_at is None:
        return
    if may_be_torn:
        point.remark = (
            f"{walked.path.name} ends in half a record: a run is writing it, or was killed then;"
            " the next one cuts it off"
        )
    else:
        name, end = walked.path.name, walked.torn_at
        point.note(1, f"{name}, byte {end:,}: the file ends in half a record")


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

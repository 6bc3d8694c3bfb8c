"""Which state of the archive each export into a folder had: the folder's memory of what is new.

Two exports differ in the changes (rows of ``changes``) that were seen between them. An export that
finds no newer change than the one before takes its place in the memory, so that what that one had
brought is still told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlite_utils import Database

from archiver.reading.exports.selection import Selection
from archiver.reading.times import parse_time

#: Exports that a folder remembers.
MOST: Final = 30
_NEWEST: Final = """
    SELECT id, seen_at FROM changes WHERE article_id IN (SELECT id FROM articles WHERE {condition})
    ORDER BY id DESC LIMIT 1
"""
_TIMES: Final = """
    SELECT max(coalesce((SELECT max(finished_at) FROM runs), ''),
      coalesce((SELECT max(seen_at) FROM changes), ''))
"""
_SAME: Final = "SELECT 1 FROM changes WHERE id = ? AND seen_at = ?"
_BY_TIME: Final = "SELECT coalesce(max(id), 0) FROM changes WHERE seen_at <= ?"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of an archive that an export had; times are UTC, empty where there is none."""

    #: ``changes.id`` of the newest change of an exported article, and when it was seen; 0 of none.
    change: int
    seen_at: str
    #: Until when the archive was kept: the end of its newest run, or its newest change.
    until: str


def take_snapshot(db: Database, selection: Selection) -> Snapshot:
    """The state of the articles that a selection takes."""
    condition, values = selection.condition()
    row = db.execute(_NEWEST.format(condition=condition), values).fetchone()
    change, seen_at = row or (0, "")
    ((until,),) = db.execute(_TIMES).fetchall()
    return Snapshot(int(change), str(seen_at), str(until))


def followed(db: Database, earlier: Iterable[Snapshot], now: Snapshot) -> list[Snapshot]:
    """The snapshots of a folder, the oldest first, the last of them that of the export ``now``.

    Each has the number of its change in the archive as it is now; two that have the same are one,
    the later. A snapshot that is ahead of an archive (which is an older copy then) is at its end.
    """
    found: list[Snapshot] = []
    for snapshot in [*earlier, now]:
        change = min(_place(db, snapshot), now.change)
        while found and found[-1].change >= change:
            found.pop()
        found.append(Snapshot(change, snapshot.seen_at, snapshot.until))
    return found[-MOST:]


def _place(db: Database, snapshot: Snapshot) -> int:
    """The number of the newest change that a snapshot had.

    ``scrapy reparse`` may have taken that change out, and an archive that was made anew may have
    other numbers: then the time decides.
    """
    if db.execute(_SAME, [snapshot.change, snapshot.seen_at]).fetchone():
        return snapshot.change
    ((place,),) = db.execute(_BY_TIME, [snapshot.seen_at]).fetchall()
    return int(place)


def as_json(snapshots: Iterable[Snapshot]) -> list[dict[str, Any]]:
    """Snapshots as ``from_json`` reads them."""
    return [asdict(snapshot) for snapshot in snapshots]


def from_json(value: Any) -> list[Snapshot]:
    """The snapshots in a JSON value, the oldest first; what is none is left out."""
    entries = value if isinstance(value, list) else []
    return [snapshot for entry in entries if (snapshot := _snapshot(entry)) is not None]


def _snapshot(entry: Any) -> Snapshot | None:
    match entry:
        case {"change": int(change), "seen_at": str(seen_at), "until": str(until)}:
            is_sound = 0 <= change < 2**63 and (not until or parse_time(until) is not None)
            return Snapshot(change, seen_at, until) if is_sound else None
    return None

"""The table ``revisions``: every distinct version of an article, numbered from 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlite_utils import Database

from archiver.items import Status
from archiver.store.digests import insert_rows
from archiver.store.merge import first_told
from archiver.store.records import Row
from archiver.store.schema import EDITS, TOLD_BY

_SAME: Final = f"""
    SELECT number FROM revisions WHERE article_id = :id
    AND {" AND ".join(f"{column} IS :{column}" for column in TOLD_BY)}
"""  # noqa: S608
_NEXT: Final = "SELECT coalesce(max(number), 0) + 1 FROM revisions WHERE article_id = ?"
_ACCEPTED: Final = "UPDATE revisions SET suspicious = NULL WHERE article_id = ? AND number = ?"
_CAPTURED: Final = f"""
    UPDATE revisions SET capture_id = :capture WHERE article_id = :id AND capture_id IS NULL
    AND {" AND ".join(f"{column} IS :{column}" for column in TOLD_BY)}
"""  # noqa: S608


def save_revision(
    db: Database,
    row: Mapping[str, Any],
    now: str,
    suspicious: str | None = None,
    capture: int | None = None,
) -> tuple[int, bool]:
    """Keep the version of a row; returns its number, and whether it is a new one.

    A suspicious version that comes again without suspicion is one like all others from then on.
    ``capture`` is the number of the capture whose page has this version.
    """
    found = db.execute(_SAME, dict(row)).fetchone()
    if found is None:
        (number,) = db.execute(_NEXT, [row["id"]]).fetchone()
        noted = {"number": number, "seen_at": now, "suspicious": suspicious, "capture_id": capture}
        insert_rows(db, "revisions", [{**row, "article_id": row["id"], **noted}])
        return int(number), True
    note_capture(db, row, capture)
    if suspicious is None:
        db.execute(_ACCEPTED, [row["id"], found[0]])
    return int(found[0]), False


def note_capture(db: Database, row: Mapping[str, Any], capture: int | None) -> None:
    """Note the capture whose page has the version of a row, where none is known yet."""
    if capture is not None:
        db.execute(_CAPTURED, {**row, "capture": capture})


def number_of(db: Database, row: Mapping[str, Any]) -> int | None:
    """The number of the version of a row; ``None`` when it is not kept."""
    found = db.execute(_SAME, dict(row)).fetchone()
    return None if found is None else int(found[0])


def has_revision(db: Database, row: Mapping[str, Any]) -> bool:
    """True when the version of a row is kept, suspicious or not."""
    return number_of(db, row) is not None


def was_taken(db: Database, row: Mapping[str, Any]) -> bool:
    """True when the article had this version before: to go back to it is no reason for doubt."""
    return db.execute(f"{_SAME} AND suspicious IS NULL", dict(row)).fetchone() is not None


def is_version(row: Row) -> bool:
    """True when there is a body to keep: a protected article that was never read has none."""
    return row["content_sha256"] is not None


def changed_fields(old: Row, new: Row) -> list[str]:
    """The columns in which an article has changed for its readers, in the order of the table."""
    ignored = first_told(old)
    return [field for field in EDITS if old[field] != new[field] and field not in ignored]


def kind_of_change(old: Row | None, new: Row, fields: list[str]) -> str | None:
    """The kind of change for the log; ``None`` when there is nothing to tell."""
    if old is None:
        return "new"
    if old["status"] != new["status"]:
        if old["status"] == Status.GONE:
            return "returned"
        return "protected" if new["status"] == Status.PROTECTED else "opened"
    return "edited" if fields else None

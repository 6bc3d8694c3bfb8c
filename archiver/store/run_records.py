"""The table ``runs``: the record of every run."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

from sqlite_utils import Database

from archiver import PARSER_VERSION, __version__

#: The ending of a run whose process died.
KILLED: Final = "killed"
_KILLED_OUTCOME: Final = (
    "the run was killed (its process died without a report); the next run goes on with what is left"
)
#: The last sign of life of a run is the last thing that was stored in it.
_CLOSE_KILLED: Final = """
    UPDATE runs SET ending = :ending, outcome = :outcome, finished_at = max(started_at, coalesce((
      SELECT max(stored) FROM (
        SELECT max(last_seen) AS stored FROM articles UNION ALL
        SELECT max(last_seen) FROM sightings UNION ALL
        SELECT max(last_seen) FROM failures UNION ALL
        SELECT max(seen_at) FROM changes)), ''))
    WHERE finished_at IS NULL
"""
#: The first run of a mode after the last one that went through the whole blog. Runs of an older
#: archive have no ending; they are over.
_SESSION: Final = """
    SELECT started_at FROM runs WHERE mode = :mode AND id < :run AND started_at >= :oldest
    AND id > coalesce((SELECT max(id) FROM runs WHERE mode IN ('normal', 'full', :mode)
      AND id < :run AND (ending = 'finished' OR ending IS NULL)), 0)
    ORDER BY id LIMIT 1
"""
#: Work that began longer ago begins anew: what it has read is no longer fresh.
_LONGEST_SESSION: Final = timedelta(days=7)


def start_run(db: Database, mode: str, now: str) -> int:
    """Open the record of a run, after having closed those that were killed; returns its id."""
    with db.atomic():
        db.execute(_CLOSE_KILLED, {"ending": KILLED, "outcome": _KILLED_OUTCOME})
        cursor = db.execute(
            "INSERT INTO runs (started_at, mode, versions) VALUES (?, ?, ?)",
            [now, mode, json.dumps(versions())],
        )
    return int(cursor.lastrowid or 0)


def restart_run(db: Database, row: Mapping[str, Any], previous: Mapping[str, Any] | None) -> None:
    """Open the record of a run as it was opened when it was recorded.

    ``row`` is its row then, and ``previous`` that of the run before it: that one may have been
    killed, or have left no other trace.
    """
    with db.atomic():
        db.execute(_CLOSE_KILLED, {"ending": KILLED, "outcome": _KILLED_OUTCOME})
        if previous is not None and previous["id"] < row["id"]:
            found = db.execute("SELECT started_at FROM runs WHERE id = ?", [previous["id"]])
            started = found.fetchone()
            if started is None:
                _insert(db, previous)
            elif started[0] == previous["started_at"]:
                restore_run(db, previous)
        _insert(db, row)


def restore_run(db: Database, row: Mapping[str, Any]) -> None:
    """Make the record of a run what it was, in the columns that there are; inside a transaction."""
    names = _columns(db, row)
    assignments = ", ".join(f"{column} = :{column}" for column in names)
    db.execute(f"UPDATE runs SET {assignments} WHERE id = :id", dict(row))  # noqa: S608


def _insert(db: Database, row: Mapping[str, Any]) -> None:
    names = _columns(db, row)
    values = ", ".join(f":{name}" for name in names)
    db.execute(f"INSERT INTO runs ({', '.join(names)}) VALUES ({values})", dict(row))  # noqa: S608


def _columns(db: Database, row: Mapping[str, Any]) -> list[str]:
    return [column.name for column in db["runs"].columns if column.name in row]


def session_start(db: Database, run_id: int, mode: str) -> str | None:
    """When the work began that a run goes on with (UTC, ISO 8601); ``None`` when it begins one.

    Runs of one mode in a row, of a week at most, that did not end (killed, interrupted, stopped)
    are one session: what it has read need not be read again.
    """
    started = db.execute("SELECT started_at FROM runs WHERE id = ?", [run_id]).fetchone()
    if started is None:
        return None
    oldest = (datetime.fromisoformat(started[0]) - _LONGEST_SESSION).isoformat(timespec="seconds")
    row = db.execute(_SESSION, {"mode": mode, "run": run_id, "oldest": oldest}).fetchone()
    return None if row is None else str(row[0])


def finish_run(db: Database, run_id: int, values: Mapping[str, Any]) -> None:
    """Close the record of a run with its outcome and counts (column → value)."""
    with db.atomic():
        assignments = ", ".join(f"{column} = :{column}" for column in values)
        db.execute(f"UPDATE runs SET {assignments} WHERE id = :id", {**values, "id": run_id})  # noqa: S608


def versions() -> dict[str, str]:
    """The versions of this program, its parser, Scrapy, Python and SQLite."""
    return {
        "archiver": __version__,
        "parser": str(PARSER_VERSION),
        "scrapy": version("scrapy"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }

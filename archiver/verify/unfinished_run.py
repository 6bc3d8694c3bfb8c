"""What is written at the end of a run, while the last one has not come to it."""

from __future__ import annotations

from sqlite_utils import Database

from archiver.verify.fidelity.comparison import Point


def last_run(db: Database) -> tuple[str | None, str | None]:
    """When the last run started and finished."""
    row = db.execute("SELECT started_at, finished_at FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    return row or (None, None)


def excuse_unfinished(point: Point, db: Database, written: str) -> None:
    """Make what differs a remark while a run goes on, or after one that was killed.

    ``written`` says what is written at the end of a run: ``the file is written``.
    """
    started, finished = last_run(db)
    if point.differ and started is not None and finished is None:
        point.remark = (
            f"{point.name} is not counted: the last run has not finished (it goes on, or was"
            f" killed), and {written} at its end; {point.differ:,} differ, {point.first}"
        )
        point.differ, point.first = 0, None
        point.findings.clear()

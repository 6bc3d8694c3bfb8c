"""The records of runs, and the digests of what the tables hold behind each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archiver import clock
from archiver.store import digests, run_records, sightings, text_index
from archiver.store.dated_writes import DatedWrites
from archiver.store.records import Row


class ArchivedRuns:
    """The runs of an archive."""

    def __init__(self, db: Database, writes: DatedWrites) -> None:
        self._db = db
        self._writes = writes

    def start(self, mode: str, started_at: str) -> int:
        """Open the record of a run and close those of killed runs; returns its id.

        From here on every table has a digest, which goes with what is written.
        """
        self._writes.start(started_at)
        with self._db.atomic():
            run = run_records.start_run(self._db, mode, started_at)
            digests.take_digests(self._db)
        return run

    def restart(self, row: Row, previous: Row | None, asked: Mapping[int, int]) -> None:
        """Open the record of a run that was recorded; see ``run_records.restart_run``.

        ``asked`` is what ``unanswered_requests`` has told then.
        """
        self._writes.start(row["started_at"])
        with self._writes.transaction():
            run_records.restart_run(self._db, row, previous)
            sightings.set_asked(self._db, asked)

    def restore(self, row: Row) -> None:
        """Make the record of a run what it was."""
        with self._writes.transaction():
            run_records.restore_run(self._db, row)

    def row(self, run_id: int) -> Row | None:
        """The record of a run; ``None`` when another program has deleted it."""
        return next(iter(self._db.query("SELECT * FROM runs WHERE id = ?", [run_id])), None)

    def before(self, run_id: int) -> Row | None:
        """The record of the run before another; ``None`` where there is none."""
        query = "SELECT * FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1"
        return next(iter(self._db.query(query, [run_id])), None)

    def session_start(self, run_id: int, mode: str) -> str | None:
        """When the unfinished work began that a run continues; ``None`` when it begins anew."""
        return run_records.session_start(self._db, run_id, mode)

    def finish(
        self, run_id: int, values: Mapping[str, Any], *, keeps_digests: bool = False
    ) -> None:
        """Close the record of a run with its outcome and counts (column → value).

        ``keeps_digests`` keeps what the tables hold then, in the same transaction.
        """
        text_index.take_in_texts(self._db)
        values = {**values, "finished_at": clock.utc_now()}
        with self._db.atomic():
            with self._writes.transaction():
                run_records.finish_run(self._db, run_id, values)
            if keeps_digests:
                digests.save_digests(self._db)

    # --- Digests --------------------------------------------------------------------------------

    def foreign_changes(self, since: str) -> list[str]:
        """The tables of the search index that something else had changed, as found since a time.

        ``since`` is UTC, ISO 8601. They are looked at before they are written to.
        """
        query = "SELECT name FROM digests WHERE changed_at >= ? ORDER BY name"
        return [name for (name,) in self._db.execute(query, [since])]

    def keep_digests(self) -> None:
        """Keep what the tables hold now, where this program has written to them outside a run."""
        text_index.take_in_texts(self._db)
        with self._writes.transaction():
            digests.save_digests(self._db)

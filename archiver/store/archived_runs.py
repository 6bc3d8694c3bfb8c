"""The records of runs, and the digests of what the tables hold behind each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archiver import clock
from archiver.store import digests, run_records, sightings
from archiver.store.dated_writes import DatedWrites
from archiver.store.records import Row


class ArchivedRuns:
    """The runs of an archive."""

    def __init__(self, db: Database, writes: DatedWrites) -> None:
        self._db = db
        self._writes = writes

    def start(self, mode: str, started_at: str) -> int:
        """Open the record of a run and close those of killed runs; returns its id."""
        self._writes.start(started_at)
        return run_records.start_run(self._db, mode, started_at)

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
        values = {**values, "finished_at": clock.utc_now()}
        with self._db.atomic():
            with self._writes.transaction():
                run_records.finish_run(self._db, run_id, values)
            if keeps_digests:
                digests.save_digests(self._db)

    # --- Digests --------------------------------------------------------------------------------

    def note_foreign_changes(self) -> list[str]:
        """Note which tables something else has changed since the last run; returns their names.

        Call it before a run is started.
        """
        if names := list(digests.changed_tables(self._db)):
            with self._writes.transaction():
                digests.note_changed(self._db, names, clock.utc_now())
        return names

    def suspend_digests(self) -> None:
        """Forget what the tables held, before this program writes to them outside a run.

        What something else has changed by then stays noted. ``keep_digests`` ends it.
        """
        self.note_foreign_changes()
        with self._writes.transaction():
            digests.suspend_digests(self._db)

    def keep_digests(self) -> None:
        """Keep what the tables hold now, where this program has written to them outside a run."""
        with self._writes.transaction():
            digests.save_digests(self._db)

"""Transactions of a crawl, which take the captures since the last one with them, and their time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlite_utils import Database

from archiver import clock
from archiver.items import Article
from archiver.store import captures
from archiver.store.captures import Capture


class DatedWrites:
    """The writes to one archive; times are UTC, ISO 8601."""

    def __init__(self, db: Database) -> None:
        self._db = db
        #: What was received since the last write; the next one stores it.
        self.unsaved: list[Capture] = []
        self._time: str | None = None
        self._is_held = False

    @contextmanager
    def transaction(self, article: Article | None = None) -> Iterator[None]:
        """A transaction that begins with the captures, and notes what was made of one of them."""
        with self._db.atomic():
            captures.save_captures(self._db, self.unsaved)
            yield
            if article is not None and article.capture is not None:
                captures.note_article(self._db, article.capture, article.id)
        self.unsaved.clear()

    @contextmanager
    def unsynced(self) -> Iterator[None]:
        """A transaction that survives the process at once, and a power failure with the next one.

        The disk is not waited for: SQLite syncs its log as a whole with the next transaction.
        """
        (level,) = self._db.execute("PRAGMA synchronous").fetchone()
        is_alone = not self._db.conn.in_transaction  # inside one, SQLite refuses to change it
        if is_alone:
            self._db.execute("PRAGMA synchronous = NORMAL")
        try:
            with self.transaction():
                yield
        finally:
            if is_alone:
                self._db.execute(f"PRAGMA synchronous = {level}")

    # --- Their time -----------------------------------------------------------------------------

    def start(self, time: str) -> None:
        """Date what follows by the start of a run."""
        self._time = time

    def note_time(self, moment: datetime) -> None:
        """Date what follows by a moment (UTC), unless it has been a later one already."""
        self._time = max(self._time or "", moment.isoformat(timespec="seconds"))

    def now(self) -> str:
        """The time of the newest exchange of the run, of its start before there was one.

        Without a run it is the time now.
        """
        return self._time or clock.utc_now()

    # --- Writes that belong together ------------------------------------------------------------

    def hold(self) -> None:
        """Let the writes from here on be one transaction, until ``settle`` is called."""
        if not self._db.conn.in_transaction:
            self._db.conn.execute("BEGIN")
            self._is_held = True

    def settle(self) -> None:
        """End the transaction that ``hold`` has begun, if there is one."""
        if self._is_held:
            self._is_held = False
            try:
                self._db.conn.commit()
            except sqlite3.Error:
                self._db.conn.rollback()
                raise

"""What a request notes is there at once, and the disk is waited for with the next write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archived import URL, an_article

from archiver.store.archive import Archive
from archiver.store.sqlite import close_archive


def test_a_request_is_stored_without_waiting_for_the_disk(tmp_path: Path) -> None:
    """Whoever opens the archive sees it, so that a process that dies loses nothing."""
    archive = Archive.open(tmp_path / "kexue.db")
    levels: list[int] = []

    def note(sql: str, _: object = None) -> None:
        if "INTO sightings" in sql or "INTO changes" in sql:
            levels.append(archive.db.conn.execute("PRAGMA synchronous").fetchone()[0])

    with archive.db.tracer(note):
        archive.save_request(6583)
        with closing(sqlite3.connect(tmp_path / "kexue.db")) as other:
            found = other.execute("SELECT article_id, asked FROM sightings").fetchall()
        archive.save_article(an_article(), URL)
    assert found == [(6583, 1)]
    assert levels == [1, 2]  # NORMAL, then FULL
    close_archive(archive.db)


def test_inside_a_transaction_it_is_a_part_of_that(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "kexue.db")
    archive.writes.hold()
    archive.save_request(6583)
    archive.db.conn.rollback()
    assert archive.unanswered_requests() == {}
    assert archive.db.execute("PRAGMA synchronous").fetchone() == (2,)
    close_archive(archive.db)

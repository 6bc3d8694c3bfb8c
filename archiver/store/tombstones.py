"""Tombstones: articles that the blog no longer has keep their copy and get ``gone_at``."""

from __future__ import annotations

from sqlite_utils import Database

from archiver.store.change_log import note_change
from archiver.store.failures import forget_failure
from archiver.store.sightings import note_read

_GONE = "UPDATE articles SET status = 'gone', gone_at = ? WHERE id = ? AND status <> 'gone'"


def mark_gone(db: Database, article: int, now: str) -> bool:
    """Make an archived article a tombstone; ``False`` when it is one, or is not archived.

    Its failures are forgotten. It is not read again until the blog lists it.
    """
    with db.atomic():
        note_read(db, article)
        if db.execute(_GONE, [now, article]).rowcount == 0:
            return False
        note_change(db, article, now, "gone")
        forget_failure(db, None, article)
    return True


def is_gone(db: Database, article: int) -> bool:
    """True when an archived article is a tombstone."""
    found = db.execute("SELECT 1 FROM articles WHERE id = ? AND status = 'gone'", [article])
    return found.fetchone() is not None

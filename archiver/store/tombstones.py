"""Articles that the blog no longer has: their copy stays, with the time when they went."""

from __future__ import annotations

from sqlite_utils import Database

from archiver.store.changes import note_change

_GONE = "UPDATE articles SET status = 'gone', gone_at = ? WHERE id = ? AND status <> 'gone'"


def mark_gone(db: Database, article: int, now: str) -> bool:
    """Make an archived article a tombstone; ``False`` when it is none to be made of it.

    It is no failure any more, and not looked at again until the blog lists it.
    """
    with db.atomic():
        if db.execute(_GONE, [now, article]).rowcount == 0:
            return False
        note_change(db, article, now, "gone")
        db.execute("DELETE FROM failures WHERE article_id = ?", [article])
        db.execute("UPDATE sightings SET is_changed = 0, asked = 0 WHERE article_id = ?", [article])
    return True


def is_gone(db: Database, article: int) -> bool:
    """Is an archived article a tombstone?"""
    found = db.execute("SELECT 1 FROM articles WHERE id = ? AND status = 'gone'", [article])
    return found.fetchone() is not None

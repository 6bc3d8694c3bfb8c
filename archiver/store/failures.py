"""What could not be read, and why: named until it succeeds."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

_FAILED = """
    INSERT INTO failures (url, article_id, first_seen, last_seen, tries, reason)
    VALUES (:url, :article_id, :now, :now, 1, :reason)
    ON CONFLICT (url) DO UPDATE
    SET last_seen = excluded.last_seen, tries = tries + 1, reason = excluded.reason
"""


def save_failure(db: Database, url: str, article: int | None, reason: str, now: str) -> None:
    """Note one more failure of an address; its page has been dealt with."""
    with db.atomic():
        note_failure(db, url, article, reason, now)


def note_failure(db: Database, url: str, article: int | None, reason: str, now: str) -> None:
    """As ``save_failure``, inside the caller's transaction."""
    db.execute(_FAILED, {"url": url, "article_id": article, "reason": reason, "now": now})
    db.execute("UPDATE sightings SET asked = 0 WHERE article_id = ?", [article])


def clear_failure(db: Database, url: str, article: int | None = None) -> None:
    """Forget the failures of an address, or of an article, that has been read."""
    with db.atomic():
        forget_failure(db, url, article)


def forget_failure(db: Database, url: str | None, article: int | None) -> None:
    """As ``clear_failure``, inside the caller's transaction."""
    db.execute("DELETE FROM failures WHERE url = ? OR article_id = ?", [url, article])


def forget_others(db: Database, urls: Collection[str]) -> None:
    """Forget all failures but those of these addresses.

    After a run that has looked at everything, what is left of earlier runs is nothing that the
    blog lists any more.
    """
    with db.atomic():
        for (url,) in db.execute("SELECT url FROM failures").fetchall():
            if url not in urls:
                db.execute("DELETE FROM failures WHERE url = ?", [url])


def failed_addresses(db: Database) -> dict[str, int | None]:
    """The addresses that could not be read, and the article of each; the longest ago first."""
    query = "SELECT url, article_id FROM failures ORDER BY last_seen, url"
    return dict(db.execute(query).fetchall())

"""The table ``failures``: addresses that could not be read, each until it has been read."""

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
    """Note one more failure of an address, in a transaction of its own.

    ``now`` is UTC, ISO 8601. The article counts as answered (``sightings.asked``).
    """
    with db.atomic():
        note_failure(db, url, article, reason, now)


def note_failure(db: Database, url: str, article: int | None, reason: str, now: str) -> None:
    """As ``save_failure``, inside the caller's transaction."""
    db.execute(_FAILED, {"url": url, "article_id": article, "reason": reason, "now": now})
    db.execute("UPDATE sightings SET asked = 0 WHERE article_id = ?", [article])


def clear_failure(db: Database, url: str, article: int | None = None) -> None:
    """Delete the failures of an address and of an article, in a transaction of its own."""
    with db.atomic():
        forget_failure(db, url, article)


def forget_failure(db: Database, url: str | None, article: int | None) -> None:
    """As ``clear_failure``, inside the caller's transaction."""
    db.execute("DELETE FROM failures WHERE url = ? OR article_id = ?", [url, article])


def forget_others(db: Database, urls: Collection[str]) -> None:
    """Delete all failures but those of these addresses.

    To be called after a run that has read all listings: an older failure is then of an address that
    the blog no longer lists.
    """
    with db.atomic():
        for (url,) in db.execute("SELECT url FROM failures").fetchall():
            if url not in urls:
                db.execute("DELETE FROM failures WHERE url = ?", [url])


def failed_addresses(db: Database) -> dict[str, int | None]:
    """Address → archive id or ``None`` of all failures, the longest ago first."""
    query = "SELECT url, article_id FROM failures ORDER BY last_seen, url"
    return dict(db.execute(query).fetchall())

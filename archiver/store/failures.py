"""What could not be read, and why: named until it succeeds."""

from __future__ import annotations

from sqlite_utils import Database

_FAILED = """
    INSERT INTO failures (url, article_id, first_seen, last_seen, tries, reason)
    VALUES (:url, :article_id, :now, :now, 1, :reason)
    ON CONFLICT (url) DO UPDATE
    SET last_seen = excluded.last_seen, tries = tries + 1, reason = excluded.reason
"""


def save_failure(db: Database, url: str, article: int | None, reason: str, now: str) -> None:
    """Note one more failure of an address."""
    with db.atomic():
        db.execute(_FAILED, {"url": url, "article_id": article, "reason": reason, "now": now})


def clear_failure(db: Database, url: str, article: int | None = None) -> None:
    """Forget the failures of an address, or of an article, that has been read."""
    with db.atomic():
        db.execute("DELETE FROM failures WHERE url = ? OR article_id = ?", [url, article])


def failed_ids(db: Database) -> set[int]:
    """The articles that could not be read the last time."""
    rows = db.query("SELECT article_id FROM failures WHERE article_id IS NOT NULL")
    return {row["article_id"] for row in rows}

"""Write articles to the database, one transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlite_utils import Database

from archiver.items import Article, ListingEntry
from archiver.store.merge import Change, compare, merge
from archiver.store.records import COLUMNS, PARTS, Row, article_row, part_rows

_INSERT = (
    f"INSERT INTO articles ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{c}' for c in COLUMNS)})"  # noqa: S608
)
_UPDATE = (
    f"UPDATE articles SET {', '.join(f'{c} = :{c}' for c in COLUMNS if c != 'id')} WHERE id = :id"  # noqa: S608
)
_SEEN = """
    UPDATE articles SET last_seen = :now, fetched_at = coalesce(:fetched_at, fetched_at),
      readers = coalesce(:readers, readers), comment_count = coalesce(:comment_count, comment_count)
    WHERE id = :id
"""
_COUNT = """
    INSERT INTO reader_counts (article_id, seen_at, readers) VALUES (:id, :now, :readers)
    ON CONFLICT (article_id, substr(seen_at, 1, 10))
    DO UPDATE SET seen_at = excluded.seen_at, readers = excluded.readers
"""
_REVISION = """
    INSERT INTO revisions (article_id, content_sha256, seen_at, title, body_html)
    VALUES (:id, :content_sha256, :last_seen, :title, :body_html)
    ON CONFLICT DO NOTHING
"""
#: Table → the statement that fills one row of it.
_PART: Final = {
    table: f"INSERT INTO {table} (article_id, position, {', '.join(columns)})"  # noqa: S608
    f" VALUES (:article_id, :position, {', '.join(f':{c}' for c in columns)})"
    for table, columns in PARTS.items()
}


def save_article(db: Database, article: Article, now: str) -> Change:
    """Store an article that was read at ``now`` (UTC, ISO 8601) in one transaction.

    A text that differs makes a new revision; the old one stays in ``revisions``.
    """
    with db.atomic():
        old = get_article(db, article.id)
        row = merge(old, article_row(article), excerpt_known=article.excerpt_known)
        change = compare(old, row)
        if change is Change.UNCHANGED and not _is_read_anew(old, row):
            _touch(db, row, now, fetched_at=now)
        else:
            row |= {"first_seen": old["first_seen"] if old else now}
            row |= {"last_seen": now, "fetched_at": now}
            db.execute(_INSERT if old is None else _UPDATE, row)
            _save_text(db, article, row, old)
        _save_readers(db, article.id, article.readers, now)
    return change


def save_sighting(db: Database, entry: ListingEntry, now: str) -> bool:
    """Note that a listing shows an archived article; ``False`` when it is not archived yet."""
    with db.atomic():
        values = {"id": entry.id, "readers": entry.readers, "comment_count": entry.comment_count}
        known = _touch(db, values, now, fetched_at=None)
        if known:
            _save_readers(db, entry.id, entry.readers, now)
    return known


def get_article(db: Database, article: int) -> Row | None:
    """The row of an article."""
    return next(iter(db.query("SELECT * FROM articles WHERE id = ?", [article])), None)


def known_articles(db: Database) -> Iterator[Row]:
    """What decides whether a page must be read again, for every archived article."""
    yield from db.query(
        "SELECT id, title, author, published, category, tags, status, fetched_at FROM articles"
    )


def _is_read_anew(old: Row | None, row: Row) -> bool:
    """Has another version of the extraction read this body than the one that is stored?"""
    return old is not None and old["parser_version"] != row["parser_version"]


def _touch(db: Database, values: dict[str, Any], now: str, fetched_at: str | None) -> bool:
    parameters = {key: values[key] for key in ("id", "readers", "comment_count")}
    cursor = db.execute(_SEEN, parameters | {"now": now, "fetched_at": fetched_at})
    return cursor.rowcount > 0


def _save_text(db: Database, article: Article, row: Row, old: Row | None) -> None:
    """The revision, and what the body holds where it is another body than before."""
    if row["content_sha256"] is None:
        return
    db.execute(_REVISION, row)
    is_other = old is None or old["content_sha256"] != row["content_sha256"]
    if is_other or _is_read_anew(old, row):
        for table, rows in part_rows(article).items():
            db.execute(f"DELETE FROM {table} WHERE article_id = ?", [article.id])  # noqa: S608
            for part in rows:
                db.execute(_PART[table], part)


def _save_readers(db: Database, article: int, readers: int | None, now: str) -> None:
    if readers is not None:
        db.execute(_COUNT, {"id": article, "now": now, "readers": readers})

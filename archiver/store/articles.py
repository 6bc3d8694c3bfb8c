"""Write articles to the database, one transaction each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from archiver.items import Article, ListingEntry, Status
from archiver.site import Base
from archiver.store.change_log import note_change
from archiver.store.column import Table
from archiver.store.comment_rows import save_comments
from archiver.store.digests import insert_rows
from archiver.store.failures import forget_failure, note_failure
from archiver.store.file_addresses import with_files
from archiver.store.merge import Change, compare, merge, recall
from archiver.store.records import Row, article_row, part_rows
from archiver.store.revisions import (
    changed_fields,
    has_revision,
    is_version,
    kind_of_change,
    note_capture,
    save_revision,
    was_taken,
)
from archiver.store.schema import ARTICLES, COUNTS, DERIVED, PARTS
from archiver.store.sightings import Shown, note_entry, note_read, shown_before
from archiver.store.suspicion import suspicion
from archiver.store.text_index import take_out_texts

_UPDATE: Final = f"""
    UPDATE articles SET {", ".join(f"{c} = :{c}" for c in ARTICLES.names if c != "id")}
    WHERE id = :id
"""  # noqa: S608
_SEEN: Final = f"""
    UPDATE articles SET last_seen = :now, fetched_at = coalesce(:fetched_at, fetched_at),
      {", ".join(f"{count} = coalesce(:{count}, {count})" for count in COUNTS)},
      excerpt = coalesce(excerpt, :excerpt)
    WHERE id = :id
"""  # noqa: S608
_COUNT = """
    INSERT INTO reader_counts (article_id, seen_at, readers) VALUES (:id, :now, :readers)
    ON CONFLICT (article_id, substr(seen_at, 1, 10))
    DO UPDATE SET seen_at = excluded.seen_at, readers = excluded.readers
"""
_KNOWN: Final = """
    SELECT id, a.published, published_at IS NOT NULL, status, a.first_seen, fetched_at,
      coalesce(is_changed, 0)
    FROM articles AS a LEFT JOIN sightings ON article_id = id
"""


class Known(NamedTuple):
    """What of an archived article decides whether its page is read again."""

    id: int
    #: The day (``YYYY-MM-DD``), and whether the exact time is known.
    published: str | None
    has_time: bool
    status: str
    first_seen: str
    fetched_at: str
    #: True when index or listings show it otherwise than before, and it was not read since.
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of saving a page; ``suspicious`` is the reason why it was not taken.

    ``doubts`` are sentences about its comments, see ``comment_rows.save_comments``.
    """

    change: Change
    suspicious: str | None = None
    doubts: tuple[str, ...] = ()


def save_article(
    db: Database,
    article: Article,
    now: str,
    *,
    url: str | None = None,
    base: Base | None = None,
    accept: bool = False,
) -> Saved:
    """Store an article that was read at ``now`` (UTC, ISO 8601) in one transaction.

    A text that differs makes a new revision; the old one stays in ``revisions``. A reading that
    looks like a changed theme (``archiver.store.suspicion``) is kept as a revision only, unless
    ``accept`` takes it as it is. The comments on it are stored with it; they are no part of its
    text, and none of them makes a revision. ``url`` is the address that was asked: its failures are
    over, or it has a new one. ``base`` is where the blog is read from.
    """
    with db.atomic():
        old, shown = get_article(db, article.id), shown_before(db, article.id)
        row = _merged(old, article, shown)
        is_known = was_taken(db, row) and not article.is_damaged
        why = None if accept or is_known else suspicion(old, row)
        if why is not None:
            if old is not None:
                _save_suspicious(db, article, row, now, why)
            note_failure(db, url or row["url"], article.id, f"suspicious: {why}", now)
            return Saved(Change.SUSPICIOUS, why)
        change = _save(db, article, old, row, now, base)
        _save_readers(db, article.id, article.readers, now)
        if article.readers is None and (old is None or old["readers"] is None) and shown.entry_at:
            _save_readers(db, article.id, row["readers"], shown.entry_at)
        note_read(db, article.id, again=article.is_damaged and change is not Change.UNCHANGED)
        forget_failure(db, url, article.id)
        doubts = [] if article.comments is None else save_comments(db, article.comments, now)
    return Saved(change, doubts=tuple(doubts))


def save_sighting(db: Database, entry: ListingEntry, now: str) -> bool:
    """Note that a listing shows an article; ``False`` when it is not archived yet."""
    with db.atomic():
        note_entry(db, entry, get_article(db, entry.id), now)
        known = _touch(db, dataclasses.asdict(entry), now, fetched_at=None)
        if known:
            _save_readers(db, entry.id, entry.readers, now)
    return known


def get_article(db: Database, article: int) -> Row | None:
    """The row of an article, or ``None`` when it is not archived."""
    return next(iter(db.query("SELECT * FROM articles WHERE id = ?", [article])), None)


def known_articles(db: Database) -> dict[int, Known]:
    """The archived articles by id; there may be many."""
    return {row[0]: Known(*row) for row in db.execute(_KNOWN)}


def _merged(old: Row | None, article: Article, shown: Shown) -> Row:
    """The new row, with what stays of the old one and what the last listing has told.

    The excerpt of the page's own mark is taken only where the body has changed.
    """
    row = article_row(article)
    is_same_body = old is not None and old["content_sha256"] == row["content_sha256"]
    is_known = article.excerpt_known and not (article.excerpt_of_page and is_same_body)
    if not is_known and shown.entry is not None and _is_news(shown, old):
        row["excerpt"], is_known = shown.entry.excerpt, True
    return recall(merge(old, row, excerpt_known=is_known), shown.entry)


def _is_news(shown: Shown, old: Row | None) -> bool:
    """True when the listing entry is newer than the stored page.

    The run was killed between the two.
    """
    return old is None or (shown.entry_at or "") >= old["fetched_at"]


def _save(
    db: Database, article: Article, old: Row | None, row: Row, now: str, base: Base | None
) -> Change:
    """Write row, version, parts and change; of an unchanged article only that it was seen."""
    change = compare(old, row)
    lost = change is Change.UNCHANGED and _is_incomplete(db, article, old, row)
    if change is Change.UNCHANGED and not lost and not _is_read_anew(old, row):
        _touch(db, row, now, fetched_at=now)
        note_capture(db, row, _capture_of_version(article))
        return change
    row |= {"first_seen": old["first_seen"] if old else now}
    row |= {"last_seen": now, "fetched_at": now}
    if old is not None and any(old[name] != row[name] for name in ("title", "body_text")):
        take_out_texts(db, [article.id])
    if old is None:
        insert_rows(db, "articles", [row])
    else:
        db.execute(_UPDATE, row)
    capture = _capture_of_version(article)
    revision = save_revision(db, row, now, capture=capture)[0] if is_version(row) else None
    fields = [] if old is None else changed_fields(old, row)
    kind = kind_of_change(old, row, fields)
    if kind is not None:
        note_change(db, article.id, now, kind, revision, fields, article.capture)
    if is_version(row) and (lost or _is_other_text(old, row) or _is_read_anew(old, row)):
        save_parts(db, article.id, part_rows(article), base)
    return change


def _save_suspicious(db: Database, article: Article, row: Row, now: str, why: str) -> None:
    """Keep a suspicious version in ``revisions``, once; the article stays as it is."""
    number, is_new = save_revision(db, row, now, why, article.capture)
    if is_new:
        note_change(db, article.id, now, "suspicious", number, capture=article.capture)


def _capture_of_version(article: Article) -> int | None:
    """The capture that shows the version; a page behind a password shows none."""
    return None if article.status is Status.PROTECTED else article.capture


def _is_other_text(old: Row | None, row: Row) -> bool:
    """True when title or body differ from what is stored."""
    return old is None or old["content_sha256"] != row["content_sha256"]


def _is_read_anew(old: Row | None, row: Row) -> bool:
    """True when another version of the extraction has made the stored row."""
    return old is not None and old["parser_version"] != row["parser_version"]


def _is_incomplete(db: Database, article: Article, old: Row | None, row: Row) -> bool:
    """True when stored columns or rows are missing or wrong though the body is unchanged.

    Damage to the file does that.
    """
    if old is None or article.body_html is None:
        return False
    made = part_rows(article)
    return (
        any(old[name] != row[name] for name in DERIVED)
        or not has_revision(db, row)
        or any(parts_of(db, table, article.id) != made[table.name] for table in PARTS)
    )


def parts_of(db: Database, table: Table, article: int) -> list[Row]:
    """The stored rows of a part, in the columns that the body fills."""
    filled = [column.name for column in table.filled]
    columns = ", ".join(["article_id", "position", *filled])
    query = f"SELECT {columns} FROM {table.name} WHERE article_id = ? ORDER BY position"  # noqa: S608
    return list(db.query(query, [article]))


def _touch(db: Database, values: dict[str, Any], now: str, fetched_at: str | None) -> bool:
    parameters = {key: values.get(key) for key in ("id", *COUNTS, "excerpt")}
    cursor = db.execute(_SEEN, parameters | {"now": now, "fetched_at": fetched_at})
    return cursor.rowcount > 0


def save_parts(
    db: Database, article: int, made: Mapping[str, Iterable[Row]], base: Base | None
) -> None:
    """Write the rows of what a body holds, by table, in place of those of the body before."""
    for name, rows in made.items():
        db.execute(f"DELETE FROM {name} WHERE article_id = ?", [article])  # noqa: S608
        insert_rows(db, name, with_files(db, base, name, rows))


def _save_readers(db: Database, article: int, readers: int | None, now: str) -> None:
    if readers is not None:
        db.execute(_COUNT, {"id": article, "now": now, "readers": readers})

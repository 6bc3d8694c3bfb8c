"""The tables ``comments`` and ``comment_revisions``: what readers have written, and its past.

A comment is never deleted. One that is not shown any more is marked as gone, but only where all
pages of its article's comments were read in one run, and are as many comments as the blog counts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.items import Comment, CommentPage
from archiver.store.comment_pages import note_page, shown_on_all_pages
from archiver.store.digests import insert_rows
from archiver.store.records import Row
from archiver.store.schema import COMMENT_REVISIONS, COMMENTS
from archiver.store.sightings import shown_before
from archiver.store.suspicion import is_damaged_copy

#: A difference in one of these is another version of a comment.
_VERSIONED: Final = tuple(
    name for name in COMMENTS.names if name in COMMENT_REVISIONS.names and name != "number"
)
_UPDATE: Final = f"""
    UPDATE comments SET {", ".join(f"{name} = :{name}" for name in COMMENTS.names if name != "id")}
    WHERE id = :id
"""  # noqa: S608
_KEEP: Final = f"""
    INSERT INTO comment_revisions (comment_id, number, replaced_at, {", ".join(_VERSIONED)})
    SELECT id, 1 + (SELECT count(*) FROM comment_revisions WHERE comment_id = :id), :now,
      {", ".join(_VERSIONED)}
    FROM comments WHERE id = :id
"""  # noqa: S608
_KNOWN: Final = """
    SELECT * FROM comments
    WHERE article_id = :article OR id IN (SELECT value FROM json_each(:ids))
"""
_GONE: Final = """
    UPDATE comments SET gone_at = :now
    WHERE article_id = :article AND gone_at IS NULL
      AND id NOT IN (SELECT value FROM json_each(:shown))
"""
#: The start of the newest run: what a listing has shown since then is of now.
_RUN: Final = "SELECT coalesce(max(started_at), '') FROM runs"


def save_comments(db: Database, page: CommentPage, now: str) -> list[str]:
    """Store the comments of a page that was read at ``now``, inside the caller's transaction.

    Returns a sentence for what is not believed: a page that shows none of the comments that there
    are, and a comment of another article.
    """
    if not page.comments and not _may_have_none(db, page):
        count = _count(db, page.id)
        told = f"its {count}" if count else "its"
        return [f"it shows none of {told} comments; has the theme changed?"]
    known = _known(db, page)
    taken = [c for c in page.comments if known.get(c.id, {}).get("article_id", page.id) == page.id]
    ids = {comment.id for comment in taken}
    new = [
        next_row(comment, page.id, None, ids, now) for comment in taken if comment.id not in known
    ]
    insert_comments(db, new, known)
    for comment in taken:
        if comment.id in known:
            _save(db, comment, page.id, known[comment.id], ids, now)
    note_page(db, page, [comment.id for comment in taken], now)
    shown = shown_on_all_pages(db, page.id)
    if shown is not None:
        db.execute(_GONE, {"article": page.id, "shown": shown, "now": now})
    return list(_foreign(page, ids))


def insert_comments(db: Database, new: Sequence[Row], known: Collection[int]) -> None:
    """Insert whole rows, inside the caller's transaction; a parent may stand behind its answers.

    ``known`` are stored comments, with those that the new ones answer.
    """
    if _has_late_parent(new, set(known)):
        # Not for each page: the pragma lets SQLite compile all statements again.
        db.execute("PRAGMA defer_foreign_keys = ON")
    insert_rows(db, "comments", new)


def update_comment(db: Database, row: Row) -> None:
    """Write a whole row in place of the one with its ``id``, inside the caller's transaction."""
    db.execute(_UPDATE, row)


def _has_late_parent(new: Sequence[Row], known: set[int]) -> bool:
    """True when a new comment stands before the one that it answers."""
    for row in new:
        if row["parent_id"] is not None and row["parent_id"] not in known:
            return True
        known.add(row["id"])
    return False


def _may_have_none(db: Database, page: CommentPage) -> bool:
    """True when an article may have no comments.

    The page says 0, or a listing of this run does, or nothing knows of any.
    """
    if page.count is not None:
        return page.count == 0
    shown = shown_before(db, page.id)
    told = None if shown.entry is None else shown.entry.comment_count
    (run,) = db.execute(_RUN).fetchone()
    if told is not None and (shown.entry_at or "") >= run:
        return told == 0
    return not told and not _count(db, page.id)


def _count(db: Database, article: int) -> int:
    """How many comments of an article are archived and not gone."""
    query = "SELECT count(*) FROM comments WHERE article_id = ? AND gone_at IS NULL"
    return int(db.execute(query, [article]).fetchone()[0])


def _known(db: Database, page: CommentPage) -> dict[int, Row]:
    """The stored comments of the article, and those of others that have an id of this page."""
    ids = json.dumps([comment.id for comment in page.comments])
    return {row["id"]: row for row in db.query(_KNOWN, {"article": page.id, "ids": ids})}


def _foreign(page: CommentPage, ids: set[int]) -> Iterator[str]:
    for comment in page.comments:
        if comment.id not in ids:
            yield f"comment {comment.id} on it is that of another article, and was left out"


def _save(
    db: Database, comment: Comment, article: int, old: Row, shown: set[int], now: str
) -> None:
    """Write a comment that differs; what it was before stays as a version."""
    row = next_row(comment, article, old, shown, now)
    if row != old:
        if is_other_version(row, old):
            db.execute(_KEEP, {"id": comment.id, "now": now})
        update_comment(db, row)


def is_other_version(row: Row, old: Row) -> bool:
    """True when a comment differs in what makes a version of it."""
    return version_of(row) != version_of(old)


def version_of(row: Row) -> Row:
    """The columns of a comment, or of an earlier version, that make it a version."""
    return {name: row[name] for name in _VERSIONED}


def next_row(comment: Comment, article: int, old: Row | None, shown: set[int], now: str) -> Row:
    """The row of a comment that was read at ``now``, with what stays of its row before.

    ``shown`` are the ids of the comments of the article on the same page.
    """
    row: Row = {name: getattr(comment, name, None) for name in COMMENTS.names}
    row |= {"article_id": article, "by_author": int(comment.by_author), "first_seen": now}
    row["parser_version"] = PARSER_VERSION
    if comment.parent_id not in shown:
        row["parent_id"] = None
    if old is None:
        return row
    row["first_seen"] = old["first_seen"]
    row["published_at"] = row["published_at"] or old["published_at"]
    if not comment.is_placed:
        row["parent_id"] = old["parent_id"]
    for damaged, kept in (("html", ("html", "text")), ("author", ("author",))):
        if is_damaged_copy(old[damaged], row[damaged]):
            row |= {name: old[name] for name in kept}
    return row

"""The table ``comment_pages``: the memory of which pages of comments were read, and what they had.

A page counts as read as long as the blog tells the same number of comments as it did then. An edit,
or one comment less and another one more, leaves that number: so a page is old once the article has
been read again after it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from archiver.items import CommentPage
from archiver.store.records import Row
from archiver.terminal.plural import plural

#: No article has more pages of comments, whatever its pager says.
MOST_PAGES: Final = 1000

_SAVE: Final = """
    INSERT INTO comment_pages (article_id, number, pages, comment_count, comments, read_at)
    VALUES (:article, :number, :pages, :count, :comments, :now)
    ON CONFLICT (article_id, number) DO UPDATE SET pages = excluded.pages,
      comment_count = excluded.comment_count, comments = excluded.comments,
      read_at = excluded.read_at
"""
_MOVED: Final = """
    DELETE FROM comment_pages
    WHERE article_id = :article AND EXISTS (
      SELECT 1 FROM comment_pages AS old WHERE old.article_id = :article AND old.number = :number
      AND old.comments <> :comments)
"""
_FORGET: Final = """
    DELETE FROM comment_pages
    WHERE article_id = :article AND (number > :pages OR comment_count IS NOT :count)
"""
_OF_RUN: Final = """
    SELECT number, pages, comment_count, comments FROM comment_pages
    WHERE article_id = ? AND read_at >= (SELECT coalesce(max(started_at), '') FROM runs)
"""
#: Published articles of which the blog tells another number of comments than are archived.
_ARTICLES: Final = """
    SELECT a.id, a.published, a.comment_count, a.fetched_at, count(c.id) AS stored
    FROM articles AS a LEFT JOIN comments AS c ON c.article_id = a.id AND c.gone_at IS NULL
    WHERE a.status = 'published' AND a.comment_count > 0 AND (:id IS NULL OR a.id = :id)
    GROUP BY a.id ORDER BY a.id DESC
"""
_PAGES: Final = """
    SELECT article_id, number, pages, comment_count, read_at FROM comment_pages
    WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY read_at, number
"""


@dataclass(frozen=True, slots=True)
class CommentState:
    """What the archive has of an article's comments."""

    article: int
    #: The day of publication (``YYYY-MM-DD``), where it is known.
    published: str | None
    #: How many the blog tells, and how many are archived and not gone.
    told: int
    stored: int
    #: The pages that are to be read, in their order.
    unread: tuple[int, ...]
    #: Those that were not read since the article was read the last time.
    old: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentTotals:
    """How many comments of the published articles the archive has."""

    stored: int
    #: How many the blog tells.
    told: int
    #: Pages of comments that are known to be there, and that were not read.
    unread_pages: int

    @property
    def words(self) -> str:
        """The line of a report, as ``803 of 812 (9 pages not read; …)``."""
        if self.stored == self.told:
            return f"{self.stored:,}"
        pages = plural(self.unread_pages, "page")
        why = f"{pages} not read; crawl with -a comments=1"
        left = why if self.unread_pages else "no page shows more"
        return f"{self.stored:,} of {self.told:,} ({left})"


def note_page(db: Database, page: CommentPage, comments: Sequence[int], now: str) -> None:
    """Note a page that was read at ``now``, inside the caller's transaction.

    The count of its heading is the article's from now on. Forgotten are pages behind the last one,
    and those that were read at another count, or before this page showed other comments: what is on
    them has moved since.
    """
    pages = min(page.pages, MOST_PAGES)
    if page.count is not None:
        db.execute(
            "UPDATE articles SET comment_count = ? WHERE id = ? AND comment_count IS NOT ?",
            [page.count, page.id, page.count],
        )
    query = "SELECT comment_count FROM articles WHERE id = ?"
    (count,) = db.execute(query, [page.id]).fetchone() or (None,)
    values: Row = {"article": page.id, "number": page.number, "pages": pages, "count": count}
    values |= {"comments": json.dumps(comments), "now": now}
    db.execute(_MOVED, values)
    db.execute(_SAVE, values)
    db.execute(_FORGET, values)


def shown_on_all_pages(db: Database, article: int) -> str | None:
    """The ids on all pages of an article's comments as a JSON array, if this run has read them all.

    ``None`` where a page was not read, or where they have fewer comments than the blog counts.
    """
    rows = list(db.query(_OF_RUN, [article]))
    if not rows or len({(row["pages"], row["comment_count"]) for row in rows}) != 1:
        return None
    shown = {comment for row in rows for comment in json.loads(row["comments"])}
    is_all = {row["number"] for row in rows} >= set(range(1, rows[0]["pages"] + 1))
    is_whole = len(shown) >= (rows[0]["comment_count"] or 0)
    return json.dumps(sorted(shown)) if is_all and is_whole else None


def shown_elsewhere(db: Database, page: CommentPage) -> int | None:
    """The number of another page that has all comments of a page, at the same count; or ``None``.

    Then a page is a copy of that one.
    """
    ids = {comment.id for comment in page.comments}
    query = "SELECT number, comment_count, comments FROM comment_pages WHERE article_id = ?"
    for row in db.query(query, [page.id]):
        is_same_count = page.count is None or row["comment_count"] == page.count
        if row["number"] != page.number and is_same_count and ids <= {*json.loads(row["comments"])}:
            return int(row["number"])
    return None


def comment_states(db: Database, article: int | None = None) -> list[CommentState]:
    """The state of all published articles with comments, or of one; the newest article first."""
    rows = list(db.query(_ARTICLES, {"id": article}))
    pages = _pages_of(db, rows)
    return [_state(row, pages[row["id"]]) for row in rows]


def comment_totals(db: Database) -> CommentTotals | None:
    """The comments of all published articles together; ``None`` where the blog tells of none.

    What an article has more than the blog tells is found to be gone when its pages are read, and is
    not counted.
    """
    rows = list(db.query(_ARTICLES, {"id": None}))
    if not rows:
        return None
    stored = sum(min(row["stored"], row["comment_count"]) for row in rows)
    told = sum(row["comment_count"] for row in rows)
    partly = [row for row in rows if row["stored"] != row["comment_count"]]  # of others all is read
    pages = _pages_of(db, partly)
    unread = sum(len(_state(row, pages[row["id"]]).unread) for row in partly)
    return CommentTotals(stored, told, unread)


def _pages_of(db: Database, articles: Sequence[Row]) -> Mapping[int, list[Row]]:
    """The pages of comments of these articles that were read, by article; the last one last."""
    pages: dict[int, list[Row]] = defaultdict(list)
    for row in db.query(_PAGES, [json.dumps([article["id"] for article in articles])]):
        pages[row["article_id"]].append(row)
    return pages


def _state(row: Row, pages: Sequence[Row]) -> CommentState:
    told, stored = row["comment_count"], row["stored"]
    last = min(pages[-1]["pages"] if pages else 1, told, MOST_PAGES)
    read = {page["number"]: page["read_at"] for page in pages if page["comment_count"] == told}
    unread = [] if told == stored else [n for n in range(1, last + 1) if n not in read]
    old = _old_pages(read, last, row["fetched_at"] or "")
    return CommentState(row["id"], row["published"], told, stored, tuple(unread), tuple(old))


def _old_pages(read: Mapping[int, str], last: int, fetched_at: str) -> list[int]:
    """The pages not read since the article was; none where its page could not be noted.

    That are also those that were forgotten, as comments have moved, where as many are stored as are
    told.
    """
    if all(moment < fetched_at for moment in read.values()):
        return []
    return [n for n in range(1, last + 1) if read.get(n, "") < fetched_at]

"""The comments below an article: its threads, and how many of its comments the archive lacks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup
from sqlite_utils import Database

from archiver.reading.exports.site.page_body import Surroundings
from archiver.reading.exports.site.shown_words import comment_words
from archiver.reading.exports.site.threaded_comments import Placed, in_threads
from archiver.reading.times import format_blog_time, parse_time
from archiver.store.comment_pages import comment_states
from archiver.store.records import Row

_COMMENTS: Final = """
    SELECT id, parent_id, author, author_url, by_author, published_at, html, gone_at
    FROM comments WHERE article_id = ? ORDER BY id
"""
#: All of them, since comments are rarely changed.
_EARLIER: Final = """
    SELECT comment_id, replaced_at, author, html FROM comment_revisions
    ORDER BY comment_id, number DESC
"""
#: Replies that stand deeper stand no further in.
_DEEPEST: Final = 5
_WEB: Final = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_FORMULA: Final = re.compile(r"\$\$.+?\$\$|\$.+?\$|\\[(\[]|\\begin\s*\{", re.DOTALL)
#: In the place of what a comment does not have.
_NO_NAME: Final = "匿名"
_NO_TIME: Final = "时间不详"
_NO_WORDS: Final = Markup("<p>（没有文字）</p>")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a comment said before it was changed; the time, in UTC, is when that was noticed."""

    replaced_at: str
    author: str
    words: Markup


class Shown(NamedTuple):
    """A comment on its page."""

    id: int
    #: How far in it stands, from 0.
    level: int
    author: str
    #: The site of its author; empty where there is none.
    address: str
    by_author: bool
    #: When it was written: ISO 8601, empty where it is not known, and in words.
    moment: str
    written: str
    words: Markup
    #: When it was found to be gone from the blog, UTC.
    gone_at: str | None
    #: The comment that it answers, 0 where it begins a thread, and who wrote that.
    answered: int
    answered_author: str
    #: True when it answers a comment that is not there.
    is_stray: bool
    #: What it said before, the newest version first.
    earlier: list[Earlier]


@dataclass(frozen=True, slots=True)
class CommentSection:
    """The comments of an article in their order."""

    comments: list[Shown]
    #: How many the blog counts, and how many of the archived ones it shows, as far as is known.
    told: int
    stored: int
    #: True when pages of comments are known that were not read.
    has_unread: bool
    #: True when the article is still there, so that what is missing may still be read.
    is_published: bool

    @property
    def count(self) -> int:
        """How many there are, here or on the blog."""
        return max(self.told, len(self.comments))

    @property
    def words(self) -> Iterator[Markup]:
        """The words of all comments as they are now."""
        return (one.words for one in self.comments)

    @property
    def formula_count(self) -> int:
        """About how many formulas MathJax finds in the words."""
        return sum(len(_FORMULA.findall(words)) for words in self.words)


class CommentSections:
    """Reads the comments of one article after another."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._unread = {one.article for one in comment_states(db) if one.unread}
        self._earlier: dict[int, list[Row]] = defaultdict(list)
        for row in db.query(_EARLIER):
            self._earlier[row["comment_id"]].append(row)

    def section(self, article: Row, around: Surroundings) -> CommentSection | None:
        """The comments of a record; ``None`` where neither archive nor blog knows of any."""
        number, told = article["id"], article["comment_count"] or 0
        placed = in_threads(self._db.query(_COMMENTS, [number]))
        if not placed and not told:
            return None
        known = {one.row["id"] for one in placed}
        return CommentSection(
            comments=[self._shown(one, known, number, around) for one in placed],
            told=told,
            stored=sum(one.row["gone_at"] is None for one in placed),
            has_unread=number in self._unread,
            is_published=article["status"] == "published",
        )

    def _shown(
        self, placed: Placed, known: Container[int], article: int, around: Surroundings
    ) -> Shown:
        row, answered, written = placed.row, placed.answered, placed.row["published_at"]
        return Shown(
            id=row["id"],
            level=min(placed.depth, _DEEPEST),
            author=_name(row),
            address=web_address(row["author_url"]),
            by_author=bool(row["by_author"]),
            moment=written if parse_time(written) else "",
            written=format_blog_time(written) if written else _NO_TIME,
            words=_words(row, article, around),
            gone_at=row["gone_at"],
            answered=answered["id"] if answered else 0,
            answered_author=_name(answered) if answered else "",
            is_stray=row["parent_id"] is not None and row["parent_id"] not in known,
            earlier=list(self._earlier_of(row["id"], article, around)),
        )

    def _earlier_of(self, comment: int, article: int, around: Surroundings) -> Iterator[Earlier]:
        for row in self._earlier.get(comment, ()):
            yield Earlier(row["replaced_at"], _name(row), _words(row, article, around))


def _name(row: Row) -> str:
    return " ".join((row["author"] or "").split()) or _NO_NAME


def _words(row: Row, article: int, around: Surroundings) -> Markup:
    return comment_words(row["html"], article, around) or _NO_WORDS


def web_address(address: str | None) -> str:
    """The site that somebody has given, if a browser can open it from a disk; else nothing."""
    found = f"https:{address}" if (address or "").startswith("//") else address or ""
    return found if _WEB.match(found) else ""

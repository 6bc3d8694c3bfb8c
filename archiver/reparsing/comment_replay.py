"""Goes through the captured readings of comments once more, with the rules of a crawl.

The versions of a comment that are stored part the time. What was captured in the time of one is
today's reading of it: a version that nothing captured stays as it is, and one that is read like the
version before it goes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlite_utils import Database

from archiver.body.read import read_stored_body
from archiver.extraction.comment_words import text_of_words
from archiver.items import Comment, CommentPage
from archiver.store.comment_corrections import (
    CommentCorrection,
    foreign_comments,
    load_comments,
)
from archiver.store.comment_rows import is_other_version, next_row, version_of
from archiver.store.records import Row

#: A difference in this alone is none of what was read.
_NOTE: Final = "parser_version"


class Reading(NamedTuple):
    """A page of comments, and when it was received (UTC, ISO 8601)."""

    moment: str
    page: CommentPage


class _Shown(NamedTuple):
    moment: str
    comment: Comment
    #: The ids of the comments on the same page.
    beside: set[int]


def reread_comments(db: Database, article: int, readings: Sequence[Reading]) -> CommentCorrection:
    """What is to be corrected of an article's comments; ``readings`` are in their order.

    A comment that none of them shows stays as it is, and so does what tells when one was first seen
    and that it is gone.
    """
    shown = _by_comment(db, article, readings)
    stored = load_comments(db, article)
    rows: list[Row] = []
    versions: dict[int, Sequence[Row]] = {}
    for comment, seen in shown.items():
        old, before = stored.rows.get(comment), stored.versions.get(comment, ())
        chain = _Chain(article, old, before)
        chain.go_through(seen)
        if chain.row != old:
            rows.append(chain.row)
        if chain.versions != list(before):
            versions[comment] = chain.versions
    return CommentCorrection(tuple(rows), versions)


def differing_tables(db: Database, article: int, correction: CommentCorrection) -> Iterator[str]:
    """The names of the tables in which what was read differs."""
    stored = load_comments(db, article).rows
    if any(_told(row) != _told(stored.get(row["id"])) for row in correction.rows):
        yield "comments"
    if correction.versions:
        yield "comment_revisions"


def _told(row: Row | None) -> Row:
    return {key: value for key, value in (row or {}).items() if key != _NOTE}


def _by_comment(db: Database, article: int, readings: Sequence[Reading]) -> dict[int, list[_Shown]]:
    ids = {comment.id for _, page in readings for comment in page.comments}
    foreign = foreign_comments(db, article, ids)
    shown: dict[int, list[_Shown]] = defaultdict(list)
    for moment, page in readings:
        taken = [comment for comment in page.comments if comment.id not in foreign]
        beside = {comment.id for comment in taken}
        for comment in taken:
            shown[comment.id].append(_Shown(moment, comment, beside))
    return shown


class _Chain:
    """The versions of one comment, one after the other."""

    def __init__(self, article: int, stored: Row | None, versions: Sequence[Row]) -> None:
        self._article = article
        self._stored = stored
        self._before = versions
        self.row: Row = {}
        self.versions: list[Row] = []

    def go_through(self, seen: Sequence[_Shown]) -> None:
        """Make ``row`` and ``versions`` of all that pages have shown of the comment."""
        changed = [version["replaced_at"] for version in self._before]
        first = seen[0].moment if self._stored is None else self._stored["first_seen"]
        for number, start in enumerate([first, *changed]):
            own = [each for each in seen if bisect_right(changed, each.moment) == number]
            if not own:
                self._put(self._stored_version(number), start)
            for place, (moment, comment, beside) in enumerate(own):
                row = next_row(comment, self._article, self.row or None, beside, first)
                self._put(row, moment if place else start)
        self._keep(seen)

    def _put(self, row: Row, moment: str) -> None:
        """Let the comment be as in ``row`` from a moment on."""
        if self.row and is_other_version(row, self.row):
            told = version_of(self.row)
            number = len(self.versions) + 1
            about = {"comment_id": row["id"], "number": number, "replaced_at": moment}
            self.versions.append({**about, **told})
        self.row = row

    def _stored_version(self, number: int) -> Row:
        """The row that the comment had in a version, as it is stored."""
        assert self._stored is not None  # what is not stored has one version, which was captured
        if number == len(self._before):
            return self._stored
        row = {**self._stored, **version_of(self._before[number])}
        row["text"] = text_of_words(read_stored_body(row["html"]))
        return row

    def _keep(self, seen: Sequence[_Shown]) -> None:
        """Keep of the stored row what the captured pages do not tell."""
        if self._stored is None:
            return
        kept = ["first_seen", "gone_at"]
        if not any(each.comment.is_placed for each in seen):
            kept.append("parent_id")
        self.row = {**self.row, **{name: self._stored[name] for name in kept}}

"""Reads the page of a capture with today's parsers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from archiver import site
from archiver.extraction.article_page import complete_from_archive, read_article
from archiver.extraction.comment_page import read_comment_page
from archiver.items import Article, CommentPage
from archiver.reparsing.stored_article import StoredArticle
from archiver.store.captures import Capture, captures_below, get_capture
from archiver.store.records import Row
from archiver.tree.unexpected import UnexpectedPage
from archiver.warc.stored_answer import StoredAnswer, read_answer


class UnreadableCapture(Exception):
    """A capture of an article that cannot be read; the text says which and why."""


class CapturedPages:
    """The pages of one article, in the WARC files of the folder ``warc``.

    Equal ones are read once.
    """

    def __init__(self, db: Database, warc: Path, stored: StoredArticle) -> None:
        self._db = db
        self._warc = warc
        self._stored = stored
        self._read: dict[tuple[str, int | None, int | None, int], Article] = {}

    def read(self, capture: Capture, version: Row | None) -> Article:
        """The article that a page shows; raises ``UnreadableCapture``.

        What the page does not tell is as in ``version``, the row of ``revisions`` that the article
        had then.
        """
        number = None if version is None else version["number"]
        place = capture.refers_to or capture.id
        key = (capture.url, capture.status, number, place)
        if key not in self._read:
            self._read[key] = self._read_anew(capture, version)
        return replace(self._read[key], capture=capture.id)

    def _read_anew(self, capture: Capture, version: Row | None) -> Article:
        stored = self._stored
        article = stored.row["id"]
        told = {**stored.row, **_columns(version)}
        with _named(capture):
            answer = self._answer(capture)
            return read_article(
                answer.body,
                article,
                _copy_of(capture.url, article),
                status=answer.status,
                complete=partial(complete_from_archive, stored=told, shown=stored.shown),
            )

    def comment_pages(self) -> Iterator[tuple[Capture, CommentPage]]:
        """The further pages of comments, in no order; raises ``UnreadableCapture``.

        An answer that is no such page, as a crawl has found too, is left out.
        """
        article = self._stored.row["id"]
        path = site.article_path(article)
        starts = {c.url.partition(path)[0] for c in self._stored.captures if path in c.url}
        for start in sorted(starts):
            for capture in captures_below(self._db, f"{start}{path}/comment-page-"):
                page = self._comment_page(capture, article)
                if page is not None:
                    yield capture, page

    def _comment_page(self, capture: Capture, article: int) -> CommentPage | None:
        number = site.comments_number(capture.url)
        with _named(capture):
            body = self._answer(capture).body
        if number is None:
            return None
        try:
            return read_comment_page(body, article, number, site.base_of(capture.url, article))
        except UnexpectedPage:
            return None

    def _answer(self, capture: Capture) -> StoredAnswer:
        first = None if capture.refers_to is None else get_capture(self._db, capture.refers_to)
        return read_answer(self._warc, capture, first, most=site.LARGEST_PAGE)


@contextmanager
def _named(capture: Capture) -> Iterator[None]:
    """Raise ``UnreadableCapture``, with the place of a capture, where it cannot be read."""
    try:
        yield
    except FileNotFoundError as error:
        raise UnreadableCapture(f"{error.filename} is missing; put it back") from error
    except (OSError, UnexpectedPage) as error:
        place = f"{capture.warc}, byte {capture.offset:,}"
        raise UnreadableCapture(f"the page of {capture.fetched_at} ({place}): {error}") from error


def _copy_of(url: str, article: int) -> site.Base | None:
    """The copy of the blog that an article's page was read from; ``None``: the live host."""
    base = site.base_of(url, article)
    return None if base is None or base.is_live else base


def _columns(version: Row | None) -> Row:
    if version is None:
        return {}
    names = ("title", "author", "published", "category", "tags")
    return {name: version[name] for name in names if version[name] is not None}

"""Reads the page of a capture with today's parsers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from archiver import site
from archiver.extraction.article_page import complete_from_archive, read_article
from archiver.items import Article
from archiver.reparsing.stored_article import StoredArticle
from archiver.store.captures import Capture, get_capture
from archiver.store.records import Row
from archiver.tree.unexpected import UnexpectedPage
from archiver.warc.stored_answer import read_answer


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
        try:
            first = None if capture.refers_to is None else get_capture(self._db, capture.refers_to)
            answer = read_answer(self._warc, capture, first, most=site.LARGEST_PAGE)
            return read_article(
                answer.body,
                article,
                _copy_of(capture.url, article),
                status=answer.status,
                complete=partial(complete_from_archive, stored=told, shown=stored.shown),
            )
        except FileNotFoundError as error:
            raise UnreadableCapture(f"{error.filename} is missing; put it back") from error
        except (OSError, UnexpectedPage) as error:
            place = f"{capture.warc}, byte {capture.offset:,}"
            raise UnreadableCapture(
                f"the page of {capture.fetched_at} ({place}): {error}"
            ) from error


def _copy_of(url: str, article: int) -> site.Base | None:
    """The copy of the blog that an article's page was read from; ``None``: the live host."""
    base = site.base_of(url, article)
    return None if base is None or base.is_live else base


def _columns(version: Row | None) -> Row:
    if version is None:
        return {}
    names = ("title", "author", "published", "category", "tags")
    return {name: version[name] for name in names if version[name] is not None}

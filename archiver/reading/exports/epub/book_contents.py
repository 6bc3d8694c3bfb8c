"""What a book is: its name, its articles in their order, the parts of its table of contents."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlite_utils import Database

from archiver import site
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.site.site_overview import Listed, Overview, Series, read_overview
from archiver.reading.series_list import list_parts
from archiver.reading.times import parse_time
from archiver.tree.xml_text import xml_text

_BLOG: Final = "科学空间"
_NO_DAY: Final = "日期不明"
_LAST_RUN: Final = "SELECT max(coalesce(finished_at, started_at)) FROM runs"
_LAST_SEEN: Final = "SELECT max(last_seen) FROM articles"
_EPOCH: Final = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the table of contents: a year, or a series."""

    name: str
    articles: list[Listed]


@dataclass(frozen=True, slots=True)
class Book:
    """A book before its chapters are written."""

    title: str
    #: Stays the same for the same choice of articles, so that a reader knows a newer book.
    identifier: str
    authors: list[str]
    parts: list[Part]
    overview: Overview
    #: When the archive's last run ended: UTC, to the second, with ``Z``.
    modified: str

    @property
    def articles(self) -> list[Listed]:
        """The articles in the order of the chapters."""
        return [article for part in self.parts for article in part.articles]

    @property
    def series(self) -> list[Series]:
        """The series of which a part is in the book."""
        return self.overview.series


def read_book(db: Database, selection: Selection) -> Book:
    """The book of the articles that a selection takes: by day, or in the order of a series."""
    overview = read_overview(db, selection)
    names = Counter(xml_text(one.author or "").strip() for one in overview.articles)
    return Book(
        _title(overview, selection),
        _identifier(selection),
        [name for name, _ in names.most_common() if name],
        _series_part(db, overview, selection) or _years(overview.articles),
        overview,
        _modified(db),
    )


def _title(overview: Overview, selection: Selection) -> str:
    chosen = [one.name for one in overview.series if one.id == selection.series]
    words = [*chosen, selection.category, selection.since and f"{selection.since} 以来"]
    if selection.ids is not None and len(overview.articles) == 1:
        words.append(overview.articles[0].title)
    elif selection.ids is not None:
        words.append("选篇")
    return "：".join([_BLOG, *[" ".join(word.split()) for word in words if word]])


def _identifier(selection: Selection) -> str:
    ids = None if selection.ids is None else sorted(set(selection.ids))
    chosen = json.dumps([selection.since, selection.category, ids, selection.series])
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{site.CANONICAL_BASE}/ {chosen}')}"


def _series_part(db: Database, overview: Overview, selection: Selection) -> list[Part]:
    """The one part of a book of a series; none for any other book."""
    if selection.series is None:
        return []
    parts = [part.id for part in list_parts(db.conn, selection.series)]
    articles = [overview.by_id[number] for number in parts if number in overview.by_id]
    name = next((one.name for one in overview.series if one.id == selection.series), _BLOG)
    return [Part(name, articles)]


def _years(articles: list[Listed]) -> list[Part]:
    groups = groupby(articles, key=lambda article: article.year)
    return [Part(f"{year} 年" if year else _NO_DAY, list(group)) for year, group in groups]


def _modified(db: Database) -> str:
    """When the last run ended, of an archive without runs when an article was seen last."""
    for query in (_LAST_RUN, _LAST_SEEN):
        (found,) = db.execute(query).fetchone()
        if (time := parse_time(found)) is not None:
            return f"{time:%Y-%m-%dT%H:%M:%SZ}"
    return _EPOCH

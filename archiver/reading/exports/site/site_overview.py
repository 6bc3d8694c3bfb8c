"""What the pages of a site say of other articles than their own: read once, without the texts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlite_utils import Database

from archiver import site
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.site.page_names import article_page
from archiver.reading.series_list import ListedSeries, in_ranges, list_parts, list_series
from archiver.store.json_arrays import json_array

_ARTICLES: Final = """
    SELECT l.id, l.title, l.author, l.published, l.category, l.tags, l.readers, l.status, l.url,
      l.versions, l.cited, a.first_seen
    FROM article_list AS l JOIN articles AS a ON a.id = l.id
    WHERE l.id IN (SELECT id FROM articles WHERE {condition})
    ORDER BY coalesce(l.published, ''), l.id
"""
_CITING: Final = """
    SELECT article_id, citing_id, citing_title, citing_published FROM cited_by
    ORDER BY article_id, citing_published DESC, citing_id DESC
"""


@dataclass(frozen=True, slots=True)
class Mention:
    """An article as other pages name it; ``address`` is its page, or its address on the blog."""

    id: int
    title: str
    published: str | None
    address: str
    is_local: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in lists: its columns of the view ``article_list``, with ``first_seen``."""

    id: int
    title: str
    author: str | None
    published: str | None
    category: str | None
    tags: list[str]
    readers: int | None
    status: str
    url: str
    versions: int
    cited: int
    first_seen: str

    @property
    def year(self) -> str:
        """The year of publication in four digits; empty when it is not known."""
        return (self.published or "")[:4]

    @property
    def address(self) -> str:
        """Its page, from the folder of the site."""
        return article_page(self.id)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a series, with its number where its title has one."""

    number: int | None
    mention: Mention


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its parts in order; ``missing`` are the numbers of the others, in words."""

    id: int
    name: str
    parts: list[Part]
    missing: str

    @property
    def local_parts(self) -> list[Mention]:
        """The parts that have a page on the site, in order."""
        return [part.mention for part in self.parts if part.mention.is_local]


@dataclass
class Overview:
    """The articles of a site from the oldest to the newest, and how they belong together."""

    articles: list[Listed]
    series: list[Series]
    by_id: dict[int, Listed] = field(init=False)
    #: The series of an article, by its id.
    series_of: dict[int, Series] = field(init=False)
    #: The articles that link to an article, the newest first, by its id.
    citing: dict[int, list[Mention]] = field(default_factory=dict)
    _places: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {article.id: article for article in self.articles}
        self._places = {article.id: place for place, article in enumerate(self.articles)}
        self.series_of = {part.mention.id: one for one in self.series for part in one.parts}

    def neighbours(self, article: int) -> tuple[Listed | None, Listed | None]:
        """The articles before and after one, by day."""
        place = self._places[article]
        before = self.articles[place - 1] if place else None
        after = self.articles[place + 1] if place + 1 < len(self.articles) else None
        return before, after


def read_overview(db: Database, selection: Selection) -> Overview:
    """The overview of the articles that a selection takes.

    A series is in it where one of its parts is; its other parts lead to the blog.
    """
    condition, values = selection.condition()
    rows = db.query(_ARTICLES.format(condition=condition), values)
    articles = [Listed(**{**row, "tags": _tags(row["tags"])}) for row in rows]
    local = {article.id for article in articles}
    series = [_series(db, one, local) for one in list_series(db.conn)]
    found = Overview(articles, [one for one in series if one.local_parts])
    found.citing = _citing(db, local)
    return found


def _tags(text: str) -> list[str]:
    """The tags in a JSON array; those of a damaged one are named when its page is written."""
    return [tag for tag in json_array(text) or () if isinstance(tag, str)]


def _series(db: Database, listed: ListedSeries, local: set[int]) -> Series:
    parts = [
        Part(part.number, _mention(part.id, part.title, part.published, local))
        for part in list_parts(db.conn, listed.id)
    ]
    return Series(listed.id, listed.name, parts, in_ranges(listed.missing))


def _citing(db: Database, local: set[int]) -> dict[int, list[Mention]]:
    found: dict[int, list[Mention]] = defaultdict(list)
    for article, citing, title, published in db.execute(_CITING):
        if article in local:
            found[article].append(_mention(citing, title, published, local))
    return dict(found)


def _mention(article: int, title: str, published: str | None, local: set[int]) -> Mention:
    is_local = article in local
    address = article_page(article) if is_local else site.article_url(article)
    return Mention(article, title, published, address, is_local)

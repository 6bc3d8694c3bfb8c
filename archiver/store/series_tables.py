"""The tables ``series`` and ``series_articles``: written as a whole, and only when they changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlite_utils import Database


class Titled(NamedTuple):
    """What of an article tells to which series it belongs."""

    id: int
    title: str
    #: The day of publication (``YYYY-MM-DD``).
    published: str | None = None


class Part(NamedTuple):
    """An article of a series; ``number`` is ``None`` where its title has none."""

    article: int
    number: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """A series, its known parts in their order, and the numbers between them that are missing."""

    name: str
    parts: tuple[Part, ...]
    missing: tuple[int, ...] = ()

    @property
    def id(self) -> int:
        """The lowest id of its articles."""
        return min(part.article for part in self.parts)


#: The rows of both tables.
Rows = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]

_TITLES: Final = "SELECT id, title, published FROM articles ORDER BY id"
_LINKS: Final = """
    SELECT DISTINCT article_id, target_id FROM links
    WHERE target_id IS NOT NULL AND target_id <> article_id
"""
_SERIES: Final = "SELECT id, name, parts, missing FROM series ORDER BY id"
_ARTICLES: Final = """
    SELECT series_id, article_id, number, position FROM series_articles
    ORDER BY series_id, position, article_id
"""


def titles(db: Database) -> list[Titled]:
    """The titles of all articles, sorted by id."""
    return [Titled(*row) for row in db.execute(_TITLES)]


def links(db: Database) -> list[tuple[int, int]]:
    """The articles that link to another, each with the one that it links to."""
    return [(start, end) for start, end in db.execute(_LINKS)]


def rows_of(found: Sequence[Series]) -> Rows:
    """The rows that some series are stored as, in the order of ``stored_rows``."""
    found = sorted(found, key=lambda series: series.id)
    series = [(s.id, s.name, len(s.parts), json.dumps(s.missing)) for s in found]
    articles = [
        (s.id, part.article, part.number, position)
        for s in found
        for position, part in enumerate(s.parts)
    ]
    return series, articles


def stored_rows(db: Database) -> Rows:
    """The rows of both tables."""
    return list(db.execute(_SERIES)), list(db.execute(_ARTICLES))


def save_series(db: Database, found: Sequence[Series]) -> bool:
    """Put these series in place of all others, in one transaction; ``False`` when they are there.

    Then nothing is written. Raises ``sqlite3.Error``.
    """
    rows = rows_of(found)
    if rows == stored_rows(db):
        return False
    with db.atomic():
        db.execute("DELETE FROM series_articles")
        db.execute("DELETE FROM series")
        db.conn.executemany("INSERT INTO series VALUES (?, ?, ?, ?)", rows[0])
        db.conn.executemany("INSERT INTO series_articles VALUES (?, ?, ?, ?)", rows[1])
    return True

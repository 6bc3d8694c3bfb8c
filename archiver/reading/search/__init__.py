"""Search an archive: exact from one character on, one meaning of a query for all who ask.

``scrapy search``, notebooks and the exported site search by this function or by what it means: an
article is found when its title or text, folded (``folding``), contains every term that is wanted
and none that is not (``query``). Nothing else is found and nothing is left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Final, NamedTuple

from archiver.reading.search.query import Query
from archiver.reading.search.ranking import Occurrences, Terms, by_article, places_by_article, score
from archiver.reading.search.series_names import series_called
from archiver.reading.search.snippets import (
    LENGTH,
    Snippet,
    best_start,
    first_offsets,
    snippet,
    whole,
)
from archiver.reading.search.trigram_index import AT_END, Index

#: Of a term with more places only their number is read, so it is not looked how near they are.
_MOST_PLACES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What the articles of a search have in common; ``None`` for anything."""

    year: int | None = None
    category: str | None = None
    tag: str | None = None
    #: The day of publication or later (``YYYY-MM-DD``).
    since: str | None = None
    #: The name of a series, or its id; no article is in one that the archive does not have.
    series: str | None = None


#: The conditions of ``Filters``, in the order of its fields.
_TESTS: Final = (
    "substr(published, 1, 4) = printf('%04d', ?)",
    "category = ?",
    "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)",
    "published >= ?",
    "id IN (SELECT article_id FROM series_articles JOIN json_each(?) ON value = series_id)",
)


_BODY: Final = "SELECT coalesce(body_text, '') FROM articles WHERE id = ?"
_PART: Final = """
    SELECT coalesce(substr(body_text, ?, ?), ''), coalesce(length(body_text), 0)
    FROM articles WHERE id = ?
"""


class _Row(NamedTuple):
    """What is read of every article, in the order of the query."""

    id: int
    title: str
    url: str
    published: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found."""

    id: int
    title: Snippet
    url: str
    published: str | None
    status: str
    text: Snippet


@dataclass(frozen=True, slots=True)
class Results:
    """How many articles a query has found, and the best of them."""

    total: int
    hits: tuple[Hit, ...]


def search(
    connection: sqlite3.Connection,
    text: str,
    filters: Filters | None = None,
    limit: int | None = 20,
) -> Results:
    """The articles that a query finds, the best first.

    In front stands what has most of the terms in its title, then what has them most often and
    nearest to each other, then the newest. ``limit`` is the number of hits that are shown,
    ``None`` for all. A query without terms finds nothing. Raises ``sqlite3.Error`` for a database
    that is no archive.
    """
    query = Query.parse(text)
    rows = _rows(connection, filters or Filters())
    found = _find(Index(connection), query, rows)
    weights = {a: (*score(offsets), rows[a].published or "", a) for a, offsets in found.items()}
    best = sorted(weights, key=weights.__getitem__, reverse=True)
    hits = (_hit(connection, rows[a], query.wanted, found[a]) for a in best[:limit])
    return Results(len(best), tuple(hits))


def _rows(connection: sqlite3.Connection, filters: Filters) -> dict[int, _Row]:
    """The articles that the filters let through, by id."""
    if filters.series is not None:
        filters = replace(filters, series=str(series_called(connection, filters.series)))
    chosen = [(test, value) for test, value in zip(_TESTS, astuple(filters), strict=True)]
    chosen = [(test, value) for test, value in chosen if value is not None]
    where = " AND ".join(["true", *(test for test, _ in chosen)])
    sql = f"SELECT id, title, url, published, status FROM articles WHERE {where}"  # noqa: S608
    rows = connection.execute(sql, [value for _, value in chosen])
    return {row[0]: _Row(*row) for row in rows}


def _find(index: Index, query: Query, among: Collection[int]) -> dict[int, Terms]:
    """The articles that a query finds, with the places of the terms that are not too frequent."""
    found = set(among) if query.wanted or query.unwanted else set()
    terms: dict[str, dict[int, Occurrences]] = {}
    for term in query.wanted:
        places = index.places(term, _MOST_PLACES)
        some = by_article(index.counts(term)) if places is None else places_by_article(places)
        terms[term] = some
        found &= some.keys()
    for term in query.unwanted if found else ():
        found -= index.articles(term)
    return {a: [(term, some[a]) for term, some in terms.items()] for a in found}


def _hit(connection: sqlite3.Connection, row: _Row, terms: Sequence[str], found: Terms) -> Hit:
    offsets = [one.offsets for _, one in found]
    if not any(offsets):
        (body,) = connection.execute(_BODY, (row.id,)).fetchone()
        offsets = first_offsets(body, terms)
    start = best_start(offsets)
    at = -LENGTH if start >= AT_END - LENGTH else start + 1  # as SQLite counts
    part, length = connection.execute(_PART, (at, LENGTH, row.id)).fetchone()
    start = length - len(part) if at < 0 else start
    text = snippet(part, terms, at_start=start <= 0, at_end=start + len(part) >= length)
    return Hit(row.id, whole(row.title, terms), row.url, row.published, row.status, text)

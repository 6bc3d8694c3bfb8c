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

from archiver.reading.search.few_texts import FEW, FewTexts
from archiver.reading.search.query import Query, is_storable
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
_MOST_PLACES: Final = 6_000


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
_SHOWN: Final = """
    SELECT id, title, url, published, status, coalesce(substr(body_text, ?, ?), ''),
      coalesce(length(body_text), 0)
    FROM articles WHERE id = ?
"""


class _Row(NamedTuple):
    """What is read of an article that is shown, in the order of the query."""

    id: int
    title: str
    url: str
    published: str | None
    status: str
    part: str
    length: int


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
    that is no archive, or whose index is damaged.
    """
    query = Query.parse(text)
    days = _days(connection, filters or Filters())
    found = _find(connection, query, days)
    weights = {a: (*score(terms), days[a] or "", a) for a, terms in found.items()}
    best = sorted(weights, key=weights.__getitem__, reverse=True)
    hits = (_hit(connection, a, query.wanted, found[a]) for a in best[:limit])
    return Results(len(best), tuple(hits))


def _days(connection: sqlite3.Connection, filters: Filters) -> dict[int, str | None]:
    """The days of the articles that the filters let through, by id."""
    if filters.series is not None:
        filters = replace(filters, series=str(series_called(connection, filters.series)))
    chosen = [(test, value) for test, value in zip(_TESTS, astuple(filters), strict=True)]
    chosen = [(test, value) for test, value in chosen if value is not None]
    if not all(is_storable(str(value)) for _, value in chosen):
        return {}
    where = " AND ".join(["true", *(test for test, _ in chosen)])
    sql = f"SELECT id, published FROM articles WHERE {where}"  # noqa: S608
    return dict(connection.execute(sql, [value for _, value in chosen]).fetchall())


def _find(connection: sqlite3.Connection, query: Query, among: Collection[int]) -> dict[int, Terms]:
    """The articles that a query finds, with the places of the terms that are not too frequent."""
    index, texts = Index(connection), FewTexts(connection)
    found = set(among) if query.wanted or query.unwanted else set()
    waiting = index.waiting()
    terms: dict[str, dict[int, Occurrences]] = {}
    for term in query.wanted:
        if len(found) <= FEW:
            terms[term] = texts.occurrences(term, found)
        else:
            terms[term] = _occurrences(index, term) | texts.occurrences(term, waiting)
        found &= terms[term].keys()
    for term in filter(is_storable, query.unwanted):
        few = len(found) <= FEW
        found -= texts.occurrences(term, found if few else waiting).keys()
        found -= set() if few else index.articles(term)
    return {a: [(term, some[a]) for term, some in terms.items()] for a in found}


def _occurrences(index: Index, term: str) -> dict[int, Occurrences]:
    """Where a term occurs, as exactly as its frequency allows in a short time."""
    if not is_storable(term):
        return {}
    if (places := index.places(term, _MOST_PLACES)) is not None:
        return places_by_article(places)
    if (counts := index.counts(term)) is not None:
        return by_article(counts)
    in_title, elsewhere, titled = Occurrences(1), Occurrences(), index.titled(term)
    return {a: in_title if a in titled else elsewhere for a in index.articles(term)}


def _hit(connection: sqlite3.Connection, article: int, terms: Sequence[str], found: Terms) -> Hit:
    offsets = [one.offsets for _, one in found]
    if not any(offsets):
        (body,) = connection.execute(_BODY, (article,)).fetchone()
        offsets = first_offsets(body, terms)
    start = best_start(offsets)
    at = -LENGTH if start >= AT_END - LENGTH else start + 1  # as SQLite counts
    row = _Row(*connection.execute(_SHOWN, (at, LENGTH, article)).fetchone())
    start = row.length - len(row.part) if at < 0 else start
    is_end = start + len(row.part) >= row.length
    text = snippet(row.part, terms, at_start=start <= 0, at_end=is_end)
    return Hit(row.id, whole(row.title, terms), row.url, row.published, row.status, text)

"""The series of an archive and their parts, as people ask for them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from archiver.store.json_arrays import json_array

_SERIES: Final = "SELECT id, name, parts, missing FROM series ORDER BY id"
_PARTS: Final = """
    SELECT number, id, published, title, status
    FROM series_articles JOIN articles ON id = article_id WHERE series_id = ? ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class ListedSeries:
    """A series; ``missing`` are the numbers of the parts between the known ones, and before."""

    id: int
    name: str
    parts: int
    missing: list[int]


@dataclass(frozen=True, slots=True)
class ListedPart:
    """An article of a series, as ``series_articles`` and ``articles`` have it."""

    number: int | None
    id: int
    published: str | None
    title: str
    status: str


def list_series(connection: sqlite3.Connection) -> list[ListedSeries]:
    """All series, the oldest first."""
    rows = connection.execute(_SERIES)
    return [
        ListedSeries(number, name, parts, _numbers(missing))
        for number, name, parts, missing in rows
    ]


def list_parts(connection: sqlite3.Connection, series: int) -> list[ListedPart]:
    """The parts of a series in their order; none for an id that is no series'."""
    return [ListedPart(*row) for row in connection.execute(_PARTS, (series,))]


def _numbers(array: str) -> list[int]:
    return [number for number in json_array(array) or () if isinstance(number, int)]


def in_ranges(numbers: list[int]) -> str:
    """Ascending numbers in words: ``1–3, 5``."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = ranges[-1][0], number
        else:
            ranges.append((number, number))
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)

"""Compares the tables of the series with what is recognised in the articles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archiver.extraction.series.recognition import recognise
from archiver.store.series_tables import links, rows_of, stored_rows, titles
from archiver.verify.fidelity.comparison import Point
from archiver.verify.unfinished_run import excuse_unfinished


def check_series(db: Database) -> Point:
    """The rows of ``series`` and ``series_articles`` are those of the titles and links.

    While a run goes on, or after one that was killed, they are older: then what differs is a
    remark.
    """
    expected = rows_of(recognise(titles(db), links(db)))
    point = Point("series", "row", sum(map(len, expected)))
    for table, wanted, found in zip(
        ("series", "series_articles"), expected, stored_rows(db), strict=True
    ):
        _compare(point, table, wanted, found)
    excuse_unfinished(point, db, "its tables are written")
    return point


def _compare(
    point: Point, table: str, wanted: Iterable[tuple[Any, ...]], found: Iterable[tuple[Any, ...]]
) -> None:
    wanted, found = set(wanted), set(found)
    for words, rows in (("lacks the row", wanted - found), ("has the row", found - wanted)):
        if rows:
            point.note(len(rows), f"{table} {words} {min(rows, key=repr)}; the next crawl mends it")

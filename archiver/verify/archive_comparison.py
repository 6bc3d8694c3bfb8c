"""Compares two archives: every table that a crawl fills, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlite_utils import Database

from archiver.store.column import Table
from archiver.store.schema import DIGESTS, TABLES, WRITTEN_FILES
from archiver.verify.fidelity.comparison import Point

#: What runs fill; the others are of the files, in which no two archives are equal.
COMPARED: Final = tuple(table for table in TABLES if table not in (DIGESTS, WRITTEN_FILES))
#: The most characters of a value that a difference shows.
_SHOWN: Final = 60
Row = Mapping[str, Any]


def compare_archives(here: Database, there: Database) -> list[Point]:
    """A point for each table: how many rows were compared, how many differ, and the first one.

    ``first`` names key and column; a table that one of the two lacks is a difference.
    """
    return [_compare(table, here, there) for table in COMPARED]


def find_differences(here: Database, there: Database, table: Table) -> Iterator[str]:
    """All differences in a table, in words: ``6583: title is 'a' here and 'b' there``."""
    for key, one, other in _pairs(table, here, there):
        if one is None or other is None:
            yield f"{_words(key)}: only {'there' if one is None else 'here'}"
        elif found := _difference(one, other):
            yield f"{_words(key)}: {found}"


def _compare(table: Table, here: Database, there: Database) -> Point:
    point = Point(table.name, "row", 0)
    both = (("here", here), ("there", there))
    lacking = [place for place, db in both if not db[table.name].exists()]
    if lacking:
        point.note(1, f"no such table {' and '.join(lacking)}")
        return point
    point.compared = here[table.name].count
    for words in find_differences(here, there, table):
        point.note(1, words)
    return point


def _pairs(
    table: Table, here: Database, there: Database
) -> Iterator[tuple[tuple[Any, ...], Row | None, Row | None]]:
    """The keys of both, each with the row of one, of the other, or of both, in their order."""
    keys = here.table(table.name).pks
    query = f"SELECT * FROM {table.name} ORDER BY {', '.join(keys)}"  # noqa: S608
    ones, others = here.query(query), there.query(query)
    one, other = next(ones, None), next(others, None)
    while one is not None or other is not None:
        key_of_one, key_of_other = _key(one, keys), _key(other, keys)
        if other is None or (one is not None and key_of_one < key_of_other):
            yield key_of_one, one, None
            one = next(ones, None)
        elif one is None or key_of_other < key_of_one:
            yield key_of_other, None, other
            other = next(others, None)
        else:
            yield key_of_one, one, other
            one, other = next(ones, None), next(others, None)


def _key(row: Row | None, names: list[str]) -> tuple[Any, ...]:
    return () if row is None else tuple(row[name] for name in names)


def _difference(one: Row, other: Row) -> str | None:
    """The first column in which two rows differ, in words; ``None`` when they are equal."""
    for name in dict.fromkeys([*one, *other]):
        if name not in one or name not in other:
            return f"{name}: no such column {'here' if name not in one else 'there'}"
        if one[name] != other[name]:
            place = _first_place(one[name], other[name])
            return f"{name} is {_cut(one[name], place)} here and {_cut(other[name], place)} there"
    return None


def _first_place(one: Any, other: Any) -> int:
    """The place of the first character that differs, a few before it; 0 for what is no text."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return 0
    pairs = enumerate(zip(one, other, strict=False))
    first = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    return max(first - 10, 0)


def _cut(value: Any, start: int) -> str:
    if not isinstance(value, str):
        return repr(value)
    end = "…" if len(value) > start + _SHOWN else ""
    return f"{'…' if start else ''}{value[start : start + _SHOWN]!r}{end}"


def _words(key: tuple[Any, ...]) -> str:
    return ", ".join(map(str, key))

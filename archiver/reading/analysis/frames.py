"""Rows of the archive as pandas frames, with the types that ``archiver.store.schema`` declares."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import pandas as pd

from archiver.store.column import Column, Format, Table

#: Text by Python's own strings, whatever else is installed.
_TEXT: Final = pd.StringDtype("python")


def frame_of(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """The rows of a query that has these columns, in their order.

    A number that may be null is ``Int64``, one that is never null ``int64``; a flag is ``bool``;
    a text ``string``; a column of few words a category; a day ``datetime64[s]``; a time
    ``datetime64[s]`` with its zone (UTC, or the blog's); arrays of strings are lists. What is no
    day and no time is ``NaT``. Raises ``ValueError`` for an array that is no JSON.
    """
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame(
        {
            column.name: _typed(column, pd.Series(list(found), dtype=object))
            for column, found in zip(columns, values, strict=True)
        }
    )


def columns_of(table: Table, without: Iterable[str] = ()) -> list[Column]:
    """The columns of a table but some."""
    return [column for column in table.columns if column.name not in set(without)]


def _typed(column: Column, values: pd.Series[Any]) -> pd.Series[Any]:
    if column.words:
        return values.astype(pd.CategoricalDtype(list(column.words)))
    if column.format in {Format.NUMBER, Format.COUNT, Format.PARSER_VERSION}:
        return pd.Series(values, dtype="int64" if column.null is None else "Int64")
    return _CONVERSIONS[column.format](values)


def _days(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(values, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")


def _times(zone: str) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    """A conversion of times of the archive to times in a zone."""

    def convert(values: pd.Series[Any]) -> pd.Series[Any]:
        times = pd.to_datetime(values, format="ISO8601", utc=True, errors="coerce")
        return times.astype("datetime64[s, UTC]").dt.tz_convert(zone)

    return convert


def _texts(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.astype(_TEXT)


def _parsed(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(
        [None if value is None else json.loads(value) for value in values], dtype=object
    )


_CONVERSIONS: Final[dict[Format, Callable[[pd.Series[Any]], pd.Series[Any]]]] = {
    Format.FLAG: lambda values: values.astype(bool),
    Format.TEXT: _texts,
    Format.NAME: _texts,
    Format.STRINGS: _parsed,
    Format.JSON: _parsed,
    Format.DAY: _days,
    Format.BLOG_TIME: _times("Asia/Shanghai"),
    Format.UTC: _times("UTC"),
}

"""The series that a person names: by id, or by a name whose spelling does not count."""

from __future__ import annotations

import sqlite3

from archiver.reading.search.folding import fold
from archiver.reading.search.near_names import near_names


def series_called(connection: sqlite3.Connection, wanted: str) -> list[int]:
    """The ids of the series with an id or a name, sorted; two series may have one name.

    Case, width and traditional characters do not count.
    """
    wanted = fold(wanted.strip())
    rows = connection.execute("SELECT id, name FROM series ORDER BY id").fetchall()
    return [number for number, name in rows if wanted in (str(number), fold(name))]


def names_near(connection: sqlite3.Connection, wanted: str) -> list[str]:
    """The names of series that contain one that is none's, or are most like it; three at most."""
    return near_names(wanted, (name for (name,) in connection.execute("SELECT name FROM series")))

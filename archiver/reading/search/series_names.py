"""The series that a person names: by id, or by a name whose spelling does not count."""

from __future__ import annotations

import sqlite3
from difflib import get_close_matches
from typing import Final

from archiver.reading.search.folding import fold

_MOST_NEAR: Final = 3
_NEARNESS: Final = 0.5


def series_called(connection: sqlite3.Connection, wanted: str) -> list[int]:
    """The ids of the series with an id or a name, sorted; two series may have one name.

    Case, width and traditional characters do not count.
    """
    wanted = fold(wanted.strip())
    rows = connection.execute("SELECT id, name FROM series ORDER BY id").fetchall()
    return [number for number, name in rows if wanted in (str(number), fold(name))]


def names_near(connection: sqlite3.Connection, wanted: str) -> list[str]:
    """The names that contain one that is no series', or that are most like it; three at most."""
    wanted = fold(wanted.strip())
    names = {fold(name): name for (name,) in connection.execute("SELECT name FROM series")}
    containing = [one for one in names if wanted and wanted in one]
    near = get_close_matches(wanted, names, _MOST_NEAR, _NEARNESS)
    return [names[one] for one in dict.fromkeys([*containing, *near])][:_MOST_NEAR]

"""The series that the words of a command name."""

from __future__ import annotations

import sqlite3

from archiver.reading.search.series_names import names_near, series_called
from archiver.store.errors import StoreError
from archiver.terminal.program import typed


def chosen_series(connection: sqlite3.Connection, wanted: str) -> list[int]:
    """The ids of the series of a name or id; raises ``StoreError`` when there is none."""
    if found := series_called(connection, wanted):
        return found
    near = names_near(connection, wanted)
    words = f"there is {' and '.join(near)}" if near else f"{typed('series')} lists all"
    raise StoreError(f"there is no series {wanted.strip()}; {words}", wrong_use=True)


def one_series(connection: sqlite3.Connection, wanted: str) -> int:
    """The id of the one series of a name or id; raises ``StoreError`` for none and for several."""
    found = chosen_series(connection, wanted)
    if len(found) > 1:
        ids = " and ".join(map(str, found))
        raise StoreError(
            f"{len(found)} series are called {wanted.strip()}; give an id: {ids}", wrong_use=True
        )
    return found[0]

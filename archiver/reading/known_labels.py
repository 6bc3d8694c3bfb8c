"""The categories and tags of an archive, for those who name one."""

from __future__ import annotations

import sqlite3
from typing import Final

from archiver.reading.search.near_names import near_names
from archiver.store.errors import StoreError

#: A label of each article that has it.
_LABELS: Final = {
    "category": "SELECT category AS label FROM articles WHERE category IS NOT NULL",
    "tag": "SELECT value AS label FROM articles, json_each(articles.tags)",
}
#: Labels that a message names where none is near.
_MOST_NAMED: Final = 5


def check_label(connection: sqlite3.Connection, kind: str, wanted: str | None) -> None:
    """Raise ``StoreError`` for a ``category`` or ``tag`` that no article has; ``None`` names none.

    The sentence names those that are nearest, or those of most articles.
    """
    if wanted is None:
        return
    known = labels(connection, kind)
    if wanted in known:
        return
    if near := near_names(wanted, known):
        meant = f"; there is {' and '.join(near)}"
    else:
        meant = f"; the most frequent: {', '.join(known[:_MOST_NAMED])}" if known else ""
    raise StoreError(f"there is no {kind} {wanted}{meant}", wrong_use=True)


def labels(connection: sqlite3.Connection, kind: str) -> list[str]:
    """The categories or tags of an archive, those of most articles first."""
    sql = f"SELECT label FROM ({_LABELS[kind]}) GROUP BY label ORDER BY count(*) DESC, label"  # noqa: S608
    return [label for (label,) in connection.execute(sql)]

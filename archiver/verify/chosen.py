"""Limits the queries of a check to the articles that it was asked for."""

from __future__ import annotations

import json
from typing import Final

#: Archive ids.
Ids = frozenset[int]
_ALL: Final = "1"


def chosen(column: str, ids: Ids | None) -> tuple[str, list[str]]:
    """A condition of SQL on a column with archive ids, and the values of its question mark.

    ``None`` is every article.
    """
    if ids is None:
        return _ALL, []
    return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(sorted(ids))]  # noqa: S608

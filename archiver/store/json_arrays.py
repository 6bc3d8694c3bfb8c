"""Columns that hold a JSON array, read so that a damaged one stops nothing."""

from __future__ import annotations

import json
from typing import Any


def parse_json(text: str) -> Any:
    """The value of a JSON text; raises ``ValueError``, also for one with too many brackets.

    Python's own parser raises ``RecursionError`` for brackets inside one another.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("too many brackets inside one another") from error


def json_array(text: str) -> list[Any] | None:
    """The JSON array in a text; ``None`` for a text that is none, which ``verify`` names."""
    try:
        found = parse_json(text)
    except ValueError:
        return None
    return found if isinstance(found, list) else None

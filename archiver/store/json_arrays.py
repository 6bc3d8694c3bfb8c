"""Columns that hold a JSON array, read so that a damaged one stops nothing."""

from __future__ import annotations

import json
from typing import Any


def json_array(text: str) -> list[Any] | None:
    """The JSON array in a text; ``None`` for a text that is none, which ``verify`` names."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) else None

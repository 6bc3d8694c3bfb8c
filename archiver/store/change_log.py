"""The table ``changes``: rows are added and never altered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from sqlite_utils import Database

_CHANGE: Final = """
    INSERT INTO changes (article_id, seen_at, kind, revision, fields, capture_id)
    VALUES (?, ?, ?, ?, ?, ?)
"""


def note_change(
    db: Database,
    article: int,
    now: str,
    kind: str,
    revision: int | None = None,
    fields: Sequence[str] = (),
    capture: int | None = None,
) -> None:
    """Add a row, inside the caller's transaction.

    ``kind`` is one of those that the table allows, ``fields`` names columns of ``articles``,
    ``capture`` is the number of the capture that it was made of.
    """
    db.execute(_CHANGE, [article, now, kind, revision, json.dumps(list(fields)), capture])

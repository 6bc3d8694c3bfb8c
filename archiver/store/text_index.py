"""The full-text index takes in texts by batches, in the ascending order of their ids.

FTS5 writes what it has gathered at the end of each statement, and whenever an id is lower than the
one before: one article after the other, the newest first, is the slowest way. So a new article
waits until a batch is together. Which articles wait, the index says itself: it has no size of
their texts. After a run that was killed the next one takes them in when it opens the archive.

A text that something else edits is followed by the triggers of ``m014_batched_index``.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from sqlite_utils import Database

from archiver import clock
from archiver.store.digests import suspend_index

#: So many articles make a batch.
BATCH: Final = 20
_WAITING: Final = "id NOT IN (SELECT id FROM articles_fts_docsize)"
_ALL: Final = f"SELECT id FROM articles WHERE {_WAITING}"  # noqa: S608
_AMONG: Final = "id IN (SELECT value FROM json_each(:ids))"
_TAKE_IN: Final = f"""
    INSERT INTO articles_fts (rowid, title, body_text)
    SELECT id, title, body_text FROM articles WHERE {_AMONG} ORDER BY id
"""  # noqa: S608
_CHOSEN: Final = f"{_AMONG} AND NOT {_WAITING}"
_IS_THERE: Final = f"SELECT 1 FROM articles WHERE {_CHOSEN} LIMIT 1"  # noqa: S608
_TAKE_OUT: Final = f"""
    INSERT INTO articles_fts (articles_fts, rowid, title, body_text)
    SELECT 'delete', id, title, body_text FROM articles WHERE {_CHOSEN} ORDER BY id
"""  # noqa: S608


def take_in_texts(db: Database, among: Collection[int] | None = None) -> int:
    """Take in the texts of the articles that wait, in one transaction; returns their number.

    All articles are gone through for them, or only those ``among`` which they are.
    """
    if among is None:
        found = db.execute(_ALL)
    else:
        found = db.execute(f"{_ALL} AND {_AMONG}", {"ids": json.dumps(list(among))})
    waiting = [article for (article,) in found]
    if waiting:
        with db.atomic():
            suspend_index(db, clock.utc_now())
            db.execute(_TAKE_IN, {"ids": json.dumps(waiting)})
    return len(waiting)


def take_out_texts(db: Database, articles: Collection[int]) -> None:
    """Take out the texts of articles before they are changed, inside the caller's transaction.

    They wait then to be taken in. FTS5 takes out what it is told, so it must be the old text.
    """
    chosen = {"ids": json.dumps(list(articles))}
    if db.execute(_IS_THERE, chosen).fetchone():
        suspend_index(db, clock.utc_now())
        db.execute(_TAKE_OUT, chosen)

"""Compares the search index with the texts of the articles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlite_utils import Database

from archiver.terminal.plural import plural
from archiver.verify.chosen import Ids, chosen
from archiver.verify.fidelity.comparison import Point
from archiver.verify.unfinished_run import last_run

_TABLES: Final = ("data", "idx", "docsize", "config")
_TEXTS: Final = ("title", "body_text")
#: The index as temporary tables, beside a view of the texts: the only place that can be written to.
_COPY: Final = (
    "CREATE TEMP VIEW IF NOT EXISTS checked_texts AS"
    " SELECT id, title, body_text FROM main.articles"
    " WHERE id IN (SELECT id FROM main.articles_fts_docsize)",
    "CREATE VIRTUAL TABLE temp.checked USING fts5(title, body_text, tokenize='trigram',"
    " content='checked_texts', content_rowid='id')",
    *(f"DELETE FROM temp.checked_{table}" for table in _TABLES),  # noqa: S608
    *(
        f"INSERT INTO temp.checked_{table} SELECT * FROM main.articles_fts_{table}"  # noqa: S608
        for table in _TABLES
    ),
)
#: Rank 1 compares the index with the articles; without it the index is only compared with itself.
_CHECK: Final = "INSERT INTO temp.checked (checked, rank) VALUES ('integrity-check', 1)"
_MENDED: Final = "sqlite-utils rebuild-fts FILE mends it"
_FOUND: Final = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? AND rowid = ?"
_WAITING: Final = """
    SELECT id FROM articles WHERE id NOT IN (SELECT id FROM articles_fts_docsize) AND {} ORDER BY id
"""
_TAKEN_IN: Final = "the next run takes its text into the index"
#: SQLite's check of the whole index takes as long as the search for the texts of 6 articles among
#: 1,500, and of 28 among 15,000.
_FEW: Final = 16
#: Of a shorter text the index has nothing.
_SHORTEST: Final = 3


def check_search(db: Database, ids: Ids | None) -> Point:
    """The search index is in step with the articles; with ids, it has the texts of these."""
    point = Point("search", "article", 0)
    condition, values = chosen("id", ids)
    try:
        waiting = _waiting(db, ids)
        count = f"SELECT count(*) FROM articles WHERE {condition}"  # noqa: S608
        (point.compared,) = db.execute(count, values).fetchone()
        if ids is None:
            _check_all(db)
        elif point.compared <= _FEW or not _is_sound(db):
            _check_some(point, db, ids, waiting)
        _note_waiting(point, db, waiting)
    except sqlite3.OperationalError as error:
        point.note(1, f"the index cannot be read: {error}")
    except sqlite3.DatabaseError:
        point.note(1, f"the index is not that of the articles; {_MENDED}")
    return point


def _waiting(db: Database, ids: Ids | None) -> set[int]:
    """The articles whose texts are not in the index yet: it takes them in by batches."""
    condition, values = chosen("id", ids)
    return {article for (article,) in db.execute(_WAITING.format(condition), values)}


def _note_waiting(point: Point, db: Database, waiting: set[int]) -> None:
    """Name what waits for the index, which is no fault before the run has come to its end."""
    started, finished = last_run(db)
    if waiting and started is not None and finished is None:
        point.remark = (
            f"search: {plural(len(waiting), 'article')} not in the index yet: the last run has not"
            " finished (it goes on, or was killed), and takes them in at its end at the latest"
        )
        return
    for article in sorted(waiting):
        point.note(1, f"article {article}: {_TAKEN_IN}")


def _is_sound(db: Database) -> bool:
    """True when the whole index is in step with all articles."""
    try:
        _check_all(db)
    except sqlite3.DatabaseError:  # also where there is no room for the copy
        return False
    return True


def _check_all(db: Database) -> None:
    """SQLite's own check; raises ``sqlite3.DatabaseError`` where it fails.

    It is a command that needs a table to write to, so a copy of the index is checked, which SQLite
    holds in a temporary file. The texts are not copied.
    """
    with _temporary_tables(db):
        try:
            for statement in (*_COPY, _CHECK):
                db.execute(statement)
        finally:
            db.execute("DROP TABLE IF EXISTS temp.checked")


@contextmanager
def _temporary_tables(db: Database) -> Iterator[None]:
    """Let temporary tables be written, which are none of the archive's."""
    (is_query_only,) = db.execute("PRAGMA query_only").fetchone()
    db.execute("PRAGMA query_only = OFF")
    try:
        yield
    finally:
        db.execute(f"PRAGMA query_only = {is_query_only}")


def _check_some(point: Point, db: Database, ids: Ids, waiting: set[int]) -> None:
    condition, values = chosen("id", ids)
    rows = db.execute(f"SELECT id, title, body_text FROM articles WHERE {condition}", values)  # noqa: S608
    for article, *texts in rows.fetchall():
        if article in waiting:
            continue
        for column, text in zip(_TEXTS, texts, strict=True):
            if text and len(text) >= _SHORTEST and not _is_found(db, article, column, text):
                point.note(1, f"article {article}: the index has not its {column}; {_MENDED}")


def _is_found(db: Database, article: int, column: str, text: str) -> bool:
    """True when the index has a text as a whole in a column of an article."""
    phrase = text.replace('"', '""')
    return db.execute(_FOUND, [f'{column} : "{phrase}"', article]).fetchone() is not None

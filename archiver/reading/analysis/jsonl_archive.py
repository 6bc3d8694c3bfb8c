"""A JSONL file as an archive in memory, so that it is asked in the same way as a database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.extraction.series.renewal import renew_series
from archiver.reading.analysis.dataset_error import DatasetError
from archiver.store.column import Format, ItemColumn
from archiver.store.migrations import migrations
from archiver.store.schema import ARTICLES, PARTS

_REBUILD: Final = "INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')"


def read_jsonl(path: Path) -> Database:
    """The archive of a JSONL file, in memory; raises ``DatasetError`` that names a broken line.

    It has what the file has, and the series that its titles tell: the other tables are empty, and
    the times that the file leaves out (``last_seen``, ``fetched_at``) are empty texts. The search
    index is made by ``make_index``.
    """
    db = Database(memory=True)
    migrations.apply(db)
    for trigger in db.triggers:
        db.execute(f'DROP TRIGGER "{trigger.name}"')
    try:
        with path.open("rb") as file, db.atomic():
            for number, line in enumerate(file, start=1):
                _add_line(db, f"{path}, line {number}", line)
            renew_series(db)
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror}") from error
    db.execute("PRAGMA query_only = ON")
    return db


def make_index(db: Database) -> None:
    """Fill the search index of an archive in memory from its articles."""
    db.execute("PRAGMA query_only = OFF")
    db.execute(_REBUILD)
    db.conn.commit()
    db.execute("PRAGMA query_only = ON")


def _add_line(db: Database, place: str, line: bytes) -> None:
    try:
        entry = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{place} is broken or cut off: {error}") from error
    try:
        _add_article(db, entry)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise DatasetError(f"{place} is no article of an archive") from error
    except sqlite3.Error as error:
        raise DatasetError(f"{place} is no article of an archive: {error}") from error


def _add_article(db: Database, entry: Mapping[str, Any]) -> None:
    """Insert an article and what its body holds; the database refuses values of other types."""
    article = entry["id"] + 0  # no text and no null, of which SQLite would make a new id
    absent = {column.name: "" for column in ARTICLES.filled if not column.in_jsonl}
    _insert(db, ARTICLES.name, absent | _row(ARTICLES.filled, entry))
    for table in PARTS:
        for position, part in enumerate(entry.get(table.name, ())):
            place = {"article_id": article, "position": position}
            _insert(db, table.name, place | _row(table.filled, part))


def _row(columns: Iterable[ItemColumn], entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column.name: _stored(column.format, entry[column.name])
        for column in columns
        if column.in_jsonl and column.name in entry
    }


def _stored(values: Format, value: Any) -> Any:
    """A value of the file as the database has it; of a wrong type as it is."""
    if values is Format.STRINGS and isinstance(value, list):
        return values.to_sql(value)
    return int(value) if values is Format.FLAG and isinstance(value, bool) else value


def _insert(db: Database, table: str, row: Mapping[str, Any]) -> None:
    names, values = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({values})", tuple(row.values()))  # noqa: S608

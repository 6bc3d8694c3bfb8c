"""The table ``digests``: what every table held at the end of the last run.

Most columns can be made again from something else, as a hash from a body. That a moment, a reader
count or a sighting was changed by a bad disk, or by another program, shows only here.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from archiver.store.schema import DIGESTS, TABLES

#: Table → its columns, and those by which its rows are sorted. That of sqlite-utils is among them,
#: and those of the search index: SQLite's own check does not see every changed place in it.
_COVERED: Final = {
    **{
        table.name: (table.names, tuple(column.name for column in table.columns if column.key))
        for table in TABLES
        if table is not DIGESTS
    },
    "_sqlite_migrations": (("migration_set", "name", "applied_at"), ("migration_set", "name")),
    "articles_fts_data": (("id", "block"), ("id",)),
    "articles_fts_idx": (("segid", "term", "pgno"), ("segid", "term")),
    "articles_fts_docsize": (("id", "sz"), ("id",)),
    "articles_fts_config": (("k", "v"), ("k",)),
    "sqlite_master": (("type", "name", "tbl_name", "sql"), ("type", "name")),
}
#: Table → which of its rows count. A view or table of somebody else is none of the archive's.
_OWN_ROWS: Final = {
    "sqlite_master": "tbl_name IN ('articles_fts', 'digests', {})".format(
        ", ".join(f"'{name}'" for name in _COVERED)
    ),
}
_SAVE: Final = """
    INSERT INTO digests (name, rows, sha256, taken_at) VALUES (:name, :rows, :sha256, :end)
    ON CONFLICT (name) DO UPDATE
    SET rows = excluded.rows, sha256 = excluded.sha256, taken_at = excluded.taken_at
"""
_NOTE: Final = "UPDATE digests SET changed_at = coalesce(changed_at, ?) WHERE name = ?"
_CHANGED: Final = "UPDATE digests SET rows = ?, sha256 = ? WHERE name = ?"
_LAST_END: Final = "SELECT finished_at FROM runs ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Digest:
    """The rows of a table, and their hash."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a table held at the end of a run."""

    digest: Digest
    taken_at: str
    #: When a run found at its start that something else had changed the table.
    changed_at: str | None


def covered_tables() -> list[str]:
    """The tables of which digests are kept."""
    return list(_COVERED)


def digest_of(db: Database, name: str) -> Digest | None:
    """The digest of a table as it is now; ``None`` when it, or a column of it, is missing.

    SHA-256 over its rows in the order of their keys, each as SQLite's ``quote()`` writes its
    values, with commas between them and a line feed behind.
    """
    columns, keys = _COVERED[name]
    line = " || ',' || ".join(f"quote({column})" for column in columns)
    own = _OWN_ROWS.get(name, "1")
    query = f"SELECT CAST({line} AS BLOB) FROM {name} WHERE {own} ORDER BY {', '.join(keys)}"  # noqa: S608
    digest, rows = hashlib.sha256(), 0
    try:
        found = db.execute(query)
    except sqlite3.OperationalError as error:
        if str(error).startswith("no such"):
            return None
        raise
    for (text,) in found:
        digest.update(text)
        digest.update(b"\n")
        rows += 1
    return Digest(rows, digest.hexdigest())


def kept_digests(db: Database) -> dict[str, Kept]:
    """What was kept at the end of the last run, by table; nothing before the first one."""
    return {
        name: Kept(Digest(rows, sha256), taken_at, changed_at)
        for name, rows, sha256, taken_at, changed_at in db.execute(
            "SELECT name, rows, sha256, taken_at, changed_at FROM digests"
        ).fetchall()
    }


def changed_tables(db: Database) -> Iterator[str]:
    """The tables that are not as the last run has left them, where it came to its end."""
    (end,) = db.execute(_LAST_END).fetchone() or (None,)
    kept = {} if end is None else kept_digests(db)
    for name, found in kept.items():
        if name not in _COVERED or digest_of(db, name) != found.digest:
            yield name


def note_changed(db: Database, names: list[str], now: str) -> None:
    """Note, inside the caller's transaction, that something else has changed tables."""
    for name in names:
        db.execute(_NOTE, [now, name])


def save_digests(db: Database) -> None:
    """Keep what every table holds, inside the caller's transaction, where the last run is over."""
    (end,) = db.execute(_LAST_END).fetchone() or (None,)
    if end is None:
        return
    for name in _COVERED:
        if (found := digest_of(db, name)) is not None:
            values = {"name": name, "rows": found.rows, "sha256": found.sha256, "end": end}
            db.execute(_SAVE, values)


@contextmanager
def changing(db: Database, name: str) -> Iterator[None]:
    """Change a table between two runs, inside the caller's transaction.

    Its digest is that of the changed table then, unless something else had changed it before.
    """
    kept = kept_digests(db).get(name)
    is_known = kept is not None and digest_of(db, name) == kept.digest
    yield
    if is_known and (found := digest_of(db, name)) is not None:
        db.execute(_CHANGED, [found.rows, found.sha256, name])


def suspend_digests(db: Database) -> None:
    """Forget those of tables that nothing else has changed, inside the caller's transaction.

    This program writes to them outside a run then, and may be killed before it keeps new ones.
    """
    db.execute("DELETE FROM digests WHERE changed_at IS NULL")


def forget_digests(db: Database) -> None:
    """Forget them, as a migration changes tables; the next run keeps new ones."""
    db.execute("DELETE FROM digests")

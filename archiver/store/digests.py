"""The table ``digests``: what every table holds by what this program has written.

Most columns can be made again from something else, as a hash from a body. That a moment, a reader
count or a sighting was changed by a bad disk, or by another program, shows only here.

A digest is a sum, to which a row adds its hash. So ``digest_triggers`` changes it with each row
that is written, in the same transaction, and no run need read the tables again. What something
else changes stays out of the sum, whatever is written afterwards.

The tables of the full-text index are written by SQLite alone. Their digests are taken of all that
they hold: deleted before the first write, and made anew at the end.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlite_utils import Database

from archiver.store.schema import ARTICLES, COMMENTS, DIGESTS, PARTS, REVISIONS, TABLES

#: Table → its columns, of those whose digests go with every row that is written.
FOLLOWED: Final = {table.name: table.names for table in TABLES if table is not DIGESTS}
#: Those of the search index: SQLite's own check does not see every changed place in them.
_INDEX: Final = {
    "articles_fts_data": ("id", "block"),
    "articles_fts_idx": ("segid", "term", "pgno"),
    "articles_fts_docsize": ("id", "sz"),
    "articles_fts_config": ("k", "v"),
}
_COVERED: Final = {
    **FOLLOWED,
    **_INDEX,
    "_sqlite_migrations": ("migration_set", "name", "applied_at"),
    "sqlite_master": ("type", "name", "tbl_name", "sql"),
}
#: Table → which of its rows count. A view or table of somebody else is none of the archive's.
_OWN_ROWS: Final = {
    "sqlite_master": "tbl_name IN ('articles_fts', 'digests', {})".format(
        ", ".join(f"'{name}'" for name in _COVERED)
    ),
}
#: Of these many or long rows are inserted, always by ``insert_rows``: no trigger follows them.
_COUNTED: Final = (ARTICLES, REVISIONS, *PARTS, COMMENTS)
COUNTED: Final = frozenset(table.name for table in _COUNTED)
_INSERT: Final = {
    table.name: f"INSERT INTO {table.name} ({', '.join(table.names)})"  # noqa: S608
    f" VALUES ({', '.join('?' for _ in table.names)})"
    for table in _COUNTED
}
_VALUES: Final = {table.name: itemgetter(*table.names) for table in _COUNTED}
_MODULUS: Final = 1 << 256
_SAVE: Final = """
    INSERT INTO digests (name, rows, sha256, taken_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, sha256 = excluded.sha256
"""
_COUNT: Final = "UPDATE digests SET rows = rows + ?, sha256 = ? WHERE name = ?"
_LAST_RUN: Final = "SELECT started_at, finished_at FROM runs ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Digest:
    """The rows of a table, and the sum of their hashes."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a table holds by what this program has written."""

    digest: Digest
    #: End of the last run.
    taken_at: str
    #: When a run found, before it wrote to the table, that something else had changed it.
    changed_at: str | None


def covered_tables() -> list[str]:
    """The tables of which digests are kept."""
    return list(_COVERED)


def line_of(columns: Iterable[str], row: str = "") -> str:
    """The SQL that writes a row as a line; ``row`` is the prefix of its columns, as ``new.``.

    ``printf`` writes it in one go, where each ``||`` would copy all that is before it.
    """
    values = [f"quote({row}{column})" for column in columns]
    form = ",".join("%s" for _ in values)
    return f"CAST(printf('{form}', {', '.join(values)}) AS BLOB)"


def hash_of(line: bytes) -> int:
    """What a row adds to the sum of its table."""
    return int.from_bytes(hashlib.sha256(line).digest(), "big")


def sum_as_text(total: int) -> str:
    """A sum modulo 2**256, as ``digests.sha256`` has it."""
    return f"{total % _MODULUS:064x}"


def number_of(total: str) -> int:
    """A sum as a number; of one that somebody has spoilt, another one that is wrong too."""
    try:
        return int(total, 16)
    except ValueError:
        return hash_of(total.encode())


def digest_of(db: Database, name: str) -> Digest | None:
    """The digest of a table as it is now; ``None`` when it, or a column of it, is missing.

    The sum, modulo 2**256, of the SHA-256 of its rows, each as SQLite's ``quote()`` writes its
    values, with commas between them.
    """
    own = _OWN_ROWS.get(name, "1")
    query = f"SELECT {line_of(_COVERED[name])} FROM {name} WHERE {own}"  # noqa: S608
    total, rows = 0, 0
    try:
        found = db.execute(query)
    except sqlite3.OperationalError as error:
        if str(error).startswith("no such"):
            return None
        raise
    for rows, (line,) in enumerate(found, start=1):  # noqa: B007
        total += hash_of(line)
    return Digest(rows, sum_as_text(total))


def kept_digests(db: Database) -> dict[str, Kept]:
    """What is kept, by table; nothing before the first run."""
    return {
        name: Kept(Digest(rows, sha256), taken_at, changed_at)
        for name, rows, sha256, taken_at, changed_at in db.execute(
            "SELECT name, rows, sha256, taken_at, changed_at FROM digests"
        ).fetchall()
    }


def take_digests(db: Database) -> None:
    """Take those that are missing when a run begins, inside the caller's transaction.

    From here on they go with what is written. Those of tables that SQLite writes are taken when
    the run ends.
    """
    _take(db, FOLLOWED)


def save_digests(db: Database) -> None:
    """Keep the digests as those of the end of the last run, inside the caller's transaction.

    Nothing is done where it is not over. Those are taken that are missing: at first, after
    a migration, where somebody has deleted them to accept a table, and of an index that was written
    to.
    """
    (_, end) = db.execute(_LAST_RUN).fetchone() or (None, None)
    if end is None:
        return
    _take(db, _COVERED)
    spoilt = [name for name in _INDEX if (kept := kept_digests(db).get(name)) and kept.changed_at]
    for name in spoilt:
        _save(db, name)
    db.execute("UPDATE digests SET taken_at = ? WHERE taken_at <> ?", [end, end])


def _take(db: Database, names: Iterable[str]) -> None:
    kept = kept_digests(db)
    for name in names:
        if name not in kept:
            _save(db, name)


def _save(db: Database, name: str) -> None:
    started, _ = db.execute(_LAST_RUN).fetchone()
    if (found := digest_of(db, name)) is not None:
        db.execute(_SAVE, [name, found.rows, found.sha256, started])


def insert_rows(db: Database, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows into one of ``COUNTED`` and add them to its digest, inside the transaction.

    A row has each column of the table, with a value of the column's type.
    """
    found = list(map(_VALUES[table], rows))
    if not found:
        return
    db.conn.executemany(_INSERT[table], found)
    kept = db.execute("SELECT sha256 FROM digests WHERE name = ?", [table]).fetchone()
    if kept is not None:
        total = number_of(kept[0]) + sum(hash_of(_line(values)) for values in found)
        db.execute(_COUNT, [len(found), sum_as_text(total), table])


def _line(values: Iterable[str | int | None]) -> bytes:
    """What the SQL of ``line_of`` makes of a row."""
    return b",".join(map(_quoted, values))


def _quoted(value: str | int | None) -> bytes:
    """A value as SQLite's ``quote()`` writes it: a text to its first NUL.

    Each text is encoded by itself: Python keeps the bytes of one that was written to SQLite.
    """
    if value is None:
        return b"NULL"
    if isinstance(value, str):
        return b"'%b'" % value.encode().partition(b"\0")[0].replace(b"'", b"''")
    return b"%d" % value


def suspend_index(db: Database, now: str) -> list[str]:
    """Forget the digests of the search index before it is written, inside the transaction.

    So that nothing is blessed that something else has changed, a table that is not as it was left
    is noted, with the time ``now``; returns the names of these.
    """
    kept = kept_digests(db)
    known = {name: kept[name] for name in _INDEX if name in kept and not kept[name].changed_at}
    changed = [name for name, known in known.items() if digest_of(db, name) != known.digest]
    for name in changed:
        db.execute("UPDATE digests SET changed_at = ? WHERE name = ?", [now, name])
    for name in known.keys() - set(changed):
        db.execute("DELETE FROM digests WHERE name = ?", [name])
    return changed


def forget_digests(db: Database) -> None:
    """Forget them, as a migration changes tables; the next run keeps new ones."""
    db.execute("DELETE FROM digests")

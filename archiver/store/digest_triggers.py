"""Digests of tables go with every row that this program writes, in the same transaction.

The triggers are temporary: they belong to one connection. What another program writes changes no
digest, and so ``scrapy verify`` finds it. Insertions into ``digests.COUNTED`` have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlite_utils import Database

from archiver.store.digests import COUNTED, FOLLOWED, hash_of, line_of, number_of, sum_as_text

_INSERT: Final = """
    CREATE TEMP TRIGGER digest_{name}_insert AFTER INSERT ON main.{name} BEGIN
      UPDATE digests SET rows = rows + 1, sha256 = digest_with(sha256, {new}) WHERE name = '{name}';
    END
"""
_DELETE: Final = """
    CREATE TEMP TRIGGER digest_{name}_delete AFTER DELETE ON main.{name} BEGIN
      UPDATE digests SET rows = rows - 1, sha256 = digest_without(sha256, {old})
      WHERE name = '{name}';
    END
"""
_UPDATE: Final = """
    CREATE TEMP TRIGGER digest_{name}_update AFTER UPDATE ON main.{name} BEGIN
      UPDATE digests SET sha256 = digest_changed(sha256, {old}, {new})
      WHERE name = '{name}';
    END
"""


def follow_writes(db: Database) -> None:
    """Let the digests go with what is written through this connection, to its end.

    A row must not be replaced by ``INSERT OR REPLACE``, which fires no trigger for the old one.
    """
    db.conn.create_function("digest_with", 2, _with, deterministic=True)
    db.conn.create_function("digest_without", 2, _without, deterministic=True)
    db.conn.create_function("digest_changed", 3, _changed, deterministic=True)
    for statement in _triggers():
        db.execute(statement)


def _triggers() -> Iterator[str]:
    for name, columns in FOLLOWED.items():
        lines = {"old": line_of(columns, "old."), "new": line_of(columns, "new.")}
        inserted = () if name in COUNTED else (_INSERT,)
        for trigger in (*inserted, _DELETE, _UPDATE):
            yield trigger.format(name=name, **lines)


def _with(total: str, line: bytes) -> str:
    return sum_as_text(number_of(total) + hash_of(line))


def _without(total: str, line: bytes) -> str:
    return sum_as_text(number_of(total) - hash_of(line))


def _changed(total: str, old: bytes, new: bytes) -> str:
    """In one call, as an index of many thousand articles changes as many rows."""
    return sum_as_text(number_of(total) - hash_of(old) + hash_of(new))

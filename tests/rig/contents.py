"""What an archive holds, without the times at which it was seen: for comparing two archives."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

#: When, and by how many runs, something was seen: no two archives have that in common.
MOMENTS: Final = frozenset(
    {"first_seen", "last_seen", "fetched_at", "seen_at", "gone_at", "absent"}
)
#: Table → the order of its rows.
TABLES: Final = {
    "articles": "id",
    "revisions": "article_id, number",
    "links": "article_id, position",
    "pictures": "article_id, position",
    "formulas": "article_id, position",
    "failures": "url",
    "sightings": "article_id",
}
#: The changes of each article in their order; ids and times are left out.
_CHANGES: Final = """
    SELECT article_id, kind, revision, fields FROM changes ORDER BY article_id, id
"""

Contents = dict[str, list[tuple[Any, ...]]]


def contents_of(database: Path) -> Contents:
    """Every row of every table that tells of the blog, table by table."""
    with closing(sqlite3.connect(database)) as connection:
        found = {table: _rows(connection, table, order) for table, order in TABLES.items()}
        found["changes"] = connection.execute(_CHANGES).fetchall()
    return found


def _rows(connection: sqlite3.Connection, table: str, order: str) -> list[tuple[Any, ...]]:
    info = connection.execute(f"PRAGMA table_info({table})").fetchall()
    columns = ", ".join(row[1] for row in info if row[1] not in MOMENTS)
    return connection.execute(f"SELECT {columns} FROM {table} ORDER BY {order}").fetchall()


def jsonl_without_moments(path: Path) -> bytes:
    """The JSONL file with the times cut out of it, the other bytes as they are written."""
    return b"".join(_without_moments(line) for line in path.read_bytes().splitlines(keepends=True))


def _without_moments(line: bytes) -> bytes:
    entry = json.loads(line)
    text = line.decode("utf-8")
    for key in MOMENTS & entry.keys():
        text = text.replace(f'"{key}": {json.dumps(entry[key])}', f'"{key}": …', 1)
    return text.encode("utf-8")


def damage_of(database: Path) -> list[str]:
    """What SQLite finds wrong with a database; empty when it is whole."""
    with closing(sqlite3.connect(database)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return [line for line in found if line != "ok"]


def torn_files(folder: Path, articles: int) -> list[str]:
    """The files of a data folder that were written in part only, or have too few articles."""
    found: list[str] = []
    for path in folder.glob("*.jsonl"):
        lines = path.read_text("utf-8").split("\n")
        is_whole = not lines[-1] and all(json.loads(line)["id"] for line in lines[:-1])
        if not is_whole or len(lines) - 1 < articles:
            found.append(path.name)
    feeds = folder.glob("*.xml")
    found += [feed.name for feed in feeds if not feed.read_bytes().rstrip().endswith(b"</feed>")]
    return found


def archived_ids(database: Path) -> set[int]:
    """The articles of an archive, none when it has no tables yet."""
    with closing(sqlite3.connect(database)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        rows: Iterable[tuple[int]] = ()
        if "articles" in tables:
            rows = connection.execute("SELECT id FROM articles").fetchall()
    return {row[0] for row in rows}

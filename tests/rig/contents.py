"""What an archive holds, without the times at which it was seen: for comparing two archives."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.processes import Processes
from archiver.verify.file_check import check_file_addresses, check_files
from archiver.verify.search_index import check_search
from archiver.verify.table_digests import check_digests
from archiver.verify.warc_check import check_warc

#: When something was seen: no two archives have that in common.
MOMENTS: Final = frozenset(
    {
        *("first_seen", "last_seen", "fetched_at", "seen_at", "gone_at", "entry_at"),
        *("asked_at", "read_at", "replaced_at"),
    }
)
#: Columns besides the moments that no two archives have in common, and why.
LEFT_OUT: Final = {
    ("changes", "capture_id"): "its number: a run that was killed has captures of its own",
    ("revisions", "capture_id"): "as in changes",
    ("changes", "id"): "the order of the articles among each other; within one it is compared",
    ("failures", "tries"): "grows with every run that notes the failure",
    ("sightings", "absent"): "the number of runs since an article was listed",
    ("sightings", "asked"): "above 0 when a run was killed while the page was on its way",
}
#: Tables that are not compared, and why.
NO_CONTENT: Final = {
    "digests": "hashes of the tables with their moments",
    "written_files": "hashes of the files with their moments",
    "captures": "what was received, and when; rig/kill.py compares them with the WARC files",
    "runs": "one row a run, and a kill makes one run more",
    "_sqlite_migrations": "when this program made the tables",
}
#: Where the primary key does not give the order that two archives have in common.
_ORDER: Final = {"changes": "article_id, id", "reader_counts": "article_id, seen_at"}
_TABLES: Final = """
    SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
"""
#: All that the search finds: which trigram stands where.
_INDEX: Final = """
    CREATE VIRTUAL TABLE temp.trigrams USING fts5vocab('main', 'articles_fts', 'instance')
"""

Contents = dict[str, list[tuple[Any, ...]]]


def contents_of(database: Path) -> Contents:
    """Every row of every table with every column, but for what is named above with its reason."""
    with closing(sqlite3.connect(database)) as connection:
        tables = {name for (name,) in connection.execute(_TABLES)} - NO_CONTENT.keys()
        found = {table: _rows(connection, table) for table in sorted(tables)}
        connection.execute(_INDEX)
        rows = connection.execute("SELECT * FROM temp.trigrams ORDER BY doc, term, col, offset")
        found["articles_fts"] = rows.fetchall()
    return found


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    info = connection.execute(f"PRAGMA table_info({table})").fetchall()
    names = [row[1] for row in info if row[1] not in MOMENTS and (table, row[1]) not in LEFT_OUT]
    key = ", ".join(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
    order = _ORDER.get(table, key)
    return connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}").fetchall()


def differences(expected: Contents, found: Contents) -> int:
    """How many rows two archives do not have in common."""
    pairs = [(Counter(expected[table]), Counter(found[table])) for table in expected]
    return sum((a - b).total() + (b - a).total() for a, b in pairs)


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
    """What SQLite finds wrong with a database and its search index; empty when it is whole."""
    with closing(sqlite3.connect(database)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles_au'").fetchone():
            found += check_search(Database(connection), None).findings
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


def warc_damage(folder: Path) -> list[str]:
    """What is wrong with WARC files, captures and digests of a folder; half a record is not."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        db = Database(connection)
        if not db["captures"].exists():
            return []
        points = [*check_warc(db, folder / "warc", Processes()), check_digests(db)]
    return [point.first for point in points if point.first]


def file_damage(folder: Path) -> list[str]:
    """What is wrong with the pictures of a data folder; one that has no row yet is not."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        db = Database(connection)
        if not db["files"].exists():
            return []
        points = [check_files(db, folder / "files", None), check_file_addresses(db, None)]
    return [point.first for point in points if point.first]


def archived_ids(database: Path) -> set[int]:
    """The articles of an archive, none when it has no tables yet."""
    with closing(sqlite3.connect(database)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        rows: Iterable[tuple[int]] = ()
        if "articles" in tables:
            rows = connection.execute("SELECT id FROM articles").fetchall()
    return {row[0] for row in rows}

"""Is the archive on disk whole? Checks that read, and never write, the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.audit.comparing import Point
from archiver.store import schema
from archiver.store.errors import StoreError
from archiver.store.records import content_sha256
from archiver.store.sqlite import check_archive

Ids = frozenset[int]

#: What has a hash: what it is called, and where it is.
_HASHED: Final = {
    "hashes": (
        "articles",
        "SELECT id, title, body_html, content_sha256 FROM articles ORDER BY id",
    ),
    "revisions": (
        "versions",
        "SELECT article_id, title, body_html, content_sha256 FROM revisions"
        " ORDER BY article_id, seen_at",
    ),
}
#: Rank 1 compares the index with the articles; without it the index is only compared with itself.
_CHECK_INDEX: Final = "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)"


def open_for_reading(path: Path) -> Database:
    """Open an archive so that nothing in it can change; raises ``StoreError``.

    All that is read is of one moment, whatever a crawl writes meanwhile.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise StoreError(
            f"there is no archive at {path}; crawl first, or set KEXUE_DATA_DIR and KEXUE_NAME",
            wrong_use=True,
        ) from None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", wrong_use=True) from error
    if size == 0:
        raise StoreError(f"{path} is empty; the next crawl fills it", wrong_use=True)
    check_archive(path)
    db = Database(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))
    try:
        _check_migrations(db, path)
        db.execute("BEGIN")
    except sqlite3.Error as error:
        db.close()
        raise StoreError(f"cannot read {path}: {error}") from error
    except StoreError:
        db.close()
        raise
    return db


def check_database(db: Database, ids: Ids | None) -> list[Point]:
    """The checks of the file itself; ``ids`` limits those that go article by article.

    SQLite's own ``quick_check`` has passed when the database was opened.
    """
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    return [
        Point("database", "pages", pages),
        check_references(db),
        *(check_hashes(db, name, ids) for name in _HASHED),
        check_search(db),
    ]


def check_references(db: Database) -> Point:
    """Every row that belongs to an article finds it."""
    (rows,) = db.execute(
        "SELECT sum(n) FROM (SELECT count(*) AS n FROM links"
        " UNION ALL SELECT count(*) FROM revisions UNION ALL SELECT count(*) FROM reader_counts"
        " UNION ALL SELECT count(*) FROM pictures UNION ALL SELECT count(*) FROM formulas)"
    ).fetchone()
    point = Point("references", "rows", rows)
    for table, _, parent, _ in db.execute("PRAGMA foreign_key_check").fetchall():
        point.note(1, f"a row of {table} has no row in {parent}")
    return point


def check_hashes(db: Database, name: str, ids: Ids | None) -> Point:
    """The hash of every title and body is the one that stands beside it."""
    unit, rows = _HASHED[name]
    point = Point(name, unit, 0)
    for article, title, body, stored in db.execute(rows):
        if ids is not None and article not in ids:
            continue
        point.compared += 1
        expected = None if body is None else content_sha256(title, body)
        if expected != stored:
            point.note(1, f"article {article}: expected {expected}, found {stored}")
    return point


def check_search(db: Database) -> Point:
    """The search index is in step with the articles.

    SQLite's check is a command that needs a database to write to, so a copy is checked; SQLite
    holds it in a temporary file.
    """
    (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
    point = Point("search", "articles", articles)
    with closing(sqlite3.connect("")) as copy:
        db.conn.backup(copy)
        try:
            copy.execute(_CHECK_INDEX)
        except sqlite3.DatabaseError:
            point.note(
                1, "the index is not that of the articles; sqlite-utils rebuild-fts FILE mends it"
            )
    return point


def missing_ids(db: Database, ids: Iterable[int]) -> list[int]:
    """Which of these ids the archive does not have."""
    known = {article for (article,) in db.execute("SELECT id FROM articles")}
    return sorted(set(ids) - known)


def _check_migrations(db: Database, path: Path) -> None:
    applied = {
        name
        for (name,) in db.execute(
            "SELECT name FROM _sqlite_migrations WHERE migration_set = 'kexue'"
        )
    }
    if schema.migration_names() - applied:
        raise StoreError(
            f"{path} was written by an older version; the next crawl brings it up to date",
            wrong_use=True,
        )

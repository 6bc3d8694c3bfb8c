"""Checks of the database as a whole: references, hashes, versions, search. They never write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from sqlite_utils import Database

from archiver.store.schema import OWNED, TOLD_BY, content_sha256
from archiver.verify.fidelity.comparison import Point

Ids = frozenset[int]

_METADATA: Final = [name for name in TOLD_BY if name != "content_sha256"]
#: Articles whose text and metadata no version holds that was taken; where the hash is wrong, the
#: body itself is looked for.
_WITHOUT_VERSION: Final = f"""
    SELECT id FROM articles AS a WHERE body_html IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM revisions AS r WHERE r.article_id = a.id AND r.suspicious IS NULL
      AND (r.content_sha256 = a.content_sha256 OR (r.title = a.title AND r.body_html = a.body_html))
      AND {" AND ".join(f"r.{name} IS a.{name}" for name in _METADATA)})
    ORDER BY id
"""  # noqa: S608
_WITHOUT_REVISION: Final = """
    SELECT article_id, revision FROM changes AS c WHERE revision IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM revisions AS r WHERE r.article_id = c.article_id AND r.number = c.revision)
    ORDER BY id
"""
#: Rank 1 compares the index with the articles; without it the index is only compared with itself.
_CHECK_INDEX: Final = "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)"


def check_pages(db: Database) -> Point:
    """SQLite's own ``quick_check`` has passed when the database was opened."""
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    return Point("database", "page", pages)


def check_references(db: Database) -> Point:
    """Every row that belongs to an article finds it."""
    point = Point("references", "row", 0)
    for table in (table.name for table in OWNED):
        (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        point.compared += rows
        orphans = db.execute(
            f"SELECT article_id, count(*) FROM {table}"  # noqa: S608
            " WHERE article_id NOT IN (SELECT id FROM articles) GROUP BY article_id"
        )
        for article, count in orphans.fetchall():
            point.note(count, f"{table} has rows of article {article}, which is not there")
    return point


def check_hashes(db: Database, ids: Ids | None) -> Point:
    """The hash of every article is that of its title and body."""
    point = Point("hashes", "article", 0)
    rows = db.execute("SELECT id, title, body_html, content_sha256 FROM articles ORDER BY id")
    for article, *values in rows:
        if ids is None or article in ids:
            point.compared += 1
            if fault := _fault_of_hash(*values):
                point.note(1, f"article {article}: {fault}")
    return point


def check_revisions(db: Database, ids: Ids | None) -> Point:
    """Every version has its hash, and the versions of ``articles`` and ``changes`` are there."""
    point = Point("revisions", "version", 0)
    rows = db.execute(
        "SELECT article_id, title, body_html, content_sha256, number FROM revisions"
        " ORDER BY article_id, number"
    )
    for article, title, body, stored, number in rows:
        if ids is None or article in ids:
            point.compared += 1
            if fault := _fault_of_hash(title, body, stored):
                point.note(1, f"article {article}, version {number}: {fault}")
    for (article,) in db.execute(_WITHOUT_VERSION).fetchall():
        if ids is None or article in ids:
            point.note(1, f"article {article}: its current version is missing")
    for article, number in db.execute(_WITHOUT_REVISION).fetchall():
        if ids is None or article in ids:
            point.note(1, f"article {article}: version {number} of the table changes is missing")
    return point


def _fault_of_hash(title: str, body: str | None, stored: str | None) -> str | None:
    if body is None:
        return None if stored is None else "there is a hash, but no body"
    if stored is None:
        return "the hash is missing"
    if content_sha256(title, body) != stored:
        return "title or body is not the one that was hashed"
    return None


def check_search(db: Database) -> Point:
    """The search index is in step with the articles.

    SQLite's check is a command that needs a database to write to, so a copy is checked; SQLite
    holds it in a temporary file.
    """
    (articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
    point = Point("search", "article", articles)
    with closing(sqlite3.connect("")) as copy:
        db.conn.backup(copy)
        try:
            copy.execute(_CHECK_INDEX)
        except sqlite3.OperationalError as error:
            point.note(1, f"the index cannot be read: {error}")
        except sqlite3.DatabaseError:
            point.note(
                1, "the index is not that of the articles; sqlite-utils rebuild-fts FILE mends it"
            )
    return point


def missing_ids(db: Database, ids: Iterable[int]) -> list[int]:
    """Those of some ids that the archive does not have, sorted."""
    known = {article for (article,) in db.execute("SELECT id FROM articles")}
    return sorted(set(ids) - known)

"""Checks of the database as a whole: its pages, references, hashes, versions. They never write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database

from archiver.store.schema import OWNED, TOLD_BY, content_sha256
from archiver.verify.chosen import Ids, chosen
from archiver.verify.fidelity.comparison import Point

_METADATA: Final = [name for name in TOLD_BY if name != "content_sha256"]
#: Articles whose text and metadata no version holds that was taken; where the hash is wrong, the
#: body itself is looked for.
_WITHOUT_VERSION: Final = f"""
    SELECT id FROM articles AS a WHERE body_html IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM revisions AS r WHERE r.article_id = a.id AND r.suspicious IS NULL
      AND (r.content_sha256 = a.content_sha256 OR (r.title = a.title AND r.body_html = a.body_html))
      AND {" AND ".join(f"r.{name} IS a.{name}" for name in _METADATA)})
    AND {{}} ORDER BY id
"""  # noqa: S608
_WITHOUT_REVISION: Final = """
    SELECT article_id, revision FROM changes AS c WHERE revision IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM revisions AS r WHERE r.article_id = c.article_id AND r.number = c.revision)
    AND {} ORDER BY id
"""
_ARTICLES: Final = """
    SELECT id, title, body_html, content_sha256 FROM articles WHERE {} ORDER BY id
"""
_VERSIONS: Final = """
    SELECT article_id, title, body_html, content_sha256, number FROM revisions WHERE {}
    ORDER BY article_id, number
"""
#: Faults of the file that are told one by one.
_MOST_FAULTS: Final = 100


def check_pages(db: Database) -> Point:
    """SQLite's own check of the file: its pages, and whether the indexes are those of the tables.

    When the database was opened, ``quick_check`` has passed, which does not look into the indexes.
    """
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    point = Point("database", "page", pages)
    (version,) = db.execute("PRAGMA user_version").fetchone()
    point.note(version != 0, f"user_version is {version}, which this program never sets")
    for (words,) in db.execute(f"PRAGMA integrity_check({_MOST_FAULTS})").fetchall():
        point.note(words != "ok", words)
    return point


def check_references(db: Database, ids: Ids | None) -> Point:
    """Every row that belongs to an article finds it."""
    point = Point("references", "row", 0)
    condition, values = chosen("article_id", ids)
    for table in (table.name for table in OWNED):
        counted = db.execute(f"SELECT count(*) FROM {table} WHERE {condition}", values)  # noqa: S608
        point.compared += counted.fetchone()[0]
        orphans = db.execute(
            f"SELECT article_id, count(*) FROM {table} WHERE {condition}"  # noqa: S608
            " AND article_id NOT IN (SELECT id FROM articles) GROUP BY article_id",
            values,
        )
        for article, count in orphans.fetchall():
            point.note(count, f"{table} has rows of article {article}, which is not there")
    return point


def check_hashes(db: Database, ids: Ids | None) -> Point:
    """The hash of every article is that of its title and body."""
    point = Point("hashes", "article", 0)
    condition, values = chosen("id", ids)
    for article, *told in db.execute(_ARTICLES.format(condition), values):
        point.compared += 1
        if fault := _fault_of_hash(*told):
            point.note(1, f"article {article}: {fault}")
    return point


def check_revisions(db: Database, ids: Ids | None) -> Point:
    """Every version has its hash, and the versions of ``articles`` and ``changes`` are there."""
    point = Point("revisions", "version", 0)
    condition, values = chosen("article_id", ids)
    for article, title, body, stored, number in db.execute(_VERSIONS.format(condition), values):
        point.compared += 1
        if fault := _fault_of_hash(title, body, stored):
            point.note(1, f"article {article}, version {number}: {fault}")
    without = _WITHOUT_VERSION.format(condition.replace("article_id", "id"))
    for (article,) in db.execute(without, values).fetchall():
        point.note(1, f"article {article}: its current version is missing")
    for article, number in db.execute(_WITHOUT_REVISION.format(condition), values).fetchall():
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


def missing_ids(db: Database, ids: Iterable[int]) -> list[int]:
    """Those of some ids that the archive does not have, sorted."""
    known = {article for (article,) in db.execute("SELECT id FROM articles")}
    return sorted(set(ids) - known)

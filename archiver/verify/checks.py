"""All checks of an archive, each only where the tables and columns that it reads are there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.site import Base
from archiver.store.records import COLUMNS, PARTS
from archiver.verify.bodies import audit_archive, count_old
from archiver.verify.columns import check_columns
from archiver.verify.declared_schema import Columns, Declared
from archiver.verify.fidelity.comparison import Point
from archiver.verify.integrity import (
    Ids,
    check_hashes,
    check_pages,
    check_references,
    check_revisions,
    check_search,
)
from archiver.verify.jsonl_file import check_jsonl
from archiver.verify.result_table import Totals

_ARTICLES: Final = frozenset(f"articles.{column}" for column in COLUMNS)
_HASHED: Final = frozenset(f"articles.{c}" for c in ("id", "title", "body_html", "content_sha256"))
_VERSIONS: Final = _HASHED | {f"articles.{c}" for c in ("author", "published", "category", "tags")}
_REVISIONS: Final = frozenset(
    f"revisions.{column}"
    for column in (
        "article_id", "number", "title", "body_html", "content_sha256", "author", "published",
        "category", "tags", "suspicious",
    )
) | {"changes.id", "changes.article_id", "changes.revision"}  # fmt: skip
_OWNERS: Final = frozenset(
    f"{table}.article_id" for table in (*PARTS, "revisions", "reader_counts", "changes")
)
_PARTS: Final = frozenset(
    f"{table}.{column}"
    for table, columns in PARTS.items()
    for column in ("article_id", "position", *columns)
)
_RUNS: Final = frozenset({"runs.id", "runs.started_at", "runs.finished_at"})


class Checks:
    """The checks of one archive; what cannot run for want of a column is left out and named."""

    def __init__(self, db: Database, ids: Ids | None) -> None:
        self._db = db
        self._ids = ids
        self._declared = Declared(db)
        #: The checks that could not run.
        self.left_out: list[str] = []

    def of_files(self, jsonl: Path, *, with_counts: bool = True) -> list[Point]:
        """The checks of the database and of the JSONL file, which has counts or has none."""
        db, ids = self._db, self._ids
        search = {c for c in self._declared.columns if c.startswith("articles_fts")}
        points = [check_pages(db), self._declared.check()]
        if self._can("references", _OWNERS | {"articles.id"}):
            points.append(check_references(db))
        if self._can("hashes", _HASHED):
            points.append(check_hashes(db, ids))
        if self._can("revisions", _VERSIONS | _REVISIONS):
            points.append(check_revisions(db, ids))
        if self._can("columns", _ARTICLES | _REVISIONS):
            points.append(check_columns(db, ids))
        if self._can("search", {"articles.id", "articles.title", "articles.body_text", *search}):
            points.append(check_search(db))
        if self._can("JSONL", _ARTICLES | _PARTS | _RUNS):
            points.append(check_jsonl(db, jsonl, ids, with_counts=with_counts))
        return points

    def of_fidelity(self, base: Base | None = None) -> Totals:
        """The six points of every article; ``base`` is where they were read from."""
        if self._can("fidelity", _ARTICLES | _PARTS):
            return audit_archive(self._db, self._ids, base)
        return Totals()

    def count_old(self) -> int:
        """How many articles with a body an older version has extracted."""
        return count_old(self._db, self._ids) if self._has(_ARTICLES) else 0

    def count_articles(self) -> int | None:
        """How many articles there are; ``None`` when that cannot be told."""
        if not self._has({"articles.id"}):
            return None
        (count,) = self._db.execute("SELECT count(*) FROM articles").fetchone()
        return int(count)

    def _has(self, columns: set[str] | Columns) -> bool:
        return not columns & self._declared.lacking

    def _can(self, name: str, columns: set[str] | Columns) -> bool:
        if not self._has(columns):
            self.left_out.append(name)
            return False
        return True

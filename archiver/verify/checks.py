"""All checks of an archive, each only where the tables and columns that it reads are there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.site import Base
from archiver.store.schema import (
    ARTICLES,
    CAPTURES,
    FILE_ADDRESSES,
    FILES,
    LINKS,
    OWNED,
    PARTS,
    PICTURES,
    REVISIONS,
    SERIES,
    SERIES_ARTICLES,
    VERSIONED,
)
from archiver.verify.bodies import audit_archive, count_old
from archiver.verify.columns import check_columns
from archiver.verify.declared_schema import Columns, Declared
from archiver.verify.fidelity.comparison import Point
from archiver.verify.file_check import check_file_addresses, check_files
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
from archiver.verify.series_rows import check_series
from archiver.verify.warc_check import check_captures, check_warc_files

_HASHED: Final = frozenset(f"articles.{c}" for c in ("id", "title", "body_html", "content_sha256"))
_VERSIONS: Final = _HASHED | {f"articles.{column}" for column in VERSIONED}
_REVISIONS: Final = REVISIONS.qualified - {"revisions.seen_at"} | {
    f"changes.{column}" for column in ("id", "article_id", "revision")
}
_OWNERS: Final = frozenset(f"{table.name}.article_id" for table in OWNED)
_PARTS: Final = frozenset(
    f"{table.name}.{column}"
    for table in PARTS
    for column in ("article_id", "position", *(c.name for c in table.filled))
)
_RUNS: Final = frozenset({"runs.id", "runs.started_at", "runs.finished_at"})
_SERIES: Final = (
    SERIES.qualified
    | SERIES_ARTICLES.qualified
    | {f"articles.{column}" for column in ("id", "title", "published")}
    | {"links.article_id", "links.target_id"}
)


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
        if self._can("columns", ARTICLES.qualified | _REVISIONS):
            points.append(check_columns(db, ids))
        if self._can("series", _SERIES | _RUNS):
            points.append(check_series(db))
        if self._can("search", {"articles.id", "articles.title", "articles.body_text", *search}):
            points.append(check_search(db))
        if self._can("JSONL", ARTICLES.qualified | _PARTS | _RUNS):
            points.append(check_jsonl(db, jsonl, ids, with_counts=with_counts))
        return points

    def of_warc(self, folder: Path) -> list[Point]:
        """The checks of the WARC files; with ids, only of the captures that these are made of."""
        if not self._can("WARC", CAPTURES.qualified | _RUNS | {"articles.id"}):
            return []
        captures = check_captures(self._db, folder, self._ids)
        return [captures] if self._ids else [check_warc_files(self._db, folder), captures]

    def of_pictures(self, folder: Path) -> list[Point]:
        """The checks of pictures and other files; with ids, only of those of these articles."""
        used = PICTURES.qualified | LINKS.qualified | FILES.qualified | FILE_ADDRESSES.qualified
        if not self._can("files", used | _RUNS):
            return []
        files = check_files(self._db, folder, self._ids)
        return [files, check_file_addresses(self._db, self._ids)]

    def of_fidelity(self, base: Base | None = None) -> Totals:
        """The six points of every article; ``base`` is where they were read from."""
        if self._can("fidelity", ARTICLES.qualified | _PARTS):
            return audit_archive(self._db, self._ids, base)
        return Totals()

    def count_old(self) -> int:
        """The number of articles with a body that an older version has extracted."""
        return count_old(self._db, self._ids) if self._has(ARTICLES.qualified) else 0

    def count_articles(self) -> int | None:
        """The number of articles; ``None`` when the column ``id`` is missing."""
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

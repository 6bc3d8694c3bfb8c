"""All checks of an archive, each only where the tables and columns that it reads are there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.processes import Processes
from archiver.site import Base
from archiver.store.schema import (
    ARTICLES,
    CAPTURES,
    COMMENT_PAGES,
    COMMENT_REVISIONS,
    COMMENTS,
    FILE_ADDRESSES,
    FILES,
    LINKS,
    OWNED,
    PARTS,
    PICTURES,
    REVISIONS,
    RUNS,
    SERIES,
    SERIES_ARTICLES,
    SIGHTINGS,
    TABLES,
    VERSIONED,
)
from archiver.verify.bodies import audit_archive, count_old
from archiver.verify.chosen import Ids
from archiver.verify.columns import check_columns
from archiver.verify.comment_checks import audit_comments, check_comments
from archiver.verify.declared_schema import Columns, Declared
from archiver.verify.feed_file import check_feed
from archiver.verify.fidelity.comparison import Point
from archiver.verify.file_check import check_file_addresses, check_files
from archiver.verify.integrity import (
    check_hashes,
    check_pages,
    check_references,
    check_revisions,
    missing_ids,
)
from archiver.verify.jsonl_file import check_jsonl
from archiver.verify.page_check import check_pages_again
from archiver.verify.result_table import Totals
from archiver.verify.search_index import check_search
from archiver.verify.series_rows import check_series
from archiver.verify.table_digests import check_digests
from archiver.verify.warc_check import check_captures, check_warc

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
_COMMENTS: Final = (
    COMMENTS.qualified | COMMENT_REVISIONS.qualified | COMMENT_PAGES.qualified | {"articles.id"}
)
_SERIES: Final = (
    SERIES.qualified
    | SERIES_ARTICLES.qualified
    | {f"articles.{column}" for column in ("id", "title", "published")}
    | {"links.article_id", "links.target_id"}
)
_PAGES: Final = (
    ARTICLES.qualified | _PARTS | _RUNS | CAPTURES.qualified | SIGHTINGS.qualified | _REVISIONS
)
_ALL: Final = frozenset().union(*(table.qualified for table in TABLES))


class Checks:
    """The checks of one archive; what cannot run for want of a column is left out and named.

    ``ids`` limits them to some articles: then the file as a whole, the series and the WARC files
    are not looked at, and no check costs more than these articles do.
    """

    def __init__(self, db: Database, ids: Ids | None) -> None:
        self._db = db
        self._ids = ids
        self._declared = Declared(db)
        #: The checks that could not run.
        self.left_out: list[str] = []

    def of_files(
        self,
        jsonl: Path,
        feed: Path | None = None,
        *,
        with_counts: bool = True,
        with_comments: bool = False,
    ) -> list[Point]:
        """The checks of the database, of the JSONL file and of the feed of changes, where given.

        The JSONL file has counts and comments, or has none.
        """
        db, ids = self._db, self._ids
        search = {c for c in self._declared.columns if c.startswith("articles_fts")}
        points = [] if ids else [check_pages(db)]
        points.append(self._declared.check())
        if self._can("references", _OWNERS | {"articles.id"}):
            points.append(check_references(db, ids))
        if self._can("hashes", _HASHED):
            points.append(check_hashes(db, ids))
        if self._can("revisions", _VERSIONS | _REVISIONS):
            points.append(check_revisions(db, ids))
        if self._can("columns", ARTICLES.qualified | _REVISIONS):
            points.append(check_columns(db, ids))
        if self._can("comments", _COMMENTS):
            points.append(check_comments(db, ids))
        if not ids and self._can("series", _SERIES | _RUNS):
            points.append(check_series(db))
        if not ids and self._can("digests", _ALL):
            points.append(check_digests(db))
        if self._can("search", {"articles.id", "articles.title", "articles.body_text", *search}):
            points.append(check_search(db, ids))
        if self._can("JSONL", ARTICLES.qualified | _PARTS | _RUNS):
            points.append(
                check_jsonl(db, jsonl, ids, with_counts=with_counts, with_comments=with_comments)
            )
        if feed and not ids and self._can("feed", ARTICLES.qualified | _REVISIONS | RUNS.qualified):
            points.append(check_feed(db, feed))
        return points

    def of_warc(self, folder: Path, processes: Processes | None = None) -> list[Point]:
        """The checks of the WARC files; with ids, only of the captures that these are made of."""
        if not self._can("WARC", CAPTURES.qualified | _RUNS | {"articles.id"}):
            return []
        if self._ids:
            return [check_captures(self._db, folder, self._ids)]
        return check_warc(self._db, folder, processes or Processes())

    def of_pages(self, folder: Path, base: Base, processes: Processes | None = None) -> list[Point]:
        """Every article is what this version makes of its page in the WARC files of a folder.

        ``base`` is where the blog is read from.
        """
        if not self._can("pages", _PAGES):
            return []
        processes = processes or Processes()
        return [check_pages_again(self._db, folder, self._ids, base, processes)]

    def of_pictures(self, folder: Path) -> list[Point]:
        """The checks of pictures and other files; with ids, only of those of these articles."""
        used = PICTURES.qualified | LINKS.qualified | FILES.qualified | FILE_ADDRESSES.qualified
        if not self._can("files", used | _RUNS):
            return []
        files = check_files(self._db, folder, self._ids)
        return [files, check_file_addresses(self._db, self._ids)]

    def of_fidelity(self, base: Base | None = None) -> Totals:
        """The six points of every article, and the words of the comments.

        ``base`` is where the articles were read from.
        """
        if self._can("fidelity", ARTICLES.qualified | _PARTS):
            totals = audit_archive(self._db, self._ids, base)
            if self._has(_COMMENTS):
                totals.points["comments"] = audit_comments(self._db, self._ids)
            return totals
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

    def missing_ids(self) -> list[int]:
        """The ids that were asked for and that the archive does not have, sorted."""
        return missing_ids(self._db, self._ids or ())

    def _has(self, columns: set[str] | Columns) -> bool:
        return not columns & self._declared.lacking

    def _can(self, name: str, columns: set[str] | Columns) -> bool:
        if not self._has(columns):
            self.left_out.append(name)
            return False
        return True

"""What is stored is what this version makes of the pages in the WARC files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.processes import Processes
from archiver.site import Base
from archiver.store.captures import Capture
from archiver.store.jsonl import rows
from archiver.store.records import Row
from archiver.store.sightings import shown_before
from archiver.terminal.plural import plural
from archiver.terminal.program import typed
from archiver.verify.chosen import Ids, chosen
from archiver.verify.comments_again import comments_of_page
from archiver.verify.fidelity.comparison import Point
from archiver.verify.second_extraction import Compared, Reading, Stored, extract_again

#: Articles that a process extracts at once.
_BATCH: Final = 8
#: A page that came after the last reading that was taken was not taken itself.
_READINGS: Final = """
    SELECT c.*, runs.finished_at AS run_end FROM captures AS c
    LEFT JOIN runs ON runs.id = c.run_id
    WHERE c.article_id = ? AND c.truncated IS NULL AND c.fetched_at <= ?
    ORDER BY c.fetched_at DESC, c.id DESC
"""
_CAPTURE: Final = "SELECT * FROM captures WHERE id = ?"
_SUSPICIOUS: Final = """
    SELECT content_sha256 FROM revisions WHERE article_id = ? AND suspicious IS NOT NULL
"""
_HAS_CAPTURE: Final = "EXISTS (SELECT 1 FROM captures WHERE captures.article_id = articles.id)"


class _Skipped:
    """Counts the articles that are not compared, by reason."""

    def __init__(self) -> None:
        self.old = self.newer = 0

    def words(self) -> str | None:
        found = []
        if self.old:
            again = typed("reparse")
            words = f"read by an older version ({again} reads them again)"
            found.append(f"{plural(self.old, 'article')} {words}")
        if self.newer:
            found.append(f"{plural(self.newer, 'article')} read again without WARC files")
        return f"pages: not compared: {', '.join(found)}" if found else None


def check_pages_again(
    db: Database, folder: Path, ids: Ids | None, base: Base, processes: Processes
) -> Point:
    """Extract the newest page of every article that was taken, and compare it with the archive.

    An article that an older version has read, or that was read again without WARC files since, is
    not compared: a remark counts these. ``base`` is where the blog is read from.
    """
    point = Point("pages", "article", 0)
    skipped = _Skipped()
    function = partial(extract_again, folder, base)
    for compared in processes.map(function, _stored(db, ids, skipped), batch=_BATCH):
        _note(point, compared)
    point.remark = skipped.words()
    return point


def _note(point: Point, compared: Compared) -> None:
    if compared.capture is not None or compared.findings:
        point.compared += 1
    for words in compared.findings:
        point.note(1, f"article {compared.article}: {words}")


def _stored(db: Database, ids: Ids | None, skipped: _Skipped) -> Iterator[Stored]:
    """The articles to compare, each with its captures."""
    condition, values = chosen("id", ids)
    for row, parts in rows(db, f"{condition} AND {_HAS_CAPTURE}", values):
        found = list(db.query(_READINGS, [row["id"], row["fetched_at"]]))
        if row["parser_version"] != PARSER_VERSION:
            skipped.old += 1
        elif _is_read_since(row, found):
            skipped.newer += 1
        elif found:
            yield Stored(
                row=row,
                parts=parts,
                shown=shown_before(db, row["id"]),
                readings=[_reading(db, capture) for capture in found],
                suspicious=frozenset(
                    digest for (digest,) in db.execute(_SUSPICIOUS, [row["id"]]).fetchall()
                ),
                comments=comments_of_page(db, row["id"], found[0]["fetched_at"]),
            )


def _is_read_since(row: Row, found: list[Row]) -> bool:
    """True when the last reading is of a run that is over, and that has kept no capture of it."""
    return (
        bool(found)
        and found[0]["run_end"] is not None
        and (row["fetched_at"] > found[0]["run_end"])
    )


def _reading(db: Database, row: Row) -> Reading:
    first = None
    if row["refers_to"] is not None:
        first = next(iter(db.query(_CAPTURE, [row["refers_to"]])), None)
    return Reading(_capture(row), None if first is None else _capture(first))


def _capture(row: dict[str, Any]) -> Capture:
    return Capture(**{name: row[name] for name in Capture.__dataclass_fields__})

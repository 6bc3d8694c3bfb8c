"""Reads captured pages again and corrects the archive; one process writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final

from sqlite_utils import Database

from archiver.extraction.series.renewal import renew_series
from archiver.network.stop import INTERRUPTED
from archiver.processes import Killed
from archiver.reparsing.workers import Outcome, Task, read_articles
from archiver.run.archive_files import ArchiveFiles
from archiver.run.recorder import cannot_write
from archiver.run.reparse_report import ReparseReport
from archiver.run.report import FINISHED
from archiver.site import Base
from archiver.store.archive import Archive
from archiver.store.corrections import Correction, articles_to_read, captured_articles
from archiver.store.errors import StoreError

#: So many articles are written in one transaction: a kill costs their reading, and nothing else.
_BATCH: Final = 16
_KILLED: Final = "a process was killed; is there too little memory for --processes?"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are read: ``ids``, or all that have captures, or those that are due.

    Due is an article with a capture that an earlier version of the extraction has read last.
    """

    ids: Sequence[int] | None = None
    all: bool = False
    #: Take a reading that has lost what the stored one has.
    accept: bool = False

    def articles(self, db: Database) -> list[int]:
        """Their ids, ascending."""
        if self.ids is not None:
            return sorted(self.ids)
        return captured_articles(db) if self.all else articles_to_read(db)


def reparse(
    paths: Mapping[str, Path],
    warc: Path,
    wanted: Wanted,
    processes: int,
    *,
    base: Base | None = None,
    with_counts: bool = True,
    with_comments: bool = False,
    advance: Callable[[int, int], None] = lambda _done, _count: None,
) -> ReparseReport:
    """Read articles again and correct what differs, then write series, JSONL and feed.

    ``paths`` are those of ``archive_files.files_of``, ``warc`` is the folder of the WARC files,
    ``base`` where the blog is read from; the archive is there, and locked. ``advance`` hears how
    many articles are done of how many. An interruption (``KeyboardInterrupt``) ends it in order.
    Raises ``StoreError`` when the archive cannot be opened.
    """
    started = monotonic()
    archive = Archive.open(paths["database"], base)
    files = ArchiveFiles(paths)
    report = ReparseReport()
    try:
        articles = wanted.articles(archive.db)
        report.planned = len(articles)
        task = Task(paths["database"], warc, wanted.accept)
        _correct(archive, read_articles(task, articles, processes), report, advance)
        renew_series(archive.db)
        archive.runs.keep_digests()
    except KeyboardInterrupt:
        report.ending = INTERRUPTED
    except Killed:
        report.ending = _KILLED
    except sqlite3.Error as error:
        report.ending = cannot_write(error)
    write = partial(files.write_exports, with_counts=with_counts, with_comments=with_comments)
    _finish(archive, files, report, write)
    report.seconds = monotonic() - started
    return report


def _correct(
    archive: Archive,
    outcomes: Iterator[Outcome],
    report: ReparseReport,
    advance: Callable[[int, int], None],
) -> None:
    for batch in _batches(outcomes):
        archive.save_corrections(each for each in batch if isinstance(each, Correction))
        for outcome in batch:
            report.count(outcome)
        advance(report.done, report.planned)


def _batches(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    while batch := list(islice(outcomes, _BATCH)):
        yield batch


def _finish(
    archive: Archive, files: ArchiveFiles, report: ReparseReport, write: Callable[[Database], None]
) -> None:
    """Write JSONL and feed, and close the database."""
    try:
        write(archive.db)
    except StoreError as error:
        report.ending = str(error) if report.ending == FINISHED else report.ending
    except sqlite3.Error as error:
        report.ending = f"the database cannot be read: {error}"
    files.close_database(archive.db)
    report.exchanged = files.find_exchanged()

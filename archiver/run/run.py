"""One run: its record in the database is opened at its beginning and closed at its end."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from archiver import clock
from archiver.extraction.series.renewal import renew_series
from archiver.network.circuit_breaker import CircuitBreaker
from archiver.network.stop import Stop
from archiver.planning.plan import Plan
from archiver.run.archive_files import ArchiveFiles
from archiver.run.capture_log import CaptureLog
from archiver.run.counts import RunCounts
from archiver.run.earlier_readings import EarlierReadings
from archiver.run.file_counts import FileCounts
from archiver.run.file_log import FileLog
from archiver.run.file_options import FileOptions
from archiver.run.recorder import Recorder, cannot_write
from archiver.run.reparse_report import words_for_reparse
from archiver.run.report import FINISHED, Report
from archiver.run.warc_options import WarcOptions
from archiver.site import Base
from archiver.store.archive import Archive
from archiver.store.errors import StoreError
from archiver.terminal.program import typed
from archiver.warc.exchange import Exchange

if TYPE_CHECKING:
    from scrapy import Request

logger = logging.getLogger(__package__)


class Run:
    """An open archive and one run of a crawl against it; raises ``StoreError``.

    ``files`` are those of ``archive_files.files_of``. Without ``with_counts`` the JSONL file has no
    reader and comment counts, with ``with_comments`` it has the comments too; without ``warc`` no
    WARC files are written; without ``pictures`` no pictures are fetched. ``base`` is where the blog
    is read from; ``archive`` is one that is open already. What the run holds in memory is only for
    its report: what is known, due or failed is in the database.
    """

    def __init__(
        self,
        files: Mapping[str, Path],
        *,
        with_counts: bool = True,
        with_comments: bool = False,
        breaker: CircuitBreaker | None = None,
        warc: WarcOptions | None = None,
        pictures: FileOptions | None = None,
        base: Base | None = None,
        archive: Archive | None = None,
    ) -> None:
        self._opened_at = clock.utc_now()
        self.archive = Archive.open(files["database"], base) if archive is None else archive
        self.files = ArchiveFiles(files)
        self.counts = RunCounts()
        self.recorder = Recorder(
            self.archive, self.counts, breaker or CircuitBreaker(Stop(), limit=0)
        )
        #: Hears of every exchange with the server; ``None`` where no WARC files are written.
        self.captures = None if warc is None else CaptureLog(self.archive, warc, self.recorder.stop)
        #: Keeps pictures and other files; ``None`` where they are left out.
        self.file_log = None if pictures is None else FileLog(self.archive, self.recorder, pictures)
        if warc is not None:
            self.recorder.earlier = EarlierReadings(self.archive, warc.folder)
        self.plan = Plan()
        #: Set by ``finish``.
        self.report: Report | None = None
        self._with = {"with_counts": with_counts, "with_comments": with_comments}
        self._id: int | None = None
        self._started_at = ""
        self._started = monotonic()

    @property
    def has_begun(self) -> bool:
        """True when there is a record of this run."""
        return self._id is not None

    @property
    def session(self) -> str | None:
        """When the unfinished work began that this run continues (UTC), or ``None``."""
        return (
            None if self._id is None else self.archive.runs.session_start(self._id, self.plan.mode)
        )

    def exchanged(self, request: Request, exchange: Exchange) -> None:
        """Date what follows by an exchange with the server that is over, and keep it.

        Raises ``Stopped`` when it cannot be kept: nothing may be made of it then.
        """
        self.archive.writes.note_time(exchange.sent_at)
        if self.captures is not None:
            self.captures.keep(request, exchange)

    def begin(self, plan: Plan, arguments: Mapping[str, Any] | None = None) -> None:
        """Open the record of the run; ``arguments`` are those that the plan was made of."""
        self.plan = plan
        self._started_at = clock.utc_now()
        self._id = self.archive.runs.start(plan.mode, self._started_at)
        if self.captures is not None:
            self.captures.begin(self._id, arguments or {})
        if (begun := self.session) is not None:
            logger.info("this run goes on with the work that was begun at %s", begun)
        if count := len(self.archive.to_reparse()):
            logger.info("%s", words_for_reparse(count))

    def _name_foreign_changes(self) -> None:
        """Log what was found changed before it was written to; ``scrapy verify`` says more."""
        if names := self.archive.runs.foreign_changes(self._opened_at):
            logger.warning(
                "changed by something else than this program: %s; see %s",
                ", ".join(names),
                typed("verify"),
            )

    def finish(self, ending: str, traffic: Mapping[str, int]) -> Report:
        """Write series, JSONL and feed, close the record and the database; returns the report.

        ``ending`` is ``finished`` or the reason of an early end; ``traffic`` has the counts
        ``requests``, ``bytes`` and ``doubtful``. A second call only returns the report. Nothing
        that the disk can do is raised: it is in the report.
        """
        if self.report is not None:
            return self.report
        is_stored = False
        self.recorder.settle()
        ending = self.recorder.stop.reason or ending
        try:
            renew_series(self.archive.db)
            ending = self._write_exports(ending)
            # A full disk must be found out before the record says that all went well.
            self.archive.db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self.report = self._make_report(ending, traffic)
            self._close_record(self.report, keeps_digests=True)
            self._name_foreign_changes()
            is_stored = True
        except sqlite3.Error as error:
            self.report = self._make_report(cannot_write(error), traffic)
        changed_warc = self._close_captures(self.report)
        self.files.close_database(self.archive.db)
        self.report.exchanged = self._find_exchanged(is_stored=is_stored) or changed_warc
        return self.report

    def _write_exports(self, ending: str) -> str:
        """Write JSONL and feed; returns the ending, with what is wrong with them."""
        try:
            self.files.write_exports(self.archive.db, **self._with)
        except StoreError as error:
            return str(error) if ending == FINISHED else ending
        return ending

    def _close_record(self, report: Report, *, keeps_digests: bool = False) -> None:
        if self._id is None:
            return
        has_seen_all = self.recorder.is_absence_counted and not report.is_partial
        if report.ending == FINISHED and has_seen_all:
            self.archive.forget_failures_except(self.counts.named)
        self.archive.runs.finish(self._id, report.row(), keeps_digests=keeps_digests)

    def _close_captures(self, report: Report) -> str | None:
        """End the WARC files with how the run has ended; returns what is wrong with them."""
        if self.captures is None:
            return None
        sentence = self.captures.end()
        changed = self.captures.close()
        return changed or (sentence if report.problem is None else None)

    def _find_exchanged(self, *, is_stored: bool) -> str | None:
        """The sentence for a file that is not the one that was written, or ``None``."""
        sentence = self.files.find_exchanged()
        if sentence is None and self._id is not None and is_stored:
            return self.files.find_missing_run(self._id, self._started_at)
        return sentence

    def _count_files(self) -> FileCounts | None:
        """What the archive has of pictures, where this run may have asked for any."""
        if self.file_log is None or self.plan.readers:
            return None
        try:
            return self.file_log.count(self.plan)
        except sqlite3.Error:
            return None

    def _make_report(self, ending: str, traffic: Mapping[str, int]) -> Report:
        try:
            archived = self.archive.article_ids()
            comments = self.archive.comments.totals()
        except sqlite3.Error:
            archived, comments = [], None
        return Report(
            mode=self.plan.mode,
            ending=ending,
            doubtful=traffic.get("doubtful", 0),
            requests=traffic.get("requests", 0),
            bytes=traffic.get("bytes", 0),
            seconds=monotonic() - self._started,
            file_counts=self._count_files(),
            files=self.files.paths,
            comments=comments,
            **self.counts.for_report(archived),
        )

"""One run of the spider against one archive: everything that reads or writes the database.

Spider, pipelines, middlewares and extensions of a crawler share one ``Run`` (``run_of``). What it
holds in memory is only for the report; what is known, due or failed is in the database.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy.exceptions import NotConfigured
from sqlite_utils import Database

from archiver import clock
from archiver.items import Article, IndexEntry, ListingEntry
from archiver.network.stop import Stop, stop_of
from archiver.planning.due import Past
from archiver.planning.plan import Plan
from archiver.run.report import FINISHED, Failure, Report
from archiver.run.tally import Tally
from archiver.store import articles, failures, sightings, tombstones
from archiver.store import run_records as runs
from archiver.store.change_feed import write_feed
from archiver.store.errors import StoreError
from archiver.store.exchanged_files import check_unexchanged, exchanged, lacks_run, leave_no_log
from archiver.store.jsonl import write_jsonl
from archiver.store.merge import Change
from archiver.store.paths import identity_of
from archiver.store.sightings import Shown
from archiver.store.sqlite import close_archive, open_archive

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

_runs: WeakKeyDictionary[Crawler, Run] = WeakKeyDictionary()


def run_of(crawler: Crawler) -> Run:
    """The run of a crawler, opened at the first call; raises ``StoreError``."""
    if crawler not in _runs:
        settings = crawler.settings
        _runs[crawler] = Run(
            files_of(settings),
            with_counts=settings.getbool("KEXUE_JSONL_COUNTS"),
            breaker=settings.getint("KEXUE_BREAKER"),
            stop=stop_of(crawler),
        )
    return _runs[crawler]


def require_archive(crawler: Crawler) -> None:
    """Raise ``NotConfigured`` for a spider that keeps no archive: it must not open one."""
    if not getattr(crawler.spidercls, "keeps_archive", False):
        raise NotConfigured


def files_of(settings: BaseSettings) -> dict[str, Path]:
    """Where the database, the JSONL file and the feed of changes are."""
    folder = Path(settings["KEXUE_DATA_DIR"])
    name = settings["KEXUE_NAME"]
    feed = "changes.xml" if name == "kexue" else f"{name}-changes.xml"
    return {
        "database": folder / f"{name}.db",
        "jsonl": folder / f"{name}.jsonl",
        "changes": folder / feed,
    }


class Run:
    """An open archive, and what this run has seen and done."""

    def __init__(
        self,
        files: Mapping[str, Path],
        *,
        with_counts: bool = True,
        breaker: int = 0,
        stop: Stop | None = None,
    ) -> None:
        self.files = files
        self.db = open_archive(files["database"])
        self._found = {name: identity_of(path) for name, path in files.items()}
        self._written = {"database": self._found["database"]}
        self.plan = Plan()
        self.tally = Tally()
        self.report: Report | None = None
        self.planned = 0
        #: Has the record of the run its outcome?
        self.report_is_stored = False
        self._stop = stop or Stop()
        self._with_counts = with_counts
        self._breaker = breaker
        self._doubts = 0
        self._id: int | None = None
        self._started_at = ""
        self._started = monotonic()
        self._has_seen_all = False

    # --- What the archive knows ---------------------------------------------------------------

    def past(self) -> Past:
        """What decides which articles are read."""
        return Past(
            known={row["id"]: row for row in articles.known_articles(self.db)},
            failed=list(dict.fromkeys(a for a in self.failed_before().values() if a)),
            asked=sightings.asked_before(self.db),
            session=self._session(),
        )

    def failed_before(self) -> dict[str, int | None]:
        """The addresses that could not be read, the longest ago first, and the article of each."""
        return failures.failed_addresses(self.db)

    def listed(self) -> dict[int, ListingEntry | None]:
        """Every article that index or listings have shown, with its last listing entry."""
        return sightings.listed_articles(self.db)

    def shown_before(self, article: int) -> Shown:
        """What index and listings have shown of an article the last time, in any run."""
        return sightings.shown_before(self.db, article)

    def count_indexed(self) -> int:
        """How many articles the index listed the last time."""
        return sightings.count_indexed(self.db)

    def absent(self, runs: int = 1) -> list[int]:
        """Archived articles that so many runs in a row, this one too, have not found listed."""
        return sightings.absent_articles(self.db, runs)

    def indexed_before(self, of: Collection[int]) -> list[int]:
        """Those of some articles that an index of this run or an earlier one has listed."""
        return sightings.indexed_before(self.db, of)

    def _session(self) -> str | None:
        return None if self._id is None else runs.session_start(self.db, self._id, self.plan.mode)

    @property
    def has_started(self) -> bool:
        """Is there a record of this run?"""
        return self._id is not None

    @property
    def done(self) -> int:
        """How many article pages this run has dealt with, well or badly."""
        return self.tally.done

    # --- What the run does ----------------------------------------------------------------------

    def start(self, plan: Plan) -> None:
        """Open the record of the run."""
        self.plan = plan
        self._started_at = clock.utc_now()
        self._id = runs.start_run(self.db, plan.mode, self._started_at)
        if (begun := self._session()) is not None:
            logger.info("this run goes on with the work that was begun at %s", begun)

    def save(self, article: Article, url: str) -> Change:
        """Store an article that was read just now from ``url``."""
        saved = articles.save_article(
            self.db, article, clock.utc_now(), url=url, accept=self.plan.accept
        )
        self.tally.saved(article, url, saved)
        self._doubt(url, saved.suspicious)
        return saved.change

    def _doubt(self, url: str, suspicious: str | None) -> None:
        """Many suspicious pages in a row are a changed theme: to read on would be no use."""
        if suspicious is None:
            self._doubts = 0
            return
        logger.warning("%s: suspicious, not taken: %s", url, suspicious)
        self._count_doubt("pages in a row are suspicious; has the theme changed?")

    def doubt_listed(self, article: int | None) -> None:
        """One article can be deleted before the index is; many are a blog that is broken."""
        if article in self.tally.listed:
            self._count_doubt("articles in a row are listed, but have no page")

    def _count_doubt(self, words: str) -> None:
        self._doubts += 1
        if 0 < self._breaker <= self._doubts:
            self.stop(f"{self._doubts} {words}")

    def saw(self, entry: ListingEntry) -> None:
        """Note that a listing shows an article."""
        self.tally.listed.add(entry.id)
        articles.save_sighting(self.db, entry, clock.utc_now())

    def saw_index(self, entries: Sequence[IndexEntry]) -> None:
        """Note what the index of all articles shows."""
        self.tally.listed |= {entry.id for entry in entries}
        with self.writing():
            known = {row["id"]: row for row in articles.known_articles(self.db)}
            sightings.note_index(self.db, entries, known, clock.utc_now())

    def saw_all(self, *, whole: bool) -> None:
        """Index and listings have been read: what they do not show is absent.

        ``whole`` says that all listing pages were read, not only those that had something to tell.
        """
        if self._has_seen_all:
            return
        self._has_seen_all = True
        with self.writing():
            sightings.note_absent(self.db, self.tally.listed, whole=whole)

    def lost(self, article: int) -> bool:
        """The blog has an article no longer; ``False`` when the archive has no copy to keep."""
        with self.writing():
            if tombstones.mark_gone(self.db, article, clock.utc_now()):
                self.tally.lost(article)
                logger.info("article %d is gone; its copy stays", article)
                self.doubt_listed(article)
        return tombstones.is_gone(self.db, article)

    def has_copy(self, article: int) -> bool:
        """Is an article in the archive?"""
        return articles.get_article(self.db, article) is not None

    def day_of(self, article: int) -> str | None:
        """The day of publication of an archived article (``YYYY-MM-DD``), where it is known."""
        row = articles.get_article(self.db, article)
        return None if row is None else row["published"]

    def asks(self, article: int) -> None:
        """The page of an article is about to be asked for."""
        with self.writing():
            sightings.note_asked(self.db, article, clock.utc_now())

    def succeeded(self, url: str, article: int | None = None) -> None:
        """Forget earlier failures of an address or article."""
        self.tally.forget(url)
        with self.writing():
            failures.clear_failure(self.db, url, article)

    def fail(self, url: str, article: int | None, reason: str, *, missing: bool = False) -> None:
        """Name what could not be read; ``missing`` is what the blog lists but does not have."""
        kind = self.tally.missing if missing else self.tally.failed
        kind[url] = Failure(url, article, reason)
        logger.warning("%s: %s", url, reason)
        with self.writing():
            failures.save_failure(self.db, url, article, reason, clock.utc_now())
        if missing:
            self.doubt_listed(article)

    def go_without(self, url: str, reason: str) -> None:
        """Name what could not be read, where the archive is complete without it."""
        self.tally.without[url] = Failure(url, None, reason)
        logger.warning("%s: %s; the run goes on without it", url, reason)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A database that takes nothing any more (a full disk) ends the run."""
        try:
            yield
        except sqlite3.Error as error:
            self.stop(f"the database cannot be written: {error}")

    def stop(self, reason: str) -> None:
        """End the run before its time: no further request is sent."""
        self._stop.call(reason)

    @property
    def stop_reason(self) -> str | None:
        """Why the run ends before its time, or ``None``."""
        return self._stop.reason

    # --- The end ----------------------------------------------------------------------------------

    def finish(self, ending: str, traffic: Mapping[str, int]) -> Report:
        """Write JSONL and feed, close the record and the database; returns the report.

        The second time it only returns the report. Nothing that the disk can do is raised: it is
        in the report.
        """
        if self.report is not None:
            return self.report
        ending = self.stop_reason or ending
        try:
            ending = self._write_files(ending)
            self.db.execute("PRAGMA wal_checkpoint(PASSIVE)")  # a full disk is found out now
            self.report = self._make_report(ending, traffic)
            self._close_record(self.report)
            self.report_is_stored = True
        except sqlite3.Error as error:
            self.report = self._make_report(f"the database cannot be written: {error}", traffic)
        database = self.files["database"]
        log = identity_of(database.with_name(f"{database.name}-wal"))
        close_archive(self.db)
        leave_no_log(database, self._written["database"], log)
        self.report.exchanged = self._look_at_files()
        return self.report

    def _look_at_files(self) -> str | None:
        """The report names files: are they the ones that were written?"""
        sentence = exchanged(self.files, self._written)
        if sentence is None and self._id is not None and self.report_is_stored:
            sentence = lacks_run(self.files["database"], self._id, self._started_at)
        return sentence

    def _write_files(self, ending: str) -> str:
        try:
            self._write("jsonl", partial(write_jsonl, with_counts=self._with_counts))
            self._write("changes", write_feed)
        except StoreError as error:
            return str(error) if ending == FINISHED else ending
        return ending

    def _write(self, name: str, write: Callable[[Database, Path], int]) -> None:
        check_unexchanged(self.files[name], self._found[name])
        write(self.db, self.files[name])
        self._written[name] = identity_of(self.files[name])

    def _close_record(self, report: Report) -> None:
        if self._id is not None:
            if report.ending == FINISHED and self._has_seen_all and not report.is_partial:
                failures.forget_others(self.db, self.tally.named)
            values = {**report.row(), "finished_at": clock.utc_now()}
            runs.finish_run(self.db, self._id, values)

    def _make_report(self, ending: str, traffic: Mapping[str, int]) -> Report:
        try:
            archived = [article for (article,) in self.db.execute("SELECT id FROM articles")]
        except sqlite3.Error:
            archived = []
        return Report(
            mode=self.plan.mode,
            ending=ending,
            doubtful=traffic.get("doubtful", 0),
            requests=traffic.get("requests", 0),
            bytes=traffic.get("bytes", 0),
            seconds=monotonic() - self._started,
            files=self.files,
            **self.tally.counts(archived),
        )

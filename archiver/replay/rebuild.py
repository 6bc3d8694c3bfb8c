"""Makes an archive from WARC files alone: all recorded runs are crawled again, in their order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archiver import clock
from archiver.network.scrapy_internals import crawl_one_after_another
from archiver.replay.answers import RecordedAnswers
from archiver.replay.article_pages import article_pages
from archiver.replay.read_ahead import ReadAhead
from archiver.replay.replay_addon import ReplayAddon, ReplayCrawler
from archiver.replay.replayed_run import Replay
from archiver.replay.run_choice import runs_left, runs_of_one_site
from archiver.replay.run_settings import settings_of
from archiver.replay.spider import ReplaySpider
from archiver.replay.target import Target
from archiver.run.archive_files import files_of
from archiver.run.recorder import cannot_write
from archiver.store.archive import Archive
from archiver.store.errors import StoreError
from archiver.warc.recorded_runs import RecordedRun
from archiver.warc.run_reading import read_runs

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

#: How the sentences of a database and of a file that cannot be written begin.
_CANNOT_WRITE: Final = (cannot_write(sqlite3.Error()), "cannot write ")


@dataclass(slots=True)
class Rebuilt:
    """What was made."""

    database: Path
    runs: int = 0
    #: Runs that an earlier, interrupted rebuild has made.
    earlier: int = 0
    articles: int = 0
    captures: int = 0
    #: What could not be used, in words.
    faults: list[str] = field(default_factory=list)


class Rebuild:
    """Crawls the runs of the WARC files in ``folder`` again, into an archive in ``target``.

    ``process`` is that of the command; its settings name the archive. ``advance`` hears after each
    run how many of how many are done.
    """

    def __init__(
        self,
        folder: Path,
        target: Path,
        process: AsyncCrawlerProcess,
        *,
        processes: int = 1,
        advance: Callable[[int, int], None],
    ) -> None:
        self.folder = folder
        self.process = process
        self.processes = processes
        self.advance = advance
        self.target = Target(files_of(_with_folder(process.settings, target)), folder)

    def run(self) -> Rebuilt:
        """Make the archive; raises ``StoreError`` when it cannot be made."""
        runs, faults = read_runs(self.folder)
        runs, foreign = runs_of_one_site(runs)
        if not runs:
            raise StoreError(_nothing_in(self.folder, [*faults, *foreign]), wrong_use=True)
        result = Rebuilt(self.target.files["database"], faults=[*faults, *foreign])
        with self.target.opened() as archive:
            todo = runs_left(archive, runs)
            result.earlier = len(runs) - len(todo)
            self._replay_all(todo, RecordedAnswers(self.folder, runs), archive, result)
            result.articles = archive.db["articles"].count
            result.captures = archive.db["captures"].count
            settings = self.process.settings
            self.target.complete(
                archive,
                with_counts=settings.getbool("KEXUE_JSONL_COUNTS"),
                with_comments=settings.getbool("KEXUE_JSONL_COMMENTS"),
            )
        return result

    def _replay_all(
        self, runs: list[RecordedRun], answers: RecordedAnswers, archive: Archive, result: Rebuilt
    ) -> None:
        """Crawl runs again; raises ``StoreError``: those before are stored then."""
        errors: list[BaseException] = []
        ahead = ReadAhead(article_pages(self.folder, runs, answers), self.processes)

        async def crawls() -> None:
            for run in runs:
                replay = Replay(run, answers, archive, ahead)
                result.faults += await self._replay_one(replay)
                result.runs += 1
                self.advance(result.runs, len(runs))

        try:
            crawl_one_after_another(self.process, crawls, errors.append)
        finally:
            ahead.close()
            clock.set_to(datetime.now(UTC))
        for error in errors:
            raise error

    async def _replay_one(self, replay: Replay) -> list[str]:
        """Crawl a run again, in one transaction; returns what could not be used of it.

        Raises ``StoreError`` when it cannot be stored. One whose settings or arguments are none is
        left out.
        """
        run, connection = replay.recorded, replay.archive.db.conn
        settings = settings_of(run, self.process.settings, self.target.folder)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("PRAGMA defer_foreign_keys = ON")
            crawler = ReplayCrawler(ReplaySpider, settings, replay)
            await self.process.crawl(crawler, **run.arguments)
            _check_stored(crawler)
            connection.execute("COMMIT")
        except (ValueError, TypeError) as error:
            connection.rollback()
            return [f"run {run.id} of {run.started_at} is left out: {error}"]
        except (sqlite3.Error, StoreError) as error:
            self.target.is_spoilt = not connection.in_transaction
            connection.rollback()
            reason = cannot_write(error) if isinstance(error, sqlite3.Error) else str(error)
            raise StoreError(f"run {run.id} of {run.started_at}: {reason}") from error
        replay.ahead.forget(run.exchanges)
        return replay.faults


def _check_stored(crawler: ReplayCrawler) -> None:
    """Raise ``StoreError`` when a run has not been stored."""
    run = ReplayAddon.of(crawler).run
    reason = run.recorder.stop.reason or ""
    if reason.startswith(_CANNOT_WRITE) and reason != run.replay.recorded.ending:
        raise StoreError(reason)
    if not (run.has_begun and run.is_stored):
        raise StoreError("it could not be stored; -L INFO shows why")


def _with_folder(settings: Settings, folder: Path) -> Settings:
    changed = settings.copy()
    changed.set("KEXUE_DATA_DIR", str(folder), priority=100)
    return changed


def _nothing_in(folder: Path, faults: list[str]) -> str:
    if faults:
        return f"no run can be read from {folder}: {faults[0]}"
    return f"there are no WARC files in {folder}"

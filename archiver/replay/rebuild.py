"""Makes an archive from WARC files alone: all recorded runs are crawled again, in their order."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archiver import clock, site
from archiver.network.scrapy_internals import crawl_one_after_another
from archiver.replay.answers import RecordedAnswers
from archiver.replay.read_ahead import Page, ReadAhead
from archiver.replay.replay_addon import ReplayAddon, ReplayCrawler
from archiver.replay.replayed_run import Replay
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

#: How the sentence of a database that cannot be written begins.
_CANNOT_WRITE: Final = cannot_write(sqlite3.Error())
_LARGEST: Final = site.LARGEST_PAGE


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

    ``settings`` are those of the process, and ``name`` is that of the archive. ``advance`` hears
    after each run how many of how many are done.
    """

    def __init__(
        self,
        folder: Path,
        target: Path,
        settings: Settings,
        *,
        processes: int = 1,
        advance: Callable[[int, int], None] = lambda done, count: None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.processes = processes
        self.advance = advance
        own = settings.copy()
        own.set("KEXUE_DATA_DIR", str(target), priority=100)
        self.target = Target(files_of(own), folder)
        self.name = str(settings["KEXUE_NAME"])

    def run(self, process: AsyncCrawlerProcess) -> Rebuilt:
        """Make the archive; raises ``StoreError`` when it cannot be made."""
        runs, faults = read_runs(self.folder)
        if not runs:
            raise StoreError(_nothing_in(self.folder, faults), wrong_use=not faults)
        runs, foreign = _of_one_site(runs)
        result = Rebuilt(self.target.files["database"], faults=[*faults, *foreign])
        with self.target.opened() as archive:
            todo = _left(archive, runs)
            result.earlier = len(runs) - len(todo)
            answers = RecordedAnswers(self.folder, runs)
            pages = _pages(self.folder, todo, answers)
            ahead = ReadAhead(pages, self.processes)
            try:
                self._replay(process, todo, answers, archive, ahead, result)
            finally:
                ahead.close()
                clock.set_to(datetime.now(UTC))
            result.articles = archive.db["articles"].count
            result.captures = archive.db["captures"].count
            with_counts = self.settings.getbool("KEXUE_JSONL_COUNTS")
            self.target.complete(archive, with_counts=with_counts)
        return result

    def _replay(
        self,
        process: AsyncCrawlerProcess,
        runs: Sequence[RecordedRun],
        answers: RecordedAnswers,
        archive: Archive,
        ahead: ReadAhead,
        result: Rebuilt,
    ) -> None:
        errors: list[BaseException] = []

        async def replay_all() -> None:
            for run in runs:
                replay = Replay(run, answers, archive, ahead)
                await self._replay_one(process, replay)
                result.faults += replay.faults
                result.runs += 1
                self.advance(result.runs + result.earlier, len(runs) + result.earlier)

        crawl_one_after_another(process, replay_all, errors.append)
        for error in errors:
            raise error

    async def _replay_one(self, process: AsyncCrawlerProcess, replay: Replay) -> None:
        """Crawl a run again, in one transaction."""
        run, connection = replay.recorded, replay.archive.db.conn
        settings = settings_of(run, self.settings, self.target.folder, self.name)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("PRAGMA defer_foreign_keys = ON")
            crawler = ReplayCrawler(ReplaySpider, settings, replay)
            await process.crawl(crawler, **run.arguments)
            _check_end(crawler, run)
            connection.execute("COMMIT")
        except (sqlite3.Error, StoreError, ValueError) as error:
            connection.rollback()
            reason = cannot_write(error) if isinstance(error, sqlite3.Error) else str(error)
            raise StoreError(f"run {run.id} of {run.started_at}: {reason}") from error
        if run.exchanges:
            replay.ahead.forget_before(max(exchange.capture for exchange in run.exchanges))


def _check_end(crawler: ReplayCrawler, run: RecordedRun) -> None:
    """Raise ``StoreError`` when a run has not been stored."""
    stored = ReplayAddon.of(crawler).run
    reason = stored.recorder.stop.reason or ""
    if stored.report is None:
        raise StoreError("the run could not be begun; the log says why")
    if reason.startswith(_CANNOT_WRITE):
        raise StoreError(reason)


def _left(archive: Archive, runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    """The runs that are not in an archive; raises ``StoreError`` when it has others."""
    stored = dict(archive.db.execute("SELECT id, started_at FROM runs"))
    left = [run for run in runs if run.id not in stored]
    if any(run.id in stored and stored[run.id] != run.started_at for run in runs):
        raise StoreError(
            "the rebuild that was begun in this folder is one of other WARC files; empty the folder",
            wrong_use=True,
        )
    return left


def _of_one_site(runs: list[RecordedRun]) -> tuple[list[RecordedRun], list[str]]:
    """The runs of the blog that most runs are of, and a sentence for each other one."""
    hosts = [_host_of(run) for run in runs]
    own = max(hosts, key=lambda host: (hosts.count(host), host))
    kept = [run for run, host in zip(runs, hosts, strict=True) if host == own]
    others = [run for run, host in zip(runs, hosts, strict=True) if host != own]
    return kept, [
        f"run {run.id} of {run.started_at} is left out: it is of another site"
        f" ({run.settings.get('KEXUE_BASE_URL')})"
        for run in others
    ]


def _host_of(run: RecordedRun) -> str:
    """What tells the blog of a run from others: the live blog has several hosts."""
    try:
        base = site.Base.parse(str(run.settings.get("KEXUE_BASE_URL")))
    except ValueError:
        return ""
    return site.CANONICAL_BASE if base.is_live else base.host


def _nothing_in(folder: Path, faults: Sequence[str]) -> str:
    if faults:
        return f"no run can be read from {folder}: {faults[0]}"
    return f"there are no WARC files in {folder}"


def _pages(
    folder: Path, runs: Sequence[RecordedRun], answers: RecordedAnswers
) -> Iterator[Page]:
    """The pages of articles in the order in which they came."""
    for run in runs:
        url = str(run.settings.get("KEXUE_BASE_URL"))
        base = site.Base.parse(url)
        for exchange in run.exchanges:
            article = site.article_id(exchange.url, base)
            if article is None or not exchange.is_whole:
                continue
            try:
                place = answers.place_of_payload(exchange)
            except OSError:
                continue
            yield Page(
                exchange.capture, folder / place.warc, place, article, url, exchange.sent_at,
                int(run.settings.get("DOWNLOAD_MAXSIZE") or _LARGEST),
            )  # fmt: skip

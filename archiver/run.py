"""One run of the spider against one archive: everything that reads or writes the database.

Spider, pipelines, middlewares and extensions of a crawler share one ``Run`` (``run_of``). What it
holds in memory is only for the report; what is known, due or failed is in the database.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from archiver.items import Article, ListingEntry, Status
from archiver.plan import Plan
from archiver.report import FINISHED, Failure, Report
from archiver.store import articles, failures, runs
from archiver.store.errors import StoreError
from archiver.store.jsonl import write_jsonl
from archiver.store.merge import Change
from archiver.store.records import Row
from archiver.store.sqlite import close_archive, open_archive

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

_runs: WeakKeyDictionary[Crawler, Run] = WeakKeyDictionary()


def run_of(crawler: Crawler) -> Run:
    """The run of a crawler, opened at the first call; raises ``StoreError``."""
    if crawler not in _runs:
        _runs[crawler] = Run(files_of(crawler.settings))
    return _runs[crawler]


def files_of(settings: BaseSettings) -> dict[str, Path]:
    """Where the database and the JSONL file are."""
    folder = Path(settings["KEXUE_DATA_DIR"])
    name = settings["KEXUE_NAME"]
    return {"database": folder / f"{name}.db", "jsonl": folder / f"{name}.jsonl"}


def utc_now() -> str:
    """Now, in UTC, as the archive writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Run:
    """An open archive, and what this run has seen and done."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files
        self.db = open_archive(files["database"])
        self.plan = Plan()
        self.report: Report | None = None
        self.listed: set[int] = set()
        self.planned = 0
        self.stop_reason: str | None = None
        self._id: int | None = None
        self._started = monotonic()
        self._changes: dict[int, Change] = {}
        self._protected: set[int] = set()
        self._without_body = 0
        self._failed: dict[str, Failure] = {}
        self._missing: dict[str, Failure] = {}

    # --- What the archive knows ---------------------------------------------------------------

    def known(self) -> dict[int, Row]:
        """Every archived article, with what decides whether it is read again."""
        return {row["id"]: row for row in articles.known_articles(self.db)}

    def failed_before(self) -> set[int]:
        """The articles that could not be read the last time."""
        return failures.failed_ids(self.db)

    @property
    def done(self) -> int:
        """How many article pages this run has dealt with, well or badly."""
        with_trouble = {f.article for f in (*self._failed.values(), *self._missing.values())}
        return len(self._changes) + len(with_trouble - {None} - self._changes.keys())

    # --- What the run does ----------------------------------------------------------------------

    def start(self, plan: Plan) -> None:
        """Open the record of the run."""
        self.plan = plan
        self._id = runs.start_run(self.db, plan.mode, utc_now())

    def save(self, article: Article) -> Change:
        """Store an article that was read just now."""
        change = articles.save_article(self.db, article, utc_now())
        self._changes[article.id] = change
        if article.status is Status.PROTECTED:
            self._protected.add(article.id)
        elif not article.body_html:
            self._without_body += 1
        return change

    def saw(self, entry: ListingEntry) -> None:
        """Note that a listing shows an article."""
        articles.save_sighting(self.db, entry, utc_now())

    def succeeded(self, url: str, article: int | None = None) -> None:
        """Forget earlier failures of an address or article."""
        failures.clear_failure(self.db, url, article)

    def fail(self, url: str, article: int | None, reason: str, *, missing: bool = False) -> None:
        """Name what could not be read; ``missing`` is what the blog lists but does not have."""
        kind = self._missing if missing else self._failed
        kind[url] = Failure(url, article, reason)
        failures.save_failure(self.db, url, article, reason, utc_now())
        logger.warning("%s: %s", url, reason)

    def stop(self, reason: str) -> None:
        """Ask for the end of the run: the spider sends no further request."""
        self.stop_reason = self.stop_reason or reason

    # --- The end ----------------------------------------------------------------------------------

    def finish(self, ending: str, traffic: Mapping[str, int]) -> Report:
        """Write the JSONL file, close the record and the database; returns the report."""
        ending = self.stop_reason or ending
        try:
            write_jsonl(self.db, self.files["jsonl"])
        except StoreError as error:
            ending = str(error) if ending == FINISHED else ending
        self.report = self._make_report(ending, traffic)
        if self._id is not None:
            runs.finish_run(self.db, self._id, _run_values(self.report))
        close_archive(self.db)
        return self.report

    def _make_report(self, ending: str, traffic: Mapping[str, int]) -> Report:
        archived = self.known().keys()
        asked = self.listed or set(self._changes)
        trouble = {f.article for f in (*self._failed.values(), *self._missing.values())}
        fresh = {a for a, change in self._changes.items() if change is not Change.UNCHANGED}
        protected = self._protected - trouble
        return Report(
            mode=self.plan.mode,
            ending=ending,
            listed=len(self.listed),
            archived=len(archived),
            new=self._count(Change.NEW, {*protected, *trouble}),
            changed=self._count(Change.CHANGED, {*protected, *trouble}),
            unchanged=len((asked & archived) - fresh - trouble - protected),
            protected=len(protected),
            without_body=self._without_body,
            left=len(asked - archived - trouble),
            missing=list(self._missing.values()),
            failed=list(self._failed.values()),
            doubtful=traffic.get("doubtful", 0),
            requests=traffic.get("requests", 0),
            bytes=traffic.get("bytes", 0),
            seconds=monotonic() - self._started,
            files=self.files,
        )

    def _count(self, change: Change, other: set[int | None]) -> int:
        return sum(1 for a, made in self._changes.items() if made is change and a not in other)


def _run_values(report: Report) -> dict[str, object]:
    return {
        "finished_at": utc_now(),
        "outcome": "ok" if report.problem is None else report.problem,
        "requests": report.requests,
        "bytes": report.bytes,
        "listed": report.listed,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "protected": report.protected,
        "gone": 0,
        "missing": len(report.missing),
        "failed": len(report.failed),
    }

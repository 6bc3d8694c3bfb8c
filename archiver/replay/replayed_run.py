"""One recorded run while it is crawled again: what is left of it, and what the archive gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from archiver import clock
from archiver.extraction.series.renewal import renew_series
from archiver.network.circuit_breaker import CircuitBreaker
from archiver.planning.plan import Plan
from archiver.replay.answers import RecordedAnswers
from archiver.replay.read_ahead import ReadAhead
from archiver.run.archive_files import files_of
from archiver.run.file_options import file_options_of
from archiver.run.report import FINISHED, Report
from archiver.run.run import Run
from archiver.run.warc_options import largest_body_of
from archiver.site import Base
from archiver.store.archive import Archive
from archiver.store.captures import get_capture
from archiver.store.sqlite import check_folder
from archiver.warc.recorded_runs import RecordedExchange, RecordedRun

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

#: Statuses of answers that hold something to store.
_WITH_CONTENT: Final = frozenset({200, 403})


class Replay:
    """The exchanges of one run, given out once each in the order in which they came."""

    def __init__(
        self, recorded: RecordedRun, answers: RecordedAnswers, archive: Archive, ahead: ReadAhead
    ) -> None:
        self.recorded = recorded
        self.answers = answers
        self.archive = archive
        self.ahead = ahead
        #: A larger body has no hash; in bytes.
        self.largest_body = recorded.largest_body
        #: What is wrong with records, in words.
        self.faults: list[str] = []
        self._by_url: dict[str, deque[RecordedExchange]] = {}
        for exchange in recorded.exchanges:
            self._by_url.setdefault(exchange.url, deque()).append(exchange)
        self._left = len(recorded.exchanges)

    @property
    def ended_early(self) -> bool:
        """True when the run was killed, stopped or interrupted."""
        return self.recorded.ending != FINISHED

    @property
    def is_over(self) -> bool:
        """True when all exchanges have been given out."""
        return self._left == 0

    def take(self, url: str) -> RecordedExchange | None:
        """The next exchange of an address; ``None`` when there is none any more.

        The time of the archive, and the clock, are those of the exchange from here on.
        """
        waiting = self._by_url.get(url)
        if not waiting:
            return None
        exchange = waiting.popleft()
        self._left -= 1
        moment = datetime.fromisoformat(exchange.sent_at)
        clock.set_to(moment)
        self.archive.writes.note_time(moment)
        self._note_capture(exchange)
        return exchange

    def pages_left(self) -> list[str]:
        """The addresses of the whole pages that nothing has asked for."""
        return [
            url
            for url, waiting in self._by_url.items()
            if any(exchange.is_whole for exchange in waiting)
        ]

    def skip_to_page(self, url: str) -> bool:
        """Take what came before the next page with content of an address; ``False`` if none is."""
        while waiting := self._by_url.get(url):
            if waiting[0].is_whole and self._status(waiting[0]) in _WITH_CONTENT:
                return True
            self.take(url)
        return False

    def take_rest(self) -> None:
        """Note the captures of all that was not asked for."""
        for url, waiting in self._by_url.items():
            while waiting:
                self.take(url)

    def _status(self, exchange: RecordedExchange) -> int | None:
        try:
            return self.answers.read(exchange).status
        except OSError:
            return None

    def _note_capture(self, exchange: RecordedExchange) -> None:
        if exchange.answer is None:
            return
        try:
            capture = self.answers.capture(exchange, self.recorded.id, self.largest_body)
        except OSError as error:
            self.faults.append(f"{exchange.url}, received at {exchange.sent_at}: {error}")
        else:
            self._note_earlier(exchange)
            self.archive.writes.unsaved.append(capture)

    def _note_earlier(self, exchange: RecordedExchange) -> None:
        """Note the capture that an answer refers to, if no run of the files has it.

        It counts as one of the run before the first of them, which was the last by an earlier
        version.
        """
        first = self.answers.earlier_of(exchange)
        if first is None or any(
            capture.id == first.capture for capture in self.archive.writes.unsaved
        ):
            return
        if get_capture(self.archive.db, first.capture) is None:
            (run,) = self.archive.db.execute("SELECT min(id) FROM runs").fetchone()
            self.archive.writes.unsaved.append(self.answers.capture(first, run, self.largest_body))


class ReplayedRun(Run):
    """A run whose record is restored as it was. Everything else is written as a crawl writes it.

    The archive stays open, and nothing is committed: all of it is one transaction.
    """

    def __init__(self, replay: Replay, settings: BaseSettings, breaker: CircuitBreaker) -> None:
        replay.archive.base = Base.parse(settings["KEXUE_BASE_URL"])
        pictures = file_options_of(settings)
        if pictures is not None:
            check_folder(pictures.folder)
        super().__init__(
            files_of(settings),
            breaker=breaker,
            pictures=pictures,
            archive=replay.archive,
        )
        replay.largest_body = largest_body_of(settings)
        self.replay = replay
        #: True when all of it is in the transaction.
        self.is_stored = False

    def begin(self, plan: Plan, arguments: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Open the record of the run with the number and the time that it had."""
        recorded = self.replay.recorded
        self.plan = plan
        self._id, self._started_at = recorded.id, recorded.started_at
        clock.set_to(datetime.fromisoformat(recorded.started_at))
        self.archive.runs.restart(recorded.row, recorded.previous, recorded.asked)

    def finish(self, ending: str, traffic: Mapping[str, int]) -> Report:  # noqa: ARG002
        """Write what a crawl writes at its end, but for the files."""
        if self.report is not None:
            return self.report
        self.replay.take_rest()
        recorded = self.replay.recorded
        if recorded.ending == FINISHED and self.recorder.stop.reason is not None:
            self.replay.faults.append(
                f"run {recorded.id} had no end like this: {self.recorder.stop.reason}"
            )
        self.report = self._make_report(self.recorder.stop.reason or recorded.ending, traffic)
        if not recorded.is_killed and recorded.end is not None:
            renew_series(self.archive.db)
            self._close_record(self.report)
            self.archive.runs.restore(recorded.end)
        self.archive.save_captures()
        self.is_stored = True
        return self.report

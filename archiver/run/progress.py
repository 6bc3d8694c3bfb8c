"""The progress of a run: a line that is rewritten on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final, Self, TextIO

from scrapy import signals
from scrapy.exceptions import NotConfigured

from archiver.run.archive_run import ArchiveRun
from archiver.run.counts import RunCounts
from archiver.terminal.durations import format_seconds
from archiver.terminal.plural import plural
from archiver.terminal.printable import ERASE_LINE
from archiver.terminal.text_width import cut, screen_width

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_TERMINAL_INTERVAL: Final = 0.5
_LOG_INTERVAL: Final = 60.0


class Progress:
    """Says after a response how many article pages were read, how fast, and the time left."""

    def __init__(
        self, crawler: Crawler, owner: ArchiveRun, stream: TextIO, clock: Callable[[], float]
    ) -> None:
        self.owner = owner
        self.stream = stream
        self.clock = clock
        self.on_terminal = stream.isatty()
        self.interval = _TERMINAL_INTERVAL if self.on_terminal else _LOG_INTERVAL
        self.started = self.said = clock()
        crawler.signals.connect(self.response_received, signal=signals.response_received)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension for a crawler that keeps an archive; it is off when the log is."""
        owner = ArchiveRun.of(crawler)
        if not crawler.settings.getbool("LOG_ENABLED"):
            raise NotConfigured("LOG_ENABLED is off")
        return cls(crawler, owner, sys.stderr, monotonic)

    def response_received(self) -> None:
        """Say the progress, at most once in an interval."""
        now = self.clock()
        if now - self.said < self.interval:
            return
        self.said = now
        line = progress_line(self.owner.run.counts, now - self.started)
        if self.on_terminal:
            self.stream.write(f"{ERASE_LINE}{cut(line, screen_width(self.stream) - 1)}")
            self.stream.flush()
        else:
            logger.info("%s", line)

    def spider_closed(self) -> None:
        """Clear the line for the report."""
        if self.on_terminal:
            self.stream.write(ERASE_LINE)
            self.stream.flush()


def progress_line(counts: RunCounts, seconds: float) -> str:
    """``120/1340 articles, 18/min, 1 h 8 min left``; before that the listings' count.

    Behind the articles ``12/300 pictures``.
    """
    if counts.files_planned:
        return f"{min(counts.files_done, counts.files_planned)}/{counts.files_planned} pictures"
    if not counts.planned and not counts.comment_pages:
        return f"reading the listings: {plural(len(counts.listed), 'article')} found"
    rate = counts.done / seconds if seconds > 0 else 0.0
    left = f", {format_seconds((counts.planned - counts.done) / rate)} left" if rate else ""
    if counts.comment_pages:  # which are read when the articles are done
        left = f", {plural(counts.comment_pages, 'page')} of comments"
    return f"{counts.done}/{counts.planned} articles, {rate * 60:.0f}/min{left}"

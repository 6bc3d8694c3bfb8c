"""How far the run is: a line that is rewritten on a terminal, now and then a log line elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final, Self, TextIO

from scrapy import signals
from scrapy.exceptions import NotConfigured

from archiver.run.run import Run, require_archive, run_of
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
    """Says after a response how many article pages are read, how fast, and the time left."""

    def __init__(self, crawler: Crawler, stream: TextIO, clock: Callable[[], float]) -> None:
        self.crawler = crawler
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
        require_archive(crawler)
        if not crawler.settings.getbool("LOG_ENABLED"):
            raise NotConfigured("LOG_ENABLED is off")
        return cls(crawler, sys.stderr, monotonic)

    def response_received(self) -> None:
        """Say how far we are, not too often."""
        now = self.clock()
        if now - self.said < self.interval:
            return
        self.said = now
        line = progress_line(run_of(self.crawler), now - self.started)
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


def progress_line(run: Run, seconds: float) -> str:
    """``120/1340 articles, 18/min, 1 h 8 min left``; before that the listings' count."""
    if not run.planned:
        return f"reading the listings: {plural(len(run.tally.listed), 'article')} found"
    rate = run.done / seconds if seconds > 0 else 0.0
    left = f", {format_seconds((run.planned - run.done) / rate)} left" if rate else ""
    return f"{run.done}/{run.planned} articles, {rate * 60:.0f}/min{left}"

"""The log of a run: short, with the id of an item in the place of its body."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.logformatter import LogFormatter
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.log import get_scrapy_root_handler

from archiver.network.scrapy_internals import DOWNLOAD_LOGGER, ROBOTS_LOGGER, set_log_level
from archiver.terminal.printable import ERASE_LINE, printable

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from scrapy.settings import Settings
    from twisted.python.failure import Failure


class ShortLogFormatter(LogFormatter):
    """Scrapy's messages, with a short name in place of the item."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the formatter, and shorten the log of other components."""
        # The middleware logs a traceback when the server cannot be reached.
        logging.getLogger(ROBOTS_LOGGER).addFilter(drop_traceback)
        # Scrapy makes the handler of its log anew after this.
        crawler.signals.connect(show_log, signal=signals.spider_opened)
        return cls()

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The message of an item that has passed all pipelines."""
        return super().scraped(name_of(item), response, spider)

    def dropped(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """The message of an item that a pipeline has refused."""
        return super().dropped(name_of(item), exception, response, spider)

    def item_error(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """The message of an item on which a pipeline has failed."""
        return super().item_error(name_of(item), exception, response, spider)


class ShownFormatter(logging.Formatter):
    """Log lines and tracebacks of another formatter, without sequences that a terminal obeys.

    Titles, addresses and the words of servers are in them. What the format itself puts first, to
    take the place of the line of progress, stays.
    """

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """The line of the formatter that was there before."""
        line = self.inner.format(record)
        text = line.removeprefix(ERASE_LINE)
        return line[: len(line) - len(text)] + printable(text)


def show_log() -> None:
    """Put ``ShownFormatter`` into Scrapy's handler of the log."""
    handler = get_scrapy_root_handler()
    if handler is not None and not isinstance(handler.formatter, ShownFormatter):
        handler.setFormatter(ShownFormatter(handler.formatter))


def keep_log_short(settings: Settings) -> None:
    """Keep only the warnings of Scrapy's own lines. Call it before logging is configured.

    A level that was asked for (``-L``, ``-s LOG_LEVEL``) shows all, as Scrapy does. On a terminal
    a line has the time of day only, and takes the place of the line of progress
    (``archiver.run.progress``).
    """
    on_terminal = sys.stderr is not None and sys.stderr.isatty() and not settings["LOG_FILE"]
    if settings.getpriority("LOG_LEVEL") != SETTINGS_PRIORITIES["cmdline"]:
        set_log_level("scrapy", "WARNING")
        # It warns of answers that the run names, with advice that would let them pass.
        set_log_level(DOWNLOAD_LOGGER, "ERROR")
        if on_terminal:
            settings.set("LOG_FORMAT", "%(asctime)s %(levelname)s: %(message)s", priority="command")
            settings.set("LOG_DATEFORMAT", "%H:%M:%S", priority="command")
    if on_terminal:
        settings.set("LOG_FORMAT", f"{ERASE_LINE}{settings['LOG_FORMAT']}", priority="cmdline")


def name_of(item: Any) -> str:
    """``Article 6583``."""
    return f"{type(item).__name__} {getattr(item, 'id', '?')}"


def drop_traceback(record: logging.LogRecord) -> bool:
    """A log filter that keeps the sentence and drops the traceback."""
    record.exc_info = None
    return True

"""Log lines that name an item by its id: a log never holds a body."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy import signals
from scrapy.logformatter import LogFormatter
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.log import DEFAULT_LOGGING, get_scrapy_root_handler

from archiver.terminal.printable import ERASE_LINE, printable

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from scrapy.settings import Settings
    from twisted.python.failure import Failure


#: Warns of answers that are cut off or too large, with advice that would let them pass.
_NAMED_BY_THE_RUN = "scrapy.core.downloader.handlers.http11"
#: Scrapy's robots.txt middleware logs a traceback when the server cannot be reached.
_WITHOUT_TRACEBACKS = "scrapy.downloadermiddlewares.robotstxt"


class ShortLogFormatter(LogFormatter):
    """Scrapy's messages, with a short name in place of the item."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the formatter, and keep out of the log what does not belong into it."""
        logging.getLogger(_WITHOUT_TRACEBACKS).addFilter(drop_traceback)
        # Scrapy makes the handler of its log anew after this.
        crawler.signals.connect(show_log, signal=signals.spider_opened)
        return cls()

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """An item has passed all pipelines."""
        return super().scraped(name_of(item), response, spider)

    def dropped(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """A pipeline has refused an item."""
        return super().dropped(name_of(item), exception, response, spider)

    def item_error(
        self,
        item: Any,
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> LogFormatterResult:
        """A pipeline has failed."""
        return super().item_error(name_of(item), exception, response, spider)


class ShownFormatter(logging.Formatter):
    """Log lines and tracebacks as another formatter makes them, in which a terminal obeys nothing.

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
    """Let Scrapy's handler of the log name what a terminal would obey."""
    handler = get_scrapy_root_handler()
    if handler is not None and not isinstance(handler.formatter, ShownFormatter):
        handler.setFormatter(ShownFormatter(handler.formatter))


def keep_log_short(settings: Settings) -> None:
    """Before logging is configured: of Scrapy's own lines keep the warnings.

    A level that was asked for (``-L``, ``-s LOG_LEVEL``) shows all, as Scrapy does. On a terminal
    a line has the time of day only, and takes the place of the line of progress
    (``archiver.run.progress``).
    """
    on_terminal = sys.stderr is not None and sys.stderr.isatty() and not settings["LOG_FILE"]
    if settings.getpriority("LOG_LEVEL") != SETTINGS_PRIORITIES["cmdline"]:
        loggers = cast("Any", DEFAULT_LOGGING)["loggers"]
        loggers["scrapy"]["level"] = "WARNING"
        loggers[_NAMED_BY_THE_RUN] = {"level": "ERROR"}
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

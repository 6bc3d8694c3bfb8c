"""Log lines that name an item by its id: a log never holds a body."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy.logformatter import LogFormatter
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.log import DEFAULT_LOGGING

from archiver.terminal import ERASE_LINE

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from scrapy.settings import Settings
    from twisted.python.failure import Failure


#: Scrapy's robots.txt middleware logs a traceback when the server cannot be reached.
_WITHOUT_TRACEBACKS = "scrapy.downloadermiddlewares.robotstxt"


class ShortLogFormatter(LogFormatter):
    """Scrapy's messages, with a short name in place of the item."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003 - Scrapy passes it
        """Build the formatter, and keep tracebacks of unreachable servers out of the log."""
        logging.getLogger(_WITHOUT_TRACEBACKS).addFilter(drop_traceback)
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


def keep_log_short(settings: Settings) -> None:
    """Before logging is configured: of Scrapy's own lines keep the warnings.

    A level that was asked for (``-L``, ``-s LOG_LEVEL``) shows all, as Scrapy does. On a terminal
    a line has the time of day only, and takes the place of the line of progress
    (``archiver.extensions.progress``).
    """
    on_terminal = sys.stderr is not None and sys.stderr.isatty() and not settings["LOG_FILE"]
    if settings.getpriority("LOG_LEVEL") != SETTINGS_PRIORITIES["cmdline"]:
        cast("Any", DEFAULT_LOGGING)["loggers"]["scrapy"]["level"] = "WARNING"
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

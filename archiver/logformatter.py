"""Log lines that name an item by its id: a log never holds a body."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy.logformatter import LogFormatter
from scrapy.utils.log import get_scrapy_root_handler

from archiver.terminal import shown

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


#: Scrapy's robots.txt middleware logs a traceback when the server cannot be reached.
_WITHOUT_TRACEBACKS = "scrapy.downloadermiddlewares.robotstxt"


class ShortLogFormatter(LogFormatter):
    """Scrapy's messages, with a short name in place of the item."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003 - Scrapy passes it
        """Build the formatter, and keep out of the log what does not belong into it."""
        logging.getLogger(_WITHOUT_TRACEBACKS).addFilter(drop_traceback)
        handler = get_scrapy_root_handler()
        if handler is not None and not isinstance(handler.formatter, ShownFormatter):
            handler.setFormatter(ShownFormatter(handler.formatter))
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

    Titles, addresses and the words of servers are in them.
    """

    def __init__(self, inner: logging.Formatter | None) -> None:
        super().__init__()
        self.inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """The line of the formatter that was there before."""
        return shown(self.inner.format(record))


def name_of(item: Any) -> str:
    """``Article 6583``."""
    return f"{type(item).__name__} {getattr(item, 'id', '?')}"


def drop_traceback(record: logging.LogRecord) -> bool:
    """A log filter that keeps the sentence and drops the traceback."""
    record.exc_info = None
    return True

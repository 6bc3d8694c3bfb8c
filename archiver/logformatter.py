"""Log lines that name an item by its id: a log never holds a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


class ShortLogFormatter(LogFormatter):
    """Scrapy's messages, with a short name in place of the item."""

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


def name_of(item: Any) -> str:
    """``Article 6583``."""
    return f"{type(item).__name__} {getattr(item, 'id', '?')}"

"""What the pipelines share: one step of ``refine`` each, and the count of what it doubts."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from archiver.extraction.doubt import Doubt
from archiver.items import Item
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class Pipeline:
    """Takes one step with each item, in place."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for a crawler."""
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """Take the step with an item; raises ``DropItem`` with the reason where it is refused.

        An item of another spider under these settings passes as it is.
        """
        try:
            if isinstance(item, Item):
                self.step(item)
        except UnexpectedPage as error:
            raise DropItem(str(error)) from error
        return item

    def step(self, item: Item) -> None:
        """Fill fields of an item; raises ``UnexpectedPage`` for one that is not to be stored."""
        raise NotImplementedError

    def count(self, doubts: Iterable[Doubt]) -> None:
        """Count values that could not be understood under ``kexue/doubtful/``, and log them."""
        for doubt in doubts:
            self.crawler.stats.inc_value(f"kexue/doubtful/{doubt.name}")
            logger.warning("%s", doubt)

"""Store: the last pipeline writes the item to the archive."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from archiver import site
from archiver.items import Article, ListingEntry
from archiver.pipelines.base import Pipeline
from archiver.run.run import require_archive, run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Store(Pipeline):
    """Write articles and sightings in one transaction each."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.run = run_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for a crawler that keeps an archive."""
        require_archive(crawler)
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """Store an item; a database that takes nothing any more ends the run."""
        try:
            if isinstance(item, Article):
                self.run.save(item, item.asked_url or site.article_url(item.id))
            elif isinstance(item, ListingEntry):
                self.run.saw(item)
        except sqlite3.Error as error:
            self.run.stop(f"the database cannot be written: {error}")
            raise DropItem(f"article {item.id} was not stored: {error}") from error
        return item

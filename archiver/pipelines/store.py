"""Store: the last pipeline writes the item to the archive."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from archiver import site
from archiver.items import Article, CommentPage, ListingEntry
from archiver.run.archive_run import ArchiveRun
from archiver.run.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Store:
    """Write articles and sightings in one transaction each."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline; raises ``NotConfigured`` for a spider that keeps no archive."""
        return cls(ArchiveRun.of(crawler).run)

    def process_item(self, item: Any) -> Any:
        """Store an item; a database that cannot be written drops it and stops the run."""
        try:
            self._store(item)
        except sqlite3.Error as error:
            self.run.recorder.database_failed(error)
            raise DropItem(f"article {item.id} was not stored: {error}") from error
        return item

    def _store(self, item: Any) -> None:
        recorder = self.run.recorder
        if isinstance(item, Article):
            url = item.asked_url or site.article_url(item.id)
            recorder.article_read(item, url, accept=self.run.plan.accept)
        elif isinstance(item, ListingEntry):
            recorder.entry_read(item)
        elif isinstance(item, CommentPage):
            recorder.comments_read(item)

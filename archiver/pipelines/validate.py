"""Validation: what is not an article does not get into the archive, and is counted."""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import DropItem

from archiver.items import Article, Status
from archiver.pipelines.base import Pipeline


class Validate(Pipeline):
    """Refuse an article without id or title; count one without a body."""

    def process_item(self, item: Any) -> Any:
        """Let an item pass, or raise ``DropItem`` with the reason."""
        if not isinstance(item, Article):
            return item
        if not item.id or item.id < 1:
            raise DropItem("an article without an id")
        if not item.title:
            self.crawler.stats.inc_value("kexue/refused/title")
            raise DropItem(f"article {item.id} has no title")
        if item.status is Status.PUBLISHED and not item.body_html:
            self.crawler.stats.inc_value("kexue/without_body")
        return item

"""Links and pictures: every one of a body, with the article that a link points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.extraction.article_body import fill_links
from archiver.items import Item
from archiver.pipelines.base import Pipeline
from archiver.site import Base

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ListLinks(Pipeline):
    """Fill ``links`` and ``pictures`` from the clean body."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.base = Base.parse(crawler.settings["KEXUE_BASE_URL"])

    def step(self, item: Item) -> None:
        """List the links and pictures of an article."""
        fill_links(item, self.base)

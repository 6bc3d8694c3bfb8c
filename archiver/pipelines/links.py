"""Links and pictures: every one of a body, with the article that a link points to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.body.contents.links import list_links
from archiver.body.contents.pictures import list_pictures
from archiver.items import Article
from archiver.pipelines.base import Pipeline
from archiver.site import Base

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ListLinks(Pipeline):
    """Fill ``links`` and ``pictures`` from the cleaned body."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.base = Base.parse(crawler.settings["KEXUE_BASE_URL"])

    def process_item(self, item: Any) -> Any:
        """List the links and pictures of an article."""
        if isinstance(item, Article) and item.body is not None:
            item.links = list_links(item.body, self.base)
            item.pictures = list_pictures(item.body)
        return item

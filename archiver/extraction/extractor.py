"""One page through all pipelines but the store: what ``scrapy extract`` prints and benchmarks time.

The same parsers and the same pipelines as in a crawl, so the result is what a crawl would store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from parsel import Selector
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.misc import build_from_crawler, load_object

from archiver import site
from archiver.items import Article, FeedEntry, IndexEntry, ListingEntry
from archiver.pages.article import parse_article
from archiver.pages.feed import parse_feed
from archiver.pages.index import parse_index
from archiver.pages.kind import Kind, is_feed, kind_of_page
from archiver.pages.listing import parse_listing
from archiver.pages.received import open_page, read_page
from archiver.spiders.kexue import KexueSpider
from archiver.store.records import Row, article_row, part_rows, record
from archiver.tree.unexpected import UnexpectedPage

Item = Article | ListingEntry | IndexEntry | FeedEntry

_STORE: Final = "archiver.pipelines.store.Store"
_LISTING_KEYS: Final = (
    "id", "title", "author", "published", "published_at", "readers", "category", "tags",
    "comment_count", "excerpt",
)  # fmt: skip
_REASONS: Final = {
    Kind.NOT_FOUND: "the blog's page for what does not exist (404)",
    Kind.OTHER: "an HTML page, but none of the blog's",
}


class Extractor:
    """The pipelines of the settings, without the store."""

    def __init__(self, settings: Settings) -> None:
        self.base = site.Base.parse(settings["KEXUE_BASE_URL"])
        #: Does the last page have bytes that are no UTF-8 in what was extracted?
        self.is_damaged = False
        crawler = Crawler(KexueSpider, settings)
        crawler.stats = MemoryStatsCollector(crawler)
        order = sorted(settings.getdict("ITEM_PIPELINES").items(), key=lambda entry: entry[1] or 0)
        self.pipelines = [
            build_from_crawler(load_object(path), crawler)
            for path, position in order
            if position is not None and path != _STORE
        ]

    def extract(self, body: bytes, url: str | None = None) -> tuple[Kind, list[Row]]:
        """The kind of a page and its items as JSON objects; raises ``UnexpectedPage``."""
        (kind, items), damaged = read_page(body, lambda text: self._parse(text, url))
        self.is_damaged = bool(damaged)
        return kind, self._run(items)

    def _parse(self, text: str, url: str | None) -> tuple[Kind, Sequence[Item]]:
        if is_feed(text):
            return Kind.FEED, parse_feed(text, self.base)
        page = open_page(text)
        kind = kind_of_page(page)
        return kind, self._items(kind, page, url)

    def _items(self, kind: Kind, page: Selector, url: str | None) -> Sequence[Item]:
        if kind in {Kind.ARTICLE, Kind.PROTECTED}:
            return [parse_article(page, url, self.base)]
        if kind is Kind.LISTING:
            return parse_listing(page, self.base).entries
        if kind is Kind.INDEX:
            return parse_index(page, self.base)
        raise UnexpectedPage(_REASONS[kind])

    def _run(self, items: Sequence[Item]) -> list[Row]:
        return [self._through_pipelines(item) for item in items]

    def _through_pipelines(self, item: Item) -> Row:
        try:
            for pipeline in self.pipelines:
                pipeline.process_item(item)
        except DropItem as error:
            raise UnexpectedPage(str(error)) from error
        return as_object(item)


def as_object(item: Any) -> Row:
    """An item as a crawl would store it."""
    if isinstance(item, Article):
        return record(article_row(item), part_rows(item))
    values = {key: getattr(item, key) for key in _LISTING_KEYS if hasattr(item, key)}
    return {"id": item.id, "url": site.article_url(item.id), **values}

"""The bytes of a saved page to what a crawl would store of it, without network and database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from archiver import site
from archiver.extraction.doubt import Doubt
from archiver.extraction.refine import refine
from archiver.items import Article, Item
from archiver.pages.article import parse_article
from archiver.pages.decoding import read_page
from archiver.pages.feed import parse_feed
from archiver.pages.index import parse_index
from archiver.pages.kind import Kind, is_feed, kind_of_page
from archiver.pages.listing import parse_listing
from archiver.store.records import Row, article_record
from archiver.store.schema import ARTICLES
from archiver.tree.document import Page, parse_page
from archiver.tree.unexpected import UnexpectedPage

_REASONS: Final = {
    Kind.NOT_FOUND: "the blog's page for what does not exist (404)",
    Kind.OTHER: "an HTML page, but none of the blog's",
}


class Extracted(NamedTuple):
    """What a page holds."""

    kind: Kind
    #: An article as its JSONL object, an entry of a listing, the index or the feed as its fields.
    rows: list[Row]
    #: The texts that were not understood.
    doubts: list[Doubt]
    #: True when some of it holds U+FFFD in place of bytes that are no UTF-8.
    is_damaged: bool


def extract(page: bytes, url: str | None = None, base: site.Base | None = None) -> Extracted:
    """What a crawl would store of a page of any kind; raises ``UnexpectedPage`` with the reason.

    ``url`` is the address that the page was saved from, and ``base`` where the blog was read from,
    which is the live host when it is ``None``.
    """
    (kind, items), damaged = read_page(page, lambda text: scrape(text, url, base))
    doubts = [doubt for item in items for doubt in refine(item, base)]
    return Extracted(kind, [_stored(item) for item in items], doubts, bool(damaged))


def scrape(
    text: str, url: str | None = None, base: site.Base | None = None
) -> tuple[Kind, Sequence[Item]]:
    """The kind of a page or feed, and its items as scraped; raises ``UnexpectedPage``.

    ``text`` is what ``decode_page`` gave; the other arguments are those of ``extract``.
    """
    if is_feed(text):
        return Kind.FEED, parse_feed(text, base)
    page = parse_page(text)
    kind = kind_of_page(page)
    return kind, _items(kind, page, url, base)


def _items(kind: Kind, page: Page, url: str | None, base: site.Base | None) -> Sequence[Item]:
    if kind in {Kind.ARTICLE, Kind.PROTECTED}:
        return [parse_article(page, url, base)]
    if kind is Kind.LISTING:
        return parse_listing(page, base).entries
    if kind is Kind.INDEX:
        return parse_index(page, base)
    raise UnexpectedPage(_REASONS[kind])


def _stored(item: Item) -> Row:
    """The JSON object of a refined item."""
    if isinstance(item, Article):
        return article_record(item)
    # It loads Scrapy, which the processes that read articles do without.
    from itemadapter import ItemAdapter  # noqa: PLC0415

    fields = ItemAdapter(item)
    values = {name: fields[name] for name in ARTICLES.names if name in fields}
    return {"id": item.id, "url": site.article_url(item.id), **values}

"""``/feed/``: RSS 2.0 of the newest articles, the only page that tells exact times."""

from __future__ import annotations

from parsel import Selector

from archiver import site
from archiver.items import FeedEntry
from archiver.pages.kind import is_feed
from archiver.tree.document import ASCII_SPACE
from archiver.tree.unexpected import UnexpectedPage


def parse_feed(text: str, base: site.Base | None = None) -> list[FeedEntry]:
    """The articles of a whole feed in its order; raises ``UnexpectedPage`` for another text."""
    if not is_feed(text):
        raise UnexpectedPage("not an RSS feed")
    feed = Selector(text=text.lstrip("\ufeff" + ASCII_SPACE), type="xml")
    entries = (parse_entry(item, base) for item in feed.xpath("/rss/channel/item"))
    return [entry for entry in entries if entry is not None]


def parse_entry(item: Selector, base: site.Base | None) -> FeedEntry | None:
    """One item of the feed; ``None`` when it does not link to an article."""
    addresses = (_text(item, "link"), _text(item, "guid"))
    article = next(
        (found for url in addresses if url and (found := site.article_id(url, base))), None
    )
    if article is None:
        return None
    return FeedEntry(article, _text(item, "title"), _text(item, "pubDate"))


def _text(item: Selector, tag: str) -> str | None:
    text = item.xpath(f"string({tag})").get()
    return (text or "").strip(ASCII_SPACE) or None

"""The bytes of an article's page → the article as it is stored, as a crawl reads them."""

from __future__ import annotations

from collections.abc import Callable

from archiver import site
from archiver.extraction.refine import refine
from archiver.items import Article, ListingEntry, Status
from archiver.pages.article import parse_article
from archiver.pages.completion import complete_from_listing
from archiver.pages.decoding import open_page, read_page
from archiver.store.column import Format
from archiver.store.records import Row
from archiver.store.sightings import Shown
from archiver.tree.unexpected import UnexpectedPage


def read_article(
    page: bytes,
    article: int,
    base: site.Base | None = None,
    *,
    status: int = 200,
    complete: Callable[[Article], None] | None = None,
) -> Article:
    """The refined article of a page that was asked for by the number of its article.

    ``status`` is that of the answer, ``base`` where the blog was read from (``None``: the live
    host). ``complete`` adds in place what other pages tell, as ``complete_from_archive`` does.
    Raises ``UnexpectedPage`` with the reason when the page is not the article's.
    """
    url = site.article_url(article)
    item, damaged = read_page(page, lambda text: parse_article(open_page(text), url, base))
    if status != 200 and item.status is not Status.PROTECTED:
        raise UnexpectedPage(f"HTTP {status}")
    item.is_damaged = bool(damaged)
    if complete is not None:
        complete(item)
    refine(item, base)
    return item


def complete_from_archive(article: Article, stored: Row | None, shown: Shown) -> None:
    """Fill in place what the page does not tell, from what the archive knows; what it tells stays.

    ``stored`` has the columns of ``articles`` that the page has given before, and takes the place
    of the listing entry that was read with it; ``shown`` is what index and listings have shown the
    last time. The excerpt is that of ``stored`` where a listing has shown the article.
    """
    if stored is not None:
        complete_from_listing(article, _as_entry(stored), None, is_fresh=False)
        if shown.entry is not None:
            article.excerpt, article.excerpt_known = stored["excerpt"], True
    complete_from_listing(article, shown.entry, shown.index, is_fresh=False)


def _as_entry(row: Row) -> ListingEntry:
    """What a listing must have shown to make such a row, as far as the page does not tell it."""
    return ListingEntry(
        id=row["id"],
        title=row["title"],
        author=row["author"],
        date_text=row["published"],
        category=row["category"],
        tags=Format.STRINGS.to_json(row["tags"] or "[]"),
    )

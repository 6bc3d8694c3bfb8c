"""An article as scraped to an article as stored: the one function for it, without a crawl.

In a crawl the same steps are pipelines, in the order of ``ITEM_PIPELINES``.
"""

from __future__ import annotations

from archiver.extraction.article_body import fill_html, fill_links, fill_text
from archiver.extraction.comment_words import fill_comments
from archiver.extraction.dates import fill_dates
from archiver.extraction.doubt import Doubt
from archiver.extraction.readers import fill_readers
from archiver.extraction.validation import validate
from archiver.items import Item
from archiver.site import Base


def refine(item: Item, base: Base | None = None) -> list[Doubt]:
    """Fill in place all that is made from what a page says; returns what was not understood.

    What a listing, the index and the feed say of an article must be in it by then
    (``complete_from_listing``, ``feed_text``). An entry of a listing, the index or the feed gets
    its date and its reader count. ``base`` is where the blog was read from; ``None`` is the live
    host. Raises ``UnexpectedPage`` with the reason for an article that is not to be stored.
    """
    doubts = [*fill_dates(item), *fill_readers(item)]
    fill_html(item)
    fill_text(item)
    fill_links(item, base)
    doubts += fill_comments(item)
    validate(item)
    return doubts

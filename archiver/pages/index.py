"""``/content.html``: every article of the blog on one page, by year, month and day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver import site
from archiver.items import IndexEntry
from archiver.pages.base_element import with_base_element
from archiver.tree.comment_lists import Element, attribute_of, text_of
from archiver.tree.document import Page
from archiver.tree.links_in_text import first_shown, links_and_texts
from archiver.tree.unexpected import UnexpectedPage

_YEAR = re.compile(r"(\d{4})\s*年")
_MONTH = re.compile(r"(\d{1,2})\s*月")
_DAY = re.compile(r"(\d{1,2})\s*日")


def parse_index(page: Page, base: site.Base | None = None) -> list[IndexEntry]:
    """All articles in the page's order, each once; raises ``UnexpectedPage`` without any.

    A page with the line of author and date is an article or a listing.
    """
    top = first_shown(page, site.INDEX)
    if top is None and first_shown(page, site.BYLINE) is None:
        top = first_shown(page, site.INDEX_BODY)
    if top is None:
        raise UnexpectedPage("not the index of all articles")
    base = with_base_element(base, page)
    entries: dict[int, IndexEntry] = {}
    for link, day in _dated_links(top):
        address = attribute_of(link, "href")
        if "#" in address:  # the comments of an article
            continue
        article = site.article_id(address, base)
        if article is not None and article not in entries:
            entries[article] = IndexEntry(article, text_of(link) or None, day)
    if not entries:
        raise UnexpectedPage("an index without articles")
    return list(entries.values())


def _dated_links(top: Element) -> Iterator[tuple[Element, str | None]]:
    """The links, each with the date in the headings and texts before it; titles tell none."""
    calendar = _Calendar()
    for node in links_and_texts(top):
        if node.tag == "a":
            yield node, calendar.date_text
        else:
            calendar.read(node.text_content or "")


class _Calendar:
    """The year, month and day that were named last."""

    def __init__(self) -> None:
        self.year: str | None = None
        self.month: str | None = None
        self.day: str | None = None

    def read(self, text: str) -> None:
        """Take over the year, month or day that a text names; a new year has no month yet."""
        if "年" in text and (match := _YEAR.search(text)):
            self.year, self.month, self.day = match[1], None, None
        if "月" in text and (match := _MONTH.search(text)):
            self.month, self.day = match[1], None
        if "日" in text and (match := _DAY.search(text)):
            self.day = match[1]

    @property
    def date_text(self) -> str | None:
        """The date as ``2019-5-03``; ``None`` while a part is missing."""
        if self.year and self.month and self.day:
            return f"{self.year}-{self.month}-{self.day}"
        return None

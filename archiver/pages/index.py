"""``/content.html``: every article of the blog on one page, by year, month and day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.items import IndexEntry
from archiver.pages.base_element import with_base_element
from archiver.tree.css_selection import first, select
from archiver.tree.document import Page, one_line_text
from archiver.tree.unexpected import UnexpectedPage

_YEAR = re.compile(r"(\d{4})\s*年")
_MONTH = re.compile(r"(\d{1,2})\s*月")
_DAY = re.compile(r"(\d{1,2})\s*日")


def parse_index(page: Page, base: site.Base | None = None) -> list[IndexEntry]:
    """All articles in the page's order, each once; raises ``UnexpectedPage`` without any.

    A page with the line of author and date is an article or a listing.
    """
    top = first(page.root, site.INDEX)
    if top is None and not select(page.root, site.BYLINE):
        top = first(page.root, site.INDEX_BODY)
    if top is None:
        raise UnexpectedPage("not the index of all articles")
    base = with_base_element(base, page)
    entries: dict[int, IndexEntry] = {}
    for link, day in _dated_links(top):
        address = link.get("href") or ""
        if "#" in address:  # the comments of an article
            continue
        article = site.article_id(address, base)
        if article is not None and article not in entries:
            entries[article] = IndexEntry(article, one_line_text(link) or None, day)
    if not entries:
        raise UnexpectedPage("an index without articles")
    return list(entries.values())


def _dated_links(top: HtmlElement) -> Iterator[tuple[HtmlElement, str | None]]:
    """The links, each with the date in the headings and texts before it; titles tell none."""
    calendar = _Calendar()
    inside_link: etree._Element | None = None
    for event, element in etree.iterwalk(top, events=("start", "end")):
        if event == "start":
            if element.tag == "a" and inside_link is None:
                inside_link = element
                yield element, calendar.date_text
            elif inside_link is None:
                calendar.read(element.text)
        else:
            if element is inside_link:
                inside_link = None
            if inside_link is None and element is not top:
                calendar.read(element.tail)


class _Calendar:
    """The year, month and day that were named last."""

    def __init__(self) -> None:
        self.year: str | None = None
        self.month: str | None = None
        self.day: str | None = None

    def read(self, text: str | None) -> None:
        """Take over the year, month or day that a text names; a new year has no month yet."""
        if not text:
            return
        if match := _YEAR.search(text):
            self.year, self.month, self.day = match[1], None, None
        if match := _MONTH.search(text):
            self.month, self.day = match[1], None
        if match := _DAY.search(text):
            self.day = match[1]

    @property
    def date_text(self) -> str | None:
        """The date as ``2019-5-03``; ``None`` while a part is missing."""
        if self.year and self.month and self.day:
            return f"{self.year}-{self.month}-{self.day}"
        return None

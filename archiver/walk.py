"""The walk over the listing pages: what was found, and where to look again. No I/O.

Page numbers cannot be trusted: an article published during the walk shifts all later pages by one,
a deleted one shifts them back, and the order is not always by date. So the walk only collects; the
index of all articles tells afterwards what it has missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archiver.items import ListingEntry, ListingPage

#: Pages in a row without an article that was not on an earlier page, before a pager counts as
#: endless. Two can happen when ten articles are published during the walk.
_PATIENCE: Final = 3


class EndlessPager(ValueError):
    """The pager goes on without showing anything new."""


class Walk:
    """What the listing pages have shown so far."""

    def __init__(self, most_pages: int) -> None:
        self.most_pages = most_pages
        self.entries: dict[int, ListingEntry] = {}
        self.page_of: dict[int, int] = {}
        self.last_page: int | None = None
        self._read: set[int] = set()
        self._without_news = 0

    def note(self, number: int, page: ListingPage) -> None:
        """Take over the entries of a page, whether walked or read again."""
        news = [entry for entry in page.entries if entry.id not in self.entries]
        self._without_news = 0 if news else self._without_news + 1
        self._read.add(number)
        self.last_page = page.last_page or self.last_page
        for entry in page.entries:
            self.entries[entry.id] = entry
            self.page_of[entry.id] = number

    def following(self, page: ListingPage) -> int | None:
        """The page to read next; ``None`` at the end. Raises ``EndlessPager``."""
        if page.next_page is None or page.next_page in self._read:
            return None
        if self._without_news >= _PATIENCE or len(self._read) >= self.most_pages:
            raise EndlessPager(f"the pager does not end (page {page.next_page})")
        return page.next_page

    def after_failure(self, number: int) -> int | None:
        """The page to go on with when page ``number`` could not be read."""
        return number + 1 if self.last_page is not None and number < self.last_page else None

    def pages_to_read_again(self, index: Sequence[int]) -> list[int]:
        """Where the articles of the index that no page has shown must stand by now.

        ``index`` has the newest article first. A missing article stands on the page of its
        neighbours in the index: on the first page when it is new, one page further to the front
        or the back when others were deleted or published meanwhile.
        """
        pages: set[int] = set()
        page = 1
        for article in index:
            if article in self.page_of:
                page = self.page_of[article]
            else:
                pages |= {page - 1, page}
        return sorted(pages & self._read)

"""Which listing page to read next.

The index of all articles tells what there is to find. A listing page is read when it may show an
article that no listing has shown yet: all of them in the first run, the first one on most days.
The page of an article is guessed from its place in the index, and the pages around it are read
too. Page numbers cannot be trusted: an article published meanwhile shifts all later pages by one,
a deleted one shifts them back, and the order is not always by date.

Without an index the pages are read to the end of the pager.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from archiver.items import ListingEntry, ListingPage

#: Articles on a listing page of the blog.
PAGE_SIZE: Final = 10
#: Pages in a row without an article that was not on an earlier page, before a pager counts as
#: endless. Two can happen when ten articles are published meanwhile.
_MOST_WITHOUT_NEWS: Final = 3
#: How far from the guessed page an article is looked for, the nearest first; then, on pages that
#: were read already, whether it has come there meanwhile.
_AROUND: Final = ((0, 1, -1, 2, -2), (0, -1))


class EndlessPager(ValueError):
    """The pager goes on, to ``page``, without showing anything new."""

    def __init__(self, page: int) -> None:
        super().__init__(f"the pager does not end (page {page})")
        self.page = page


class ListingPager:
    """Chooses the listing pages of one run, and keeps what they have shown.

    It gives up after ``most_pages`` pages. ``whole`` reads all pages to the end of the pager,
    whatever is looked for. ``failed_before`` are pages that failed in an earlier run: they are read
    right after the first one.
    """

    def __init__(
        self, most_pages: int, *, whole: bool = False, failed_before: Sequence[int] = ()
    ) -> None:
        self.most_pages = most_pages
        self.whole = whole
        #: What the pages have shown, by article.
        self.entries: dict[int, ListingEntry] = {}
        #: The last page of the pager, as far as it is known.
        self.last_page: int | None = None
        self._failed_before = list(failed_before)
        self._size = PAGE_SIZE
        self._shown: dict[int, list[int]] = {}
        self._tries: dict[int, int] = {}
        self._following: int | None = 1
        self._without_news = 0
        self._is_shifted = False

    # --- What was read --------------------------------------------------------------------------

    def note(self, number: int, page: ListingPage) -> None:
        """Take over the entries of a page."""
        ids = [entry.id for entry in page.entries]
        news = [article for article in ids if article not in self.entries]
        self._is_shifted |= not self._tries.get(number) and len(news) < len(ids)
        self._without_news = 0 if news else self._without_news + 1
        self._read(number)
        self._shown[number] = ids
        end = number if page.next_page is None else self.last_page
        self.last_page = page.last_page or end
        if number == 1:
            self._size = min(PAGE_SIZE, len(ids)) or PAGE_SIZE
        self.entries.update((entry.id, entry) for entry in page.entries)
        self._advance(number, page.next_page)

    def note_failure(self, number: int) -> None:
        """Note a page that could not be read; the page after it is next if the pager has one."""
        self._read(number)
        more = self.last_page is not None and number < self.last_page
        self._advance(number, number + 1 if more else None)

    def may_be_past_end(self, number: int) -> bool:
        """True when a missing page of this number can be one that the pager has lost meanwhile."""
        return number > 1 and (self.last_page is None or number >= self.last_page)

    def end_before(self, number: int) -> None:
        """Note that the blog has no page of this number."""
        self._read(number)
        self.last_page = number - 1
        if number == self._following:
            self._following = None

    def has_room_for_more(self, known: int, spare: int = 0) -> bool:
        """True when the pager promises more than ``known`` articles.

        ``spare`` pages at its end may be empty: a pager counts wrongly where a blog hides articles.
        """
        return self.last_page is not None and self.is_beyond(self.last_page - spare, known)

    def is_beyond(self, page: int, known: int) -> bool:
        """True when ``known`` articles fit on the pages before this one."""
        return (page - 1) * self._size >= known

    def has_read_between(self, newer: int | None, older: int | None) -> bool:
        """True when all pages from that of ``newer`` to that of ``older`` have been read.

        What belongs between these two articles would have been shown. ``None`` stands for the
        first page, and for the last.
        """
        first = 1 if newer is None else self._page_of(newer)
        last = self.last_page if older is None else self._page_of(older)
        if first is None or last is None or first > last:
            return False
        return all(page in self._shown for page in range(first, last + 1))

    def _page_of(self, article: int) -> int | None:
        return next((page for page, ids in self._shown.items() if article in ids), None)

    # --- What to read ---------------------------------------------------------------------------

    def next_page(self, index: Sequence[int], wanted: Collection[int]) -> int | None:
        """The page to read next, or ``None``; raises ``EndlessPager``.

        ``index`` has all articles, the newest first; ``wanted`` are those that no listing has
        shown in this run or before.
        """
        if self._is_unread(1):
            return 1
        while self._failed_before:
            if self._is_unread(page := self._failed_before.pop(0)):
                return page
        if self.whole and self._following is not None:
            return self._check_end(self._following)
        found = next(self._places(index, wanted), None)
        if found is None and self._is_shifted:
            self._is_shifted = False  # something was published meanwhile: it is on the first page
            return 1
        return found

    def _places(self, index: Sequence[int], wanted: Collection[int]) -> Iterator[int]:
        """The pages to look for wanted articles on: unread ones, then those read once."""
        pages = {article: place // self._size + 1 for place, article in enumerate(index)}
        looked_for = [a for a in index if a in wanted and a not in self.entries]
        for most, steps in enumerate(_AROUND, start=1):
            for article in looked_for:
                guess = pages[article] + self._drift(pages[article], pages)
                for step in steps:
                    page = max(1, min(guess + step, self.last_page or guess + step))
                    if self._tries.get(page, 0) < most:
                        yield page

    def _drift(self, guess: int, pages: Mapping[int, int]) -> int:
        """By how many pages the listing near ``guess`` is shifted against the index."""
        read = [page for page, ids in self._shown.items() if ids]
        if not read:
            return 0
        nearest = min(read, key=lambda page: abs(page - guess))
        drifts = [nearest - pages[a] for a in self._shown[nearest] if a in pages]
        return round(median(drifts)) if drifts else 0

    # --- The pager ------------------------------------------------------------------------------

    def _advance(self, number: int, following: int | None) -> None:
        """Make the page behind ``number`` the next one, if ``number`` was the next one."""
        if number == self._following:
            self._following = following
            while self._following is not None and not self._is_unread(self._following):
                known_end = self.last_page is None or self._following >= self.last_page
                self._following = None if known_end else self._following + 1

    def _check_end(self, page: int) -> int:
        if self._without_news >= _MOST_WITHOUT_NEWS or len(self._tries) >= self.most_pages:
            self._following = None
            raise EndlessPager(page)
        return page

    def _read(self, number: int) -> None:
        self._tries[number] = self._tries.get(number, 0) + 1

    def _is_unread(self, number: int) -> bool:
        return number not in self._tries

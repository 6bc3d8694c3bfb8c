"""Which listing page to read next. No I/O.

The index of all articles tells what there is to find. A listing page is read when it shows an
article that no listing has shown yet: all of them in the first run, the first one on most days.
Where an article stands is guessed from its place in the index, and looked for around there: page
numbers cannot be trusted, as an article published meanwhile shifts all later pages by one, a
deleted one shifts them back, and the order is not always by date.

Without an index the pages are walked to the end of the pager.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from archiver.items import ListingEntry, ListingPage

#: Articles on a listing page of the blog.
PAGE_SIZE: Final = 10
#: Pages in a row without an article that was not on an earlier page, before a pager counts as
#: endless. Two can happen when ten articles are published during the walk.
_PATIENCE: Final = 3
#: How far from the guessed page an article is looked for, the nearest first; then, on pages that
#: were read already, whether it has come there meanwhile.
_AROUND: Final = ((0, 1, -1, 2, -2), (0, -1))


class EndlessPager(ValueError):
    """The pager goes on, to ``page``, without showing anything new."""

    def __init__(self, page: int) -> None:
        super().__init__(f"the pager does not end (page {page})")
        self.page = page


class Walk:
    """What the listing pages of this run have shown so far."""

    def __init__(self, most_pages: int, *, whole: bool = False) -> None:
        self.most_pages = most_pages
        #: Go to the end of the pager, whatever is looked for?
        self.whole = whole
        self.entries: dict[int, ListingEntry] = {}
        self.last_page: int | None = None
        #: Pages that must be read for a reason of their own: they failed in an earlier run.
        self.owed: list[int] = []
        self._size = PAGE_SIZE
        self._shown: dict[int, list[int]] = {}
        self._tries: dict[int, int] = {}
        self._following: int | None = 1
        self._without_news = 0
        self._is_shifted = False

    # --- What was read --------------------------------------------------------------------------

    def note(self, number: int, page: ListingPage) -> None:
        """Take over the entries of a page. Raises ``EndlessPager`` when the walk should end."""
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
        self._go_on(number, page.next_page)

    def failed(self, number: int) -> None:
        """A page could not be read: go on behind it while the pager is known to go on."""
        self._read(number)
        more = self.last_page is not None and number < self.last_page
        self._go_on(number, number + 1 if more else None)

    def is_past_end(self, number: int) -> bool:
        """Can a page that is not there be one behind the last, which has gone meanwhile?"""
        return number > 1 and (self.last_page is None or number >= self.last_page)

    def ended(self, number: int) -> None:
        """The blog has no page of this number: the listings end before it."""
        self._read(number)
        self.last_page = number - 1
        if number == self._following:
            self._following = None

    def has_room_for_more(self, known: int, spare: int = 0) -> bool:
        """Does the pager promise more articles than these, which index and listings have shown?

        ``spare`` pages at its end may be empty: a pager counts wrongly where a blog hides articles.
        """
        return self.last_page is not None and self.is_beyond(self.last_page - spare, known)

    def is_beyond(self, page: int, known: int) -> bool:
        """Does a page stand behind all of so many articles?"""
        return (page - 1) * self._size >= known

    def shows_all_between(self, newer: int | None, older: int | None) -> bool:
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
        while self.owed:
            if self._is_unread(page := self.owed.pop(0)):
                return page
        if self.whole and self._following is not None:
            return self._check_end(self._following)
        found = next(self._places(index, wanted), None)
        if found is None and self._is_shifted:
            self._is_shifted = False  # something was published meanwhile: it is on the first page
            return 1
        return found

    def _places(self, index: Sequence[int], wanted: Collection[int]) -> Iterator[int]:
        """Pages on which a wanted article may stand: unread ones, then those read once."""
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
        """How far the pages around here are from where the index would have them."""
        read = [page for page, ids in self._shown.items() if ids]
        if not read:
            return 0
        nearest = min(read, key=lambda page: abs(page - guess))
        drifts = [nearest - pages[a] for a in self._shown[nearest] if a in pages]
        return round(median(drifts)) if drifts else 0

    # --- The pager ------------------------------------------------------------------------------

    def _go_on(self, number: int, following: int | None) -> None:
        """Move on along the pager, when ``number`` is the page where the walk along it stands."""
        if number == self._following:
            self._following = following
            while self._following is not None and not self._is_unread(self._following):
                known_end = self.last_page is None or self._following >= self.last_page
                self._following = None if known_end else self._following + 1

    def _check_end(self, page: int) -> int:
        if self._without_news >= _PATIENCE or len(self._tries) >= self.most_pages:
            self._following = None
            raise EndlessPager(page)
        return page

    def _read(self, number: int) -> None:
        self._tries[number] = self._tries.get(number, 0) + 1

    def _is_unread(self, number: int) -> bool:
        return number not in self._tries

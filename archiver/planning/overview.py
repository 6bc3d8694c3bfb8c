"""What the overview pages of a run (index, listing pages, feed) have shown of the blog."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Final

from archiver import clock, site
from archiver.extraction.dates import is_plausible, parse_date
from archiver.items import Article, FeedEntry, IndexEntry, ListingPage
from archiver.pages.completion import complete_from_listing
from archiver.planning.listing_pager import ListingPager
from archiver.store.archive import Archive
from archiver.tree.unexpected import UnexpectedPage

#: The form of a day in the index; other texts take a hundred times as long to read.
_DAY: Final = re.compile(r"20\d\d-[01]\d-[0-3]\d", re.ASCII)
#: An index that lacks more than this share of what it listed before, and more than a few
#: articles, is not believed.
_SHARE_LOST: Final = 0.1
_FEW: Final = 10


class Overview:
    """The entries of index, listing pages and feed that this run has read, by article."""

    def __init__(self, archive: Archive, pager: ListingPager) -> None:
        self.archive = archive
        self.pager = pager
        self.index: dict[int, IndexEntry] = {}
        self.feed: dict[int, FeedEntry] = {}

    def note_index(self, entries: Sequence[IndexEntry]) -> None:
        """Take over the index; raises ``UnexpectedPage`` when it lacks too much to be whole.

        Fills ``published`` of the entries.
        """
        before = self.archive.count_indexed()
        if before - len(entries) > max(_FEW, before * _SHARE_LOST):
            raise UnexpectedPage(f"the index lists only {len(entries)} of {before} articles")
        today = clock.now().astimezone(site.TIMEZONE).date()
        for entry in entries:
            entry.published = _day(entry.date_text, today)
        self.index = {entry.id: entry for entry in entries}

    def note_listing(self, number: int, page: ListingPage) -> None:
        """Take over a listing page. Its entries must be stored."""
        self.pager.note(number, page)

    def note_failed_listing(self, number: int, *, exists: bool) -> bool:
        """Note a listing page that could not be read; ``exists`` is false after a 404 or 410.

        Returns ``True`` when it is the end of the listings, ``False`` when it is a failure.
        """
        if not exists and self.pager.may_be_past_end(number):
            self.pager.end_before(number)
            return True
        self.pager.note_failure(number)
        return False

    def note_empty_listing(self, number: int) -> bool:
        """Note a listing page without articles.

        Returns ``True`` when it is the end of the listings, ``False`` when it is a failure.
        """
        known = len(self.archive.listed())
        if self.pager.may_be_past_end(number) and self.pager.is_beyond(number, known):
            self.pager.end_before(number)
            return True
        return False

    def note_feed(self, entries: Sequence[FeedEntry]) -> None:
        """Take over the exact times of the newest articles."""
        self.feed = {entry.id: entry for entry in entries}

    def listed(self) -> list[int]:
        """The articles that the blog lists as far as is known, in its order; some repeatedly."""
        return [*self.index, *self.pager.entries, *self.feed, *self.archive.listed()]

    def days(self) -> dict[int, str | None]:
        """The days of publication (``YYYY-MM-DD``) that index and listings show."""
        days = {entry.id: entry.published for entry in self.pager.entries.values()}
        return days | {entry.id: entry.published for entry in self.index.values()}

    def complete(self, item: Article) -> Article:
        """The article, with what listing, index and feed tell of it added in place."""
        feed, fresh = self.feed.get(item.id), self.pager.entries.get(item.id)
        entry, index = fresh, self.index.get(item.id)
        if entry is None or index is None:
            shown = self.archive.last_shown(item.id)
            entry, index = entry or shown.entry, index or shown.index
        complete_from_listing(item, entry, index, is_fresh=fresh is not None)
        item.feed_text = feed.date_text if feed else None
        return item


def _day(text: str | None, today: date) -> str | None:
    """The day of an index entry (``YYYY-MM-DD``), as ``parse_date`` reads it."""
    with suppress(ValueError):  # there is no such day
        if text and _DAY.fullmatch(text):
            return text if is_plausible(date.fromisoformat(text), today) else None
    return parse_date(text)[0]

"""The steps of a run: what it requests next, from what it has read so far.

The order of the steps is that of docs/operating.md: the first listing page, further ones as far as
they have something to tell, the feed when something is new, the articles. The spider turns steps
into requests.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from archiver.items import Status
from archiver.planning.article_selection import ArchiveState, select_articles
from archiver.planning.overview import Overview
from archiver.planning.plan import Plan
from archiver.store.archive import Archive

logger = logging.getLogger(__name__)

#: Pages at the end of a pager that may be empty, where the index says that there is nothing more.
_SPARE_PAGES: Final = 1
#: The feed has so many articles, the newest.
_IN_FEED: Final = 10


@dataclass(frozen=True, slots=True)
class ReadListing:
    """Read a listing page."""

    number: int


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """Read the feed."""


@dataclass(frozen=True, slots=True)
class ReadArticles:
    """Read the pages of articles, in this order."""

    articles: Sequence[int]


@dataclass(frozen=True, slots=True)
class CountAbsence:
    """Raise the absence count of each archived article that index and listings have not shown.

    ``whole`` says that all listing pages were read, not only those that had something to tell.
    """

    whole: bool


Step = ReadListing | ReadFeed | ReadArticles | CountAbsence


class Agenda:
    """Gives out the steps of one run."""

    def __init__(
        self,
        plan: Plan,
        archive: Archive,
        overview: Overview,
        *,
        recheck: int,
        failures_in_a_row: int = 0,
        session: str | None = None,
        keeps_captures: bool = False,
    ) -> None:
        self.plan = plan
        self.archive = archive
        self.overview = overview
        self.recheck = recheck
        self.failures_in_a_row = failures_in_a_row
        self.session = session
        self.keeps_captures = keeps_captures
        self._wanted_on_listings: Collection[int] | None = None
        self._requested: set[int] = set()
        self._is_absence_counted = False
        self._is_feed_requested = False

    def next_step(self) -> Step | None:
        """The step to take now; ``None`` when there is none. Raises ``EndlessPager``."""
        number = self._next_listing()
        if number is not None:
            return ReadListing(number)
        if self.plan.readers:
            return None
        if self.overview.index and not self._is_absence_counted:
            self._is_absence_counted = True
            return CountAbsence(self.overview.pager.whole)
        state = self._state()
        selected = self._select(state)
        if not self._is_feed_requested and self._wants_feed(state, selected):
            self._is_feed_requested = True
            return ReadFeed()
        return self._next_articles(selected)

    def read_articles(self, articles: Sequence[int]) -> ReadArticles:
        """The step that reads those of the articles that this run has not requested yet."""
        fresh = [article for article in articles if article not in self._requested]
        self._requested.update(fresh)
        return ReadArticles(fresh)

    def look_for(self, articles: Collection[int]) -> None:
        """Read the listing pages next on which these articles must stand."""
        self._wanted_on_listings = articles

    def _next_articles(self, selected: Sequence[int]) -> ReadArticles:
        if self.plan.limit is not None:  # of the whole run, also when this is not its first step
            room = max(self.plan.limit - len(self._requested), 0)
            selected = [article for article in selected if article not in self._requested][:room]
        self.recheck = 0  # once in a run, also when index or listings are read after all
        return self.read_articles(selected)

    def _next_listing(self) -> int | None:
        pager = self.overview.pager
        if self._wanted_on_listings is None and pager.entries:
            pager.whole |= self._may_list_more()
            self._wanted_on_listings = self._never_on_a_listing()
        return pager.next_page(list(self.overview.index), self._wanted_on_listings or ())

    def _may_list_more(self) -> bool:
        """True when the listings may show an article that neither they nor the index have shown."""
        index, pager = self.overview.index, self.overview.pager
        if not index and pager.last_page is None:
            return True
        if not pager.has_room_for_more(len(self.archive.listed()), _SPARE_PAGES if index else 0):
            return False
        logger.info("the pager promises more articles than are known: all its pages are read")
        return True

    def _never_on_a_listing(self) -> set[int]:
        """Articles that are selected or archived, and that no listing has ever shown.

        Articles that failed the last time are left out: the last run has looked for them.
        """
        looked_for = {*self.archive.entered(), *self.archive.failed_articles()}
        never = {*self.overview.listed(), *self._absent()} - looked_for
        if not never:  # as on most days: what the archive has need not be read for this
            return never
        state = self._state()
        archived = state.archived.keys() & self.overview.index.keys()
        return never & {*self._select(state), *archived}

    def _wants_feed(self, state: ArchiveState, selected: Sequence[int]) -> bool:
        """True when an article will be read whose exact time only the feed tells.

        It is new, has changed, or the feed could not be read when it was.
        """
        archived, newest = state.archived, list(self.overview.index)[:_IN_FEED]
        shown = {*self.overview.index, *self.overview.pager.entries}
        if self.plan.full or any(a not in archived or archived[a].is_changed for a in shown):
            return True
        return any(
            a in newest and not archived[a].has_time and archived[a].status == Status.PUBLISHED
            for a in selected
        )

    def _select(self, state: ArchiveState) -> list[int]:
        """The articles to read, as far as index, listings and feed have told yet."""
        days = self.overview.days()
        days |= {article: known.published for article, known in state.archived.items()}
        return select_articles(
            self.plan,
            self.overview.listed(),
            days,
            state,
            self.recheck,
            datetime.fromisoformat(self.archive.writes.now()),
            self.failures_in_a_row,
        )

    def _state(self) -> ArchiveState:
        return ArchiveState(
            archived=self.archive.articles(),
            failed=self.archive.failed_articles(),
            absent=self._absent(),
            unanswered=self.archive.unanswered_requests(),
            uncaptured=self.archive.uncaptured() if self.keeps_captures else (),
            session=self.session,
        )

    def _absent(self) -> Sequence[int]:
        """Archived articles that the blog does not list in this run."""
        return self.archive.absent() if self.overview.index else ()

"""What a run has to do next, from what it has read so far.

The spider tells what index, listings and feed have shown, and asks for the next step; it turns
steps into requests. The order of the steps is that of docs/operating.md: the first listing page,
further ones as far as they have something to tell, the feed when something is new, the articles.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archiver import clock
from archiver.extraction.dates import parse_date
from archiver.items import Article, FeedEntry, IndexEntry, ListingPage
from archiver.pages.completion import complete_from_listing
from archiver.planning.due import Past, due_articles
from archiver.planning.listings import Walk
from archiver.planning.plan import Plan
from archiver.run.run import Run
from archiver.tree.unexpected import UnexpectedPage

logger = logging.getLogger(__name__)

#: An index that lacks more than this share of what it listed before, and more than a few
#: articles, is not believed.
_SHARE_LOST: Final = 0.1
_FEW: Final = 10
#: Pages at the end of a pager that may be empty, where the index says that there is nothing more.
_SPARE_PAGES: Final = 1
#: The feed has so many articles, the newest.
_IN_FEED: Final = 10
#: An author hides so many articles at once, whose pages still answer; more are a broken index.
_FEW_HIDDEN: Final = 3
#: Runs in a row whose index and listings did not show an article, before it counts as gone.
_RUNS_UNTIL_GONE: Final = 2


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


Step = ReadListing | ReadFeed | ReadArticles


class Agenda:
    """The steps of one run."""

    def __init__(
        self, plan: Plan, run: Run, *, most_pages: int, recheck: int, breaker: int = 0
    ) -> None:
        self.plan = plan
        self.run = run
        self.recheck = recheck
        self._in_a_row = max(breaker - 1, 0)
        self.walk = Walk(most_pages, whole=plan.full or plan.readers)
        self.index: dict[int, IndexEntry] = {}
        self.feed: dict[int, FeedEntry] = {}
        self._has_asked_feed = False
        self._listed = run.listed()
        self._unseen: Collection[int] | None = None
        self._asked: set[int] = set()
        self._has_looked_for_absent = False

    # --- What was read --------------------------------------------------------------------------

    def note_index(self, entries: Sequence[IndexEntry]) -> None:
        """Take over the index; raises ``UnexpectedPage`` when it lacks too much to be whole."""
        before = self.run.count_indexed()
        if before - len(entries) > max(_FEW, before * _SHARE_LOST):
            raise UnexpectedPage(f"the index lists only {len(entries)} of {before} articles")
        for entry in entries:
            entry.published = parse_date(entry.date_text)[0]
        self.index = {entry.id: entry for entry in entries}
        self.run.saw_index(entries)

    def note_listing(self, number: int, page: ListingPage) -> None:
        """Take over a listing page, whose entries have been stored."""
        self.walk.note(number, page)

    def note_listing_failed(self, number: int, *, is_there: bool) -> bool:
        """A listing page could not be read; is that a failure, and not the end of the listings?"""
        if not is_there and self.walk.is_past_end(number):
            self.walk.ended(number)
            return False
        self.walk.failed(number)
        return True

    def note_empty_listing(self, number: int) -> bool:
        """A listing page shows no article; is it the end of the listings, and no failure?"""
        known = len(self.run.listed())
        if self.walk.is_past_end(number) and self.walk.is_beyond(number, known):
            self.walk.ended(number)
            return True
        return False

    def note_feed(self, entries: Sequence[FeedEntry]) -> None:
        """Take over the exact times of the newest articles."""
        self.feed = {entry.id: entry for entry in entries}
        self.run.tally.listed |= self.feed.keys()

    def complete(self, item: Article) -> Article:
        """Add to an article what listing, index and feed tell of it."""
        feed, fresh = self.feed.get(item.id), self.walk.entries.get(item.id)
        shown = self.run.shown_before(item.id)
        index = self.index.get(item.id) or shown.index
        complete_from_listing(item, fresh or shown.entry, index, is_fresh=fresh is not None)
        item.feed_text = feed.date_text if feed else None
        return item

    def is_deleted(self, article: int, is_page: bool) -> bool:
        """Is an article that answers 404 or 410 deleted, as far as can be told?

        ``is_page`` says that the answer is a page of the blog's theme. Without one something on the
        way may have answered: the index decides. In a run that could not read
        the index nothing is deleted, unless the article was asked for by its number.
        """
        if self.plan.ids:
            return is_page
        return bool(self.index) and (is_page or article not in self.index)

    # --- What is listed no more -------------------------------------------------------------------

    def look_for_absent(self) -> bool:
        """Want the listing pages read on which absent articles must stand, if there are any.

        Only once in a run, and after the articles: what answers 404 is not absent any more. Of
        many none is looked for.
        """
        if self._has_looked_for_absent or not self.index:
            return False
        self._has_looked_for_absent = True
        absent = self.run.absent()
        if len(absent) > _FEW:
            return False
        self._unseen = {near for article in absent for near in self._neighbours(article) if near}
        return bool(self._unseen)

    def judge_absent(self) -> str | None:
        """Make tombstones of what is not listed any more; returns what is wrong with the index.

        An article is gone when ``_RUNS_UNTIL_GONE`` runs have not found it, and the listing page
        on which it must stand was read in this one. Many at once are no deletions: they stay, but
        in a run that was asked to read all listing pages.
        """
        if not self.index:
            return None
        shown = self.run.indexed_before(self.walk.entries.keys() - self.index.keys())
        if shown:
            return f"the index lacks {_some(shown)} that the listing pages show"
        absent, is_all_read = self.run.absent(), self.walk.shows_all_between(None, None)
        if len(absent) > _FEW_HIDDEN and not (self.plan.full and is_all_read):
            return (
                f"the index does not list {_some(absent)} any more; so many at once are not taken"
                " for gone (-a full=1 looks for them on all listing pages)"
            )
        for article in self.run.absent(_RUNS_UNTIL_GONE):
            if is_all_read or self.walk.shows_all_between(*self._neighbours(article)):
                self.run.lost(article)
        return None

    def _neighbours(self, article: int) -> tuple[int | None, int | None]:
        """The articles of the index between which one of the archive must stand, by their days."""
        day = self.run.day_of(article)
        rows = [entry for entry in self.index.values() if day and entry.published]
        newer = (entry.id for entry in reversed(rows) if str(entry.published) > str(day))
        older = (entry.id for entry in rows if str(entry.published) < str(day))
        return next(newer, None), next(older, None)

    # --- What comes next --------------------------------------------------------------------------

    def next_step(self) -> Step | None:
        """The step to take now; ``None`` when there is none. Raises ``EndlessPager``."""
        number = self._next_listing()
        if number is not None:
            return ReadListing(number)
        if self.plan.readers:
            return None
        if self.index:
            self.run.saw_all(whole=self.walk.whole)
        if not self._has_asked_feed and self._wants_feed():
            self._has_asked_feed = True
            return ReadFeed()
        due = self._due(self.run.past())
        if self.plan.limit is not None:  # of the whole run, also when this is not its first step
            room = max(self.plan.limit - len(self._asked), 0)
            due = [article for article in due if article not in self._asked][:room]
        self.recheck = 0  # once in a run, also when index or listings are read after all
        return self.articles(due)

    def articles(self, due: Sequence[int]) -> ReadArticles:
        """The step that reads those of the articles that this run has not asked for yet."""
        self._listed = self.run.listed()
        fresh = [article for article in due if article not in self._asked]
        self._asked.update(fresh)
        return ReadArticles(fresh)

    def _next_listing(self) -> int | None:
        if self._unseen is None and self.walk.entries:
            self._listed = self.run.listed()
            self.walk.whole |= self._may_be_more()
            self._unseen = self._never_seen()
        return self.walk.next_page(list(self.index), self._unseen or ())

    def _may_be_more(self) -> bool:
        """Can the listings show an article that neither the index nor they have told of yet?"""
        if not self.index and self.walk.last_page is None:
            return True
        if not self.walk.has_room_for_more(len(self._listed), _SPARE_PAGES if self.index else 0):
            return False
        logger.info("the pager promises more articles than are known: all its pages are read")
        return True

    def _never_seen(self) -> set[int]:
        """Articles that are due or archived, and that no listing has ever shown.

        One that could not be read the last time has been looked for then.
        """
        past = self.run.past()
        archived = (article for article in self.index if article in past.known)
        return {
            article
            for article in (*self._due(past), *archived)
            if article not in past.failed and self._listed.get(article) is None
        }

    def _wants_feed(self) -> bool:
        """True when something is read whose exact time only the feed tells.

        It is new, has changed, or the feed could not be read when it was.
        """
        past = self.run.past()
        known, newest = past.known, list(self.index)[:_IN_FEED]
        shown = {*self.index, *self.walk.entries}
        if self.plan.full or any(a not in known or known[a]["is_changed"] for a in shown):
            return True
        return any(
            a in newest and known[a]["published_at"] is None and known[a]["status"] == "published"
            for a in self._due(past)
        )

    def _due(self, past: Past) -> list[int]:
        """The articles that are due, as far as index, listings and feed have told yet."""
        listed = [*self.index, *self.walk.entries, *self.feed, *self.run.listed()]
        days = {entry.id: entry.published for entry in self.walk.entries.values()}
        days |= {entry.id: entry.published for entry in self.index.values()}
        days |= {article: row["published"] for article, row in past.known.items()}
        past = replace(past, absent=self.run.absent() if self.index else ())
        return due_articles(
            self.plan, listed, days, past, self.recheck, clock.now(), self._in_a_row
        )


def _some(articles: Sequence[int]) -> str:
    """How many articles these are, and the first of them."""
    first = min(articles)
    return f"article {first}" if len(articles) == 1 else f"{len(articles)} articles ({first}, …)"

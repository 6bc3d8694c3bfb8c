"""The spider ``kexue``: asks for one page after the other, and says what has come of it.

1. ``/content.html``, which lists every article on one page.
2. Listing pages, the feed and articles, as ``archiver.planning.agenda`` tells.
3. Once more, one after the other, what a server in trouble has not given.

With nothing new these are three requests with robots.txt, and the re-checks.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider

from archiver import __version__, site
from archiver.items import Article, ListingEntry, Status
from archiver.network.backoff import GAVE_UP, NICE_TO_HAVE, STRANGE, Stopped, patience_of
from archiver.network.failure_reasons import reason_of, status_reason
from archiver.network.requests import (
    ARTICLE_STATUSES,
    DAMAGED,
    afresh,
    asked,
    chances_of,
    is_forbidden,
    is_not_found,
    may_pass,
    request_of,
    url_of,
)
from archiver.pages.article import parse_article
from archiver.pages.decoding import decode_page, open_page, read_page
from archiver.pages.feed import parse_feed
from archiver.pages.index import parse_index
from archiver.pages.listing import parse_listing
from archiver.planning.agenda import Agenda, ReadArticles, ReadListing
from archiver.planning.listings import EndlessPager
from archiver.planning.plan import Plan
from archiver.run.run import Run, run_of
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

_T = TypeVar("_T")
Results = Iterator[Request | ListingEntry | Article]

_DELETED: Final = frozenset({404, 410})
#: A page gets so many more chances at the end of a run, as faults may come in bursts; when so many
#: in a row were in vain, there are no more.
_CHANCES: Final = 3
_ENOUGH: Final = 4


class KexueSpider(Spider):
    """Finds every article that the blog lists, and reads those that are due.

    Arguments: ``full=1`` reads all articles again, ``ids=6583,7006`` these only (with ``accept=1``
    also where a page looks like a changed theme), ``since=2024-01-31`` those of that day or later,
    ``limit=N`` at most N of them, ``readers=1`` the listing pages only.
    """

    name = "kexue"
    keeps_archive = True  # what else runs under these settings opens none
    run: Run
    agenda: Agenda

    def __init__(self, plan: Plan, base: site.Base) -> None:
        super().__init__()
        self.plan = plan
        self.base = base
        self._once_more: dict[str, Request] = {}
        self._failed_before: set[str] = set()
        self._lost_chances = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        """Build the spider; raises ``ValueError`` for an argument or base address that is wrong."""
        plan = Plan.parse(**arguments)
        spider = cls(plan, site.Base.parse(crawler.settings["KEXUE_BASE_URL"]))
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.page_asked, signal=signals.request_reached_downloader)
        crawler.signals.connect(spider.ask_once_more, signal=signals.spider_idle)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the contact address into the user agent."""
        super().update_settings(settings)
        agent = f"{settings['BOT_NAME']}/{__version__} (+mailto:{settings['KEXUE_CONTACT']})"
        settings.set("USER_AGENT", agent, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """The first request: the index, the first listing, or the articles that were asked for."""
        self.run = run_of(self.crawler)
        self.run.start(self.plan)
        self._check_contact()
        self._plan_ahead()
        if self.plan.ids:
            for request in self._article_requests(self.agenda.articles(self.plan.ids)):
                yield request
        elif self.plan.readers:
            yield self._listing_request(1)
        else:
            yield self._request(site.INDEX_PATH, self.parse_index_page, self.page_failed)

    def _check_contact(self) -> None:
        """A polite guest leaves an address; nobody reads mail at example.org."""
        contact = self.settings["KEXUE_CONTACT"]
        if self.base.is_live and ("@" not in contact or contact.endswith("@example.org")):
            logger.warning("set KEXUE_CONTACT to your mail address: it goes into the user agent")

    def _plan_ahead(self) -> None:
        """Make the agenda, with what an earlier run owes: its failed listing pages."""
        self.agenda = Agenda(
            self.plan,
            self.run,
            most_pages=self.settings.getint("KEXUE_MOST_PAGES"),
            recheck=self.settings.getint("KEXUE_RECHECK"),
            breaker=self.settings.getint("KEXUE_BREAKER"),
        )
        self._failed_before = set(self.run.failed_before())
        pages = (site.listing_number(url, self.base) for url in self._failed_before)
        self.agenda.walk.owed = sorted(page for page in pages if page is not None)

    def _next(self) -> Iterator[Request]:
        """The requests of the next step."""
        try:
            step = self.agenda.next_step()
        except EndlessPager as error:
            self.run.fail(self.base.url(site.listing_path(error.page)), None, str(error))
            step = self.agenda.next_step()
        if isinstance(step, ReadListing):
            yield self._listing_request(step.number)
        elif isinstance(step, ReadArticles):
            yield from self._article_requests(step)
        elif step is not None:
            yield self._feed_request()

    # --- Index and feed ------------------------------------------------------------------------

    def parse_index_page(self, response: Response) -> Results:
        """Take over the index of all articles."""
        try:
            entries = self._read(response, lambda text: parse_index(open_page(text), self.base))
            self.agenda.note_index(entries)
        except UnexpectedPage as error:
            yield from self._again_or(response, str(error), self._next)
            return
        self._succeeded(asked(response))
        yield from self._next()

    def _feed_request(self) -> Request:
        request = self._request(site.FEED_PATH, self.parse_feed_page, self.feed_failed)
        request.meta[NICE_TO_HAVE] = True
        return request

    def parse_feed_page(self, response: Response) -> Results:
        """Take over the exact times."""
        try:
            self.agenda.note_feed(parse_feed(decode_page(response.body), self.base))
            self._succeeded(asked(response))
        except UnexpectedPage as error:
            self.run.go_without(asked(response), str(error))
        yield from self._next()

    def feed_failed(self, failure: Failure) -> Results:
        """Go on without the exact times: the archive is complete without them."""
        if not isinstance(failure.value, Stopped):
            self.run.go_without(url_of(request_of(failure)), reason_of(failure))
        yield from self._next()

    def page_failed(self, failure: Failure) -> Results:
        """Name the failure and go on with what comes next."""
        self._failed(failure)
        yield from self._next()

    # --- Listing pages ---------------------------------------------------------------------------

    def _listing_request(self, number: int) -> Request:
        path = site.listing_path(number)
        return self._request(path, self.parse_listing_page, self.listing_page_failed, number=number)

    def parse_listing_page(self, response: Response, number: int) -> Results:
        """The entries of a page, then the request for what comes next."""
        try:
            page = self._read(response, lambda text: parse_listing(open_page(text), self.base))
            if not page.entries and not self.agenda.note_empty_listing(number):
                raise UnexpectedPage("a listing page without articles")
        except UnexpectedPage as error:
            yield from self._again_or(response, str(error), lambda: self._after_failure(number))
            return
        self._succeeded(asked(response))
        logger.debug("listing page %d: %d articles", number, len(page.entries))
        yield from page.entries  # stored one by one before the generator goes on
        if page.entries:
            self.agenda.note_listing(number, page)
        yield from self._next()

    def listing_page_failed(self, failure: Failure) -> Results:
        """Name the failure, unless the listings have become shorter; go on with what comes next."""
        number = request_of(failure).cb_kwargs["number"]
        if self.agenda.note_listing_failed(number, is_there=not is_not_found(failure)):
            self._failed(failure)
        yield from self._next()

    def _after_failure(self, number: int) -> Results:
        self.agenda.note_listing_failed(number, is_there=True)
        yield from self._next()

    # --- Articles --------------------------------------------------------------------------------

    def _article_requests(self, step: ReadArticles) -> Iterator[Request]:
        self.run.planned += len(step.articles)
        for position, article in enumerate(step.articles):
            yield self._request(
                site.article_path(article),
                self.parse_article_page,
                self.article_failed,
                priority=-position,  # Scrapy's queue gives out the last one first
                statuses=ARTICLE_STATUSES,
                article=article,
            )

    def page_asked(self, request: Request) -> None:
        """An article's page goes out: should the process die of it, it goes last the next time."""
        article = request.cb_kwargs.get("article")
        if article is not None:
            self.run.asks(article)

    def parse_article_page(self, response: Response, article: int) -> Results:
        """The article of a page; what is no article is named, never stored."""
        if response.status in _DELETED:
            self._deleted(response, article)
            return
        try:
            url = site.article_url(article)
            item = self._read(response, lambda text: parse_article(open_page(text), url, self.base))
            if response.status != 200 and item.status is not Status.PROTECTED:
                raise UnexpectedPage(status_reason(response.status))
        except UnexpectedPage as error:
            reason = str(error) if response.status == 200 else status_reason(response.status)
            yield from self._again_or(response, reason, lambda: iter(()))
            return
        item.asked_url = asked(response)
        self._has_come(item.asked_url)
        yield self.agenda.complete(item)

    def _deleted(self, response: Response, article: int) -> None:
        """The blog does not have a page: its copy becomes a tombstone, or it is named.

        What answers behind a redirect says nothing about the article.
        """
        reason = status_reason(response.status)
        if asked(response) != response.url:
            self.run.fail(asked(response), article, f"{reason} after a redirect")
            self.run.doubt_listed(article)
            return
        lost = self.agenda.is_deleted(article, site.SHELL in response.body)
        if not (lost and self.run.lost(article)):
            missing = not self.run.has_copy(article)
            self.run.fail(asked(response), article, reason, missing=missing)

    def article_failed(self, failure: Failure) -> None:
        """Name an article that could not be read."""
        self._failed(failure)

    # --- What goes well, and what goes wrong -----------------------------------------------------

    def _read(self, response: Response, parse: Callable[[str], _T]) -> _T:
        """What a page says; raises ``UnexpectedPage``, also for bytes that are no UTF-8 in it.

        When they come again in the same places they are the page's own, and are kept as U+FFFD.
        """
        assert response.request is not None
        found, places = read_page(response.body, parse)
        if places:
            meta = response.request.meta
            seen, meta[DAMAGED] = meta.get(DAMAGED), places  # the next try has it, too
            if seen != places:
                raise UnexpectedPage(DAMAGED)
            self.crawler.stats.inc_value("kexue/doubtful/encoding")
            logger.warning("%s: %s came again, and is kept as U+FFFD", asked(response), DAMAGED)
            if isinstance(found, Article):
                found.is_damaged = True
        return found

    def _succeeded(self, url: str) -> None:
        self._has_come(url)
        self.run.succeeded(url)

    def _has_come(self, url: str) -> None:
        self._once_more.pop(url, None)
        self._lost_chances = 0

    def _again_or(
        self, response: Response, reason: str, otherwise: Callable[[], Results]
    ) -> Results:
        """Ask again for a page that is not what it should be; after the last try name it."""
        request = response.request
        assert request is not None
        patience = patience_of(self.crawler)
        gave_up = GAVE_UP in request.meta
        again = None if gave_up else patience.again(request, reason)
        if again is not None:
            yield again
            return
        self.run.fail(url_of(request), request.cb_kwargs.get("article"), reason)
        self._remember(request)
        if not gave_up:
            patience.address_failed(request, reason, STRANGE)
        yield from otherwise()

    def _failed(self, failure: Failure) -> None:
        """Name what a request ended with, unless it is the end of the run."""
        if isinstance(failure.value, Stopped):
            return
        request = request_of(failure)
        self.run.fail(url_of(request), request.cb_kwargs.get("article"), reason_of(failure))
        if GAVE_UP not in request.meta and not is_forbidden(failure):
            patience_of(self.crawler).address_failed(request, reason_of(failure), STRANGE)
        if may_pass(failure):
            self._remember(request)

    def _remember(self, request: Request) -> None:
        """Ask once more at the end, while that is of use.

        It is not for what has failed in an earlier run already, and when some pages in a row have
        not come.
        """
        chances = chances_of(request)
        self._lost_chances += chances > 0
        if self._lost_chances >= _ENOUGH:
            self._once_more.clear()
        elif chances < _CHANCES and url_of(request) not in self._failed_before:
            self._once_more[url_of(request)] = afresh(request)

    def ask_once_more(self) -> None:
        """Before the end: one more chance for each page that a server in trouble has not given.

        Then the listing pages are read on which articles must stand that were not found listed.
        """
        if self.run.stop_reason is not None:
            return
        requests: list[Request] = []
        with self.run.writing():
            requests = self._last_requests()
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _last_requests(self) -> list[Request]:
        if self._once_more:
            return [self._once_more.pop(next(iter(self._once_more)))]
        requests = list(self._next()) if self.agenda.look_for_absent() else []
        if not requests and (wrong := self.agenda.judge_absent()) is not None:
            self.run.fail(self.base.url(site.INDEX_PATH), None, wrong)
        return requests

    def _request(
        self,
        path: str,
        callback: Callable[..., Any],
        errback: Callable[..., Any],
        *,
        priority: int = 0,
        statuses: Sequence[int] = (),
        **arguments: Any,
    ) -> Request:
        return Request(
            self.base.url(path),
            callback=callback,
            errback=errback,
            cb_kwargs=arguments,
            meta={"handle_httpstatus_list": list(statuses)},
            priority=priority,
            dont_filter=True,
        )

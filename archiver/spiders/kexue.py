"""The spider ``kexue``: turns the steps of a run into requests, and responses into items.

1. ``/content.html``, which lists every article on one page.
2. Listing pages, the feed and articles, as ``archiver.planning.agenda`` tells.
3. Once more, one after the other, what a server in trouble has not given.
4. With ``comments=1`` the pages of comments that the archive lacks.
5. Pictures and other files, when all that is done (``archiver.spiders.file_requests``).

With nothing new these are three requests with robots.txt, and the re-checks.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider

from archiver import __version__, site
from archiver.environment import apply_environment
from archiver.items import Article, Status
from archiver.network.exceptions import Stopped
from archiver.network.failure_reasons import reason_of, status_reason
from archiver.network.requests import (
    ARTICLE_STATUSES,
    CAPTURE,
    OPTIONAL,
    is_not_found,
    original_url,
    request_of,
    requested_url,
)
from archiver.network.retry_policy import RetryPolicy
from archiver.pages.article import parse_article
from archiver.pages.decoding import decode_page
from archiver.pages.feed import parse_feed
from archiver.pages.index import parse_index
from archiver.pages.kind import is_of_theme
from archiver.pages.listing import parse_listing
from archiver.planning.agenda import Agenda, CountAbsence, ReadArticles, ReadListing, Step
from archiver.planning.comment_agenda import CommentAgenda
from archiver.planning.deletions import Deletions, ImplausibleIndex
from archiver.planning.listing_pager import EndlessPager, ListingPager
from archiver.planning.overview import Overview
from archiver.planning.plan import Plan
from archiver.run.archive_run import ArchiveRun
from archiver.run.run import Run
from archiver.spiders.comment_reading import CommentReadingSpider
from archiver.spiders.file_requests import FileRequests
from archiver.spiders.recording import Results
from archiver.tree.unexpected import UnexpectedPage
from archiver.upload_urls import path_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from archiver.tree.document import Page

logger = logging.getLogger(__name__)

_DELETED: Final = frozenset({404, 410})


class KexueSpider(CommentReadingSpider):
    """Finds every article that the blog lists, and reads those that are selected.

    Arguments: ``full=1`` reads all articles again, ``ids=6583,7006`` these only (with ``accept=1``
    also where a page looks like a changed theme), ``since=2024-01-31`` those of that day or later,
    ``limit=N`` at most N of them, ``readers=1`` the listing pages only, ``pictures=1`` the
    pictures only, ``comments=1`` further pages of comments too.
    """

    name = "kexue"
    keeps_archive = True  # what else runs under these settings opens none
    run: Run
    overview: Overview
    agenda: Agenda
    deletions: Deletions

    def __init__(
        self, plan: Plan, base: site.Base, arguments: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.plan = plan
        self.base = base
        #: What the plan was made of.
        self.arguments = arguments or {}
        #: True when all was asked for but pictures and other files.
        self._has_ended = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        """Build the spider; raises ``ValueError`` for an argument or base address that is wrong."""
        plan = Plan.parse(**arguments)
        base = site.Base.parse(crawler.settings["KEXUE_BASE_URL"])
        spider = super().from_crawler(crawler, plan=plan, base=base, arguments=arguments)
        crawler.signals.connect(spider.page_requested, signal=signals.request_reached_downloader)
        crawler.signals.connect(spider.spider_idle, signal=signals.spider_idle)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Heed the environment, and put the contact address into the user agent."""
        super().update_settings(settings)
        apply_environment(settings)  # for commands of Scrapy's own, such as scrapy fetch
        agent = f"{settings['BOT_NAME']}/{__version__} (+mailto:{settings['KEXUE_CONTACT']})"
        settings.set("USER_AGENT", agent, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """The first request: the index, the first listing, or the articles that were asked for."""
        self._begin()
        if self.plan.ids:
            for request in self._article_requests(self.agenda.read_articles(self.plan.ids)):
                yield request
        elif self.plan.readers:
            yield self._listing_request(1)
        elif not self.plan.pictures:
            yield self._request(site.INDEX_PATH, self.parse_index_page, self.page_failed)

    def _begin(self) -> None:
        """Begin the run, and plan it by what is left of earlier ones."""
        self.policy = RetryPolicy.of(self.crawler)
        self.run = ArchiveRun.of(self.crawler).run
        self.recorder = self.run.recorder
        self.run.begin(self.plan, self.arguments)
        self._check_contact()
        failed_before = self.run.archive.failed_addresses()
        self.policy.final_retries.exclude([*failed_before, *self._failed_files()])
        self.overview = Overview(self.run.archive, self._pager(failed_before))
        self.deletions = Deletions(self.plan, self.run.archive, self.overview)
        self.comment_agenda = CommentAgenda(self.plan, self.run.archive)
        self.agenda = Agenda(
            self.plan,
            self.run.archive,
            self.overview,
            recheck=self.settings.getint("KEXUE_RECHECK"),
            failures_in_a_row=self.policy.failures_allowed,
            session=self.run.session,
            keeps_captures=self.run.captures is not None,
        )

    def _failed_files(self) -> list[str]:
        """The addresses at which files failed in an earlier run."""
        log = self.run.file_log
        return [] if log is None else [self.base.url(path_of(url)) for url in log.failed_before()]

    def _check_contact(self) -> None:
        """Warn when the user agent has no address that somebody reads, on the live blog."""
        contact = self.settings["KEXUE_CONTACT"]
        if self.base.is_live and ("@" not in contact or contact.endswith("@example.org")):
            logger.warning("set KEXUE_CONTACT to your mail address: it goes into the user agent")

    def _pager(self, failed_before: Iterable[str]) -> ListingPager:
        """The pager, which begins with the listing pages among the addresses that failed before."""
        pages = (site.listing_number(url, self.base) for url in failed_before)
        return ListingPager(
            self.settings.getint("KEXUE_MOST_PAGES"),
            whole=self.plan.full or self.plan.readers,
            failed_before=sorted(page for page in pages if page is not None),
        )

    def _next(self) -> Iterator[Request]:
        """The requests of the next step."""
        step = self._next_step()
        if isinstance(step, CountAbsence):
            self.recorder.count_absence(whole=step.whole)
            step = self._next_step()
        if isinstance(step, ReadListing):
            yield self._listing_request(step.number)
        elif isinstance(step, ReadArticles):
            yield from self._article_requests(step)
        elif step is not None:
            yield self._feed_request()

    def _next_step(self) -> Step | None:
        try:
            return self.agenda.next_step()
        except EndlessPager as error:
            url = self.base.url(site.listing_path(error.page))
            self.recorder.address_failed(url, None, str(error))
            return self.agenda.next_step()

    # --- Index and feed ------------------------------------------------------------------------

    def parse_index_page(self, response: Response) -> Results:
        """Take over the index of all articles."""
        try:
            entries = self.read(response, parse_index)
            self.overview.note_index(entries)
        except UnexpectedPage as error:
            yield from self.retry_or_fail(response, str(error), self._next)
            return
        self.recorder.hold()
        self.recorder.index_read(entries)
        self.page_read(response)
        yield from self._next()

    def _feed_request(self) -> Request:
        request = self._request(site.FEED_PATH, self.parse_feed_page, self.feed_failed)
        request.meta[OPTIONAL] = True
        return request

    def parse_feed_page(self, response: Response) -> Results:
        """Take over the exact times."""
        try:
            entries = parse_feed(decode_page(response.body), self.base)
        except UnexpectedPage as error:
            self.recorder.address_skipped(requested_url(response), str(error))
        else:
            self.overview.note_feed(entries)
            self.recorder.articles_listed(entry.id for entry in entries)
            self.page_read(response)
        yield from self._next()

    def feed_failed(self, failure: Failure) -> Results:
        """Go on without the exact times: the archive is complete without them."""
        if not isinstance(failure.value, Stopped):
            url = original_url(request_of(failure))
            self.recorder.address_skipped(url, reason_of(failure))
        yield from self._next()

    def page_failed(self, failure: Failure) -> Results:
        """Record the failure and take the next step."""
        self.request_failed(failure)
        yield from self._next()

    # --- Listing pages ---------------------------------------------------------------------------

    def _listing_request(self, number: int) -> Request:
        path = site.listing_path(number)
        return self._request(path, self.parse_listing_page, self.listing_page_failed, number=number)

    def parse_listing_page(self, response: Response, number: int) -> Results:
        """The entries of a page, then the request for what comes next."""
        try:
            page = self.read(response, parse_listing)
            if not page.entries and not self.overview.note_empty_listing(number):
                raise UnexpectedPage("a listing page without articles")
        except UnexpectedPage as error:
            then = partial(self._after_failed_listing, number)
            yield from self.retry_or_fail(response, str(error), then)
            return
        self.recorder.hold()
        self.page_read(response)
        logger.debug("listing page %d: %d articles", number, len(page.entries))
        yield from page.entries  # stored one by one before the generator goes on
        if page.entries:
            self.overview.note_listing(number, page)
        yield from self._next()

    def listing_page_failed(self, failure: Failure) -> Results:
        """Record the failure, unless the listings have become shorter; take the next step."""
        number = request_of(failure).cb_kwargs["number"]
        if not self.overview.note_failed_listing(number, exists=not is_not_found(failure)):
            self.request_failed(failure)
        yield from self._next()

    def _after_failed_listing(self, number: int) -> Results:
        self.overview.note_failed_listing(number, exists=True)
        yield from self._next()

    # --- Articles --------------------------------------------------------------------------------

    def _article_requests(self, step: ReadArticles) -> Iterator[Request]:
        self.run.counts.planned += len(step.articles)
        for position, article in enumerate(step.articles):
            # Scrapy's queue gives out the last one first.
            yield self._article_request(article, priority=-position)

    def _article_request(self, article: int, *, priority: int = 0) -> Request:
        return self._request(
            site.article_path(article),
            self.parse_article_page,
            self.request_failed,
            priority=priority,
            statuses=ARTICLE_STATUSES,
            article=article,
        )

    def page_requested(self, request: Request) -> None:
        """Record the request of an article's page before it is sent.

        Should the process die at the page, the next run requests it last.
        """
        article = request.cb_kwargs.get("article")
        if article is not None:
            self.recorder.article_requested(article)

    def parse_article_page(self, response: Response, article: int) -> Results:
        """The article of a page. What is no article is recorded as failed and never stored."""
        if response.status in _DELETED:
            self._article_missing(response, article)
            return
        try:
            item = self.read_article(response, article)
            if response.status != 200 and item.status is not Status.PROTECTED:
                raise UnexpectedPage(status_reason(response.status))
        except UnexpectedPage as error:
            reason = str(error) if response.status == 200 else status_reason(response.status)
            yield from self.retry_or_fail(response, reason, lambda: iter(()))
            return
        item.asked_url = requested_url(response)
        item.capture = response.meta.get(CAPTURE)
        self.policy.page_read(item.asked_url)
        yield self.overview.complete(item)

    def read_article(self, response: Response, article: int) -> Article:
        """The article of a page as scraped; raises ``UnexpectedPage``."""
        return self.read(response, partial(_parse_article, site.article_url(article)))

    def _article_missing(self, response: Response, article: int) -> None:
        """Record a page that the blog does not have: as a tombstone, or as failed.

        What answers behind a redirect says nothing about the article.
        """
        reason, url = status_reason(response.status), requested_url(response)
        if url != response.url:
            self.recorder.address_failed(url, article, f"{reason} after a redirect")
            self.recorder.article_missing(article)
            return
        is_page = is_of_theme(response.body)
        is_deleted = self.deletions.is_deleted(article, is_page=is_page)
        if not (is_deleted and self.recorder.article_gone(article)):
            missing = not self.run.archive.has_article(article)
            self.recorder.address_failed(url, article, reason, missing=missing)

    # --- The end of the run ----------------------------------------------------------------------

    def spider_idle(self) -> None:
        """Send the last requests; raises ``DontCloseSpider`` when there are any."""
        self.recorder.settle()
        if self.policy.stop.reason is not None:
            return
        requests: list[Request] = []
        with self.recorder.writing():
            requests = self._last_requests()
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _last_requests(self) -> list[Request]:
        """One more try of what failed, the listing pages of absent articles, then comments, files.

        Comments come when all articles of the run are read, and files behind them.
        """
        if (request := self.policy.final_retries.next_request()) is not None:
            return [request]
        if near := self.deletions.neighbours_of_absent():
            self.agenda.look_for(near)
            if requests := list(self._next()):
                return requests
        is_there = self.run.counts.listed or self.plan.ids  # else the server is left in peace
        if is_there and (requests := self.comment_requests()):
            return requests
        if self._has_ended:
            return []
        self._has_ended = True
        self._record_deletions()
        return self._file_requests()

    def _file_requests(self) -> list[Request]:
        """The requests for pictures and other files: behind everything else, once in a run.

        A server that has shown neither index nor listings is left in peace.
        """
        has_answered = self.run.counts.listed or self.plan.ids or self.plan.pictures
        if self.run.file_log is None or self.policy.stop.reason is not None or not has_answered:
            return []
        requests = FileRequests(self.base, self.policy, self.run.file_log)
        files = self.run.file_log.select(self.plan, self.policy.failures_allowed)
        self.run.counts.files_planned = len(files)
        return [requests.request(file, position) for position, file in enumerate(files)]

    def _record_deletions(self) -> None:
        try:
            for article in self.deletions.gone_articles():
                self.recorder.article_gone(article)
        except ImplausibleIndex as error:
            self.recorder.address_failed(self.base.url(site.INDEX_PATH), None, str(error))

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


def _parse_article(url: str, page: Page, base: site.Base) -> Article:
    return parse_article(page, url, base)

"""The spider ``kexue``: which page next.

1. All listing pages, one after the other, until the pager ends.
2. ``/content.html``, which lists every article on one page: what the walk has missed, because a
   page shifted meanwhile, is looked for once more where it must stand by now.
3. ``/feed/`` for the exact times of the newest articles.
4. The pages of the articles that are due (``archiver.due``), which includes every one that the
   blog lists and the archive does not have.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider

from archiver import __version__, site
from archiver.due import due_articles
from archiver.items import Article, FeedEntry, IndexEntry, ListingEntry, ListingPage, Status
from archiver.pages.article import parse_article
from archiver.pages.complete import complete_from_listing
from archiver.pages.errors import UnexpectedPage
from archiver.pages.feed import parse_feed
from archiver.pages.index import parse_index
from archiver.pages.listing import parse_listing
from archiver.pages.received import decode_page, open_page
from archiver.plan import Plan
from archiver.reasons import is_unreachable, reason_of, status_reason
from archiver.run import Run, run_of
from archiver.walk import EndlessPager, Walk

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

Results = Iterator[Request | ListingEntry | Article]

#: What the pages of articles may answer besides 200: protected, deleted.
_ARTICLE_STATUSES: Final = [403, 404, 410]
_DELETED: Final = frozenset({404, 410})


class KexueSpider(Spider):
    """Finds every article that the blog lists, and reads those that are due.

    Arguments: ``full=1`` reads all articles again, ``ids=6583,7006`` these only,
    ``since=2024-01-31`` those of that day or later, ``limit=N`` at most N of them.
    """

    name = "kexue"
    run: Run

    def __init__(self, plan: Plan, base: site.Base, most_pages: int, recheck: int) -> None:
        super().__init__()
        self.plan = plan
        self.base = base
        self.recheck = recheck
        self.walk = Walk(most_pages)
        self.index: dict[int, IndexEntry] = {}
        self.feed: dict[int, FeedEntry] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        """Build the spider; raises ``ValueError`` for an argument or base address that is wrong."""
        settings = crawler.settings
        spider = cls(
            Plan.parse(**arguments),
            site.Base.parse(settings["KEXUE_BASE_URL"]),
            settings.getint("KEXUE_MOST_PAGES"),
            settings.getint("KEXUE_RECHECK"),
        )
        spider._set_crawler(crawler)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the contact address into the user agent."""
        super().update_settings(settings)
        agent = f"{settings['BOT_NAME']}/{__version__} (+mailto:{settings['KEXUE_CONTACT']})"
        settings.set("USER_AGENT", agent, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """The first requests: the home page, or the articles that were asked for."""
        self.run = run_of(self.crawler)
        self.run.start(self.plan)
        self._check_contact()
        if self.plan.ids:
            for request in self._article_requests(list(self.plan.ids)):
                yield request
        else:
            yield self._listing_request(1)

    def _check_contact(self) -> None:
        """A polite guest leaves an address; nobody reads mail at example.org."""
        if self.base.is_live and self.settings["KEXUE_CONTACT"].endswith("@example.org"):
            logger.warning("set KEXUE_CONTACT to your mail address: it goes into the user agent")

    # --- 1. The listing pages ------------------------------------------------------------------

    def _listing_request(self, number: int) -> Request:
        return Request(
            self.base.url(site.listing_path(number)),
            callback=self.parse_listing_page,
            errback=self.listing_page_failed,
            cb_kwargs={"number": number},
            dont_filter=True,
        )

    def parse_listing_page(self, response: Response, number: int) -> Results:
        """The entries of a page, then the request for what comes next."""
        self._check_stop()
        try:
            page = parse_listing(open_page(response.body), self.base)
            if not page.entries:
                raise UnexpectedPage("a listing page without articles")
        except UnexpectedPage as error:
            self.run.fail(_asked(response), None, str(error))
            yield self._after_listing_failure(number)
            return
        self.run.succeeded(_asked(response))
        self._note(number, page.entries)
        self.walk.note(number, page)
        yield from page.entries
        yield self._after_listing(_asked(response), page)

    def listing_page_failed(self, failure: Failure) -> Results:
        """Name the failure and go on with the next page, or with the index."""
        request = _request_of(failure)
        self.run.fail(request.url, None, reason_of(failure))
        if not is_unreachable(failure):
            yield self._after_listing_failure(request.cb_kwargs["number"])

    def _after_listing(self, url: str, page: ListingPage) -> Request:
        try:
            following = self.walk.following(page)
        except EndlessPager as error:
            self.run.fail(url, None, str(error))
            following = None
        return self._index_request() if following is None else self._listing_request(following)

    def _after_listing_failure(self, number: int) -> Request:
        following = self.walk.after_failure(number)
        return self._index_request() if following is None else self._listing_request(following)

    def _note(self, number: int, entries: list[ListingEntry]) -> None:
        logger.debug("listing page %d: %d articles", number, len(entries))
        self.run.listed |= {entry.id for entry in entries}

    # --- 2. The index, and what the walk has missed --------------------------------------------

    def _index_request(self) -> Request:
        return Request(
            self.base.url(site.INDEX_PATH),
            callback=self.parse_index_page,
            errback=self.index_failed,
            dont_filter=True,
        )

    def parse_index_page(self, response: Response) -> Results:
        """Compare the index with the walk; look again for what the walk has missed."""
        self._check_stop()
        try:
            entries = parse_index(open_page(response.body), self.base)
        except UnexpectedPage as error:
            yield from self._after_index_failure(_asked(response), str(error))
            return
        self.run.succeeded(_asked(response))
        self.index = {entry.id: entry for entry in entries}
        self.run.listed |= self.index.keys()
        yield self._next_again(self.walk.pages_to_read_again(list(self.index)))

    def index_failed(self, failure: Failure) -> Results:
        """Name the failure: without the index nobody knows whether the walk found all."""
        yield from self._after_index_failure(_request_of(failure).url, reason_of(failure))

    def _after_index_failure(self, url: str, reason: str) -> Results:
        self.run.fail(url, None, reason)
        if self.walk.entries:
            yield self._feed_request()

    def _next_again(self, pages: list[int]) -> Request:
        """The request for the first of the pages to read again, or for the feed."""
        if not pages:
            return self._feed_request()
        return Request(
            self.base.url(site.listing_path(pages[0])),
            callback=self.parse_page_again,
            errback=self.page_again_failed,
            cb_kwargs={"pages": pages},
            dont_filter=True,
        )

    def parse_page_again(self, response: Response, pages: list[int]) -> Results:
        """Entries of a page that was read again; those that are still missing have no excerpt."""
        self._check_stop()
        try:
            page = parse_listing(open_page(response.body), self.base)
        except UnexpectedPage as error:
            self.run.fail(_asked(response), None, str(error))
        else:
            self._note(pages[0], page.entries)
            self.walk.note(pages[0], page)
            yield from page.entries
        yield self._next_again(pages[1:])

    def page_again_failed(self, failure: Failure) -> Results:
        """Name the failure and go on."""
        self.run.fail(_request_of(failure).url, None, reason_of(failure))
        yield self._next_again(_request_of(failure).cb_kwargs["pages"][1:])

    # --- 3. The feed -----------------------------------------------------------------------------

    def _feed_request(self) -> Request:
        return Request(
            self.base.url(site.FEED_PATH),
            callback=self.parse_feed_page,
            errback=self.feed_failed,
            dont_filter=True,
        )

    def parse_feed_page(self, response: Response) -> Results:
        """Keep the exact times, then ask for the articles."""
        self._check_stop()
        try:
            entries = parse_feed(decode_page(response.body), self.base)
        except UnexpectedPage as error:
            self.run.fail(_asked(response), None, str(error))
        else:
            self.run.succeeded(_asked(response))
            self.feed = {entry.id: entry for entry in entries}
            self.run.listed |= self.feed.keys()
        yield from self._due_requests()

    def feed_failed(self, failure: Failure) -> Results:
        """Name the failure; the articles are read without their exact times."""
        self.run.fail(_request_of(failure).url, None, reason_of(failure))
        yield from self._due_requests()

    # --- 4. The articles -----------------------------------------------------------------------

    def _due_requests(self) -> Iterator[Request]:
        """Requests for the articles that are due, the blog's order kept."""
        listed = [*self.walk.entries, *self.index, *self.feed]
        due = due_articles(
            self.plan,
            dict.fromkeys(listed),
            self.walk.entries,
            self.run.known(),
            self.run.failed_before(),
            self.recheck,
        )
        yield from self._article_requests(due)

    def _article_requests(self, articles: list[int]) -> Iterator[Request]:
        self.run.planned = len(articles)
        for position, article in enumerate(articles):
            yield Request(
                self.base.url(site.article_path(article)),
                callback=self.parse_article_page,
                errback=self.article_failed,
                cb_kwargs={"article": article},
                meta={"handle_httpstatus_list": _ARTICLE_STATUSES},
                priority=-position,  # Scrapy's queue gives out the last one first
                dont_filter=True,
            )

    def parse_article_page(self, response: Response, article: int) -> Results:
        """The article of a page; what is no article is named, never stored."""
        self._check_stop()
        url = _asked(response)
        if response.status in _DELETED:
            self.run.fail(url, article, status_reason(response.status), missing=True)
            return
        try:
            item = parse_article(open_page(response.body), site.article_url(article), self.base)
            if response.status != 200 and item.status is not Status.PROTECTED:
                raise UnexpectedPage(status_reason(response.status))
        except UnexpectedPage as error:
            reason = str(error) if response.status == 200 else status_reason(response.status)
            self.run.fail(url, article, reason)
            return
        self.run.succeeded(url, article)
        yield self._complete(item)

    def article_failed(self, failure: Failure) -> None:
        """Name an article that could not be read."""
        request = _request_of(failure)
        self.run.fail(request.url, request.cb_kwargs["article"], reason_of(failure))

    def _complete(self, item: Article) -> Article:
        """Add what listing, index and feed tell of an article."""
        index, feed = self.index.get(item.id), self.feed.get(item.id)
        complete_from_listing(item, self.walk.entries.get(item.id), index)
        item.feed_text = feed.date_text if feed else None
        return item

    def _check_stop(self) -> None:
        """End the run when the archive cannot take anything any more."""
        if self.run.stop_reason is not None:
            raise CloseSpider(self.run.stop_reason)


def _asked(response: Response) -> str:
    """The address that a response answers."""
    assert response.request is not None
    return response.request.url


def _request_of(failure: Failure) -> Request:
    """The request that failed; Scrapy puts it on every failure that it gives to an errback."""
    request: Request = vars(failure)["request"]
    return request

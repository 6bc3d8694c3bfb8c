"""A spider that tries failed pages again and records what could not be read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from scrapy import Request, Spider

from archiver.items import Article, CommentPage, ListingEntry
from archiver.network.exceptions import Stopped
from archiver.network.failure_reasons import reason_of
from archiver.network.requests import DAMAGED, original_url, request_of, requested_url
from archiver.network.retry_policy import RetryPolicy
from archiver.pages.decoding import open_page, read_page
from archiver.run.recorder import Recorder
from archiver.site import Base
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.tree.document import Page

logger = logging.getLogger(__name__)

_T = TypeVar("_T")
#: What a callback gives out.
Results = Iterator[Request | ListingEntry | Article | CommentPage]


class RecordingSpider(Spider):
    """Reports each page to the retry policy and to the recorder of the run.

    A spider that derives from it sets ``policy`` and ``recorder`` before its first request.
    """

    policy: RetryPolicy
    recorder: Recorder
    base: Base

    def read(self, response: Response, parse: Callable[[Page, Base], _T]) -> _T:
        """What a page says; raises ``UnexpectedPage``, also for bytes that are no UTF-8 in it.

        When they come again in the same places they are the page's own, and are kept as U+FFFD.
        """
        found, places = read_page(response.body, lambda text: parse(open_page(text), self.base))
        if places:
            if not self.policy.accepts_damage(request_of(response), places):
                raise UnexpectedPage(DAMAGED)
            self.crawler.stats.inc_value("kexue/doubtful/encoding")
            url = requested_url(response)
            logger.warning("%s: %s came again, and is kept as U+FFFD", url, DAMAGED)
            if isinstance(found, Article):
                found.is_damaged = True
        return found

    def page_read(self, response: Response) -> None:
        """Record a page that is what it should be."""
        url = requested_url(response)
        self.policy.page_read(url)
        self.recorder.address_read(url)

    def retry_or_fail(
        self, response: Response, reason: str, otherwise: Callable[[], Results]
    ) -> Results:
        """The request for the next try of a page that is not what it should be.

        After the last try the page is recorded as failed, and ``otherwise`` goes on.
        """
        request = request_of(response)
        again = self.policy.page_refused(request, reason)
        if again is not None:
            yield again
            return
        self._record_failure(request, reason)
        self.policy.page_failed(request, reason)
        yield from otherwise()

    def request_failed(self, failure: Failure) -> None:
        """Record what a request ended with, unless it is the end of the run."""
        if not isinstance(failure.value, Stopped):
            self._record_failure(request_of(failure), reason_of(failure))
            self.policy.request_failed(failure)

    def _record_failure(self, request: Request, reason: str) -> None:
        article = request.cb_kwargs.get("article")
        self.recorder.address_failed(original_url(request), article, reason)

"""The middleware that sends a request again, later, when its answer is of no use.

A request fails when there is no connection, when the status says so, or when a page arrives
damaged: cut off, in another charset, or not a page at all. A proxy on the way can cut an answer
without breaking HTTP, and answer in the server's place. What is still wrong after the last try goes
on to the spider, which names it as failed; it is never stored. ``RetryPolicy`` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final, Self

from scrapy.http import TextResponse
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure

from archiver.network.backoff import requested_wait
from archiver.network.exceptions import CertificateRefused
from archiver.network.failure_reasons import reason_of, status_reason
from archiver.network.requests import is_file, is_robots
from archiver.network.retry_policy import RetryPolicy
from archiver.pages.decoding import decode_page
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

#: Statuses with which the blog tells something about an article: protected, deleted.
_MEANT: Final = frozenset({403, 404, 410})
_PASSWORD_FIELD: Final = b"protectPassword"


class RetryLater:
    """Holds requests back during a pause, and sends those that failed again after it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.policy = RetryPolicy.of(crawler)
        self.codes = frozenset(int(code) for code in crawler.settings.getlist("RETRY_HTTP_CODES"))
        kinds = crawler.settings.getlist("RETRY_EXCEPTIONS")
        self.exceptions = tuple(load_object(kind) for kind in kinds)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for a crawler."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:  # noqa: ARG002 - all of them wait
        """Wait until the pause is over; raises ``Stopped`` after the end of the run."""
        await self.policy.pause.wait()

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Let an answer pass, or return the request to send again.

        Raises ``Stopped`` when robots.txt cannot be read.
        """
        trouble = _rule_of(request)(response, self.codes)
        if trouble is None:
            self._note_answer(request, response)
            return _without_rules(response) if is_robots(request) else response
        again = self.policy.retry(request, trouble, requested_wait(response))
        if again is not None:
            return again
        if is_robots(request):
            if response.status == 429 or response.status >= 500:
                self.policy.stop_without_rules(trouble)
            return _without_rules(response)
        self.policy.address_failed(request, trouble)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the request to send again; ``None`` for what is no failure of the network."""
        is_refused = isinstance(exception, CertificateRefused)  # for all tries alike
        if not is_refused and not isinstance(exception, self.exceptions):
            return None
        reason = reason_of(Failure(exception))  # type: ignore[no-untyped-call]
        again = None if is_refused else self.policy.retry(request, reason)
        if again is None and is_robots(request):
            self.policy.stop_without_rules(reason)
        elif again is None:
            self.policy.address_failed(request, reason)
        return again

    def _note_answer(self, request: Request, response: Response) -> None:
        """An error that another try would not change is a failure of its address, too."""
        if is_robots(request) or response.status < 400 or response.status in _MEANT:
            self.policy.answered(request)
        else:
            self.policy.address_failed(request, status_reason(response.status))


def trouble_of(response: Response, codes: Collection[int]) -> str | None:
    """Why a page must be requested again, in words, or ``None``.

    ``codes`` are the statuses for which that is always so. A 403 is meant when it is the page of a
    protected article; a 404 or 410 when it is a whole page, otherwise it is not the blog's.
    """
    damage = damage_of(response) if response.status in {200, *_MEANT} else None
    if response.status == 200:
        return damage
    is_meant = damage is None and (response.status != 403 or _PASSWORD_FIELD in response.body)
    if response.status in codes or (response.status in _MEANT and not is_meant):
        return status_reason(response.status)
    return None


def robots_trouble_of(response: Response, codes: Collection[int]) -> str | None:
    """Why robots.txt must be requested again, in words, or ``None``; it may hold any text."""
    if response.status in codes or response.status == 403 or response.status >= 500:
        return status_reason(response.status)
    return None


def file_trouble_of(response: Response, codes: Collection[int]) -> str | None:
    """Why a picture or another file must be requested again, in words, or ``None``.

    What the bytes are is not looked at here; a 404 is meant, whatever page says it.
    """
    if response.status in codes or response.status == 403:
        return status_reason(response.status)
    return "an empty answer" if response.status == 200 and not response.body else None


def _rule_of(request: Request) -> Callable[[Response, Collection[int]], str | None]:
    """The rule that tells whether the answer to a request is of use."""
    if is_robots(request):
        return robots_trouble_of
    return file_trouble_of if is_file(request) else trouble_of


def damage_of(response: Response) -> str | None:
    """What is wrong with the body of an answer, in words, or ``None``."""
    if not isinstance(response, TextResponse):
        return "not a page"
    try:
        decode_page(response.body)
    except UnexpectedPage as error:
        return str(error)
    return None


def _without_rules(response: Response) -> Response:
    """The answer to robots.txt, empty where it is an error: Scrapy would read rules from its page.

    RFC 9309, 2.3.1.3: with a 4xx there are no rules.
    """
    return response.replace(body=b"") if response.status >= 400 else response

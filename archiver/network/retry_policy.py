"""The one place that decides when a crawl waits, when it tries again, and when it gives up.

The download handler, the middlewares and extensions, the spider and the run report to one
``RetryPolicy`` what they have met, and ask it what to do. It counts over all addresses together,
because one server answers them all.

- After a failed attempt nobody sends a request for a while (``pause``), longer each time.
- A request is tried ``RETRY_TIMES`` times again, then its address counts as failed.
- ``KEXUE_BREAKER`` failures in a row stop the run: of addresses (``addresses``), and of articles
  whose pages are suspicious or missing (``articles``).
- What a server in trouble has not given is tried afresh at the end (``final_retries``).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import NotConfigured

from archiver.network.backoff import LONGEST, backoff
from archiver.network.circuit_breaker import CircuitBreaker
from archiver.network.exceptions import Stopped
from archiver.network.failure_reasons import reason_of
from archiver.network.final_retries import FinalRetries
from archiver.network.in_flight import InFlight
from archiver.network.pause import Pause
from archiver.network.requests import (
    DAMAGED,
    FINAL_RETRY,
    GAVE_UP,
    OPTIONAL,
    is_robots,
    is_temporary,
    request_of,
)
from archiver.network.scrapy_internals import is_forbidden_by_robots
from archiver.network.stop import Stop
from archiver.terminal.durations import format_seconds
from archiver.warc.exchange import Exchange

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)

#: Seconds: waits are multiples of the delay between requests, of this one at least.
_SHORTEST_DELAY: Final = 0.5
#: How often a final retry is sent again.
_TRIES_OF_FINAL_RETRY: Final = 2
#: The key in ``meta`` of the counts of failed attempts and addresses before an answer.
_COUNTS_BEFORE: Final = "kexue_streak"

#: What failures in a row look like: of the server, and of pages that arrive whole.
SERVER_CLOSED: Final = "the server seems to be closed"
STRANGE_PAGES: Final = "has the theme changed, or is this another site?"


class RetryPolicy:
    """The add-on that is the retry policy of one crawl (``RetryPolicy.of``)."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        delay = max(settings.getfloat("DOWNLOAD_DELAY"), _SHORTEST_DELAY)
        self.crawler = crawler
        self.first_wait = settings.getfloat("KEXUE_BACKOFF") * delay
        self.longest_backoff = settings.getfloat("KEXUE_BACKOFF_MOST") * delay
        #: The longest wait that a server may ask for, in seconds.
        self.longest_wait = settings.getfloat("KEXUE_PATIENCE")
        self.tries = settings.getint("RETRY_TIMES")
        #: Failed attempts in a row.
        self.attempts = 0
        breaker = settings.getint("KEXUE_BREAKER")
        self.stop = Stop()
        self.pause = Pause(self.stop)
        self.in_flight = InFlight(self.stop)
        self.addresses = CircuitBreaker(self.stop, breaker)
        self.articles = CircuitBreaker(self.stop, breaker)
        self.final_retries = FinalRetries()
        #: Hears of every exchange with the server when it is over, whole or not; ``None`` where
        #: nobody wants to. It raises ``Stopped`` to keep the answer from being used.
        self.on_exchange: Callable[[Request, Exchange], None] | None = None
        # What a test replaces: the source of the jitter.
        self.uniform: Callable[[float, float], float] = random.uniform

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the add-on for a crawler."""
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The policy of a crawler; raises ``NotConfigured`` when the add-on is switched off."""
        policy = crawler.get_addon(cls)
        if policy is None:
            raise NotConfigured(f"ADDONS must have {cls.__module__}.{cls.__qualname__}")
        return policy

    @property
    def failures_allowed(self) -> int:
        """How many addresses in a row may fail without stopping the run; 0: any number."""
        return max(self.addresses.limit - 1, 0)

    # --- Attempts: what the middlewares meet ----------------------------------------------------

    def answered(self, request: Request) -> None:
        """Reset the failure counts, as an answer is no failure.

        They are kept in ``meta`` of the request, to be restored when the spider refuses the page.
        """
        request.meta[_COUNTS_BEFORE] = (self.attempts, self.addresses.count)
        self.attempts = 0
        self.addresses.succeed()

    def retry(
        self, request: Request, reason: str, retry_after: float | None = None
    ) -> Request | None:
        """Note a failed attempt and extend the pause; returns the request for the next try.

        ``retry_after`` is what the server asks for, in seconds. ``None`` when all tries are used
        up (call ``address_failed`` then) or the run has been stopped.
        """
        if (before := request.meta.pop(_COUNTS_BEFORE, None)) is not None:
            self.attempts, self.addresses.count = before
        self.attempts += 1
        if retry_after is not None:
            self.accept_wait(retry_after, "Retry-After")
        spider = self.crawler.spider
        if self.stop.reason is not None or spider is None:
            return None
        wait = self.wait_after(self.attempts, retry_after)
        self.pause.extend(wait)
        logger.info("%s: %s; waiting %s", request.url, reason, format_seconds(wait))
        most = self._tries_of(request)
        return get_retry_request(request, spider=spider, reason=reason, max_retry_times=most)

    def address_failed(self, request: Request, reason: str, guess: str = SERVER_CLOSED) -> None:
        """Note an address that failed for good; too many in a row stop the run.

        ``guess`` is what that looks like, in words.
        """
        request.meta[GAVE_UP] = True
        if FINAL_RETRY in request.meta or OPTIONAL in request.meta:
            return
        plural = "es" if self.addresses.count else ""
        self.addresses.fail(f"address{plural} in a row failed, the last with {reason}; {guess}")

    def stop_without_rules(self, reason: str) -> NoReturn:
        """Stop the run and raise ``Stopped``: robots.txt cannot be read.

        RFC 9309, 2.3.1.4: rules that cannot be reached forbid everything.
        """
        self.stop.call(
            f"robots.txt cannot be read ({reason}); without the server's rules nothing is asked"
        )
        raise Stopped(self.stop.reason)

    # --- Waits ----------------------------------------------------------------------------------

    def accept_wait(self, seconds: float, source: str) -> bool:
        """True when a wait that the server asks for is kept; one above the limit stops the run.

        ``source`` is the header or rule that asks for it. A run holds the data folder, so no wait
        may be longer than ``KEXUE_PATIENCE``: the next run asks again.
        """
        if seconds > self.longest_wait:
            wish = format_seconds(min(seconds, LONGEST))
            self.stop.call(f"the server asks to wait {wish} ({source})")
            return False
        return True

    def hold(self, retry_after: float) -> None:
        """Extend the pause to what the server asks for, in seconds, as far as that is allowed."""
        self.pause.extend(min(retry_after, self.longest_wait))

    def wait_after(self, attempts: int, retry_after: float | None) -> float:
        """The seconds to wait: the backoff with a jitter, or what the server asks for if longer.

        The jitter exceeds neither ``KEXUE_BACKOFF_MOST`` nor ``KEXUE_PATIENCE``.
        """
        wait = backoff(attempts, self.first_wait, self.longest_backoff) * self.uniform(0.75, 1.25)
        wish = 0.0 if retry_after is None else retry_after * self.uniform(1.0, 1.05)
        return max(min(wait, self.longest_backoff), min(wish, self.longest_wait))

    # --- Pages: what the spider meets -----------------------------------------------------------

    def page_read(self, url: str) -> None:
        """Note a page that was read at an address."""
        self.final_retries.succeed(url)

    def page_refused(self, request: Request, reason: str) -> Request | None:
        """Note a page that is not what it should be; returns the request for the next try.

        ``None`` when all tries are used up: call ``page_failed`` then.
        """
        return None if GAVE_UP in request.meta else self.retry(request, reason)

    def page_failed(self, request: Request, reason: str) -> None:
        """Note a page that was refused after its last try."""
        self.final_retries.add(request)
        if GAVE_UP not in request.meta:
            self.address_failed(request, reason, STRANGE_PAGES)

    def answer_refused(self, request: Request, reason: str) -> None:
        """Note an answer that is not what was asked for, and that no further try would change.

        Too many in a row stop the run: something else answers in the blog's place.
        """
        if (before := request.meta.pop(_COUNTS_BEFORE, None)) is not None:
            self.attempts, self.addresses.count = before
        self.address_failed(request, reason, STRANGE_PAGES)

    def request_failed(self, failure: Failure) -> None:
        """Note what a request has ended with in an errback."""
        request = request_of(failure)
        if GAVE_UP not in request.meta and not is_forbidden_by_robots(failure.value):
            self.address_failed(request, reason_of(failure), STRANGE_PAGES)
        if is_temporary(failure):
            self.final_retries.add(request)

    def accepts_damage(self, request: Request, places: Any) -> bool:
        """True when two tries were damaged in the same places: the page is so, not the transfer.

        ``places`` tells where the text is damaged; the next try of the request is compared to it.
        """
        before, request.meta[DAMAGED] = request.meta.get(DAMAGED), places
        return bool(before == places)

    def _tries_of(self, request: Request) -> int:
        """How often a request is sent again: most for robots.txt, as there is no run without it."""
        if is_robots(request):
            return 2 * self.tries
        is_final = FINAL_RETRY in request.meta
        return min(self.tries, _TRIES_OF_FINAL_RETRY) if is_final else self.tries

"""How long to wait after trouble, and when to give up for this time.

Middlewares, the download handler and the spider of a crawler share one ``Patience``
(``patience_of``). What it counts is of all addresses together: one server answers them all.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar
from weakref import WeakKeyDictionary, ref

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest

from archiver import clock
from archiver.network.stop import stop_of
from archiver.terminal.durations import format_seconds

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

#: Seconds: waits are multiples of the delay between requests, of this one at least.
_QUICKEST: Final = 0.5
#: How often a page is asked for again when it gets a last chance.
_LAST_TRIES: Final = 2
#: A wait is slept in pieces of so many seconds, so that it ends soon after the run was stopped.
_PIECE: Final = 0.1
#: A doubled wait is above every maximum long before; more would not fit into a float.
_MOST_DOUBLINGS: Final = 30
_LONGEST: Final = 366 * 86400.0
_SECONDS: Final = re.compile(r"\s*[0-9]+\s*", re.ASCII)
_BEFORE: Final = "kexue_streak"
#: The mark in ``meta`` of an address that has been counted as failed.
GAVE_UP: Final = "kexue_gave_up"
#: How often it has been asked for afresh at the end of the run, where it counts no more.
LAST_CHANCE: Final = "kexue_last_chance"
#: The mark of an address whose failure is no failure of the archive; it does not count either.
NICE_TO_HAVE: Final = "kexue_nice_to_have"


#: What many failures in a row look like: of the server, and of pages that are whole.
CLOSED: Final = "the server seems to be closed"
STRANGE: Final = "has the theme changed, or is this another site?"


class Stopped(IgnoreRequest):
    """The run has been stopped: this request is not sent, or its answer is not waited for."""


@dataclass(frozen=True, slots=True)
class Streak:
    """What has gone wrong since the last good answer."""

    attempts: int = 0
    addresses: int = 0


def parse_retry_after(value: bytes | str | None, now: datetime) -> float | None:
    """The seconds from ``now`` (aware) that a Retry-After header asks for, 0 to one year.

    It holds seconds or an HTTP date (RFC 9110, 10.2.3); anything else gives ``None``.
    """
    if value is None:
        return None
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    if _SECONDS.fullmatch(text):
        return min(float(text), _LONGEST)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)  # the form of asctime names no zone
    return min(max((date - now).total_seconds(), 0.0), _LONGEST)


def wish_of(response: Response) -> float | None:
    """The seconds that a response asks to wait; a date is measured by the server's own clock."""
    value = response.headers.get(b"Retry-After")
    return None if value is None else parse_retry_after(value, _clock_of(response))


def _clock_of(response: Response) -> datetime:
    """What time it is for the server (RFC 9110, 6.6.1), or for us where it does not tell."""
    try:
        date = parsedate_to_datetime((response.headers.get(b"Date") or b"").decode("ascii"))
    except (ValueError, OverflowError):
        return clock.now()
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def backoff(attempts: int, first: float, most: float) -> float:
    """The seconds to wait after so many failed attempts in a row: doubled each time."""
    return min(first * 2.0 ** min(attempts - 1, _MOST_DOUBLINGS), most)


class Patience:
    """Makes everybody wait after a failed attempt, and stops the run when it is no use."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        pace = max(settings.getfloat("DOWNLOAD_DELAY"), _QUICKEST)
        self.first = settings.getfloat("KEXUE_BACKOFF") * pace
        self.most = settings.getfloat("KEXUE_BACKOFF_MOST") * pace
        self.longest = settings.getfloat("KEXUE_PATIENCE")
        self.breaker = settings.getint("KEXUE_BREAKER")
        self.tries = settings.getint("RETRY_TIMES")
        self.streak = Streak()
        # What a test replaces: the clock (seconds), the sleep and the source of the jitter.
        self.time: Callable[[], float] = monotonic
        self.sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
        self.uniform: Callable[[float, float], float] = random.uniform
        self.stop = stop_of(crawler)
        self._crawler = ref(crawler)  # weak: the crawler is the key under which this is kept
        self._until = 0.0
        self._in_flight: set[asyncio.Future[Any]] = set()
        self._is_broken_off = False

    @property
    def crawler(self) -> Crawler:
        """The crawler that waits."""
        crawler = self._crawler()
        assert crawler is not None
        return crawler

    # --- Waiting --------------------------------------------------------------------------------

    def hold(self, seconds: float) -> None:
        """Nothing is sent for so long from now; an earlier, longer pause stays."""
        self._until = max(self._until, self.time() + seconds)

    async def wait(self) -> None:
        """Come back when the pause is over; raises ``Stopped`` when the run has been stopped."""
        while True:
            self._check_stop()
            left = self._until - self.time()
            if left <= 0:
                return
            await self.sleep(min(left, _PIECE))

    async def unless_broken_off(self, download: Coroutine[Any, Any, _T]) -> _T:
        """What a download gives; raises ``Stopped`` when ``break_off`` comes first."""
        task = asyncio.ensure_future(download)
        self._in_flight.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._is_broken_off:
                self._check_stop()
            raise
        finally:
            self._in_flight.discard(task)

    def break_off(self) -> None:
        """Close the connections of all requests in flight; the run must have been stopped."""
        self._is_broken_off = True
        for task in list(self._in_flight):
            task.cancel()

    def _check_stop(self) -> None:
        if self.stop.reason is not None:
            raise Stopped(self.stop.reason)

    # --- Counting -------------------------------------------------------------------------------

    def answered(self, request: Request) -> None:
        """Note an answer that is no failure.

        The spider may find out that it is one after all (``again``): what is forgotten here is
        kept with the request.
        """
        request.meta[_BEFORE] = self.streak
        self.streak = Streak()

    def again(
        self, request: Request, reason: str, retry_after: float | None = None
    ) -> Request | None:
        """Note a failed attempt and let everybody wait; returns the request for the next try.

        ``retry_after`` is what the server asks for, in seconds. ``None`` when all tries are used
        up (say ``address_failed`` then) or the run has been stopped.
        """
        spider = self.crawler.spider
        streak = request.meta.pop(_BEFORE, self.streak)
        self.streak = replace(streak, attempts=streak.attempts + 1)
        if retry_after is not None:
            self.accept_wait(retry_after, "Retry-After")
        if self.stop.reason is not None or spider is None:
            return None
        pause = self.pause(self.streak.attempts, retry_after)
        self.hold(pause)
        logger.info("%s: %s; waiting %s", request.url, reason, format_seconds(pause))
        most = self._most(request)
        return get_retry_request(request, spider=spider, reason=reason, max_retry_times=most)

    def _most(self, request: Request) -> int:
        """How often a request is sent again: most for robots.txt, as there is no run without it."""
        if is_robots(request):
            return 2 * self.tries
        return min(self.tries, _LAST_TRIES) if LAST_CHANCE in request.meta else self.tries

    def accept_wait(self, seconds: float, asked_by: str) -> bool:
        """True when a wait that the server asks for is kept; one above the limit stops the run.

        ``asked_by`` is the header or rule that it stands in. A run holds the data folder, so no
        wait may be longer than ``KEXUE_PATIENCE``: the next run asks again.
        """
        if seconds > self.longest:
            wish = format_seconds(min(seconds, _LONGEST))
            self.stop.call(f"the server asks to wait {wish} ({asked_by})")
            return False
        return True

    def pause(self, attempts: int, retry_after: float | None) -> float:
        """The seconds to wait: the backoff with a jitter, or what the server asks for if longer.

        The jitter exceeds neither ``KEXUE_BACKOFF_MOST`` nor ``KEXUE_PATIENCE``.
        """
        wait = backoff(attempts, self.first, self.most) * self.uniform(0.75, 1.25)
        wish = 0.0 if retry_after is None else retry_after * self.uniform(1.0, 1.05)
        return max(min(wait, self.most), min(wish, self.longest))

    def address_failed(self, request: Request, reason: str, guess: str = CLOSED) -> None:
        """Note an address that failed for good; stops the run when too many did so in a row.

        ``guess`` is what that looks like.
        """
        request.meta[GAVE_UP] = True
        if LAST_CHANCE in request.meta or NICE_TO_HAVE in request.meta:
            return
        count = self.streak.addresses + 1
        self.streak = replace(self.streak, addresses=count)
        if 0 < self.breaker <= count:
            self.stop.call(
                f"{count} address{'es' if count > 1 else ''} in a row failed,"
                f" the last with {reason}; {guess}"
            )

    def stop_without_rules(self, reason: str) -> NoReturn:
        """Stop the run and raise ``Stopped``: robots.txt cannot be read.

        RFC 9309, 2.3.1.4: rules that cannot be reached forbid everything.
        """
        self.stop.call(
            f"robots.txt cannot be read ({reason}); without the server's rules nothing is asked"
        )
        raise Stopped(self.stop.reason)


def is_robots(request: Request) -> bool:
    """Is this Scrapy's own request for robots.txt? Its mark stays at a redirect."""
    return bool(request.meta.get("dont_obey_robotstxt"))


_patiences: WeakKeyDictionary[Crawler, Patience] = WeakKeyDictionary()


def patience_of(crawler: Crawler) -> Patience:
    """The patience of a crawler, made at the first call."""
    if crawler not in _patiences:
        _patiences[crawler] = Patience(crawler)
    return _patiences[crawler]

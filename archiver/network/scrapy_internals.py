"""All uses of private parts of Scrapy, Twisted and asyncio, for which there is no public way.

A new version of Scrapy may change any of them. Each one names the test that fails first then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientProtocol
from scrapy.downloadermiddlewares import cookies
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.log import DEFAULT_LOGGING
from tldextract import TLDExtract
from twisted.internet.testing import StringTransport
from twisted.web.client import _HTTP11ClientFactory

from archiver.warc.exchange import TOO_LONG, Exchange

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
    from scrapy.crawler import Crawler, CrawlerProcessBase
    from twisted.python.threadpool import ThreadPool

#: The logger of Scrapy's robots.txt middleware.
ROBOTS_LOGGER: Final = "scrapy.downloadermiddlewares.robotstxt"
#: The logger that warns of answers that are cut off or too large.
DOWNLOAD_LOGGER: Final = "scrapy.core.downloader.handlers.http11"


def use_offline_suffixes() -> None:
    """Let Scrapy check the domains of cookies with the list that tldextract brings along.

    Scrapy's own tldextract downloads the public suffix list at the first cookie.
    Test: ``test_no_suffix_list_is_downloaded`` in tests/test_scrapy_internals.py.
    """
    cookies._split_domain = TLDExtract(include_psl_private_domains=True, suffix_list_urls=())


def disable_resending(handler: HTTP11DownloadHandler) -> None:
    """Keep Twisted from sending a request again, at once, when a kept connection was reset.

    The handler makes its pool itself, and Scrapy has no setting for it.
    Test: ``test_a_reset_is_not_asked_again_at_once`` in tests/test_politeness.py.
    """
    handler._pool.retryAutomatically = False


class WireTap:
    """Notes what goes over the connections of a download handler, below TLS.

    Signals and middlewares see answers de-chunked, with other header lines, and those that break
    off not at all. A request and its connection come together in Twisted's pool, so the request has
    a header line with a number on its way there, which is taken off before it is sent.
    Test: ``test_what_is_kept_is_what_went_over_the_wire`` in tests/test_warc_wire.py.
    """

    _HEADER: Final = "X-Kexue-Exchange"

    def __init__(self, handler: HTTP11DownloadHandler) -> None:
        self._numbers = count(1)
        self._expected: dict[str, Exchange] = {}
        cast("Any", handler._pool)._factory = self._make_factory

    @contextmanager
    def on(self, request: Request, exchange: Exchange) -> Iterator[None]:
        """Fill an exchange while its request is downloaded inside."""
        number = str(next(self._numbers))
        self._expected[number] = exchange
        request.headers[self._HEADER] = number
        try:
            yield
        finally:
            del request.headers[self._HEADER]
            self._expected.pop(number, None)

    def take(self, tx_request: Any) -> Exchange | None:
        """The exchange of a request that is about to be sent; its number is taken off."""
        (number,) = tx_request.headers.getRawHeaders(self._HEADER, [""])
        tx_request.headers.removeHeader(self._HEADER)
        return self._expected.get(number)

    def _make_factory(self, *arguments: Any) -> _TappedFactory:
        factory = _TappedFactory(*arguments)  # type: ignore[no-untyped-call]
        factory.tap = self
        return factory


class _TappedFactory(_HTTP11ClientFactory):
    noisy = False
    tap: WireTap

    def buildProtocol(self, addr: Any) -> _TappedProtocol:  # noqa: ARG002, N802 - Twisted's
        protocol = _TappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.tap = self.tap
        return protocol


class _TappedProtocol(_LenientHTTP11ClientProtocol):
    transport: Any
    tap: WireTap
    _exchange: Exchange | None = None

    def request(self, request: Any) -> Any:
        self._exchange = exchange = self.tap.take(request)
        if exchange is not None:
            sent: Any = StringTransport()  # type: ignore[no-untyped-call]
            request.writeTo(sent)
            exchange.request = sent.value()
            exchange.ip_address = self.transport.getPeer().host
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        exchange = self._exchange
        if exchange is not None:
            exchange.response += data
            if len(exchange.response) > exchange.most:  # Twisted takes header lines without end
                exchange.truncated = TOO_LONG
                self.transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


def raise_delay(crawler: Crawler, delay: float) -> None:
    """Raise the delay between requests to ``delay`` seconds where it is shorter.

    Settings are frozen when robots.txt is read. The downloader gives its delay to new slots.
    Test: ``test_crawl_delay`` in tests/test_policy.py.
    """
    downloader = crawler.engine.downloader
    downloader._delay = max(downloader._delay, delay)
    for slot in downloader.slots.values():
        slot.delay = max(slot.delay, delay)


def fail_queued_requests(crawler: Crawler, error: Exception) -> None:
    """End the requests that wait in the downloader for the delay between requests.

    Scrapy's own end of a crawl waits until they have been sent and answered.
    Test: ``test_in_the_middle_of_a_long_crawl_delay`` in tests/test_interrupt.py.
    """
    for slot in crawler.engine.downloader.slots.values():
        while slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(error)


def look_up_hosts_in_daemons() -> None:
    """Let the reactor look up host names in threads that the end of the program does not wait for.

    Test: ``test_in_the_middle_of_a_lookup`` in tests/test_interrupt.py, also for the next.
    """
    _thread_pool().threadFactory = _DaemonThread


def forget_lookups() -> None:
    """Let the reactor stop without its threads in which the system still looks up a host name."""
    _thread_pool().threads.clear()


class _DaemonThread(Thread):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "daemon": True})


def _thread_pool() -> ThreadPool:
    from twisted.internet import reactor  # noqa: PLC0415 - the import installs one

    pool: ThreadPool = reactor.getThreadPool()
    return pool


def silence_destroyed_tasks() -> None:
    """Keep asyncio from reporting tasks that the exit of the program destroys.

    Test: ``test_what_does_not_end_is_left_behind`` in tests/test_interrupt.py.
    """
    logging.getLogger("asyncio").disabled = True


def shutdown_handler(process: CrawlerProcessBase) -> Callable[[int, Any], None]:
    """The signal handler with which Scrapy ends a crawl in order.

    Scrapy installs it for SIGINT and SIGTERM only.
    Test: ``test_in_the_middle_of_a_slow_answer`` in tests/test_interrupt.py, for SIGHUP.
    """
    return process._signal_shutdown


def set_log_level(logger: str, level: str) -> None:
    """Set the level that a logger of Scrapy has after logging is configured; call it before.

    Test: ``test_warnings_stay`` in tests/test_command_line.py.
    """
    cast("Any", DEFAULT_LOGGING)["loggers"][logger] = {"level": level}


def is_forbidden_by_robots(error: BaseException | None) -> bool:
    """True when robots.txt does not allow a request: it was not sent.

    Scrapy tells it by words only.
    Test: ``test_robots_disallow`` in tests/test_crawl.py.
    """
    return isinstance(error, IgnoreRequest) and "robots.txt" in str(error)


def is_unpacked_too_large(error: BaseException | None) -> bool:
    """True when an answer is above ``DOWNLOAD_MAXSIZE`` after it was unpacked.

    Scrapy tells it by words only.
    Test: tests/test_failure_reasons.py.
    """
    return isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error)

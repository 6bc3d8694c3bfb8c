"""The download handler: it keeps pauses, and tells of the bytes that go over the wire.

Behind the middlewares a request waits in Scrapy's downloader for its turn (the delay, the requests
before it). The server may ask for a pause meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.utils.httpobj import urlparse_cached

from archiver import clock
from archiver.network.backoff import requested_wait
from archiver.network.certificate import fault_of, is_refused
from archiver.network.exceptions import CertificateRefused
from archiver.network.failure_reasons import failed_with
from archiver.network.retry_policy import RetryPolicy
from archiver.network.scrapy_internals import disable_resending
from archiver.network.wire_tap import WireTap
from archiver.warc.exchange import DISCONNECTED, TIMED_OUT, TOO_LONG, UNSPECIFIED, Exchange

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


#: Bytes. A header has less than a thousandth of it.
_LONGEST_HEADER: Final = 10**6


class PausingDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, which keeps the pause and can be aborted."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        disable_resending(self)
        self.tap = WireTap(self)
        self.largest_body = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self.policy = RetryPolicy.of(crawler)
        self.codes = frozenset(int(code) for code in crawler.settings.getlist("RETRY_HTTP_CODES"))

    async def download_request(self, request: Request) -> Response:
        """Send a request after the pause.

        Raises ``Stopped`` when the run has been stopped, and ``CertificateRefused``.
        """
        await self.policy.pause.wait()
        response = await self.policy.in_flight.run(self._download(request))
        if response.status in self.codes:
            self._hold(response)
        return response

    async def _download(self, request: Request) -> Response:
        """Send a request, and tell who wants to know what went over the wire."""
        listener = self.policy.on_exchange
        if listener is None:
            return await self._send(request)
        largest = int(request.meta.get("download_maxsize", self.largest_body))
        exchange = Exchange(request.url, clock.now(), most=_longest_answer(largest))
        try:
            with self.tap.on(request, exchange):
                return await self._send(request)
        except BaseException as error:
            exchange.truncated = exchange.truncated or _truncation(error)
            exchange.failed = failed_with(error)
            raise
        finally:
            listener(request, exchange)

    async def _send(self, request: Request) -> Response:
        """Send a request; raises ``CertificateRefused`` with what is wrong with the certificate."""
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            if not is_refused(error):
                raise
            parts = urlparse_cached(request)
            fault = await asyncio.to_thread(fault_of, parts.hostname or "", parts.port or 443)
            raise CertificateRefused(fault) from error

    def _hold(self, response: Response) -> None:
        """Extend the pause before the next request, which no middleware would hold back in time."""
        wish = requested_wait(response)
        if wish is not None:
            self.policy.hold(wish)


def _longest_answer(largest_body: int) -> int:
    """The most bytes of an answer on the wire: a body in small chunks, and a long header.

    There is no limit where there is none for bodies (0).
    """
    return 2 * largest_body + _LONGEST_HEADER if largest_body else sys.maxsize


def _truncation(error: BaseException) -> str:
    """Why an answer is not whole, in the words of WARC."""
    if isinstance(error, DownloadTimeoutError):
        return TIMED_OUT
    if isinstance(error, DownloadCancelledError):
        return TOO_LONG
    is_cut_off = isinstance(error, ResponseDataLossError | DownloadFailedError)
    return DISCONNECTED if is_cut_off else UNSPECIFIED

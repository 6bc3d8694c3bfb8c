"""The last step before the network: here a pause holds for requests that were let through before.

A request waits in Scrapy's downloader for its turn (the delay, the requests before it) behind the
middlewares. When the server asks for a pause meanwhile, it is this handler that keeps it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadFailedError
from scrapy.utils.httpobj import urlparse_cached

from archiver.network.backoff import patience_of, wish_of
from archiver.network.certificate import CertificateRefused, fault_of, is_refused

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class PatientDownload(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, which waits, and can be broken off."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Twisted would send a request again by itself, at once, when a kept connection was reset.
        self._pool.retryAutomatically = False
        self.patience = patience_of(crawler)
        self.codes = frozenset(int(code) for code in crawler.settings.getlist("RETRY_HTTP_CODES"))

    async def download_request(self, request: Request) -> Response:
        """Send a request after the pause.

        Raises ``Stopped`` when the run has been stopped, and ``CertificateRefused``.
        """
        await self.patience.wait()
        download = super().download_request(request)
        try:
            response = await self.patience.unless_broken_off(download)
        except DownloadFailedError as error:
            if not is_refused(error):
                raise
            parts = urlparse_cached(request)
            fault = await asyncio.to_thread(fault_of, parts.hostname or "", parts.port or 443)
            raise CertificateRefused(fault) from error
        if response.status in self.codes:
            self._heed(response)
        return response

    def _heed(self, response: Response) -> None:
        """Hold at once: the next request leaves the queue before the middlewares see the answer."""
        wish = wish_of(response)
        if wish is not None:
            self.patience.hold(min(wish, self.patience.longest))

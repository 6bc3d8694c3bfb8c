"""What goes over the connections of a download handler, noted by private parts of Scrapy's.

A new version of Scrapy or Twisted may change any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientProtocol
from twisted.internet.testing import StringTransport
from twisted.web.client import _HTTP11ClientFactory

from archiver.warc.exchange import TOO_LONG, Exchange

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler


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

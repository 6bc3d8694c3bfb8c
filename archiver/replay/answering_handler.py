"""The download handler that answers from the WARC files. It waits for nothing and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from archiver.network.exceptions import NotRecorded, Stopped
from archiver.network.failure_reasons import error_again
from archiver.network.requests import CAPTURE, GAVE_UP
from archiver.network.retry_policy import RetryPolicy
from archiver.replay.replay_addon import ReplayAddon
from archiver.warc.exchange import Failed
from archiver.warc.recorded_runs import RecordedExchange

if TYPE_CHECKING:
    from typing import NoReturn

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_NOT_RECORDED: Final = "not in the WARC files"
#: What ended requests that were under way when the run was ended.
_ABORTED: Final = frozenset({"CancelledError", "Stopped"})


class AnsweringHandler(BaseDownloadHandler):
    """Gives out the recorded answers of each address, one after the other."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.policy = RetryPolicy.of(crawler)
        self.replay = ReplayAddon.of(crawler).replay

    async def download_request(self, request: Request) -> Response:
        """The recorded answer; raises what the request ended with, or ``NotRecorded``.

        Behind the last exchange of a run that ended early it is stopped as it was then.
        """
        self.policy.stop.check()
        exchange = self.replay.take(request.url)
        if exchange is None:
            self._refuse(request)
        request.meta[CAPTURE] = exchange.capture or None
        if exchange.failed is not None:
            self._fail(exchange.failed)
        return self._answer(request, exchange)

    def _answer(self, request: Request, exchange: RecordedExchange) -> Response:
        try:
            answer = self.replay.answers.read(exchange)
        except OSError as error:
            request.meta[GAVE_UP] = True
            raise NotRecorded(f"{_NOT_RECORDED} ({error})") from error
        headers = Headers()
        for name, value in answer.headers:
            headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
        kind = responsetypes.from_args(headers=headers, url=request.url, body=answer.payload)
        return kind(url=request.url, status=answer.status, headers=headers, body=answer.payload)

    def _fail(self, failed: Failed) -> NoReturn:
        if failed.kind in _ABORTED:
            self._stop()
        raise error_again(failed)

    def _refuse(self, request: Request) -> NoReturn:
        if self.replay.ended_early:
            if self.replay.is_over:
                self._stop()
            raise Stopped(_NOT_RECORDED)  # it was not asked for, and may have been later
        request.meta[GAVE_UP] = True  # it says nothing about the server
        raise NotRecorded(_NOT_RECORDED)

    def _stop(self) -> NoReturn:
        self.policy.stop.call(self.replay.recorded.ending)
        raise Stopped(self.policy.stop.reason)

"""End the run within seconds after Ctrl-C, SIGTERM, SIGHUP or a called ``Stop``.

Scrapy's own end waits for what is in flight and in its queues: a slow server, a long Crawl-delay.
Here requests that were not sent are dropped at once. An answer that is on its way has two seconds
to arrive, so that it is not lost; then its connection is closed. If something still hangs after
that, the reactor is stopped, and the command writes the report.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals
from scrapy.utils.asyncio import create_looping_call

from archiver.network.exceptions import Stopped
from archiver.network.retry_policy import RetryPolicy
from archiver.network.scrapy_internals import (
    fail_queued_requests,
    forget_lookups,
    look_up_hosts_in_daemons,
    silence_destroyed_tasks,
)
from archiver.network.stop import INTERRUPTED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_INTERVAL: Final = 0.2
#: Seconds after the stop: the connections are closed; the reactor is stopped.
GRACE: Final = 2.0
LIMIT: Final = 3.0


class Interrupt:
    """Watches for the end of the run, and bounds how long it takes."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        policy = RetryPolicy.of(crawler)
        self.stop = policy.stop
        self.in_flight = policy.in_flight
        self.time = monotonic
        self._loop: Any = None
        self._stopped_at: float | None = None
        self._closing: asyncio.Future[None] | None = None
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension for a crawler."""
        return cls(crawler)

    def spider_opened(self) -> None:
        """Begin to watch."""
        self.stop.on_call = self.close_spider
        look_up_hosts_in_daemons()
        self._loop = create_looping_call(self.check)
        self._loop.start(_INTERVAL, now=False)

    def spider_closed(self) -> None:
        """End the watch: the spider has been closed."""
        if self._loop is not None and self._loop.running:
            self._loop.stop()
        if self._stopped_at is not None:
            forget_lookups()

    def close_spider(self) -> None:
        """Let Scrapy send nothing more. ``Stop`` calls it."""
        engine = self.crawler.engine
        if engine.spider is not None:
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason="stopped"))

    def check(self) -> None:
        """Take the measure that the time since the stop asks for. Called every ``_INTERVAL``."""
        if self.stop.reason is None:
            if self.crawler.crawling:
                return
            self.stop.call(INTERRUPTED)
        self._stopped_at = self._stopped_at or self.time()
        fail_queued_requests(self.crawler, Stopped(self.stop.reason))
        waited = self.time() - self._stopped_at
        if waited >= GRACE:
            self.in_flight.abort()
        if waited >= LIMIT:
            self._leave_behind()

    def _leave_behind(self) -> None:
        """Stop the reactor as Scrapy does at a second signal."""
        from twisted.internet import reactor  # noqa: PLC0415 - the import installs one

        logger.warning("something does not end; it is left behind")
        self.spider_closed()
        silence_destroyed_tasks()
        with contextlib.suppress(RuntimeError):  # it stops already
            reactor.stop()  # type: ignore[misc]  # the module that stands for the reactor

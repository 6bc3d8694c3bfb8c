"""Ctrl-C, SIGTERM, SIGHUP and a called ``Stop`` end the run within seconds.

Scrapy's own end waits for what is in flight and in its queues: a slow server, a long Crawl-delay.
Here requests that were not sent are dropped at once; an answer that is on its way has two seconds
to arrive, so that it is not lost; then its connection is closed. What still hangs then is left
behind: the reactor is stopped, and the command writes the report.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals
from scrapy.utils.asyncio import create_looping_call

from archiver.network.backoff import Stopped, patience_of
from archiver.network.stop import INTERRUPTED, stop_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.threadpool import ThreadPool

logger = logging.getLogger(__name__)

_INTERVAL: Final = 0.2
#: Seconds after the stop: the connections are closed; the reactor is stopped.
GRACE: Final = 2.0
LIMIT: Final = 3.0


class Interrupt:
    """Sees that the end was asked for, and does not let it last."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.patience = patience_of(crawler)
        self.stop = stop_of(crawler)
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
        """Begin to look."""
        self.stop.on_call = self.close_spider
        thread_pool().threadFactory = LookupThread
        self._loop = create_looping_call(self.check)
        self._loop.start(_INTERVAL, now=False)

    def spider_closed(self) -> None:
        """The spider has come to its end in time."""
        if self._loop is not None and self._loop.running:
            self._loop.stop()
        if self._stopped_at is not None:
            self._let_lookups_go()

    def close_spider(self) -> None:
        """Let Scrapy send nothing more; called by the ``Stop``."""
        engine = self.crawler.engine
        if engine.spider is not None:
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason="stopped"))

    def check(self) -> None:
        """Do what is due so long after the stop; called again and again."""
        if self.stop.reason is None:
            if self.crawler.crawling:
                return
            self.stop.call(INTERRUPTED)
        self._stopped_at = self._stopped_at or self.time()
        self._drop_queued(str(self.stop.reason))
        waited = self.time() - self._stopped_at
        if waited >= GRACE:
            self.patience.break_off()
        if waited >= LIMIT:
            self._leave_behind()

    def _drop_queued(self, reason: str) -> None:
        """Fail the requests that wait for the delay between requests."""
        for slot in self.crawler.engine.downloader.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(Stopped(reason))

    def _let_lookups_go(self) -> None:
        """Do not wait at the end for threads in which the system still looks for a host."""
        thread_pool().threads.clear()

    def _leave_behind(self) -> None:
        """Stop the reactor as Scrapy does at a second signal."""
        from twisted.internet import reactor  # noqa: PLC0415 - the import installs one

        logger.warning("something does not end; it is left behind")
        self.spider_closed()
        logging.getLogger("asyncio").disabled = True  # reports tasks that the exit destroys
        with contextlib.suppress(RuntimeError):  # it stops already
            reactor.stop()  # type: ignore[misc]  # the module that stands for the reactor


class LookupThread(Thread):
    """A thread that the end of the program does not wait for."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "daemon": True})


def thread_pool() -> ThreadPool:
    """The threads in which the reactor looks up host names."""
    from twisted.internet import reactor  # noqa: PLC0415 - the import installs one

    pool: ThreadPool = reactor.getThreadPool()
    return pool

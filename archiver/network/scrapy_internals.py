"""Uses of private parts of Scrapy, Twisted and asyncio, for which there is no public way.

All others are in ``wire_tap``, whose imports take so long that only a crawl loads them.

A new version of Scrapy may change any of them. Each one names the test that fails first then.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.exceptions import IgnoreRequest
from scrapy.utils.log import DEFAULT_LOGGING

if TYPE_CHECKING:
    from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
    from scrapy.crawler import AsyncCrawlerProcess, Crawler, CrawlerProcessBase
    from twisted.python.threadpool import ThreadPool

#: The logger of Scrapy's robots.txt middleware.
ROBOTS_LOGGER: Final = "scrapy.downloadermiddlewares.robotstxt"
#: The logger that warns of answers that are cut off or too large.
DOWNLOAD_LOGGER: Final = "scrapy.core.downloader.handlers.http11"
#: Turns of the event loop in which everything is dealt with that does not wait for the network.
_MOST_TURNS: Final = 1000


def use_offline_suffixes() -> None:
    """Let Scrapy check the domains of cookies with the list that tldextract brings along.

    Scrapy's own tldextract downloads the public suffix list at the first cookie.
    Test: ``test_no_suffix_list_is_downloaded`` in tests/test_scrapy_internals.py.
    """
    # Only a crawl has cookies: of the other commands these would be a tenth of the time.
    from scrapy.downloadermiddlewares import cookies  # noqa: PLC0415
    from tldextract import TLDExtract  # noqa: PLC0415

    cookies._split_domain = TLDExtract(include_psl_private_domains=True, suffix_list_urls=())


def disable_resending(handler: HTTP11DownloadHandler) -> None:
    """Keep Twisted from sending a request again, at once, when a kept connection was reset.

    The handler makes its pool itself, and Scrapy has no setting for it.
    Test: ``test_a_reset_is_not_asked_again_at_once`` in tests/test_politeness.py.
    """
    handler._pool.retryAutomatically = False


async def until_dealt_with(crawler: Crawler) -> None:
    """Return when what the spider was given has been dealt with, where requests go one by one.

    What is stored of an answer is dated by it, and nothing of the next one is stored before. A
    pipeline may wait for a request of its own: it is sent after some turns of the event loop.
    Test: ``test_one_answer_after_the_other`` in tests/test_scrapy_internals.py.
    """
    engine = crawler._engine
    if crawler.settings.getint("CONCURRENT_REQUESTS") > 1 or engine is None:
        return
    scraped = engine.scraper.slot
    turns = 0
    while scraped is not None and scraped.active and turns < _MOST_TURNS:
        await asyncio.sleep(0)
        turns += 1


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


def crawl_one_after_another(
    process: AsyncCrawlerProcess,
    crawls: Callable[[], Awaitable[None]],
    failed: Callable[[BaseException], object],
) -> None:
    """Run a coroutine that lets a process crawl several times; its error goes to ``failed``.

    Scrapy waits for crawls that it knows at the beginning, and stops the reactor behind them.
    Raises ``KeyboardInterrupt`` when ``interrupt_crawls`` has stopped it before the end.
    Test: tests/test_rebuild.py.
    """
    from twisted.internet import reactor  # noqa: PLC0415 - Scrapy has chosen one by now

    ended = False

    async def crawl_all() -> None:
        nonlocal ended
        try:
            await crawls()
            ended = True
        except BaseException as error:  # noqa: BLE001 - handed over
            failed(error)
            ended = True
        finally:
            if reactor.running:  # the module that stands for it
                reactor.stop()  # type: ignore[misc]

    task = asyncio.get_event_loop().create_task(crawl_all())
    process.start(stop_after_crawl=False, install_signal_handlers=False)
    if not ended:
        silence_destroyed_tasks()
        raise KeyboardInterrupt
    del task


def interrupt_crawls(number: int, frame: FrameType | None) -> None:
    """The signal handler that ends ``crawl_one_after_another`` at once.

    Raises ``KeyboardInterrupt`` before it has begun, and at a second signal.
    Test: ``test_interrupted`` in tests/test_rebuild.py.
    """
    from twisted.internet import reactor  # noqa: PLC0415 - the import installs one

    signal.signal(number, signal.default_int_handler)
    if not reactor.running:  # the module that stands for it
        signal.default_int_handler(number, frame)
    reactor.callFromThread(reactor.stop)  # type: ignore[misc]


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

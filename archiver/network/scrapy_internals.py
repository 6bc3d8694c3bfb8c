"""All uses of private parts of Scrapy, Twisted and asyncio, for which there is no public way.

A new version of Scrapy may change any of them. Each one names the test that fails first then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.downloadermiddlewares import cookies
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.log import DEFAULT_LOGGING
from tldextract import TLDExtract

if TYPE_CHECKING:
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

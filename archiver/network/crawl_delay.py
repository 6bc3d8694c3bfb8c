"""Apply the Crawl-delay of robots.txt, which Scrapy reads but does not follow."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.extensions.throttle import AutoThrottle

from archiver.network.backoff import patience_of
from archiver.terminal.durations import format_seconds

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class ApplyCrawlDelay:
    """Raise the delay between requests to the server's wish; never lower it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.patience = patience_of(crawler)
        crawler.signals.connect(self.robots_parsed, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension for a crawler."""
        return cls(crawler)

    def robots_parsed(self, robotparser: RobotParser, **_: Any) -> None:
        """Take the delay that is meant for us, in seconds; one above the limit ends the run."""
        wish = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        delay = float(wish) if wish else 0.0
        if not delay > self.crawler.settings.getfloat("DOWNLOAD_DELAY"):  # nor is it no number
            return
        if not self.patience.accept_wait(delay, "Crawl-delay of robots.txt"):
            return
        logger.info(
            "robots.txt asks for %g s between requests: 100 pages take %s",
            delay,
            format_seconds(100 * delay),
        )
        downloader = self.crawler.engine.downloader
        downloader._delay = max(downloader._delay, delay)
        for slot in downloader.slots.values():
            slot.delay = max(slot.delay, delay)
        self._keep_throttle_above(delay)

    def _keep_throttle_above(self, delay: float) -> None:
        """AutoThrottle would go back to ``DOWNLOAD_DELAY`` and not above its own maximum."""
        throttle = self.crawler.get_extension(AutoThrottle)
        if throttle is not None:
            throttle.mindelay = max(throttle.mindelay, delay)
            throttle.maxdelay = max(throttle.maxdelay, delay)

"""Apply the Crawl-delay of robots.txt, which Scrapy reads but does not follow."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.extensions.throttle import AutoThrottle

from archiver.network.retry_policy import RetryPolicy
from archiver.network.scrapy_internals import raise_delay
from archiver.terminal.durations import format_seconds

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class ApplyCrawlDelay:
    """Raises the delay between requests to what robots.txt asks for; never lowers it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.policy = RetryPolicy.of(crawler)
        crawler.signals.connect(self.robots_parsed, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension for a crawler."""
        return cls(crawler)

    def robots_parsed(self, robotparser: RobotParser, **_: Any) -> None:
        """Take over the delay for our user agent, in seconds; one above the limit stops the run."""
        wish = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        delay = float(wish) if wish else 0.0
        if not delay > self.crawler.settings.getfloat("DOWNLOAD_DELAY"):  # false for NaN, too
            return
        if not self.policy.accept_wait(delay, "Crawl-delay of robots.txt"):
            return
        logger.info(
            "robots.txt asks for %g s between requests: 100 pages take %s",
            delay,
            format_seconds(100 * delay),
        )
        self.apply(delay)

    def apply(self, delay: float) -> None:
        """Wait so many seconds between requests from here on."""
        raise_delay(self.crawler, delay)
        self._keep_throttle_above(delay)

    def _keep_throttle_above(self, delay: float) -> None:
        """Raise the limits of AutoThrottle, which would go back to ``DOWNLOAD_DELAY``."""
        throttle = self.crawler.get_extension(AutoThrottle)
        if throttle is not None:
            throttle.mindelay = max(throttle.mindelay, delay)
            throttle.maxdelay = max(throttle.maxdelay, delay)

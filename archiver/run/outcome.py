"""Collect what goes wrong, and close the run with its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals

from archiver import site
from archiver.network.stop import INTERRUPTED
from archiver.run.run import require_archive, run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


#: How Scrapy calls the end after a signal.
_SHUTDOWN: Final = "shutdown"


class Outcome:
    """Name refused items as failures; at the end write JSONL, the run's record and the report."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.item_refused, signal=signals.item_dropped)
        crawler.signals.connect(self.item_failed, signal=signals.item_error)
        crawler.signals.connect(self.spider_failed, signal=signals.spider_error)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension for a crawler that keeps an archive."""
        require_archive(crawler)
        return cls(crawler)

    def item_refused(self, item: Any, exception: Exception, **_: Any) -> None:
        """A pipeline did not let an item pass."""
        self._fail(item.id, str(exception))

    def item_failed(self, item: Any, failure: Any, **_: Any) -> None:
        """A pipeline broke on an item: a defect of this program, so the article is named."""
        self._fail(item.id, f"a defect of the archiver: {failure.value!r}")

    def spider_failed(self, failure: Any, response: Any, **_: Any) -> None:
        """A callback broke on a page."""
        url = response.request.url
        run_of(self.crawler).fail(
            url, site.article_id(url), f"a defect of the archiver: {failure.value!r}"
        )

    def spider_closed(self, reason: str) -> None:
        """Close the run."""
        ending = INTERRUPTED if reason == _SHUTDOWN else reason
        run_of(self.crawler).finish(ending, traffic_of(self.crawler))

    def _fail(self, article: int, reason: str) -> None:
        run_of(self.crawler).fail(site.article_url(article), article, reason)


def traffic_of(crawler: Crawler) -> dict[str, int]:
    """What the statistics of a crawl tell its report."""
    stats = crawler.stats.get_stats()
    return {
        "requests": stats.get("downloader/request_count", 0),
        "bytes": stats.get("downloader/response_bytes", 0),
        "doubtful": sum(n for key, n in stats.items() if key.startswith("kexue/doubtful/")),
    }

"""Record the outcome of a run: the failures that Scrapy signals, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals

from archiver import site
from archiver.network.stop import INTERRUPTED
from archiver.run.archive_run import ArchiveRun

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


#: The reason that Scrapy gives for the end after a signal.
_SHUTDOWN: Final = "shutdown"


class RecordOutcome:
    """Records refused items and defects as failures, and finishes the run."""

    def __init__(self, crawler: Crawler, owner: ArchiveRun) -> None:
        self.crawler = crawler
        self.owner = owner
        crawler.signals.connect(self.item_refused, signal=signals.item_dropped)
        crawler.signals.connect(self.item_failed, signal=signals.item_error)
        crawler.signals.connect(self.spider_failed, signal=signals.spider_error)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension for a crawler that keeps an archive."""
        return cls(crawler, ArchiveRun.of(crawler))

    def item_refused(self, item: Any, exception: Exception, **_: Any) -> None:
        """Record an article that a pipeline did not let pass."""
        self._fail(item.id, str(exception))

    def item_failed(self, item: Any, failure: Any, **_: Any) -> None:
        """Record an article on which a pipeline broke: a defect of this program."""
        self._fail(item.id, f"a defect of the archiver: {failure.value!r}")

    def spider_failed(self, failure: Any, response: Any, **_: Any) -> None:
        """Record an address on whose page a callback broke: a defect of this program."""
        url = response.request.url
        reason = f"a defect of the archiver: {failure.value!r}"
        self.owner.run.recorder.address_failed(url, site.article_id(url), reason)

    def spider_closed(self, reason: str) -> None:
        """Finish the run."""
        ending = INTERRUPTED if reason == _SHUTDOWN else reason
        self.owner.run.finish(ending, traffic_of(self.crawler))

    def _fail(self, article: int, reason: str) -> None:
        self.owner.run.recorder.address_failed(site.article_url(article), article, reason)


def traffic_of(crawler: Crawler) -> dict[str, int]:
    """The counts of requests, bytes and doubtful values of a crawl, for ``Run.finish``."""
    stats = crawler.stats.get_stats()
    return {
        "requests": stats.get("downloader/request_count", 0),
        "bytes": stats.get("downloader/response_bytes", 0),
        "doubtful": sum(n for key, n in stats.items() if key.startswith("kexue/doubtful/")),
    }

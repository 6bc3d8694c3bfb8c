"""What the components of a crawl that is replayed share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler

from archiver.network.crawl_delay import ApplyCrawlDelay
from archiver.network.pause import Pause
from archiver.network.retry_policy import RetryPolicy
from archiver.replay.replayed_run import Replay, ReplayedRun
from archiver.run.archive_run import ArchiveRun

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.settings import Settings


class ReplayCrawler(Crawler):
    """A crawler that knows which run it repeats."""

    def __init__(self, spidercls: type[Spider], settings: Settings, replay: Replay) -> None:
        super().__init__(spidercls, settings)
        self.replay = replay


class ReplayAddon(ArchiveRun):
    """Stands for ``ArchiveRun``: its run goes into the open archive of the replay."""

    @property
    def replay(self) -> Replay:
        """The run that is repeated."""
        assert isinstance(self.crawler, ReplayCrawler)
        return self.crawler.replay

    @cached_property
    def run(self) -> ReplayedRun:
        """The run."""
        policy = RetryPolicy.of(self.crawler)
        policy.pause = NoPause(policy.stop)
        run = ReplayedRun(self.replay, self.crawler.settings, policy.articles)
        policy.on_dealt_with = run.recorder.settle
        return run


class NoPause(Pause):
    """Holds nothing back: nobody is asked."""

    def extend(self, seconds: float) -> None:
        """Do nothing."""


class CheckCrawlDelay(ApplyCrawlDelay):
    """Stops a run whose robots.txt asks for too long a delay, and waits for none."""

    def apply(self, delay: float) -> None:
        """Do nothing."""

"""The run of a crawler, which its spider, pipelines and extensions share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured

from archiver.network.retry_policy import RetryPolicy
from archiver.run.archive_files import files_of
from archiver.run.file_options import file_options_of
from archiver.run.warc_options import warc_options_of
from archiver.site import Base

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archiver.run.run import Run


class ArchiveRun:
    """The add-on that owns the run of a spider with ``keeps_archive = True``.

    Any other spider has none and opens no archive: ``scrapy fetch``, ``shell`` and ``parse`` work
    under these settings as under others.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the add-on; raises ``NotConfigured`` for a spider that keeps no archive."""
        if not getattr(crawler.spidercls, "keeps_archive", False):
            raise NotConfigured
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The add-on of a crawler; raises ``NotConfigured`` when its spider keeps no archive."""
        addon = crawler.get_addon(cls)
        if addon is None:
            raise NotConfigured
        return addon

    @cached_property
    def run(self) -> Run:
        """The run. The first use opens the archive and raises ``StoreError``."""
        # It loads all that reads pages, and every command loads this module.
        from archiver.run.run import Run  # noqa: PLC0415

        settings = self.crawler.settings
        policy = RetryPolicy.of(self.crawler)
        run = Run(
            files_of(settings),
            with_counts=settings.getbool("KEXUE_JSONL_COUNTS"),
            with_comments=settings.getbool("KEXUE_JSONL_COMMENTS"),
            breaker=policy.articles,
            warc=warc_options_of(settings),
            pictures=file_options_of(settings),
            base=Base.parse(settings["KEXUE_BASE_URL"]),
        )
        policy.on_exchange = run.exchanged
        policy.on_dealt_with = run.recorder.settle
        return run

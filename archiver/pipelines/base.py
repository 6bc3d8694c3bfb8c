"""What every pipeline needs: the crawler's statistics, and one log line for a doubtful value."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class Pipeline:
    """A pipeline that counts doubtful values under ``kexue/``."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for a crawler."""
        return cls(crawler)

    def doubt(self, name: str, article: int, text: Any) -> None:
        """Count a value that could not be understood, and log it once."""
        self.crawler.stats.inc_value(f"kexue/doubtful/{name}")
        logger.warning("article %s: %s not understood: %.80r", article, name, text)

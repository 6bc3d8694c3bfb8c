"""Reader counts: ``94037位读者`` to 94037."""

from __future__ import annotations

from archiver.extraction.readers import fill_readers
from archiver.items import Item
from archiver.pipelines.base import Pipeline


class ParseReaderCounts(Pipeline):
    """Fill ``readers`` from ``readers_text``."""

    def step(self, item: Item) -> None:
        """Read the count of an article or a listing entry."""
        self.count(fill_readers(item))

"""Dates: the text of a byline or feed to ISO 8601 in Asia/Shanghai."""

from __future__ import annotations

from archiver.extraction.dates import fill_dates
from archiver.items import Item
from archiver.pipelines.base import Pipeline


class NormaliseDates(Pipeline):
    """Fill ``published`` and ``published_at`` from ``date_text``, and from the feed's text."""

    def step(self, item: Item) -> None:
        """Normalise the dates of an item of any kind."""
        self.count(fill_dates(item))

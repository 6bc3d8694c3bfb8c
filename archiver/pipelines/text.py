"""Text: as a person reads it and as Markdown, its formulas, and the excerpt the page tells."""

from __future__ import annotations

from archiver.extraction.article_body import fill_text
from archiver.items import Item
from archiver.pipelines.base import Pipeline


class ExtractText(Pipeline):
    """Fill ``body_text``, ``body_markdown``, ``formulas``, and a missing ``excerpt``."""

    def step(self, item: Item) -> None:
        """Read the text of an article's clean body."""
        fill_text(item)

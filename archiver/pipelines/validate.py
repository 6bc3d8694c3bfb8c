"""Validation: what is not an article does not get into the archive, and is counted."""

from __future__ import annotations

from archiver.extraction.validation import InvalidArticle, lacks_body, validate
from archiver.items import Item
from archiver.pipelines.base import Pipeline


class Validate(Pipeline):
    """Refuse an article without id or title; count one without a body."""

    def step(self, item: Item) -> None:
        """Let an item pass, or raise ``InvalidArticle``."""
        try:
            validate(item)
        except InvalidArticle as error:
            self.crawler.stats.inc_value(f"kexue/refused/{error.field}")
            raise
        if lacks_body(item):
            self.crawler.stats.inc_value("kexue/without_body")

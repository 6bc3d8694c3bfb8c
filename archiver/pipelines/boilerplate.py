"""Boilerplate: a body without the site's footer, scripts, frames, trackers and event attributes."""

from __future__ import annotations

from typing import Any

from archiver.body.clean.cleaner import clean_body
from archiver.items import Article
from archiver.pipelines.base import Pipeline


class StripBoilerplate(Pipeline):
    """Clean ``body`` in place and fill ``body_html`` from it."""

    def process_item(self, item: Any) -> Any:
        """Clean the body of an article."""
        if isinstance(item, Article) and item.body is not None:
            item.body_html = clean_body(item.body, item.id, item.document)
        return item

"""Boilerplate: a body without the site's footer, scripts, frames, trackers and event attributes."""

from __future__ import annotations

from archiver.extraction.article_body import fill_html
from archiver.items import Item
from archiver.pipelines.base import Pipeline


class StripBoilerplate(Pipeline):
    """Clean ``body`` in place and fill ``body_html`` from it."""

    def step(self, item: Item) -> None:
        """Clean the body of an article."""
        fill_html(item)

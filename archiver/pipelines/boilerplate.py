"""Boilerplate: a body without the site's footer, scripts, frames, trackers and event attributes."""

from __future__ import annotations

from typing import Any

from archiver.body.boilerplate import strip_boilerplate
from archiver.body.clean import clean_tree, safe_html
from archiver.body.embeds import replace_embeds
from archiver.body.links import make_absolute
from archiver.items import Article
from archiver.pipelines.base import Pipeline


class StripBoilerplate(Pipeline):
    """Clean ``body`` in place and fill ``body_html`` from it."""

    def process_item(self, item: Any) -> Any:
        """Clean the body of an article."""
        if isinstance(item, Article) and item.body is not None:
            strip_boilerplate(item.body)
            clean_tree(item.body)
            replace_embeds(item.body, item.id)
            make_absolute(item.body, item.id)
            item.body_html = safe_html(item.body)
        return item

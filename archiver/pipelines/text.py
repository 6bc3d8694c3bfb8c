"""Text: as a person reads it and as Markdown, its formulas, and the excerpt the page tells."""

from __future__ import annotations

from typing import Any

from archiver.body.contents.excerpt import excerpt_of
from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.markdown import to_markdown
from archiver.items import Article
from archiver.pipelines.base import Pipeline


class ExtractText(Pipeline):
    """Fill ``body_text``, ``body_markdown``, ``formulas``, and a missing ``excerpt``."""

    def process_item(self, item: Any) -> Any:
        """Read the text of an article's cleaned body."""
        if isinstance(item, Article) and item.body is not None:
            formulas = find_formulas(item.body)
            item.body_text = plain_text(item.body, formulas)
            item.body_markdown = to_markdown(item.body, formulas)
            item.formulas = formulas.found
            if not item.excerpt_known:
                item.excerpt = excerpt_of(item.body, formulas)
                item.excerpt_known = item.excerpt_of_page = item.excerpt is not None
        return item

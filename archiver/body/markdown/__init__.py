"""A body as Markdown: CommonMark with GFM tables, and formulas in ``$…$`` and ``$$…$$``.

Every paragraph, formula and code block is written here, since every converter damages LaTeX and
none knows that CommonMark's ``**`` fails beside Chinese punctuation. The blocks around them
(headings, quotes, lists, tables, rules) are laid out by the library html-to-markdown, which gets
nothing of the author's but a numbered token for each piece. docs/data-format.md says what becomes
of everything that Markdown cannot say; ``archiver.audit`` reads the result back and compares.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas
from archiver.body.markdown.blocks import BlockWriter


def to_markdown(body: HtmlElement, formulas: Formulas | None = None) -> str:
    """The Markdown of a cleaned body; pass the formulas when they are already known."""
    return BlockWriter(body, find_formulas(body) if formulas is None else formulas).write()

"""A body as Markdown: CommonMark with GFM tables, and formulas in ``$…$`` and ``$$…$$``.

No library for HTML to Markdown is used: they damage LaTeX, and none knows that CommonMark's ``**``
fails beside Chinese punctuation. ``blocks`` walks the tree, ``inline`` and ``render`` write its
paragraphs, ``layout`` the quotes, lists and tables around them. docs/data-format.md says what
becomes of everything that Markdown cannot say; ``archiver.verify.fidelity`` reads the result back
and compares.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas
from archiver.body.markdown.blocks import BlockWriter


def to_markdown(body: HtmlElement, formulas: Formulas | None = None) -> str:
    """The Markdown of a cleaned body; pass the formulas when they are already known."""
    return BlockWriter(body, find_formulas(body) if formulas is None else formulas).write()

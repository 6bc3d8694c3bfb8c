"""The excerpt that an article's own page tells: what stands before its "more" mark."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.body.contents.text import text_before
from archiver.body.formulas.found import Formulas


def excerpt_of(body: HtmlElement, formulas: Formulas) -> str | None:
    """The text before ``<!--more-->``; ``None`` when the body does not have it."""
    for comment in body.iter(etree.Comment):
        if (comment.text or "").strip() == site.MORE_COMMENT:
            return text_before(body, comment, formulas)
    return None

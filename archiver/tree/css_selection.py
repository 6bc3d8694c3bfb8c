"""Elements of a tree by CSS selectors, as parsel finds them, and by what all cleaning asks for.

Each expression is compiled once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

from lxml import etree
from lxml.html import HtmlElement
from parsel.csstranslator import HTMLTranslator


def select(top: etree._Element, css: str) -> list[HtmlElement]:
    """The elements that a selector finds in ``top`` and below it, in document order."""
    return cast("list[HtmlElement]", _compiled(css)(top))


def first(top: etree._Element, css: str) -> HtmlElement | None:
    """The first element that a selector finds; ``None`` when it finds none."""
    found = select(top, css)
    return found[0] if found else None


@lru_cache(maxsize=256)
def _compiled(css: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(css))


_with_attributes: Final = etree.XPath("descendant-or-self::*[@*]")


def with_attributes(top: etree._Element) -> list[HtmlElement]:
    """The elements that have any attribute, ``top`` itself and below it: few of those of a text."""
    return cast("list[HtmlElement]", _with_attributes(top))


def divs_with_id(top: etree._Element, ids: tuple[str, ...]) -> list[HtmlElement]:
    """The ``<div>`` with one of these ids, ``top`` itself and below it; none in a comment."""
    if isinstance(top, etree._Comment):
        return []
    return cast("list[HtmlElement]", _divs(ids)(top))


@lru_cache(maxsize=16)
def _divs(ids: tuple[str, ...]) -> etree.XPath:
    conditions = " or ".join(f"@id='{name}'" for name in ids)
    return etree.XPath(f"descendant-or-self::div[{conditions}]")

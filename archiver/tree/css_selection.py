"""Elements of a tree by CSS selectors, as parsel finds them, and by what all cleaning asks for.

Each expression is compiled once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, cast

from lxml import etree
from lxml.html import HtmlElement
from parsel.csstranslator import HTMLTranslator

#: libxml2 reads every attribute of a kind sooner than it asks every element for its own.
_WITH_ID: Final = re.compile(r"\*\[@id = ('[\w-]+')\]")


def select(top: etree._Element, css: str) -> list[HtmlElement]:
    """The elements that a selector finds in ``top`` and below it, in document order."""
    return cast("list[HtmlElement]", _compiled(css)(top))


def first(top: etree._Element, css: str) -> HtmlElement | None:
    """The first element that a selector finds; ``None`` when it finds none."""
    found = select(top, css)
    return found[0] if found else None


@lru_cache(maxsize=256)
def _compiled(css: str) -> etree.XPath:
    path = HTMLTranslator().css_to_xpath(css)
    path = path.replace("/descendant-or-self::*/", "/descendant::")  # which says the same sooner
    return etree.XPath(_WITH_ID.sub(r"*/@id[. = \1]/..", path), regexp=False)


def with_attributes(top: etree._Element) -> list[HtmlElement]:
    """The elements that have any attribute, ``top`` itself and below it: few of those of a text."""
    return [element for element in top.iter(etree.Element) if element.keys()]


def divs_with_id(top: etree._Element, ids: tuple[str, ...]) -> list[HtmlElement]:
    """The ``<div>`` with one of these ids, ``top`` itself and below it; none in a comment."""
    return [div for div in top.iter("div") if div.get("id") in ids]

"""The numbers that a browser shows before the items of an ordered list.

Rules: https://html.spec.whatwg.org/multipage/grouping-content.html#ordinal-value
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.tree.display import is_hidden
from archiver.tree.traversal import Traversal

_LISTS: Final = frozenset({"ol", "ul", "menu", "dir"})
_INTEGER: Final = re.compile(r"[ \t\n\f\r]*([-+]?[0-9]{1,10})(?![0-9])")
#: Browsers take a larger number for none.
_LARGEST: Final = 2**31 - 1
_LETTERS: Final = frozenset({"a", "A", "i", "I"})


def numbers_of(top: HtmlElement) -> dict[etree._Element, int]:
    """The number of each item of a list, from ``start``, ``reversed`` and ``value``."""
    items = list(_items(top))
    step = -1 if "reversed" in top.attrib else 1
    number = _integer(top.get("start"))
    if number is None:
        number = len(items) if step < 0 else 1
    numbers = {}
    for item in items:
        value = _integer(item.get("value"))
        numbers[item] = number = number if value is None else value
        number += step
    return numbers


def letters_of(top: HtmlElement) -> str:
    """The ``type`` of a list that has letters or Roman numbers for numbers; else nothing."""
    kind = top.get("type") or ""
    return kind if top.tag == "ol" and kind in _LETTERS else ""


def _items(top: HtmlElement) -> Iterator[etree._Element]:
    """The items that are shown and belong to no list inside this one."""
    traversal = Traversal(top)
    for event, element in traversal:
        if event == "start" and (element.tag in _LISTS or is_hidden(element)):
            traversal.skip()
        elif event == "start" and element.tag == "li":
            yield element


def _integer(text: str | None) -> int | None:
    match = _INTEGER.match(text or "")
    return int(match[1]) if match is not None and abs(int(match[1])) <= _LARGEST else None

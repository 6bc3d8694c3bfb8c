"""What single elements of a body say: code, lists and captions."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.audit.walk import walk
from archiver.body.formula import Formulas
from archiver.body.math import find_formulas
from archiver.body.text import is_hidden

_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([^\s`~]+)")
_NUMBER = re.compile(r"[ \t\r\n\f]*([-+]?[0-9]{1,10})(?:[^0-9]|\Z)")
#: What the title of a picture cannot say.
_IN_CAPTION: Final = ("a", "img", "code", "pre")


def code_of(element: etree._Element) -> str:
    """The content of a code block; ``<br>`` is a line feed."""
    pieces: list[str] = []
    for step in walk(element, Formulas()):
        if step.kind == "text" and not step.hidden:
            pieces.append(step.text)
        elif step.kind == "enter" and step.element.tag == "br":
            pieces.append("\n")
    return "".join(pieces)


def language_of(element: etree._Element) -> str:
    """The language in the class of a ``pre`` or of the ``code`` in it; empty without one."""
    for part in element.iter("pre", "code"):
        if match := _LANGUAGE.search(part.get("class") or ""):
            return match[1]
    return ""


def is_rich(caption: HtmlElement) -> bool:
    """Does a caption hold what the title of a picture cannot say?"""
    if next(caption.iter(*_IN_CAPTION), None) is not None:
        return True
    return bool(find_formulas(caption).found)


def numbers_of(top: etree._Element) -> dict[etree._Element, str]:
    """The numbers before the items of an ordered list, as HTML counts them."""
    items = [item for item in top.iter("li") if _list_around(item) is top and _is_shown(item, top)]
    step = -1 if top.get("reversed") is not None else 1
    first = integer(top.get("start"))
    number = first if first is not None else (len(items) if step < 0 else 1)
    numbers: dict[etree._Element, str] = {}
    for item in items:
        value = integer(item.get("value"))
        number = number if value is None else value
        numbers[item] = str(number)
        number += step
    return numbers


def _list_around(item: etree._Element) -> etree._Element | None:
    return next(item.iterancestors("ol", "ul", "menu", "dir"), None)


def _is_shown(item: etree._Element, top: etree._Element) -> bool:
    """True when neither an item nor what is around it in its list is hidden."""
    if is_hidden(item):
        return False
    for around in item.iterancestors():
        if around is top:
            break
        if is_hidden(around):
            return False
    return True


def integer(text: str | None) -> int | None:
    """An attribute as the integer that browsers take it for; they have 32 bits for it."""
    match = _NUMBER.match(text or "")
    number = int(match[1]) if match is not None else None
    return number if number is not None and -(2**31) < number < 2**31 else None

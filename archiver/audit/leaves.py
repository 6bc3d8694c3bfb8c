"""What single elements of a body say: code, lists and captions."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.audit.walk import walk
from archiver.body.formula import Formulas
from archiver.body.math import find_formulas

_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([^\s`~]+)")
_START = re.compile(r"\s*[0-9]{1,9}\s*\Z")
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


def start_of(element: etree._Element) -> str:
    """The first number of a list; Markdown has those from 0 to 999,999,999."""
    start = element.get("start") or ""
    return str(int(start)) if _START.match(start) else "1"

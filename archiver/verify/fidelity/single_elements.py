"""Code blocks, numbers of lists and captions of a body, element by element."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.verify.fidelity.rendering import CELLS, is_block
from archiver.verify.fidelity.steps import Step, hides, read_steps
from archiver.verify.fidelity.tex2jax import Formulas, find_formulas

_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([^\s`~]+)")
_NUMBER = re.compile(r"[ \t\r\n\f]*([-+]?[0-9]{1,10})(?:[^0-9]|\Z)")
_ITEMS: Final = frozenset({"li", "tr"})
#: White space between what stands in these is never shown.
_HOLD_ITEMS: Final = frozenset(
    {"ol", "ul", "menu", "dir", "table", "thead", "tbody", "tfoot", "tr"}
)
#: Elements that the title of a picture cannot hold.
_IN_CAPTION: Final = ("a", "img", "code", "pre")


def code_of(element: etree._Element) -> str:
    """The content of a code block; each line ends with a line feed, the last one may lack it."""
    return _Code(element).read()


class _Code:
    """Collects the lines that a browser shows of a code block.

    A line ends where the source has a line feed or ``<br>``, and where a block begins or ends. The
    line feed right behind the end of a block is that end; items and rows are lines also when empty.
    """

    def __init__(self, element: etree._Element) -> None:
        self.steps = read_steps(element, Formulas())
        self.lines: list[str] = []
        self.open: str | None = None
        self.is_behind_block = False
        self.starts: list[int] = []  # how many lines there were where each open item began

    def read(self) -> str:
        """The whole content."""
        for step in self.steps:
            if not step.hidden and not hides(step.element):
                self._take(step)
        return "".join(f"{line}\n" for line in self.lines) + (self.open or "")

    def _take(self, step: Step) -> None:
        if step.kind == "text":
            self._text(step.text, step.element)
            self.is_behind_block = False
        elif step.element.tag == "br":
            if step.kind == "enter":
                self._end_line()
            self.is_behind_block = False
        elif step.element.tag in CELLS:
            self._cell(step)
        elif is_block(step.element):
            self._block(step)

    def _text(self, text: str, around: etree._Element) -> None:
        if not text.strip() and (around.tag in _HOLD_ITEMS or self.is_behind_block):
            text = "" if around.tag in _HOLD_ITEMS else "\n" * text.count("\n")
        if self.is_behind_block:
            text = text.removeprefix("\n")
        first, *others = text.split("\n")
        self._add(first)
        for part in others:
            self._end_line()
            self._add(part)

    def _add(self, text: str) -> None:
        if text:
            self.open = (self.open or "") + text

    def _end_line(self) -> None:
        self.lines.append(self.open or "")
        self.open = None

    def _cell(self, step: Step) -> None:
        """Put a tab between a cell and the one before it, whatever is in them."""
        if step.kind == "enter" and step.element.getprevious() is not None:
            if self.open is None and len(self.lines) > self.starts[-1]:
                self.open = self.lines.pop()
            self._add("\t")
        self.is_behind_block = False

    def _block(self, step: Step) -> None:
        if self.open is not None:
            self._end_line()
        self.is_behind_block = step.kind == "leave"
        if step.element.tag in _ITEMS and step.kind == "enter":
            self.starts.append(len(self.lines))
        elif step.element.tag in _ITEMS and self.starts.pop() == len(self.lines):
            self._end_line()


def language_of(element: etree._Element) -> str:
    """The language in the class of a ``pre`` or of the ``code`` in it; empty without one."""
    for part in element.iter("pre", "code"):
        if match := _LANGUAGE.search(part.get("class") or ""):
            return match[1]
    return ""


def has_more_than_text(caption: HtmlElement) -> bool:
    """True when a caption holds a formula, link, picture or code, which no title can hold."""
    if next(caption.iter(*_IN_CAPTION), None) is not None:
        return True
    return bool(find_formulas(caption).found)


def item_numbers(top: etree._Element) -> dict[etree._Element, str]:
    """The number that a browser shows before each item of an ordered list, as text."""
    items = [item for item in top.iter("li") if _list_around(item) is top and _is_shown(item, top)]
    step = -1 if top.get("reversed") is not None else 1
    first = parse_integer(top.get("start"))
    number = first if first is not None else (len(items) if step < 0 else 1)
    numbers: dict[etree._Element, str] = {}
    for item in items:
        value = parse_integer(item.get("value"))
        number = number if value is None else value
        numbers[item] = str(number)
        number += step
    return numbers


def _list_around(item: etree._Element) -> etree._Element | None:
    return next(item.iterancestors("ol", "ul", "menu", "dir"), None)


def _is_shown(item: etree._Element, top: etree._Element) -> bool:
    """True when neither an item nor an element between it and its list is hidden."""
    if hides(item):
        return False
    for around in item.iterancestors():
        if around is top:
            break
        if hides(around):
            return False
    return True


def parse_integer(text: str | None) -> int | None:
    """The value of an attribute as browsers read an integer of 32 bits; ``None`` for no number."""
    match = _NUMBER.match(text or "")
    number = int(match[1]) if match is not None else None
    return number if number is not None and -(2**31) < number < 2**31 else None

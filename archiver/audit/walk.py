"""A tree read from front to back: elements, text and formulas, each in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formula import Formula, Formulas, text_of
from archiver.body.math import find_formulas
from archiver.body.text import is_hidden
from archiver.body.walk import Walk


class Step(NamedTuple):
    """What comes next: an element that begins or ends, text, or a formula."""

    #: ``enter``, ``leave``, ``text`` or ``formula``.
    kind: str
    #: The element that begins or ends, or that the text belongs to.
    element: etree._Element
    #: Does a browser show nothing of it, because of an element around it?
    hidden: bool
    text: str = ""
    formula: Formula | None = None


def walk(body: HtmlElement, formulas: Formulas | None = None) -> Iterator[Step]:
    """All that stands below ``body``, without recursion; a formula is one step."""
    formulas = find_formulas(body) if formulas is None else formulas
    outermost: etree._Element | None = None  # the hidden element that everything is in
    yield from _texts(body, False, formulas, False)
    for event, element in Walk(body):
        if event == "start":
            yield Step("enter", element, outermost is not None)
            if outermost is None and is_hidden(element):
                outermost = element
            yield from _texts(element, False, formulas, outermost is not None)
            continue
        if event == "end":
            if element is outermost:
                outermost = None
            yield Step("leave", element, outermost is not None)
        yield from _texts(element, True, formulas, outermost is not None)


def shown_formulas(body: HtmlElement, formulas: Formulas) -> list[Formula]:
    """The formulas that stand in no hidden element."""
    return [
        step.formula
        for step in walk(body, formulas)
        if step.formula is not None and not step.hidden
    ]


def _texts(
    element: etree._Element, is_tail: bool, formulas: Formulas, hidden: bool
) -> Iterator[Step]:
    """The pieces of one text node; a formula stands where it begins."""
    node = (element, is_tail)
    text = text_of(node)
    position = 0
    for start, end, number in formulas.spans(node):
        if start > position:
            yield Step("text", element, hidden, text[position:start])
        if number is not None:
            yield Step("formula", element, hidden, formula=formulas.found[number])
        position = end
    if position < len(text):
        yield Step("text", element, hidden, text[position:])

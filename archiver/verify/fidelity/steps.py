"""The steps of reading a body: beginnings and ends of elements, texts and formulas, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lxml import etree

from archiver.items import Formula
from archiver.tree.elements import DROPPED, EMBEDS
from archiver.verify.fidelity.nodes import Node, nodes, text_of
from archiver.verify.fidelity.tex2jax import Formulas, find_formulas
from archiver.verify.fidelity.visibility import WITHOUT_TEXT, is_hiding

#: Browsers show no text of these.
_WITHOUT_TEXT: Final = DROPPED | EMBEDS | WITHOUT_TEXT | {"img", "source"}


class Step(NamedTuple):
    """One step: the beginning or end of an element, a text, or a formula."""

    #: ``enter``, ``leave``, ``text`` or ``formula``.
    kind: str
    #: The element that begins or ends, or that the text belongs to.
    element: etree._Element
    #: True when an element around it hides it from the reader.
    hidden: bool
    text: str = ""
    formula: Formula | None = None
    #: True for a ``<br>`` over which a formula goes on.
    in_formula: bool = False


def read_steps(body: etree._Element, formulas: Formulas | None = None) -> Iterator[Step]:
    """The steps below an element, without recursion; a formula is one step.

    The formulas are searched for when they are not given.
    """
    formulas = find_formulas(body) if formulas is None else formulas
    outermost: etree._Element | None = None  # the hidden element that everything is in
    for node in nodes(body):
        element = node.element
        if node.kind == "text":
            yield from _texts(node, formulas, hidden=outermost is not None)
        elif node.kind == "enter":
            yield _step(node, formulas, hidden=outermost is not None)
            if outermost is None and hides(element):
                outermost = element
        elif node.kind == "leave":
            if element is outermost:
                outermost = None
            yield _step(node, formulas, hidden=outermost is not None)


def hides(element: etree._Element) -> bool:
    """True when a browser shows no text of an element; the link of an embed is not the author's."""
    if element.tag in _WITHOUT_TEXT or (element.tag == "a" and element.get("class") == "embed"):
        return True
    return is_invisible(element)


def is_invisible(element: etree._Element) -> bool:
    """True when the attributes of an element hide it."""
    attributes = element.attrib
    if "hidden" not in attributes and "style" not in attributes:
        return False
    return is_hiding({str(key): str(value) for key, value in attributes.items()})


def shown_formulas(steps: Iterable[Step]) -> list[Formula]:
    """The formulas that stand in no hidden element."""
    return [step.formula for step in steps if step.formula is not None and not step.hidden]


def _step(node: Node, formulas: Formulas, *, hidden: bool) -> Step:
    in_formula = node.element in formulas.breaks
    return Step(node.kind, node.element, hidden, in_formula=in_formula)


def _texts(node: Node, formulas: Formulas, *, hidden: bool) -> Iterator[Step]:
    """The pieces of one text node; a formula stands where it begins."""
    text = text_of((node.element, node.is_tail))
    position = 0
    for start, end, number in formulas.parts.get((node.element, node.is_tail), ()):
        if start > position and number is not None:
            yield Step("text", node.parent, hidden, text[position:start])
        if number is not None:
            yield Step("formula", node.parent, hidden, formula=formulas.found[number])
        position = end
    if position < len(text):
        yield Step("text", node.parent, hidden, text[position:])

"""The formulas of a tree, and their places in its text nodes."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from lxml import etree

from archiver.body.events.event import Text
from archiver.items import Formula

#: Short formulas (``$x$``) recur in an article; each is kept once.
_SHORT: Final = 16
#: In place of the number of a formula, where it goes on behind ``<br>``.
GOES_ON: Final = -1

#: A text node of a tree: the text of an element (False), or the tail behind one (True).
TextNode = tuple[etree._Element, bool]


class FormulaPart(NamedTuple):
    """The part of a text node that belongs to a formula."""

    start: int
    end: int
    #: The number of the formula, where it begins; ``None`` where it goes on behind ``<br>``.
    number: int | None


class Formulas:
    """The formulas of a body in document order, with their places."""

    def __init__(self) -> None:
        self.found: list[Formula] = []
        #: The ``<br>`` elements inside formulas.
        self.breaks: set[etree._Element] = set()
        #: The comments inside formulas, with the closing mark of the formula.
        self.comments: dict[etree._Element, str] = {}
        #: The texts with parts of formulas, in the order in which these were found.
        self._texts: list[Text] = []
        #: The short ones; the mark that a formula begins with tells whether it is displayed.
        self.short: dict[str, Formula] = {}

    def add(self, latex: str, *, display: bool) -> None:
        """Note the next formula, after its parts."""
        self.found.append(self.short.get(latex) or self.new(latex, display=display))

    def new(self, latex: str, *, display: bool) -> Formula:
        """A formula that is not kept yet; it is the next one once it is among the found."""
        formula = Formula(latex, display)
        if len(latex) <= _SHORT:
            self.short[latex] = formula
        return formula

    def add_part(self, text: Text, start: int, end: int, *, goes_on: bool = False) -> None:
        """Note a part of the formula that is added next."""
        parts = text.parts or self.begin_parts(text)
        parts.extend((start, end, GOES_ON if goes_on else len(self.found)))

    def begin_parts(self, text: Text) -> array[int]:
        """The parts of a text that has none so far."""
        parts = text.parts = array("q")
        self._texts.append(text)
        return parts

    def parts(self, node: TextNode) -> list[FormulaPart]:
        """The parts of a text node of the tree that belong to formulas, in order."""
        return self._parts_of_nodes.get(node, [])

    @cached_property
    def _parts_of_nodes(self) -> dict[TextNode, list[FormulaPart]]:
        """Those of all text nodes, once everything is found."""
        return {(text.owner, text.is_tail): list(parts_of(text)) for text in self._texts}

    def __bool__(self) -> bool:
        """True when there is any formula."""
        return bool(self.found)


def parts_of(text: Text) -> Iterator[FormulaPart]:
    """The parts of a text that belong to formulas, in order."""
    parts = text.parts
    if parts is not None:
        numbers = (None if number == GOES_ON else number for number in parts[2::3])
        yield from map(FormulaPart, parts[::3], parts[1::3], numbers)


def text_of(node: TextNode) -> str:
    """The text of a text node of the tree."""
    owner, is_tail = node
    return (owner.tail if is_tail else owner.text) or ""

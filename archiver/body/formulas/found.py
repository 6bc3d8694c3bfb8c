"""The formulas of a tree, and their places in its text nodes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lxml import etree

from archiver.items import Formula

#: Short formulas (``$x$``) recur in an article; each is kept once.
_SHORT: Final = 16
_GOES_ON: Final = -1

#: A text node of a tree: the text of an element (False), or the tail behind one (True).
TextNode = tuple[etree._Element, bool]


class FormulaPart(NamedTuple):
    """The part of a text node that belongs to a formula."""

    start: int
    end: int
    #: The number of the formula, where it begins; ``None`` where it goes on behind ``<br>``.
    number: int | None


@dataclass(slots=True)
class Formulas:
    """The formulas of a tree in document order, with their places."""

    found: list[Formula] = field(default_factory=list)
    #: The ``<br>`` elements inside formulas.
    breaks: set[etree._Element] = field(default_factory=set)
    #: The comments inside formulas, with the closing mark of the formula.
    comments: dict[etree._Element, str] = field(default_factory=dict)
    #: Start, end and number of each part, one after the other: a page can hold 100,000 of them.
    _parts: dict[TextNode, array[int]] = field(default_factory=dict)
    _short: dict[Formula, Formula] = field(default_factory=dict)

    def add(self, formula: Formula) -> None:
        """Note the next formula, after its parts."""
        if len(formula.latex) <= _SHORT:
            formula = self._short.setdefault(formula, formula)
        self.found.append(formula)

    def add_part(self, node: TextNode, start: int, end: int, *, goes_on: bool) -> None:
        """Note a part of the formula that is added next."""
        parts = self._parts.setdefault(node, array("q"))
        parts.extend((start, end, _GOES_ON if goes_on else len(self.found)))

    def parts(self, node: TextNode) -> list[FormulaPart]:
        """The parts of a text node that belong to formulas, in order."""
        parts = self._parts.get(node)
        if parts is None:
            return []
        numbers = (None if number == _GOES_ON else number for number in parts[2::3])
        return list(map(FormulaPart, parts[::3], parts[1::3], numbers))

    def __contains__(self, node: TextNode) -> bool:
        """True when a part of a text node belongs to a formula."""
        return node in self._parts

    def __bool__(self) -> bool:
        """True when there is any formula."""
        return bool(self.found)


def text_of(node: TextNode) -> str:
    """The text of a text node."""
    owner, is_tail = node
    return (owner.tail if is_tail else owner.text) or ""

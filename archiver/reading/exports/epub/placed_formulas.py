"""The formulas of a chapter, as elements in the places of their LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.found import Formulas, TextNode, text_of
from archiver.items import Formula
from archiver.reading.exports.epub.math_markup import (
    UnusableMarkup,
    labels_of,
    make_drawable,
    read_markup,
    reference_of,
)
from archiver.reading.exports.shown_body.tree_edits import made
from archiver.tree.xml_text import xml_text

#: The class of a formula that stands as LaTeX, and the words that say why.
SOURCE: Final = "latex"
_WHY: Final = "MathJax 无法排版这个公式，这里是它的 LaTeX 源码"
#: Begins the ids of equations; no id of a body begins so.
EQUATION: Final = "s-equation-"


@dataclass
class Drawn:
    """The formulas of a chapter in their order: MathML, or ``None`` for those that stay LaTeX."""

    formulas: Sequence[Formula]
    markup: list[etree._Element | None]
    #: The ids of equations in the chapter, by the names that MathJax gives them.
    ids: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    @property
    def unread(self) -> int:
        """How many stay LaTeX."""
        return self.markup.count(None)

    def element(self, number: int) -> HtmlElement | etree._Element:
        """The element of a formula: ``<math>``, a link to an equation, or its LaTeX."""
        formula, math = self.formulas[number], self.markup[number]
        if math is None:
            return made("code", SOURCE, xml_text(formula.latex), title=_WHY)
        if (reference := reference_of(math)) is not None:
            return self._link(*reference)
        make_drawable(math, self.ids, self._taken)
        math.set("alttext", xml_text(formula.latex))
        return math

    def _link(self, name: str, words: str) -> HtmlElement:
        target = self.ids.get(name)
        return (
            made("a", "s-ref", words, href=f"#{target}") if target else made("span", "s-ref", words)
        )


def drawn(formulas: Sequence[Formula], texts: Sequence[str | None]) -> Drawn:
    """The formulas with what MathJax has made of each."""
    found = Drawn(formulas, [None if text is None else _markup(text) for text in texts])
    for math in found.markup:
        for name in [] if math is None else labels_of(math):
            found.ids.setdefault(name, f"{EQUATION}{len(found.ids) + 1}")
    return found


def _markup(text: str) -> etree._Element | None:
    try:
        return read_markup(text)
    except UnusableMarkup:
        return None


def place_formulas(
    top: HtmlElement, formulas: Formulas, element: Callable[[int], etree._Element]
) -> None:
    """Put the element of each formula into a body in the place of its LaTeX.

    ``formulas`` are those of the body, ``element`` gives the one of a number.
    """
    owners = [top, *top.iterdescendants(etree.Element)]
    for owner in owners:
        _place(owner, (owner, False), formulas, element)
        if owner is not top:
            _place(owner, (owner, True), formulas, element)
    for line_break in formulas.breaks:
        if isinstance(line_break, HtmlElement) and line_break.tag == "br":
            line_break.drop_tree()


def _place(
    owner: HtmlElement, node: TextNode, formulas: Formulas, element: Callable[[int], etree._Element]
) -> None:
    """Put the formulas of one text node into its place, with the text between them."""
    parts = formulas.parts(node)
    if not parts:
        return
    text, end = text_of(node), 0
    new: list[etree._Element] = []
    pieces = [""]  # before the first formula, and behind each
    for part in parts:
        pieces[-1] += text[end : part.start]
        if part.number is not None:
            new.append(element(part.number))
            pieces.append("")
        end = part.end
    pieces[-1] += text[end:]
    _, is_tail = node
    parent = owner.getparent() if is_tail else owner
    assert parent is not None
    place = parent.index(owner) + 1 if is_tail else 0
    if is_tail:
        owner.tail = pieces[0]
    else:
        owner.text = pieces[0]
    for one, piece in zip(reversed(new), reversed(pieces), strict=False):
        one.tail = piece
        parent.insert(place, one)

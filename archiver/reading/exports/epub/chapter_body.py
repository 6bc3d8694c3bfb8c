"""The body of an article as its chapter has it: valid XHTML with drawn formulas."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.safe_addresses import is_inline_picture
from archiver.body.clean.stored_markup import keep_stored_markup
from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas
from archiver.items import Formula
from archiver.reading.exports.epub.chapter_links import lead_links, set_anchors
from archiver.reading.exports.epub.placed_formulas import Drawn, drawn, place_formulas
from archiver.reading.exports.epub.xhtml_nesting import make_valid
from archiver.reading.exports.shown_body.highlighting import highlight
from archiver.reading.exports.shown_body.page_headings import set_headings
from archiver.reading.exports.shown_body.shown_pictures import show_pictures
from archiver.reading.exports.title_formulas import split_title
from archiver.tree.document import parse_fragment
from archiver.tree.lexbor_copy import new_element
from archiver.tree.unexpected import UnexpectedPage
from archiver.tree.xml_text import xml_text

#: Makes MathML of formulas that share numbers and macros: ``None`` for one that it cannot read.
Convert = Callable[[Sequence[Formula]], Sequence[str | None]]
_XMLNS: Final = "http://www.w3.org/1998/Math/MathML"


@dataclass(frozen=True, slots=True)
class ChapterBody:
    """The XHTML of a title and of a body, and what is to be known of them."""

    title: str
    body: str
    #: True when MathML stands in it.
    has_formulas: bool
    #: The formulas of both, and those of them that stand as LaTeX.
    formulas: int
    unread: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a body can lead to and show: ``chapters`` are ids of articles.

    ``anchors`` gives the ids in the chapter of one, ``pictures`` the names of its pictures by the
    addresses of those in the body.
    """

    chapters: Container[int]
    anchors: Callable[[int], Set[str]]
    pictures: Callable[[list[str]], Mapping[str, str]]


def chapter_body(
    title: str, html: str, here: int, around: Surroundings, convert: Convert
) -> ChapterBody:
    """The title and the archived body of the article ``here`` for its chapter."""
    heading, top = new_element("div"), _stored(html)
    own = set_anchors(top)
    pieces = list(split_title(title))
    in_title = [Formula(text, display=False) for text, latex in pieces if latex is not None]
    formulas = _formulas(top)
    found = [*in_title, *formulas.found]
    made = drawn(found, convert(found))
    _fill_title(heading, pieces, made)
    place_formulas(top, formulas, lambda number: made.element(len(in_title) + number))
    set_headings(top)
    _show_pictures(top, around)
    highlight(top)
    lead_links(top, here, own, around.chapters, around.anchors)
    make_valid(top)
    has_formulas = any(True for part in (heading, top) for _ in part.iter("math"))
    return ChapterBody(
        inner_xhtml(heading), inner_xhtml(top), has_formulas, len(found), made.unread
    )


def anchors_of(html: str) -> set[str]:
    """The ids in the chapter of an article that links of other chapters may lead to."""
    return set_anchors(_stored(html))


def _stored(html: str) -> HtmlElement:
    """The tree of a body, with nothing in it that is not stored, whatever the archive holds."""
    top = parse_fragment(html)
    keep_stored_markup(top)
    return top


def _formulas(top: HtmlElement) -> Formulas:
    """The formulas of a body; none where they cannot be told, so that all stay LaTeX."""
    try:
        return find_formulas(top)
    except UnexpectedPage:
        return Formulas()


def _show_pictures(top: HtmlElement, around: Surroundings) -> None:
    """Let the pictures be files of the book, in place; in that of others stand their words.

    A picture in its own address that is no file of the book is not one that each reader draws.
    """
    pictures = list(top.iter("img"))
    names = around.pictures([one.get("src", "") for one in pictures])
    for picture in pictures:
        address = picture.get("src", "")
        if address not in names and is_inline_picture(address):
            del picture.attrib["src"]
    show_pictures(top, names)


def _fill_title(heading: HtmlElement, pieces: list[tuple[str, str | None]], made: Drawn) -> None:
    """Put the pieces of a title into an element, its formulas drawn."""
    numbers = iter(range(len(pieces)))
    for text, latex in pieces:
        if latex is not None:
            heading.append(made.element(next(numbers)))
        elif len(heading):
            heading[-1].tail = (heading[-1].tail or "") + xml_text(text)
        else:
            heading.text = (heading.text or "") + xml_text(text)


def inner_xhtml(top: HtmlElement) -> str:
    """The XHTML of all that is below an element."""
    for formula in top.iter("math"):
        formula.set("xmlns", _XMLNS)
    text = etree.tostring(top, encoding="unicode", method="xml")
    return text[text.index(">") + 1 : text.rindex("<")] if text.endswith(f"</{top.tag}>") else ""

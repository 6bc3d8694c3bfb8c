"""The text, formulas, links and pictures of a body, read from Lexbor's tree: the reference.

Its rules are written a second time, so that a mistake in either reading shows. It shares the parser
with the extraction and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from archiver.items import Formula
from archiver.tree.document import parse_source, text_content
from archiver.tree.elements import DROPPED, EMBEDS
from archiver.tree.lexbor_copy import build_tree
from archiver.tree.xml_text import xml_text
from archiver.verify.fidelity.addresses import absolute_address
from archiver.verify.fidelity.late_pictures import Resolve, addresses_of_pictures
from archiver.verify.fidelity.outline import fold, without_space
from archiver.verify.fidelity.rendering import rendered_lines
from archiver.verify.fidelity.saved_formulas import SCRIPTS, formula_of, is_mathjax_output
from archiver.verify.fidelity.tex2jax import Formulas, find_formulas, text_in_formula
from archiver.verify.fidelity.visibility import (
    HEADINGS,
    WITHOUT_TEXT,
    Node,
    is_embed_link,
    is_hiding,
    is_safe_address,
    is_self_anchor,
    is_self_anchor_text,
    is_tracking_picture,
)


@dataclass(slots=True)
class Reading:
    """What a body says. Addresses are absolute; texts are without white space."""

    text: str = ""
    formulas: list[Formula] = field(default_factory=list)
    #: Address and text of each link; the text of a hidden one is ``None``.
    links: list[tuple[str, str | None]] = field(default_factory=list)
    #: Address and alternative text of each picture.
    pictures: list[tuple[str, str]] = field(default_factory=list)
    heading_ids: list[str] = field(default_factory=list)
    #: The lines of the text; ``None`` for a page that MathJax has run on, and where not asked for.
    lines: list[str] | None = None


def parse_html(html: str) -> Node:
    """The ``<body>`` around a piece of HTML."""
    return parse_source(f"<!DOCTYPE html><body>{html}").body


def read_body(
    top: Node, article: int, document: str | None = None, *, with_lines: bool = True
) -> Reading:
    """Read all below an element of an article's page, or of its ``body_html``.

    ``document`` is what relative addresses are resolved against on a page with a ``<base>``.
    """
    tree = _tree_for_formulas(top)
    formulas = find_formulas(tree)
    reader = _Reader(
        lambda url: absolute_address(url, article, document), _comments_in_formulas(tree, formulas)
    )
    reader.addresses = addresses_of_pictures(top, reader.resolve)
    reader.is_saved = bool(top.css(SCRIPTS))
    _visit(top, reader)
    reader.reading.text = "".join(reader.pieces)
    if not reader.is_saved:
        reader.reading.formulas = formulas.found
        reader.reading.lines = _lines(tree, formulas) if with_lines else None
    return reader.reading


def _visit(top: Node, reader: _Reader) -> None:
    """Hand every element and text below ``top`` to a reader, in document order."""
    around: list[Node] = []
    node = top.child
    while node is not None or around:
        if node is None:
            left = around.pop()
            reader.leave()
            node = left.next
        elif reader.enter(node):
            around.append(node)
            node = node.child
        else:
            node = node.next


class _Reader:
    """Collects what a body says, in one pass."""

    def __init__(self, resolve: Resolve, comments_in_formulas: dict[int, str]) -> None:
        self.resolve = resolve
        #: The addresses of the pictures that are shown, by the ids of their nodes.
        self.addresses: dict[int, str] = {}
        self.comments_in_formulas = comments_in_formulas
        self.comments = 0
        #: True for a page that MathJax has run on: its scripts hold the formulas.
        self.is_saved = False
        self.reading = Reading()
        self.pieces: list[str] = []
        self.hidden = 0  # open elements that hide what is in them
        #: Each open element: whether it hides, and for a link its number and the start of its text.
        self.open: list[tuple[bool, tuple[int, int] | None]] = []

    def enter(self, node: Node) -> bool:
        """Read a node; returns whether its children are to be read."""
        tag = node.tag
        if tag == "-text":
            self._text(xml_text(node.text_content or ""))
        elif tag is None or tag == "-comment":
            self._text(self.comments_in_formulas.get(self.comments, ""))
            self.comments += 1
        elif self.is_saved and tag == "script":
            self._formula_script(node)
        elif tag == "noscript":
            for picture in node.css("img"):
                self._picture(picture)
        elif tag[0].isalpha() and tag not in DROPPED and tag not in EMBEDS:
            return self._element(node, tag)
        return False

    def _text(self, text: str) -> None:
        if not self.hidden and (characters := without_space(text)):
            self.pieces.append(characters)

    def _formula_script(self, script: Node) -> None:
        if (formula := formula_of(script)) is not None:
            self.reading.formulas.append(formula)
            self._text(formula.latex)

    def _element(self, node: Node, tag: str) -> bool:
        attributes = node.attributes
        if self.is_saved and is_mathjax_output(attributes):
            return False
        if is_embed_link(node, attributes) or is_self_anchor(node):
            return False
        if tag == "img":
            self._picture(node)
        elif tag in HEADINGS and attributes.get("id"):
            self.reading.heading_ids.append(xml_text(attributes["id"]))
        hides = tag in WITHOUT_TEXT or is_hiding(attributes)
        self.hidden += hides
        self.open.append((hides, self._link(attributes) if tag == "a" else None))
        return True

    def leave(self) -> None:
        """Leave the innermost open element."""
        hides, link = self.open.pop()
        if link is not None and not self.hidden:
            number, start = link
            url, _ = self.reading.links[number]
            self.reading.links[number] = (url, "".join(self.pieces[start:]))
        self.hidden -= hides

    def _link(self, attributes: dict[str, str | None]) -> tuple[int, int] | None:
        href = xml_text(attributes.get("href") or "")
        if "href" not in attributes or not is_safe_address(href):
            return None
        self.reading.links.append((self.resolve(href), None))
        return len(self.reading.links) - 1, len(self.pieces)

    def _picture(self, node: Node) -> None:
        source = xml_text(self.addresses.get(node.mem_id, ""))
        attributes = {**node.attributes, "src": source}
        if (
            source
            and is_safe_address(source, is_picture=True)
            and not is_tracking_picture(attributes)
        ):
            alt = " ".join(xml_text(attributes.get("alt") or "").split())
            self.reading.pictures.append((self.resolve(source), alt))


def _comments_in_formulas(tree: HtmlElement, formulas: Formulas) -> dict[int, str]:
    """The texts of the comments inside formulas, by their numbers among all comments.

    MathJax takes such a text into the formula; it is empty where it would end the formula.
    """
    return {
        number: text_in_formula(comment, formulas.comments[comment])
        for number, comment in enumerate(tree.iter(etree.Comment))
        if comment in formulas.comments
    }


def _lines(tree: HtmlElement, formulas: Formulas) -> list[str]:
    """The lines of the text, without the self anchors of headings, which are hidden in ``tree``."""
    for heading in tree.iter(*HEADINGS):
        for anchor in heading.iter("a"):
            if is_self_anchor_text(anchor.get("href"), text_content(anchor)):
                anchor.set("hidden", "")
    return [fold(line.text) for line in rendered_lines(tree, formulas)]


def _tree_for_formulas(top: Node) -> HtmlElement:
    """The lxml tree in which formulas are searched.

    Elements that the body loses are empty in it: they hold no formula, but separate texts.
    """
    tree = build_tree(top)
    for element in list(tree.iter(*sorted(DROPPED | EMBEDS))):
        tail = element.tail
        element.clear()
        element.tail = tail
    return tree

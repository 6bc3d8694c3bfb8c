"""The plain text of a body: what a person reads in the browser, paragraphs and formulas kept.

Blocks are separated by an empty line; list items, table rows and ``<br>`` by a line break; table
cells by a tab. White space folds as in a browser (CSS ``white-space: normal``), except inside
``<pre>`` and inside formulas, which are verbatim. What a browser hides gives no text. No character
is added: no bullets, no numbers, no alternative texts of pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.contents.preformatted import preformatted
from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas, TextNode, text_of
from archiver.tree.display import BLOCKS, CELLS, has_block_style, has_lines, is_hidden, is_medium
from archiver.tree.traversal import Traversal

# Marks for the assembly of the text: lone surrogates, which no tree can contain.
_PARAGRAPH, _LINE, _BREAK, _TAB = "\ud800", "\ud801", "\ud802", "\ud803"
_KEPT = {" ": "\ud810", "\n": "\ud811", "\t": "\ud812", "\r": "\ud813"}
_RESTORED = [*((mark, char) for char, mark in _KEPT.items()), (_TAB, "\t")]
_SPACES = re.compile(r"[ \t\r\n]+")
_SEPARATORS = re.compile(f" ?(?:[{_PARAGRAPH}{_LINE}{_BREAK}] ?)+")
_BLOCK_END = re.compile(f"{_KEPT[chr(10)]}+(?= ?{_PARAGRAPH})")
_AROUND_TAB = re.compile(f" ?{_TAB} ?")


def plain_text(top: HtmlElement, formulas: Formulas | None = None) -> str:
    """The text below ``top``; pass the formulas when they are already known."""
    return _assemble(_pieces(top, find_formulas(top) if formulas is None else formulas))


def text_before(top: HtmlElement, stop: etree._Element, formulas: Formulas) -> str:
    """The text below ``top`` that stands before the element or comment ``stop``."""
    return _assemble(_pieces(top, formulas, stop))


def inline_text(top: HtmlElement) -> str:
    """The text of a short piece (a link, a caption) on one line, all white space folded."""
    return " ".join(plain_text(top, Formulas()).split())


def _pieces(
    top: HtmlElement, formulas: Formulas, stop: etree._Element | None = None
) -> Iterator[str]:
    """Text and marks in document order, formulas and preformatted text protected."""
    hidden: etree._Element | None = None
    yield _opening_mark(top, formulas)
    yield _text((top, False), formulas)
    traversal = Traversal(top)
    for event, element in traversal:
        if element is stop:
            return
        if event == "start" and is_hidden(element):
            hidden = element
            traversal.skip()
            yield _LINE if has_block_style(element) and is_medium(element) else ""
        elif event == "start":
            yield _opening_mark(element, formulas)
            if element.tag == "pre":
                yield _protect(preformatted(element, stop))
                if stop is not None and element in stop.iterancestors():
                    return
                traversal.skip()
            else:
                yield _text((element, False), formulas)
        else:
            if event == "end" and element is not hidden:
                yield _closing_mark(element)
            yield _text((element, True), formulas)
    yield _closing_mark(top)


def _opening_mark(element: etree._Element, formulas: Formulas) -> str:
    tag = element.tag
    if tag == "br":
        return _KEPT["\n"] if element in formulas.breaks else _BREAK
    if tag in CELLS:
        previous = element.getprevious()
        return _TAB if previous is not None and previous.tag in CELLS else ""
    return _closing_mark(element)


def _closing_mark(element: etree._Element) -> str:
    if element.tag in BLOCKS:
        return _PARAGRAPH
    return _LINE if has_lines(element) else ""


def _text(node: TextNode, formulas: Formulas) -> str:
    """The text of a text node, with white space that must stay put under protection."""
    owner, is_tail = node
    text = text_of(node)
    if not text:
        return ""
    parts = formulas.parts(node)
    if not parts:
        return text
    # A formula that goes on behind <br> leaves out the line feed of the source.
    pieces: list[str] = []
    position = int(is_tail and owner in formulas.breaks and text.startswith("\n"))
    for start, end, _ in parts:
        pieces += text[position:start], _protect(text[start:end])
        position = end
    return "".join([*pieces, text[position:]])


def _assemble(pieces: Iterator[str]) -> str:
    text = _SPACES.sub(" ", "".join(pieces))
    text = _BLOCK_END.sub("", text)  # the line feed that ends a <pre> shows no empty line
    text = _AROUND_TAB.sub(_TAB, text)
    text = _SEPARATORS.sub(_line_breaks, text)
    text = text.strip(" ")
    for mark, character in _RESTORED:
        text = text.replace(mark, character)
    return text.strip("\n")


def _protect(text: str) -> str:
    """Text whose white space survives the folding."""
    for character, mark in _KEPT.items():
        if character in text:
            text = text.replace(character, mark)
    return text


def _line_breaks(match: re.Match[str]) -> str:
    """The line breaks that a run of marks stands for."""
    marks = match[0]
    if _PARAGRAPH in marks:
        return "\n\n"
    return "\n" * max(marks.count(_BREAK), 1)

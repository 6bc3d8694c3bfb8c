"""Elements are taken out of a body without joining the texts around them to a new formula.

MathJax ends its search at every element but ``<br>`` and ``<wbr>``: ``$a<script></script>b$`` is no
formula, and would be one without the script. And it reads the texts before and behind a comment
apart: ``\\<!-- -->$x$`` is a formula, ``\\$x$`` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.scanner import ends_formula, formula_text
from archiver.tree.lexbor_copy import new_element

#: A formula, or a mark in two parts, begins with one of these …
FORMULA_START = re.compile(r"[$\\]")
#: … and ends with one of these.
_FORMULA_END = re.compile(r"[$\\}]")


def separate(elements: Iterable[etree._Element]) -> None:
    """Put an empty ``<span>`` before each element between texts that could be one formula.

    Called before the elements are taken out.
    """
    for element in list(_between_marks(elements)):
        element.addprevious(new_element("span"))


def drop_elements(elements: Iterable[etree._Element]) -> None:
    """Take elements out of their tree; the text behind them stays."""
    replace_with_text(dict.fromkeys(elements, ""))


def replace_with_text(texts: Mapping[etree._Element, str]) -> None:
    """Put a text in the place of each element, in time linear in the children of their parents."""
    for parent in dict.fromkeys(element.getparent() for element in texts):
        if parent is not None:
            _replace_children(parent, texts)


def _replace_children(parent: etree._Element, texts: Mapping[etree._Element, str]) -> None:
    owner: etree._Element | None = None  # of the text that is being collected
    pieces = [parent.text or ""]
    for child in list(parent):
        if child in texts:
            pieces += texts[child], child.tail or ""
            child.tail = None
            parent.remove(child)
        else:
            _set_text(parent, owner, pieces)
            owner, pieces = child, [child.tail or ""]
    _set_text(parent, owner, pieces)


def _set_text(parent: etree._Element, owner: etree._Element | None, pieces: list[str]) -> None:
    """Write the text behind a child, or that before all of them."""
    if len(pieces) == 1:
        return
    if owner is None:
        parent.text = "".join(pieces)
    else:
        owner.tail = "".join(pieces)


def own_texts(parent: etree._Element) -> Iterator[str]:
    """The texts that stand directly in an element."""
    yield parent.text or ""
    for child in parent:
        yield child.tail or ""


def write_comments(body: HtmlElement) -> None:
    """Turn comments inside formulas into text, and keep apart the texts around others, in place.

    The sanitiser drops comments, but MathJax takes the text of one inside a formula into it. A text
    that would end the formula cannot be written, and is left out.
    """
    comments = list(_between_marks(body.iter(etree.Comment)))
    if not comments:
        return
    inside = find_formulas(body).comments
    for comment in comments:
        _add_behind(comment, new_element("wbr"))
        if comment in inside:
            _write(comment, inside[comment])


def _write(comment: etree._Element, end: str) -> None:
    """Put the text of a comment, between two ``<wbr>``, into the formula that ``end`` ends."""
    text = formula_text(comment)
    if not ends_formula(text, end):
        before = new_element("wbr")
        comment.addprevious(before)
        before.tail = text
    parent = comment.getparent()
    if parent is not None:
        parent.remove(comment)


def _add_behind(element: etree._Element, added: etree._Element) -> None:
    """Insert an element between another one and the text behind it."""
    added.tail, element.tail = element.tail, None
    element.addnext(added)


def _between_marks(elements: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """Elements that may stand inside a formula: it may begin before and end behind them."""
    wanted = set(elements)
    for parent in dict.fromkeys(element.getparent() for element in wanted):
        if parent is not None:
            yield from (child for child in _children_between_marks(parent) if child in wanted)


def _children_between_marks(parent: etree._Element) -> Iterator[etree._Element]:
    """The children between the first mark that begins and the last mark that ends a formula."""
    children = list(parent)
    while children and not _FORMULA_END.search(children[-1].tail or ""):
        children.pop()
    has_begun = FORMULA_START.search(parent.text or "") is not None
    for child in children:
        if has_begun:
            yield child
        else:
            has_begun = FORMULA_START.search(child.tail or "") is not None

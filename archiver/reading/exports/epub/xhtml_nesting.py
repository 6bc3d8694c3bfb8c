"""A body as valid XHTML: each element stands where the HTML standard lets it stand.

Nothing of the text is lost or moved. An element that holds what it may not becomes a ``div`` or
``span`` that looks like it: ``<b><p>…</p></b>`` is ``<div class="s-was-b"><p>…</p></div>``.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.reading.exports.epub.xhtml_attributes import set_attributes
from archiver.reading.exports.epub.xhtml_elements import (
    BLOCKS,
    DROPPED,
    PARENTS,
    PHRASING,
    RENAMED,
    TRANSPARENT,
    WITHOUT_BLOCKS,
)
from archiver.tree.lexbor_copy import new_element

#: The class of what was another element begins so; the style sheet knows some of them.
_WAS: Final = "s-was-"
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OF_ONE_ELEMENT: Final = frozenset(
    {"colspan", "rowspan", "value", "start", "type", "reversed", "span"}
)
#: No heading may stand in one of these.
_WITHOUT_HEADINGS: Final = frozenset({"th", "dt"})
#: The parts of a ruby: text, annotations (``t``), and parentheses around one (``p``).
_ANNOTATED: Final = re.compile("(?:-*(?:t|ptp))+-*\\Z")
_LISTS: Final = frozenset({"ol", "ul"})
_SECTIONS: Final = ("caption", "colgroup", "thead", "tbody", "tfoot")


def make_valid(top: HtmlElement) -> None:
    """Make everything below ``top``, a flow of blocks and text, valid XHTML, in place."""
    for element in _elements(top):
        _set_name(element)
    _set_blocks(top)
    for element in _elements(top):
        _set_parent(element)
    for element in _elements(top):
        _set_children(element)


def _elements(top: HtmlElement) -> list[HtmlElement]:
    """The elements below ``top`` in document order, without those inside formulas."""
    found, formula = [], None
    for event, element in etree.iterwalk(top, ("start", "end")):
        if formula is not None:
            formula = None if event == "end" and element is formula else formula
        elif event == "start" and element is not top and isinstance(element.tag, str):
            found.append(element)
            formula = element if element.tag == "math" else None
    return found


def _set_name(element: HtmlElement) -> None:
    """Give an element a name and attributes that XHTML knows."""
    was = str(element.tag)
    if was == "math":
        return
    if was in DROPPED:
        element.drop_tree()
        return
    name, style = RENAMED.get(was, (was, ""))
    is_known = name in PHRASING or name in BLOCKS
    is_nested = name == "a" and next(element.iterancestors("a"), None) is not None
    is_pointless = name == "bdo" and not element.get("dir")
    element.tag = name if is_known and not is_nested and not is_pointless else "span"
    set_attributes(element, was, style)


def _set_blocks(top: HtmlElement) -> None:
    """Let nothing that may hold only a line hold a block."""
    holding: set[HtmlElement] = set()
    for element in reversed(_elements(top)):
        if (
            element.tag in _HEADINGS
            and next(element.iterancestors(*_WITHOUT_HEADINGS), None) is not None
        ):
            _become(element, "div")
        if any(child.tag in BLOCKS or child in holding for child in element):
            if element.tag in TRANSPARENT:
                holding.add(element)
            elif element.tag in WITHOUT_BLOCKS:
                _become(element, "div")


def _become(element: HtmlElement, name: str) -> None:
    """Give an element another name, with a class that says what it was."""
    was = str(element.tag)
    classes = [*(element.get("class") or "").split(), f"{_WAS}{was}"]
    if was in _HEADINGS:
        element.set("role", "heading")
        element.set("aria-level", was[1:])
    for attribute in _OF_ONE_ELEMENT.intersection(map(str, element.keys())):
        del element.attrib[attribute]
    element.tag = name
    element.set("class", " ".join(classes))


def _set_parent(element: HtmlElement) -> None:
    """Let an element that stands outside of what it is a part of be a box, or a piece of a line."""
    parents = PARENTS.get(str(element.tag))
    parent = element.getparent()
    if parents and parent is not None and parent.tag not in parents:
        _become(element, "span" if element.tag in PHRASING else "div")


def _set_children(element: HtmlElement) -> None:
    """Let a list, a table or a figure have only parts that it may have."""
    if element.tag in _LISTS:
        _set_items(element)
    elif element.tag == "table":
        _set_table(element)
    elif element.tag == "dl" and not _is_list_of_terms(element):
        _flatten(element, ("dt", "dd"))
    elif element.tag == "figure":
        _set_caption(element)
    elif element.tag == "ruby" and not _is_annotated(element):
        _flatten(element, ("rt", "rp"), "span")


def _set_items(element: HtmlElement) -> None:
    """Put what stands in a list outside of items into items without a mark."""
    loose: HtmlElement | None = None
    text, element.text = element.text or "", None
    if text.strip():
        loose = _bare_item(element, 0, text)
    for child in list(element):
        tail, child.tail = child.tail or "", None
        if child.tag != "li":
            if loose is None:
                loose = _bare_item(element, element.index(child), "")
            loose.append(child)
            child.tail = tail
        else:
            loose = None
            if tail.strip():
                loose = _bare_item(element, element.index(child) + 1, tail)


def _bare_item(element: HtmlElement, place: int, text: str) -> HtmlElement:
    item = new_element("li")
    item.set("style", "list-style-type:none")
    item.text = text
    element.insert(place, item)
    return item


def _set_table(table: HtmlElement) -> None:
    """Let the parts of a table be those of XHTML in their order, or boxes where they cannot."""
    parts = [str(child.tag) for child in table]
    is_sound = _has_no_text(table) and set(parts) <= {*_SECTIONS, "tr"}
    if not is_sound or parts.count("caption") > 1:
        _flatten(table, (*_SECTIONS, "col", "tr", "td", "th"))
        return
    for name in ("thead", "tfoot"):
        for further in table.findall(name)[1:]:
            further.tag = "tbody"
    if "tr" in parts and "tbody" in parts:
        _put_rows_into_bodies(table)
    order = {
        **{name: place for place, name in enumerate(_SECTIONS)},
        "tr": _SECTIONS.index("tbody"),
    }
    table[:] = sorted(table, key=lambda child: order[str(child.tag)])


def _put_rows_into_bodies(table: HtmlElement) -> None:
    for is_row, group in groupby(list(table), key=lambda child: child.tag == "tr"):
        rows = list(group)
        if is_row:
            body = new_element("tbody")
            table.insert(table.index(rows[0]), body)
            body.extend(rows)


def _has_no_text(element: HtmlElement) -> bool:
    """True when nothing but elements stands in an element."""
    return not any((text or "").strip() for text in (element.text, *(one.tail for one in element)))


def _flatten(element: HtmlElement, parts: tuple[str, ...], name: str = "div") -> None:
    """Make an element and its own parts boxes, or pieces of a line."""
    for part in list(element.iter(*parts)):
        if next(part.iterancestors(str(element.tag))) is element:
            _become(part, name)
    _become(element, name)


def _is_list_of_terms(element: HtmlElement) -> bool:
    """True when terms and what is said of them take turns, and nothing else is there."""
    names = [name for name, _ in groupby(str(child.tag) for child in element)]
    pairs = len(names) // 2
    return _has_no_text(element) and names == ["dt", "dd"] * pairs


def _is_annotated(ruby: HtmlElement) -> bool:
    """True when each annotation of a ruby stands bare, or between two parentheses."""
    letters = {"rt": "t", "rp": "p"}
    order = "".join(
        letters.get(str(child.tag), "-") + ("-" if (child.tail or "").strip() else "")
        for child in ruby
    )
    return _ANNOTATED.match(order) is not None


def _set_caption(figure: HtmlElement) -> None:
    """Let a figure have one caption, at its beginning or end."""
    captions = figure.findall("figcaption")
    is_behind_text = captions and captions[0] is figure[0] and (figure.text or "").strip()
    is_before_text = captions and captions[-1] is figure[-1] and (figure[-1].tail or "").strip()
    for caption in captions:
        is_first = caption is figure[0] and not is_behind_text
        is_last = caption is figure[-1] and not is_before_text
        if len(captions) > 1 or not (is_first or is_last):
            _become(caption, "div")

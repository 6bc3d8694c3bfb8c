"""MathJax's MathML as readers of books draw it.

MathJax writes MathML 3. Most readers draw MathML Core (https://www.w3.org/TR/mathml-core/), which
knows neither ``mlabeledtr`` nor ``mathvariant`` nor the alignment of columns: the number of an
equation is a cell at the end of its row here, letters are characters, alignment is CSS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from lxml import etree

from archiver.reading.exports.epub.math_attributes import keep_known_attributes, keep_known_elements
from archiver.reading.exports.epub.math_letters import in_letters

#: The class of the cell that holds the number of an equation.
NUMBER: Final = "number"
_LINES: Final = ("solid", "dashed")
_WITH_COLUMNS: Final = frozenset({"columnalign", "columnspacing", "columnlines", "rowlines"})
#: Levels. Readers of books go down a tree level by level, some of them by recursion.
DEEPEST: Final = 100
_NAMESPACE: Final = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_LETTERS: Final = frozenset({"mi", "mn", "mo"})
_TEXT_STYLES: Final = {
    "bold": "font-weight:bold", "italic": "font-style:italic", "monospace": "font-family:monospace"
}  # fmt: skip
#: Of the style that a formula gives itself (by ``bbox`` or ``style``) stays what moves nothing.
_STYLE: Final = re.compile(
    r"(?:\s*(?:color|background(?:-color)?|border|padding|font-(?:weight|style))\s*:"
    r"[-#.\w\s]+(?:;|\Z))+\Z"
)
#: Ends lengths of MathML 3 that take the size of what is inside, which MathML Core does not know.
_OF_CONTENT: Final = "width"
_PARSER: Final = etree.XMLParser(huge_tree=True, resolve_entities=False, remove_blank_text=True)


class UnusableMarkup(ValueError):
    """MathML that no reader would draw: it is no XML, or too deep."""


def read_markup(text: str) -> etree._Element:
    """The ``<math>`` of MathJax's text, without a namespace; raises ``UnusableMarkup``."""
    try:
        math = etree.fromstring(text.replace(_NAMESPACE, "", 1), _PARSER)
    except etree.XMLSyntaxError as error:
        raise UnusableMarkup(str(error)) from error
    if _depth(math) > DEEPEST:
        raise UnusableMarkup("too deep")
    return math


def _depth(math: etree._Element) -> int:
    """The number of levels, counted no further than needed."""
    level, depth = [math], 0
    while level and depth <= DEEPEST:
        level, depth = [child for one in level for child in one], depth + 1
    return depth


def labels_of(math: etree._Element) -> list[str]:
    """The names of the equations in a formula, as references of MathJax lead to them."""
    return [name for one in math.iter(etree.Element) if (name := one.get("id"))]


def reference_of(math: etree._Element) -> tuple[str, str] | None:
    """What a formula that is only a reference leads to, and its words; ``None`` for any other."""
    links = [one for one in math.iter(etree.Element) if one.get("href", "").startswith("#")]
    words = "".join(map(str, math.itertext()))
    if len(links) != 1 or "".join(map(str, links[0].itertext())) != words:
        return None
    return unquote(links[0].get("href", "").removeprefix("#")), words


def make_drawable(math: etree._Element, ids: Mapping[str, str], taken: set[str]) -> None:
    """Say in MathML Core and CSS what MathJax has said, in place.

    ``ids`` are those of the chapter by MathJax's names of equations. Two equations may have one
    name (``tag``): the first gets the id, which is added to ``taken``.
    """
    keep_known_elements(math)
    for element in list(math.iter(etree.Element)):
        variant = element.get("mathvariant")
        own = element.get("id", "")
        _set_attributes(element)
        if own in ids and own not in taken:
            taken.add(own)
            element.set("id", ids[own])
        if variant is not None:
            _set_letters(element, variant)
    for table in list(math.iter("mtable")):
        _set_rows(table)
        _set_cells(table)


def _set_attributes(element: etree._Element) -> None:
    keep_known_attributes(element)
    if not _STYLE.match(element.get("style", "")):
        _drop(element, "style")
    if element.get("lspace", "").endswith(_OF_CONTENT):
        _drop(element, "lspace")
        _drop(element, "width")  # else it would lie over what it stands beside


def _drop(element: etree._Element, name: str) -> None:
    if name in element.attrib:
        del element.attrib[name]


def _set_letters(element: etree._Element, variant: str) -> None:
    """Put letters in the place of a variant; where there are none, CSS for the text."""
    text = element.text or ""
    _drop(element, "mathvariant")
    if variant == "normal":
        if element.tag == "mi" and len(text) == 1:
            element.set("mathvariant", variant)  # an upright letter, which MathML Core knows
        return
    letters = in_letters(text, variant) if element.tag in _LETTERS else None
    if letters is not None:
        element.text = letters
    elif styles := [css for word, css in _TEXT_STYLES.items() if word in variant]:
        element.set("style", ";".join(styles))


def _set_rows(table: etree._Element) -> None:
    """Let rows with a number be rows whose last cell is the number."""
    numbered = [row for row in table if row.tag == "mlabeledtr"]
    if not numbered:
        return
    columns = max(len(row) - (row.tag == "mlabeledtr") for row in table)
    for row in numbered:
        row.tag = "mtr"
        number = row[0]
        for _ in range(columns - (len(row) - 1)):
            row.append(row.makeelement("mtd", {}))
        row.append(number)
        number.set("class", NUMBER)


def _set_cells(table: etree._Element) -> None:
    """Give the cells the alignment, distances and lines that the table names, as CSS."""
    frame = table.get("frame", "")
    _drop(table, "frame")
    if frame in _LINES:
        table.set("style", f"border:1px {frame}")
    if _WITH_COLUMNS.isdisjoint(map(str, table.keys())):
        return
    sides = _words(table, "columnalign", "center")
    gaps = ["0", *_words(table, "columnspacing", "0.8em")]
    columns, rows = _words(table, "columnlines", "none"), _words(table, "rowlines", "none")
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            if cell.get("class") == NUMBER:
                continue
            css = f"text-align:{_at(sides, place)};padding-right:0;padding-left:{_at(gaps, place)}"
            if place < len(row) - 1:
                css += _line("right", _at(columns, place))
            if number < len(table) - 1:
                css += _line("bottom", _at(rows, number))
            cell.set("style", css)


def _line(side: str, line: str) -> str:
    return f";border-{side}:1px {line}" if line in _LINES else ""


def _words(table: etree._Element, name: str, otherwise: str) -> list[str]:
    return table.get(name, otherwise).split() or [otherwise]


def _at(words: list[str], place: int) -> str:
    """The word at a place; the last one is that of all further places."""
    return words[min(place, len(words) - 1)]

"""The tables that GFM can say: it has rows of single-line cells and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.found import Formulas
from archiver.items import Formula
from archiver.tree.display import is_hidden

_SECTIONS: Final = frozenset({"thead", "tbody", "tfoot"})
_COLUMNS: Final = frozenset({"colgroup", "col"})
_BLOCKS: Final = frozenset(
    [
        *("table", "caption", "pre", "ul", "ol", "menu", "dir", "li", "dl", "dt", "dd", "hr"),
        *("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "details", "summary", "figure"),
        *("audio", "video"),
    ]
)


def is_simple(table: HtmlElement, formulas: Formulas) -> bool:
    """True when GFM can say this table: equal rows of plain cells, none of them merged."""
    widths: set[int] = set()
    for row in _rows(table):
        if row is None:
            return False
        widths.add(len(row))
        if not all(_is_plain(cell, formulas) for cell in row):
            return False
    return len(widths) == 1 and 0 not in widths


def _rows(table: HtmlElement) -> Iterator[list[HtmlElement] | None]:
    """The cells of each row; ``None`` for what is no row of cells."""
    for child in table.iterchildren(etree.Element):
        if child.tag in _COLUMNS:
            continue
        for row in child.iterchildren(etree.Element) if child.tag in _SECTIONS else (child,):
            yield _cells(row) if row.tag == "tr" else None


def _cells(row: HtmlElement) -> list[HtmlElement] | None:
    cells = list(row.iterchildren(etree.Element))
    return cells if all(cell.tag in {"td", "th"} for cell in cells) and not is_hidden(row) else None


def _is_plain(cell: HtmlElement, formulas: Formulas) -> bool:
    """True for a cell with nothing but text, inline elements and paragraphs in it."""
    if cell.get("colspan", "1").strip() != "1" or cell.get("rowspan", "1").strip() != "1":
        return False
    for element in cell.iter(etree.Element):
        if element.tag in _BLOCKS or _has_bar(element):
            return False
        if any(not _is_simple_formula(f) for f in _formulas(element, formulas, cell)):
            return False
    return not is_hidden(cell)


def _has_bar(element: etree._Element) -> bool:
    """True for a ``|`` in code or in an address: some readers keep the backslash before it."""
    if element.tag == "code":
        return "|" in "".join(map(str, element.itertext()))
    return any("|" in (element.get(name) or "") for name in ("href", "src", "title"))


def _is_simple_formula(formula: Formula) -> bool:
    r"""True for one in a line without ``|``: remark reads ``\|`` as two characters."""
    return not formula.display and "|" not in formula.latex


def _formulas(element: etree._Element, formulas: Formulas, cell: HtmlElement) -> Iterator[Formula]:
    """The formulas that begin in an element's text, or in the text behind it."""
    for node in ((element, False),) if element is cell else ((element, False), (element, True)):
        for part in formulas.parts(node):
            if part.number is not None:
                yield formulas.found[part.number]

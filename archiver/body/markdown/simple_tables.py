"""The tables that GFM can say: it has rows of single-line cells and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archiver.body.events.event import Events, Open, Text
from archiver.body.formulas.found import parts_of
from archiver.items import Formula

_SECTIONS: Final = frozenset({"thead", "tbody", "tfoot"})
_COLUMNS: Final = frozenset({"colgroup", "col"})
_BLOCKS: Final = frozenset(
    [
        *("table", "caption", "pre", "ul", "ol", "menu", "dir", "li", "dl", "dt", "dd", "hr"),
        *("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "details", "summary", "figure"),
        *("audio", "video"),
    ]
)


def is_simple(events: Events, table: Open, formulas: list[Formula]) -> bool:
    """True when GFM can say this table: equal rows of plain cells, none of them merged."""
    widths: set[int] = set()
    for row in _rows(events, table):
        if row is None:
            return False
        widths.add(len(row))
        if not all(_is_plain(events, cell, formulas) for cell in row):
            return False
    return len(widths) == 1 and 0 not in widths


def _children(events: Events, opened: Open) -> Iterator[Open]:
    """The elements that stand directly in another one."""
    position = opened.start + 1
    while position < opened.end:
        event = events.all[position]
        position += 1
        if isinstance(event, Open):
            yield event
            position = event.end + 1


def _rows(events: Events, table: Open) -> Iterator[list[Open] | None]:
    """The cells of each row; ``None`` for what is no row of cells."""
    for child in _children(events, table):
        if child.tag in _COLUMNS:
            continue
        for row in _children(events, child) if child.tag in _SECTIONS else (child,):
            yield _cells(events, row) if row.tag == "tr" else None


def _cells(events: Events, row: Open) -> list[Open] | None:
    cells = list(_children(events, row))
    is_row = all(cell.tag in {"td", "th"} for cell in cells) and not row.display.is_hidden
    return cells if is_row else None


def _is_plain(events: Events, cell: Open, formulas: list[Formula]) -> bool:
    """True for a cell with nothing but text, inline elements and paragraphs in it."""
    given = cell.attributes
    if given.get("colspan", "1").strip() != "1" or given.get("rowspan", "1").strip() != "1":
        return False
    for event in (cell, *events.inside(cell)):
        if isinstance(event, Open):
            if event.tag in _BLOCKS or _has_bar(events, event):
                return False
        elif isinstance(event, Text):
            numbers = (part.number for part in parts_of(event) if part.number is not None)
            if not all(_is_simple_formula(formulas[number]) for number in numbers):
                return False
    return not cell.display.is_hidden


def _has_bar(events: Events, opened: Open) -> bool:
    """True for a ``|`` in code or in an address: some readers keep the backslash before it."""
    if opened.tag == "code":
        return any(isinstance(it, Text) and "|" in it.text for it in events.inside(opened))
    given = opened.attributes
    return bool(given) and any("|" in given.get(name, "") for name in ("href", "src", "title"))


def _is_simple_formula(formula: Formula) -> bool:
    r"""True for one in a line without ``|``: remark reads ``\|`` as two characters."""
    return not formula.display and "|" not in formula.latex

"""Tables of text with straight columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tabulate import tabulate

#: Characters that would make two lines of a cell, or move the cells after it.
_BREAKS: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))


def layout_table(rows: Iterable[Sequence[str]], align: str, indent: str = "") -> list[str]:
    """Rows as lines with straight columns, two spaces between them; one line for each row.

    ``align`` has a letter for each column: ``l`` (left) or ``r`` (right).
    """
    cells = [[cell.translate(_BREAKS) for cell in row] for row in rows]
    if not cells:
        return []
    sides = ["right" if side == "r" else "left" for side in align]
    text = tabulate(cells, tablefmt="plain", colalign=sides, disable_numparse=True)
    return [f"{indent}{line}".rstrip(" ") for line in text.split("\n")]

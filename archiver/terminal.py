"""Text for a terminal: Chinese characters take two columns, and titles may hold anything."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

import wcwidth
from tabulate import tabulate

#: Control and format characters, and halves of pairs: a terminal obeys or refuses them.
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cs"})

#: Makes the line on which the cursor stands empty.
ERASE_LINE: Final = "\r\x1b[K"
#: Columns of a screen that does not tell, and of output that is read elsewhere.
_COLUMNS: Final = 80

#: What would make two lines of a cell, or move the cells behind it.
_BREAKS: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))


def width(text: str) -> int:
    """How many columns a text takes; control characters take none."""
    return wcwidth.width(text, control_codes="ignore")


def screen_width(stream: TextIO | None) -> int:
    """The columns of the terminal behind a stream; 80 where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS if stream else _COLUMNS
    except (OSError, ValueError):  # a file, a pipe, or a stream of no descriptor at all
        return _COLUMNS


def table(rows: Iterable[Sequence[str]], align: str) -> list[str]:
    """Rows as lines with straight columns, two spaces between them.

    ``align`` has a letter for each column: ``l`` or ``r``. A row is always one line.
    """
    cells = [[cell.translate(_BREAKS) for cell in row] for row in rows]
    if not cells:
        return []
    sides = ["right" if side == "r" else "left" for side in align]
    text = tabulate(cells, tablefmt="plain", colalign=sides, disable_numparse=True)
    return [line.rstrip(" ") for line in text.split("\n")]


def one_line(text: str) -> str:
    """White space folded; without the characters that a terminal would obey."""
    folded = " ".join(text.split())
    return "".join(c for c in folded if unicodedata.category(c) not in _NOT_SHOWN)


def cut(line: str, columns: int) -> str:
    """A line in at most so many columns (from 1 on); what does not fit is ``…``."""
    if width(line) <= columns:
        return line
    return f"{''.join(take(wcwidth.iter_graphemes(line), columns - 1)).rstrip()}…"


def take(pieces: Iterable[str], columns: int) -> list[str]:
    """As many of the first pieces, characters or tokens, as have room in so many columns."""
    taken: list[str] = []
    for piece in pieces:
        columns -= width(piece)
        if columns < 0:
            break
        taken.append(piece)
    return taken

"""Text for a terminal: Chinese characters take two columns, and titles may hold anything."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TextIO

import wcwidth
from tabulate import tabulate

#: What a terminal obeys: control characters, but line feed and tab; what changes the order or the
#: lines of a text; what stands for nothing to be seen; halves of pairs, which cannot be written.
_OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
#: Bytes of a file's name that the locale's encoding does not know.
_UNREAD: Final = re.compile("[\udc80-\udcff]+")

#: Control and format characters, and halves of pairs: a terminal obeys or refuses them.
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cs"})

#: Makes the line on which the cursor stands empty.
ERASE_LINE: Final = "\r\x1b[K"
#: Columns of a screen that does not tell, and of output that is read elsewhere.
_COLUMNS: Final = 80

#: What would make two lines of a cell, or move the cells behind it.
_BREAKS: Final = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))


def shown(text: str) -> str:
    """A text for a person to read: what a terminal would obey is named, as in ``<U+202E>``.

    All that is printed or logged passes through here, but what is data (a body in a pipe). Of the
    name of a file the bytes that the locale could not read are read as UTF-8.
    """
    text = _UNREAD.sub(lambda match: _as_utf8(match[0]), text)
    return _OBEYED.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def _as_utf8(text: str) -> str:
    """What surrogate escapes (PEP 383) stand for; those of no character stay as they are."""
    return text.encode("ascii", "surrogateescape").decode("utf-8", "surrogateescape")


def as_json(
    value: object,
    *,
    indent: int | None = None,
    default: Callable[[Any], Any] | None = None,
    ascii_only: bool = False,
) -> str:
    """JSON that a terminal can show: what it would obey is escaped, or all that is no ASCII."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, default=default)
    return _OBEYED.sub(lambda match: json.dumps(match[0])[1:-1], text)


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


def wrapped(text: str, columns: int) -> list[str]:
    """A text in lines of at most so many columns; a word that is longer has a line of its own."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(f"{lines[-1]} {word}") <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def take(pieces: Iterable[str], columns: int) -> list[str]:
    """As many of the first pieces, characters or tokens, as have room in so many columns."""
    taken: list[str] = []
    for piece in pieces:
        columns -= width(piece)
        if columns < 0:
            break
        taken.append(piece)
    return taken


def format_seconds(seconds: float) -> str:
    """``75.3`` → ``1 min 15 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"

"""The columns that text takes on a terminal: a Chinese character takes two."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final, TextIO

import wcwidth

#: Columns of a terminal that does not tell its width, and of output that goes elsewhere.
_COLUMNS: Final = 80


def width(text: str) -> int:
    """The number of columns that a text takes; control characters take none."""
    return wcwidth.width(text, control_codes="ignore")


def screen_width(stream: TextIO | None) -> int:
    """The number of columns of the terminal behind a stream; 80 where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS if stream else _COLUMNS
    except (OSError, ValueError):  # a file, a pipe, or a stream of no descriptor at all
        return _COLUMNS


def cut(line: str, columns: int) -> str:
    """A line in at most so many columns (from 1 on); ``…`` stands for what does not fit."""
    if width(line) <= columns:
        return line
    return f"{''.join(take(wcwidth.iter_graphemes(line), columns - 1)).rstrip()}…"


def wrap(text: str, columns: int) -> list[str]:
    """A text in lines of at most so many columns; a word that is longer has a line of its own."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(f"{lines[-1]} {word}") <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def take(pieces: Iterable[str], columns: int) -> list[str]:
    """The first pieces, characters or tokens, that fit into so many columns together."""
    taken: list[str] = []
    for piece in pieces:
        columns -= width(piece)
        if columns < 0:
            break
        taken.append(piece)
    return taken

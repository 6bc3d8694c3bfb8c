"""Text for a terminal: Chinese characters take two columns, and titles may hold anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

#: Control and format characters, and halves of pairs: a terminal obeys or refuses them.
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cs"})

_WITHOUT_WIDTH: Final = frozenset({"Mn", "Me", "Cf", "Cc"})


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(map(_columns, text))


def one_line(text: str) -> str:
    """White space folded; without the characters that a terminal would obey."""
    folded = " ".join(text.split())
    return "".join(c for c in folded if unicodedata.category(c) not in _NOT_SHOWN)


def cut(line: str, columns: int) -> str:
    """A line in at most so many columns (from 1 on); what does not fit is ``…``."""
    if width(line) <= columns:
        return line
    return f"{''.join(take(line, columns - 1)).rstrip()}…"


def take(pieces: Iterable[str], columns: int) -> list[str]:
    """As many of the first pieces, characters or tokens, as have room in so many columns."""
    taken: list[str] = []
    for piece in pieces:
        columns -= width(piece)
        if columns < 0:
            break
        taken.append(piece)
    return taken


def pad(text: str, columns: int) -> str:
    """Any text, on one line in exactly so many columns."""
    text = cut(one_line(text), columns)
    return text + " " * (columns - width(text))


def _columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 2
    return 0 if unicodedata.category(character) in _WITHOUT_WIDTH else 1

"""Text for a terminal: Chinese characters take two columns, and titles may hold anything."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Final

#: What a terminal obeys: control characters, but line feed and tab; what changes the order or the
#: lines of a text; what stands for nothing to be seen; halves of pairs, which cannot be written.
_OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

#: Control and format characters, and halves of pairs: a terminal obeys or refuses them.
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cs"})

_WITHOUT_WIDTH: Final = frozenset({"Mn", "Me", "Cf", "Cc"})


def shown(text: str) -> str:
    """A text for a person to read: what a terminal would obey is named, as in ``<U+202E>``.

    All that is printed or logged passes through here, but what is data (a body in a pipe).
    """
    return _OBEYED.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def as_json(
    value: object, *, indent: int | None = None, default: Callable[[Any], Any] | None = None
) -> str:
    """JSON in UTF-8 that a terminal can show: the same characters are escaped in it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    return _OBEYED.sub(lambda match: json.dumps(match[0])[1:-1], text)


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

"""Text that is safe to print: a terminal obeys some characters, and titles may hold anything."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

#: What a terminal obeys or cannot be sent: control characters, but line feed and tab; characters
#: that change the order or the lines of a text; invisible ones; halves of surrogate pairs.
_OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
#: Bytes of a file's name that the locale's encoding does not have, as Python reads them (PEP 383).
_SURROGATE_ESCAPES: Final = re.compile("[\udc80-\udcff]+")
#: Control and format characters, and halves of surrogate pairs: none of them is printed in a table.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})

#: Makes the line on which the cursor stands empty.
ERASE_LINE: Final = "\r\x1b[K"


def printable(text: str) -> str:
    """A text for a person to read: characters that a terminal obeys are named, as ``<U+202E>``.

    All that is printed or logged passes through here, except data (a body in a pipe). Bytes of a
    file's name that the locale's encoding does not have are read as UTF-8.
    """
    text = _SURROGATE_ESCAPES.sub(lambda match: _as_utf8(match[0]), text)
    return _OBEYED.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def printable_json(
    value: object,
    *,
    indent: int | None = None,
    default: Callable[[Any], Any] | None = None,
    ascii_only: bool = False,
) -> str:
    """JSON with escapes for all characters that a terminal obeys, or for all but ASCII."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, default=default)
    return _OBEYED.sub(lambda match: json.dumps(match[0])[1:-1], text)


def one_line(text: str) -> str:
    """A text with single spaces for its white space, and without invisible characters."""
    folded = " ".join(text.split())
    return "".join(c for c in folded if unicodedata.category(c) not in _INVISIBLE)


def _as_utf8(text: str) -> str:
    """What surrogate escapes stand for; those that are no UTF-8 stay as they are."""
    return text.encode("ascii", "surrogateescape").decode("utf-8", "surrogateescape")

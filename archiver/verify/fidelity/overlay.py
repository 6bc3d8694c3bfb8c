"""Faults of styles and sizes: what lies over the page around a body, hides it, or loads something.

The extraction has a list of what may stay. This is a list of what must not, so that a mistake in
either shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from archiver.verify.fidelity.outline import quoted

#: Properties, and beginnings of their names, that move, cover, hide or load, whatever their value.
_HARMFUL: Final = re.compile(
    r"-|animation|appearance|backdrop|background(?!-color)|behavior|border-image|bottom|box-|clip"
    r"|column|contain|content|cursor|filter|flex|grid|image|inset|left|list-style(?!-type)|mask"
    r"|min-|mix-|object|offset|opacity|order|outline|perspective|pointer|position|right|rotate"
    r"|scale|text-(?:shadow|stroke)|top|transform|transition|translate|user|will|writing|z-|zoom"
)
#: Escapes, comments, rules and functions.
_CALLS: Final = re.compile(r"[\\@{}<>(]|/\*")
_COLOUR: Final = re.compile(r"#[0-9a-f]+|(?:rgb|hsl)a?\([^()]*\)", re.IGNORECASE)
#: A number with its unit; the digits of a name such as ``Font-9`` are none.
_NUMBER: Final = re.compile(
    r"(?<![^\W\d])(?<!-)([-+]?)(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(%|[a-z]*)", re.IGNORECASE
)
_MOST: Final = 2000.0
#: Elements that are drawn in any height; out of all others text would stand.
_REPLACED: Final = frozenset({"img", "video"})
_SIZES: Final = frozenset(
    {"width", "height", "border", "hspace", "vspace", "size", "cellpadding", "cellspacing"}
)


def style_faults(tag: str, style: str) -> Iterator[str]:
    """In words, every declaration of a style attribute that must not be on a page."""
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        value = _COLOUR.sub("", value)
        harmful = _HARMFUL.match(name) or _CALLS.search(value)
        spills = name in {"height", "max-height"} and tag not in _REPLACED
        if harmful or spills or any(map(_is_harmful_size, _NUMBER.finditer(value))):
            yield f"the style of <{tag}>: {quoted(declaration)}"


def size_fault(tag: str, name: str, value: str) -> str | None:
    """In words, what is wrong with an attribute that gives a size; ``None`` when nothing is."""
    match = _NUMBER.match(value.strip())
    if name not in _SIZES or match is None or match[1] == "-" or not _is_harmful_size(match):
        return None
    return f"the {name} of <{tag}>: {quoted(value)}"


def _is_harmful_size(number: re.Match[str]) -> bool:
    """True when a number is negative, measures the window, or is larger than a text needs."""
    most = 300.0 if number[2] == "%" else _MOST
    digits = number[0].removesuffix(number[2])
    return number[1] == "-" or number[2].startswith("v") or float(digits) > most

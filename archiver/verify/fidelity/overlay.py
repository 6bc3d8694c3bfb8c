"""What style and size can lay over the page around a body, or hide, or load: named fault by fault.

The extraction keeps a list of what may stay; this is, on purpose, a list of what must not, so that
a mistake in either shows.
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
#: Escapes, comments, rules, functions.
_CALLS: Final = re.compile(r"[\\@{}<>(]|/\*")
_COLOUR: Final = re.compile(r"#[0-9a-f]+|(?:rgb|hsl)a?\([^()]*\)", re.IGNORECASE)
#: No part of a name such as ``Font-9``.
_NUMBER: Final = re.compile(
    r"(?<![^\W\d])(?<!-)([-+]?)(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(%|[a-z]*)", re.IGNORECASE
)
_MOST: Final = 2000.0
#: They are drawn in any size; text stands out of all others that are too low.
_REPLACED: Final = frozenset({"img", "video"})
_SIZES: Final = frozenset(
    {"width", "height", "border", "hspace", "vspace", "size", "cellpadding", "cellspacing"}
)


def style_faults(tag: str, style: str) -> Iterator[str]:
    """Every declaration of a style attribute that must not be on a page."""
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        value = _COLOUR.sub("", value)
        harmful = _HARMFUL.match(name) or _CALLS.search(value)
        spills = name in {"height", "max-height"} and tag not in _REPLACED
        if harmful or spills or any(map(_is_wild, _NUMBER.finditer(value))):
            yield f"the style of <{tag}>: {quoted(declaration)}"


def size_fault(tag: str, name: str, value: str) -> str | None:
    """What is wrong with an attribute that gives a size; ``None`` for any other."""
    match = _NUMBER.match(value.strip())
    if name not in _SIZES or match is None or match[1] == "-" or not _is_wild(match):
        return None
    return f"the {name} of <{tag}>: {quoted(value)}"


def _is_wild(number: re.Match[str]) -> bool:
    """True for a number that is negative, measures the window, or is larger than a text needs."""
    most = 300.0 if number[2] == "%" else _MOST
    digits = number[0].removesuffix(number[2])
    return number[1] == "-" or number[2].startswith("v") or float(digits) > most

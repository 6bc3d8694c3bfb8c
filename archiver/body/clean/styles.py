"""Style and sizes: what carries meaning stays; what loads something or leaves its place goes.

A declaration stays as it is written when the whole of its value is made of words, colours, names
of fonts and lengths that its property may have. Nothing is negative, nothing is larger than a
text needs, no function but a colour's is called: nothing can be laid over the page around the body
or make a link that nobody sees. Only what an author's text can use is here, so that the list of
what else CSS can do need not be known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import Final, NamedTuple

from lxml.html import HtmlElement

from archiver.tree.display import BLOCKS, CELLS, LINES

#: The pixels of a unit, about; a length without one is ignored by browsers, unless it is 0.
_UNITS: Final = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 38, "mm": 4}
#: Those of units that grow with the letters around.
_GROWING: Final = {"em": 16, "rem": 16, "ex": 8, "ch": 8}
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<colour>\#[0-9a-f]{3,8}\b | (?:rgb|hsl)a?\([-0-9a-z.,%/\s]*\))
      | (?P<number>[0-9]{1,6}(?:\.[0-9]{0,9})? | \.[0-9]{1,9})
        \s?(?P<unit>px|pt|pc|em|rem|ex|ch|in|cm|mm|%)? (?![-\w.%(])
      | (?P<word>[^\W\d_][-\w]*) (?![-\w.%(])
      | (?P<name>"[-\w. ]*" | '[-\w. ]*')
    )\s*(?:,(?!\s*\Z))?""",
    re.IGNORECASE | re.VERBOSE,
)
_IMPORTANT: Final = re.compile(r"\s*!\s*important\s*\Z", re.IGNORECASE)
_SIZES: Final = frozenset({"auto", "inherit", "initial", "none", "thin", "medium", "thick"})
_DISPLAYS: Final = frozenset(
    [
        *("none", "block", "inline-block", "flex", "flow-root", "grid", "list-item"),
        *("table", "table-row", "table-cell"),
    ]
)


class _Grammar(NamedTuple):
    """The parts that the value of a property may have."""

    #: Any word when ``None``.
    words: Set[str] | None = None
    colours: bool = False
    names: bool = False
    #: The longest length.
    pixels: float = 0
    percent: float = 0
    #: True when a length may grow with the letters.
    grows: bool = True


_COLOUR: Final = _Grammar(colours=True)
_BORDER: Final = _Grammar(colours=True, pixels=20)
_MARGIN: Final = _Grammar(_SIZES, pixels=100, percent=50)
_PADDING: Final = _Grammar(_SIZES, pixels=50, percent=50)
_HEIGHT: Final = _Grammar(_SIZES, pixels=2000, percent=100)
_SPACING: Final = _Grammar(frozenset({"normal"}), pixels=50)
_SIDES: Final = ("", "-bottom", "-left", "-right", "-top")
_WORDS_ONLY: Final = (
    *("border-collapse", "caption-side", "clear", "direction", "float", "font-style"),
    *("font-variant", "list-style-type", "overflow", "overflow-wrap", "table-layout"),
    *("text-align", "text-transform", "visibility", "white-space", "word-break", "word-wrap"),
)
_PROPERTIES: Final = {
    **dict.fromkeys(_WORDS_ONLY, _Grammar()),
    **dict.fromkeys([f"border{side}" for side in _SIDES], _BORDER),
    **dict.fromkeys([f"margin{side}" for side in _SIDES], _MARGIN),
    **dict.fromkeys([f"padding{side}" for side in _SIDES], _PADDING),
    "background-color": _COLOUR,
    "border-color": _COLOUR,
    "border-radius": _Grammar(pixels=1000, percent=100),
    "border-spacing": _SPACING,
    "border-style": _Grammar(),
    "border-width": _BORDER,
    "color": _COLOUR,
    "display": _Grammar(_DISPLAYS),
    "font": _Grammar(names=True, pixels=96, percent=300),
    "font-family": _Grammar(names=True),
    "font-size": _Grammar(pixels=96, percent=300),
    "font-weight": _Grammar(pixels=1000),
    "height": _HEIGHT,
    "letter-spacing": _SPACING,
    "line-height": _Grammar(frozenset({"normal"}), pixels=5),
    "max-height": _HEIGHT,
    "max-width": _HEIGHT,
    "text-decoration": _COLOUR,
    "text-indent": _MARGIN,
    "vertical-align": _Grammar(pixels=50, percent=100),
    "width": _Grammar(_SIZES, pixels=600, percent=100, grows=False),
    "word-spacing": _SPACING,
}
#: Any other element that is too low for its content lays it over what follows.
_WITH_HEIGHT: Final = frozenset({"img", "video"})
_HEIGHTS: Final = frozenset({"height", "max-height"})
#: What these add to an element in a line, they lay over the lines around it.
_AROUND: Final = ("border", "padding")
_IN_LINE: Final = _Grammar(colours=True, pixels=3, grows=False)
#: Lines closer than this let large letters stand over what is above them.
_LOWEST_LINE: Final = 1.5
#: The largest numbers of the attributes that give a size, in pixels.
_SIZE_LIMITS: Final = {
    "width": 2000, "height": 2000, "size": 100, "border": 100, "cellpadding": 100,
    "cellspacing": 100, "hspace": 100, "vspace": 100,
}  # fmt: skip
_SIZE: Final = re.compile(r"[ \t\r\n\f]*([-+]?)([0-9]+)[.0-9]*(%?)")


def clean_styles(elements: Iterable[HtmlElement]) -> None:
    """Filter all attributes of elements that give a style or a size, in place."""
    for element in elements:
        for name in _SIZE_LIMITS.keys() & element.keys():
            if _is_too_large(element.attrib[name], _SIZE_LIMITS[name]):
                del element.attrib[name]
        style = element.get("style")
        if style is None:
            continue
        kept = ";".join(_kept(style, str(element.tag)))
        if kept:
            element.set("style", kept)
        else:
            del element.attrib["style"]


def _is_too_large(size: str, limit: int) -> bool:
    """True when the number that a browser reads is larger than any text needs, or negative."""
    match = _SIZE.match(size)
    if match is None:
        return False
    sign, digits, percent = match.groups()
    return sign == "-" or len(digits) > 6 or int(digits) > (100 if percent else limit)


def _kept(style: str, tag: str) -> Iterator[str]:
    """The declarations that may stay."""
    for declaration in style.split(";"):
        written, _, value = declaration.partition(":")
        name = written.strip().lower()
        if name == "background" and _may_stay("background-color", value, tag):
            name = "background-color"
        if _may_stay(name, value, tag):
            yield f"{name}:{value.strip()}"


def _may_stay(name: str, value: str, tag: str) -> bool:
    """True for a declaration that can do no harm."""
    grammar = _PROPERTIES.get(name)
    if grammar is None or (name in _HEIGHTS and tag not in _WITH_HEIGHT):
        return False
    if name.startswith(_AROUND) and grammar.pixels and tag not in BLOCKS | CELLS | LINES:
        grammar = _IN_LINE
    tokens = list(_tokens(_IMPORTANT.sub("", value).strip()))
    return bool(tokens) and all(token and _fits(token, name, grammar) for token in tokens)


def _tokens(value: str) -> Iterator[re.Match[str] | None]:
    """The parts of a value; the last one is ``None`` when there is something else in it."""
    position = 0
    while position < len(value):
        token = _TOKEN.match(value, position)
        yield token
        if token is None:
            return
        position = token.end()


def _fits(token: re.Match[str], name: str, grammar: _Grammar) -> bool:
    """True when a property may have this in its value."""
    if token["word"]:
        return grammar.words is None or token["word"].lower() in grammar.words
    if token["number"] is None:
        return grammar.colours if token["colour"] else grammar.names
    number, unit = float(token["number"]), (token["unit"] or "").lower()
    if name == "line-height":
        return not unit and _LOWEST_LINE <= number <= grammar.pixels
    if unit == "%":
        return number <= grammar.percent
    if unit in _GROWING:
        return grammar.grows and number * _GROWING[unit] <= grammar.pixels
    return number * _UNITS[unit] <= grammar.pixels

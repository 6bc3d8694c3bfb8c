"""The attributes of a body as XHTML has them: old ones are styles, addresses are valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from lxml.html import HtmlElement

_WORD: Final = re.compile(r"[-\w]+\Z")
_NUMBER: Final = re.compile(r"-?[0-9]{1,6}\Z")
_SIZE: Final = re.compile(r"\s*([0-9]{1,4})(?:\.[0-9]*)?\s*(%|px)?\s*\Z")
_COLOUR: Final = re.compile(r"(?:#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]{3,30})\Z", re.IGNORECASE)
_BARE_COLOUR: Final = re.compile(r"[0-9a-f]{6}\Z", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
#: The sizes of ``<font size>``: https://html.spec.whatwg.org/multipage/rendering.html#phrasing
_FONT_SIZES: Final = ("x-small", "small", "medium", "large", "x-large", "xx-large", "xxx-large")
_SIDES: Final = frozenset({"left", "right", "center", "justify"})
_HEIGHTS: Final = frozenset({"top", "middle", "bottom", "baseline"})
_DIRECTIONS: Final = frozenset({"ltr", "rtl", "auto"})


def _size(value: str) -> str:
    found = _SIZE.match(value)
    return f"{found[1]}{found[2] or 'px'}" if found else ""


def _colour(value: str) -> str:
    value = value.strip()
    return f"#{value}" if _BARE_COLOUR.match(value) else value if _COLOUR.match(value) else ""


def _font_size(value: str) -> str:
    value = value.strip()
    if not re.fullmatch(r"[-+]?[0-9]", value):
        return ""
    size = int(value) + (3 if value[0] in "+-" else 0)
    return _FONT_SIZES[min(max(size, 1), 7) - 1]


def _among(words: frozenset[str]) -> Callable[[str], str]:
    return lambda value: value.lower() if value.lower() in words else ""


#: Old attributes: the property of CSS, and what makes its value, or an empty one.
_AS_STYLE: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "align": ("text-align", _among(_SIDES)),
    "valign": ("vertical-align", _among(_HEIGHTS)),
    "bgcolor": ("background-color", _colour),
    "color": ("color", _colour),
    "size": ("font-size", _font_size),
    "width": ("width", _size),
    "height": ("height", _size),
    "hspace": ("margin-left", _size),
    "vspace": ("margin-top", _size),
    "nowrap": ("white-space", lambda _: "nowrap"),
}
#: Those that say something else of some elements.
_OF_ELEMENTS: Final[Mapping[tuple[str, str], tuple[str, Callable[[str], str]]]] = {
    ("hr", "size"): ("height", _size),
    ("img", "align"): ("float", _among(frozenset({"left", "right"}))),
}


def _kept(value: str) -> str:
    return value


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda value: value.strip() if pattern.match(value.strip()) else ""


def _span(value: str) -> str:
    return value.strip() if re.fullmatch(r"[1-9][0-9]{0,2}", value.strip()) else ""


#: Attributes that stay, with what makes the value; an empty one goes, but for ``alt``.
_ATTRIBUTES: Final[Mapping[str, Mapping[str, Callable[[str], str]]]] = {
    "*": {
        "class": _kept, "dir": _among(_DIRECTIONS), "style": _kept, "title": _kept,
        "lang": _matching(_LANGUAGE), "id": _kept, "role": _kept,
        "aria-level": _kept,
    },
    "a": {"href": _kept},
    "col": {"span": _span},
    "colgroup": {"span": _span},
    "del": {"datetime": _matching(_DAY)},
    "img": {"src": _kept, "alt": _kept},
    "ins": {"datetime": _matching(_DAY)},
    "li": {"value": _matching(_NUMBER)},
    "ol": {
        "start": _matching(_NUMBER), "type": _matching(re.compile("[1aAiI]")),
        "reversed": lambda _: "reversed",
    },
    "td": {"colspan": _span, "rowspan": _span},
    "th": {"colspan": _span, "rowspan": _span},
}  # fmt: skip


def set_attributes(element: HtmlElement, was: str, style: str) -> None:
    """Give an element the attributes that XHTML allows, in place.

    ``was`` is the name that the element had in the body, ``style`` what that name looks like.
    """
    given = {str(name): str(value) for name, value in element.attrib.items()}
    allowed = {**_ATTRIBUTES["*"], **_ATTRIBUTES.get(str(element.tag), {})}
    styles = [style, *_old_styles(was, given), given.pop("style", "")]
    element.attrib.clear()
    for name, value in given.items():
        made = allowed[name](value) if name in allowed else ""
        if made or name == "alt":
            element.set(name, made)
    if "hidden" in given:
        styles.append("display:none")
    if css := ";".join(one.strip().rstrip(";") for one in styles if one.strip(" ;")):
        element.set("style", css)


def _old_styles(was: str, given: Mapping[str, str]) -> list[str]:
    """The declarations that say what old attributes said."""
    found = []
    for name in _AS_STYLE.keys() & given.keys():
        css, make = _OF_ELEMENTS.get((was, name), _AS_STYLE[name])
        if value := make(given[name]):
            found.append(f"{css}:{value}")
    found.sort()
    if was == "font" and _WORD.match(given.get("face", "")):
        found.append(f"font-family:{given['face']}")
    if was == "ul" and given.get("type") in {"disc", "circle", "square"}:
        found.append(f"list-style-type:{given['type']}")
    return found

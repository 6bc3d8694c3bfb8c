"""Inline elements in Markdown: emphasis, inline HTML that carries meaning, or only their text."""

from __future__ import annotations

import re
from typing import Final

from archiver.body.events.event import Open
from archiver.body.markdown import escape

#: Emphasis: the Markdown delimiter, and the element where the delimiter does not work.
_EMPHASIS: Final = {
    "strong": ("**", "strong"),
    "b": ("**", "strong"),
    "em": ("*", "em"),
    "i": ("*", "em"),
}
#: Elements that mean something Markdown cannot say; kept as they are.
_KEPT: Final = frozenset(
    [
        *("u", "ins", "del", "s", "strike", "sub", "sup", "mark", "kbd", "samp", "var", "tt"),
        *("small", "big", "q", "cite", "dfn", "ruby", "rt", "rb", "rtc", "code"),
    ]
)
#: Style that says something; sizes and places are for the page.
_SAYING = re.compile(
    r"(?:^|;)\s*((?:color|background-color|text-decoration|font-weight|font-style)\s*:[^;]*)"
)
#: No colour and no full name of an abbreviation is longer.
_LONGEST_VALUE: Final = 200
#: A pseudo element, an error message's ``<type>``: no name that begins a block of HTML.
_PSEUDO = re.compile(r"[a-z][a-z0-9]*\Z")
_BLOCK_NAMES: Final = frozenset(["search", "dialog", "option", "optgroup", "menuitem", "body"])


class Format:
    """What an element that is open writes before and behind a piece of text."""

    __slots__ = ("closing", "delimiter", "is_link", "is_written", "opening")

    def __init__(
        self, opening: str, closing: str, delimiter: str = "", *, is_link: bool = False
    ) -> None:
        self.opening = opening
        self.closing = closing
        #: The Markdown delimiter of emphasis, to be used where CommonMark's rules let it work.
        self.delimiter = delimiter
        self.is_link = is_link
        #: A link is written once, around the first of the paragraphs that it spans.
        self.is_written = False


def format_of(opened: Open) -> Format | None:
    """The format of an inline element; ``None`` when only its content is written."""
    tag = opened.tag
    if tag in _EMPHASIS:
        delimiter, name = _EMPHASIS[tag]
        return Format(f"<{name}>", f"</{name}>", delimiter)
    if tag in _KEPT:
        return Format(f"<{tag}>", f"</{tag}>")
    if tag == "font":
        return _with_attribute("font", "color", opened.attributes.get("color"))
    if tag == "span":
        style = "; ".join(_SAYING.findall(opened.attributes.get("style", "")))
        return _with_attribute("span", "style", style)
    if tag == "abbr":
        return _with_attribute("abbr", "title", opened.attributes.get("title"))
    if tag == "bdo":
        return _with_attribute("bdo", "dir", opened.attributes.get("dir"))
    return None


def pseudo_tag(tag: str, known: frozenset[str]) -> str | None:
    """The name of an element that HTML does not know, as the author's error message has it."""
    if tag in known or tag in _BLOCK_NAMES or not _PSEUDO.match(tag):
        return None
    return tag


def _with_attribute(tag: str, name: str, value: str | None) -> Format | None:
    if not value or not value.strip() or len(value) > _LONGEST_VALUE:
        return None
    return Format(f'<{tag} {name}="{escape.attribute(value)}">', f"</{tag}>")

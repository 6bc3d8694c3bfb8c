"""The headings of an article: below the title of its page, each with an id to lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from archiver.body.contents.text import inline_text
from archiver.reading.exports.shown_body.long_formulas import LONGEST

_TAGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
#: The title of the page has the first level.
_HIGHEST: Final = 2
#: In a table of contents these would number and name an equation for a second time.
_NUMBERING: Final = re.compile(r"\\(?:label|tag\*?)\s*\{[^{}]*\}")
#: Environments whose starred form has no number.
_NUMBERED: Final = re.compile(
    r"(\\(?:begin|end))\s*\{(equation|align|gather|multline|flalign|alignat|eqnarray)\}"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the table of contents; ``depth`` counts from 1."""

    id: str
    depth: int
    text: str

    @property
    def is_drawn(self) -> bool:
        """True when no formula in it is too long to be drawn."""
        return len(self.text) <= LONGEST


def set_headings(top: HtmlElement) -> list[Heading]:
    """Give each heading an id and a level below the page's, in place; returns those with a text."""
    elements = list(top.iter(*_TAGS))
    highest = min((_level(element) for element in elements), default=_HIGHEST)
    found = []
    for number, element in enumerate(elements, start=1):
        depth = _level(element) - highest + 1
        element.tag = f"h{min(depth + _HIGHEST - 1, len(_TAGS))}"
        if not element.get("id"):
            element.set("id", f"s-heading-{number}")
        if text := _without_numbers(inline_text(element)).strip():
            found.append(Heading(element.get("id", ""), depth, text))
    return found


def _without_numbers(text: str) -> str:
    return _NUMBERED.sub(r"\1{\2*}", _NUMBERING.sub("", text))


def _level(element: HtmlElement) -> int:
    return _TAGS.index(str(element.tag)) + 1

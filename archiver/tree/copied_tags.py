"""The limits of tags that a parser copies: their attributes multiply.

A ``<font>`` that is open when its paragraph ends goes on in the next one, as a copy with all its
attributes: a parser reconstructs the active formatting elements (HTML standard, 13.2.4.3). Five
hundred of them in five hundred paragraphs are 125,000 elements, and two thousand take gigabytes.
The attributes of each further ``<html>`` and ``<body>`` come to those of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from archiver.tree.open_formatting import (
    ATTRIBUTES,
    ELEMENT,
    FORMATTING,
    MOST_ALIKE,
    reopened_at_most,
    reopened_characters,
)
from archiver.tree.unexpected import UnexpectedPage

#: Attributes of one tag, and of all tags ``html`` and ``body``. A parser compares the name of each
#: with all names before it.
MOST_ATTRIBUTES: Final = 1_000
#: Characters of formatting tags that are opened again. So many are read within seconds.
MOST_COPIED: Final = 4_000_000
#: Formatting tags without attributes that go on at most. On a page with fewer tags than the other
#: number they do no harm.
_MOST_PLAIN: Final = MOST_ALIKE * len(FORMATTING)
_MANY_TAGS: Final = MOST_COPIED // (ELEMENT * _MOST_PLAIN)

_ROOTS: Final = frozenset(["html", "body"])
_ATTRIBUTE = re.compile(r"""[\s/]+[^\s/>=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?""")


def _tag_with_attributes(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the tags of some names, and a few others: twice as fast as for them alone."""

    def in_any_case(text: str) -> str:
        return "".join(f"[{letter}{letter.upper()}]" for letter in text)

    firsts = "".join(sorted({name[0] + name[0].upper() for name in names}))
    rests = "|".join(sorted({in_any_case(name[1:]) for name in names} - {""}))
    return re.compile(rf"<([{firsts}](?:{rests})?)([\s/]{ATTRIBUTES})")


_PLAIN: Final = re.compile(f"<(?:{'|'.join(sorted(FORMATTING))})>", re.IGNORECASE)
_COPIED: Final = _tag_with_attributes(_ROOTS | FORMATTING - {"a"})


def attribute_count(tag: str) -> int:
    """How many attributes are written in a tag, also twice the same."""
    return len(_ATTRIBUTE.findall(tag))


def check_copied(text: str, tags: int, *, may_have_long_tag: bool) -> None:
    """Raise ``UnexpectedPage`` for a page whose attributes take minutes or gigabytes.

    The page has so many ``tags`` at most, and there may be one of thousands of characters.
    """
    copied = _COPIED.findall(text)
    roots = [attributes for name, attributes in copied if name.lower() in _ROOTS]
    if len(roots) > 2 and sum(map(attribute_count, roots)) > MOST_ATTRIBUTES:
        raise UnexpectedPage(
            f"tags <html> or <body> with more than {MOST_ATTRIBUTES:,} attributes in all"
        )
    if may_have_long_tag:
        written = len(text)
    else:
        written = sum(len(attributes) + ELEMENT for _, attributes in copied)
    if tags > _MANY_TAGS:
        written += ELEMENT * min(len(_PLAIN.findall(text)), _MOST_PLAIN)
    if (
        written * tags > MOST_COPIED
        and reopened_at_most(text) > MOST_COPIED
        and reopened_characters(text, MOST_COPIED) > MOST_COPIED
    ):
        raise UnexpectedPage("open tags as <b> or <font> that multiply with each paragraph")

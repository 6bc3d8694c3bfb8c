"""The limits of what is parsed: tags, elements inside one another, and attributes of one tag.

Lexbor walks up all open elements at each new block, so a page of unclosed ``<div>`` takes time
quadratic in its size. The check is one pass over the tags of a page that is large enough to be
above a limit. A page of nothing but tags takes memory out of all proportion to its size.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from archiver.tree.copied_tags import MOST_ATTRIBUTES, attribute_count, check_copied
from archiver.tree.open_formatting import ATTRIBUTES
from archiver.tree.serialize import VOID
from archiver.tree.unexpected import UnexpectedPage

#: Tags and comments of a page with less than this many characters for each, the tag's own counted.
#: Real pages have 18 to 60, also the index of many thousand articles, and an article has 2,000 tags
#: at most. What is read of so many takes 80 MB of memory.
MOST_TAGS: Final = 120_000
_FEW_CHARACTERS: Final = 10
#: Real articles stay below 50, pages with an open tag a paragraph below 1,000.
MOST_OPEN: Final = 12_000

_ANY_TAG = re.compile(r"<[a-z/!?]", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
#: Void elements, and those that the next one of their kind closes.
_NOT_COUNTED: Final = frozenset(
    [
        *VOID,
        *("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"),
        *("option", "optgroup", "html", "head", "body"),
    ]
)
#: A page with fewer characters is parsed within a second, whatever its attributes.
_LARGE: Final = 32_000
#: Characters of a tag, with its ``<`` and the beginning of its name; all attributes are ``a``.
_SHORTEST: Final = MOST_ATTRIBUTES * len(" a")
_WHOLE_TAG = re.compile(f"<[a-z]{ATTRIBUTES}", re.IGNORECASE)
#: A ``>`` in a value, which does not end the tag.
_VALUE_WITH_END = re.compile(r"""=\s*+(?:"[^">]*+>|'[^'>]*+>)""")


def check_nesting(text: str) -> None:
    """Raise ``UnexpectedPage`` for a page that would take minutes or gigabytes to read."""
    count = text.count("<")
    if count > MOST_TAGS:
        _check_tags(text)
    if count > MOST_OPEN:
        _check_open_tags(text)
    may_have_long_tag = len(text) > _LARGE and (
        _has_long_tag(text) or _VALUE_WITH_END.search(text) is not None
    )
    if may_have_long_tag:
        _check_attributes(text)
    check_copied(text, count, may_have_long_tag=may_have_long_tag)


def _has_long_tag(text: str) -> bool:
    """True when a tag up to its first ``>`` may be long enough for too many attributes."""
    start = 0
    while (end := start + _SHORTEST) <= len(text):
        start = text.rfind(">", start, end) + 1
        if not start:
            return True
    return False


def _check_tags(text: str) -> None:
    count = len(_ANY_TAG.findall(text))
    if count > MOST_TAGS and len(text) < _FEW_CHARACTERS * count:
        raise UnexpectedPage(f"more than {MOST_TAGS:,} tags, and little else")


def _check_open_tags(text: str) -> None:
    open_tags: Counter[str] = Counter()
    depth = 0
    for closing, written in _TAG.findall(text):
        name = written.lower()
        if closing:
            if open_tags[name]:
                open_tags[name] -= 1
                depth -= 1
        elif name not in _NOT_COUNTED:
            open_tags[name] += 1
            depth += 1
            if depth > MOST_OPEN:
                raise UnexpectedPage(f"more than {MOST_OPEN:,} open tags, the last one <{name}>")


def _check_attributes(text: str) -> None:
    for tag in _WHOLE_TAG.findall(text):
        if len(tag) > _SHORTEST and attribute_count(tag) > MOST_ATTRIBUTES:
            raise UnexpectedPage(f"a tag with more than {MOST_ATTRIBUTES:,} attributes")

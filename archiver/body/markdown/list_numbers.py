"""The numbers that a browser shows before the items of an ordered list.

Rules: https://html.spec.whatwg.org/multipage/grouping-content.html#ordinal-value
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from archiver.body.events.event import Events, Open

_LISTS: Final = frozenset({"ol", "ul", "menu", "dir"})
_INTEGER: Final = re.compile(r"[ \t\n\f\r]*([-+]?[0-9]{1,10})(?![0-9])")
#: Browsers take a larger number for none.
_LARGEST: Final = 2**31 - 1
_LETTERS: Final = frozenset({"a", "A", "i", "I"})


def numbers_of(events: Events, opened: Open) -> dict[Open, int]:
    """The number of each item of a list, from ``start``, ``reversed`` and ``value``."""
    items = list(_items(events, opened))
    step = -1 if "reversed" in opened.attributes else 1
    number = _integer(opened.attributes.get("start"))
    if number is None:
        number = len(items) if step < 0 else 1
    numbers = {}
    for item in items:
        value = _integer(item.attributes.get("value"))
        numbers[item] = number = number if value is None else value
        number += step
    return numbers


def letters_of(opened: Open) -> str:
    """The ``type`` of a list that has letters or Roman numbers for numbers; else nothing."""
    kind = opened.attributes.get("type", "")
    return kind if opened.tag == "ol" and kind in _LETTERS else ""


def _items(events: Events, opened: Open) -> Iterator[Open]:
    """The items that are shown and belong to no list inside this one."""
    position = opened.start + 1
    while position < opened.end:
        event = events.all[position]
        position += 1
        if not isinstance(event, Open):
            continue
        if event.tag in _LISTS or event.display.is_hidden:
            position = event.end
        elif event.tag == "li":
            yield event


def _integer(text: str | None) -> int | None:
    match = _INTEGER.match(text or "")
    return int(match[1]) if match is not None and abs(int(match[1])) <= _LARGEST else None

"""The tree of a body → its events, in time linear in its size and without recursion.

lxml's ``iterwalk`` takes quadratic time for comments side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml.html import HtmlElement

from archiver.body.events.event import Close, Comment, Events, Open, Tail, Text
from archiver.tree.display import display_of

_NONE: Final[Mapping[str, str]] = {}


def read_events(top: HtmlElement) -> Events:
    """The events of all that is below ``top``."""
    found = Events()
    events, elements = found.all, found.elements
    add = events.append
    if top.text:
        add(Text(top.text, top))
    around: list[tuple[Open, Iterator[Any]]] = []
    parent: Open | None = None
    children = iter(top)
    while True:
        for child in children:
            if isinstance(child.tag, str):
                opened = _opened(child, parent, len(events))
                elements.append(opened)
                add(opened)
                if text := child.text:
                    add(Text(text, child))
                if len(child):
                    around.append((opened, children))
                    parent, children = opened, iter(child)
                    break
                opened.end = len(events)
                add(Close(opened))
            else:
                comment = Comment(child, len(events))
                found.comments.append(comment)
                add(comment)
            if tail := child.tail:
                add(Tail(tail, child))
        else:
            if not around:
                return found
            opened, children = around.pop()
            parent = opened.parent
            opened.end = len(events)
            add(Close(opened))
            if tail := opened.element.tail:
                add(Tail(tail, opened.element))


def _opened(element: Any, parent: Open | None, start: int) -> Open:
    given = element.items()
    attributes = dict(given) if given else _NONE
    return Open(element, attributes, display_of(element.tag, attributes), parent, start)

"""The tree of a body → its events, in time linear in its size and without recursion.

lxml's ``iterwalk`` takes quadratic time for comments side by side. ``iterdescendants`` does not,
but tells no ends: an element ends when as many nodes have come as are in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml.html import HtmlElement

from archiver.body.events.event import Close, Comment, Events, Open, Text
from archiver.tree.display import display_of

_NONE: Final[Mapping[str, str]] = {}


def read_events(top: HtmlElement) -> Events:
    """The events of all that is below ``top``."""
    found = Events()
    events, elements = found.all, found.elements
    add = events.append
    if words := top.text:
        text = Text()
        text.text, text.owner, text.is_tail, text.parts = words, top, False, None
        add(text)
    parent: Open | None = None
    left = len(top)  # nodes of the parent that are still to come, and those of the ones around it
    left_around: list[int] = []
    for node in top.iterdescendants():
        ended: Open | None = None
        if isinstance(tag := node.tag, str):
            ended = Open()
            ended.element, ended.tag, ended.parent = node, tag, parent
            ended.attributes = attributes = dict(given) if (given := node.items()) else _NONE
            ended.display = display_of(tag, attributes)
            ended.start = len(events)
            ended.is_in_formula = False
            elements.append(ended)
            add(ended)
            if words := node.text:
                text = Text()
                text.text, text.owner, text.is_tail, text.parts = words, node, False, None
                add(text)
            if inside := len(node):
                left_around.append(left)
                parent, left = ended, inside
                continue
        else:
            comment = Comment()
            comment.element, comment.place = node, len(events)
            found.comments.append(comment)
            add(comment)
        last = node
        while True:  # a node ends, and with the last one in it its parent
            if ended is not None:
                ended.end = len(events)
                close = Close()
                close.opened = ended
                add(close)
            if words := last.tail:
                text = Text()
                text.text, text.owner, text.is_tail, text.parts = words, last, True, None
                add(text)
            left -= 1
            if left or parent is None:
                break
            ended, last = parent, parent.element
            parent, left = parent.parent, left_around.pop()
    return found

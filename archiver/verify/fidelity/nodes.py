"""What stands in a tree, one after the other: the elements as they begin and end, and the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree

#: A text node: the text of an element (False), or the tail behind one (True).
TextNode = tuple[etree._Element, bool]


class Node(NamedTuple):
    """Something in a tree."""

    #: ``enter``, ``leave``, ``comment`` or ``text``.
    kind: str
    element: etree._Element
    #: Of text: does it stand behind the element, not in it?
    is_tail: bool = False

    @property
    def around(self) -> etree._Element:
        """The element that the text stands in."""
        parent = self.element.getparent() if self.is_tail else None
        return self.element if parent is None else parent


def nodes(top: etree._Element) -> Iterator[Node]:
    """All that stands below an element in document order, without recursion."""
    if top.text:
        yield Node("text", top)
    around: list[tuple[etree._Element, Iterator[Any]]] = [(top, iter(top))]
    while around:
        element, children = around[-1]
        child = next(children, None)
        if child is None:
            around.pop()
            if around:
                yield from _ended(element, "leave")
        elif isinstance(child.tag, str):
            yield Node("enter", child)
            if child.text:
                yield Node("text", child)
            around.append((child, iter(child)))
        else:
            yield from _ended(child, "comment")


def text_of(node: TextNode) -> str:
    """The text of a text node."""
    owner, is_tail = node
    return (owner.tail if is_tail else owner.text) or ""


def _ended(element: etree._Element, kind: str) -> Iterator[Node]:
    yield Node(kind, element)
    if element.tail:
        yield Node("text", element, is_tail=True)

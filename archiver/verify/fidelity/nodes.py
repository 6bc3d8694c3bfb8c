"""The nodes of an lxml tree in document order: beginnings and ends of elements, texts, comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree

#: A text node: the text of an element (False), or the tail behind one (True).
TextNode = tuple[etree._Element, bool]


class Node(NamedTuple):
    """A beginning or end of an element, a comment or a text."""

    #: ``enter``, ``leave``, ``comment`` or ``text``.
    kind: str
    element: etree._Element
    #: Of text: true when it stands behind the element, not in it (its ``tail``).
    is_tail: bool = False

    @property
    def parent(self) -> etree._Element:
        """The element that the text stands in."""
        above = self.element.getparent() if self.is_tail else None
        return self.element if above is None else above


def nodes(top: etree._Element) -> Iterator[Node]:
    """The nodes below an element, in document order. Without recursion, for pages of any depth."""
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
    """The characters of a text node."""
    owner, is_tail = node
    return (owner.tail if is_tail else owner.text) or ""


def _ended(element: etree._Element, kind: str) -> Iterator[Node]:
    yield Node(kind, element)
    if element.tail:
        yield Node("text", element, is_tail=True)

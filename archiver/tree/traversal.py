"""The traversal of a tree in document order, in time linear in its size.

lxml's ``iterwalk`` takes quadratic time for comments side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

Event = tuple[str, etree._Element]


class Traversal:
    """The events of all nodes below an element, in document order.

    An element gives ``start`` and ``end``, a comment or processing instruction gives ``comment``.
    Read ``text`` of an element at its ``start``, ``tail`` at its ``end``, and ``tail`` of a comment
    at ``comment``.
    """

    def __init__(self, top: etree._Element) -> None:
        self.top = top
        self._skips = False

    def skip(self) -> None:
        """Leave out all below the element of the last ``start``; its ``end`` still comes."""
        self._skips = True

    def __iter__(self) -> Iterator[Event]:
        """The events in document order, without recursion."""
        open_elements: list[tuple[etree._Element, Iterator[Any]]] = [(self.top, iter(self.top))]
        while open_elements:
            parent, children = open_elements[-1]
            for child in children:
                if isinstance(child.tag, str):
                    self._skips = False
                    yield "start", child
                    if len(child) and not self._skips:
                        open_elements.append((child, iter(child)))
                        break
                    yield "end", child
                else:
                    yield "comment", child
            else:
                open_elements.pop()
                if open_elements:
                    yield "end", parent

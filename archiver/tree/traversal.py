"""A tree walked from front to back, in time linear in its size.

lxml's ``iterwalk`` takes quadratic time for comments that stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

Event = tuple[str, etree._Element]


class Walk:
    """What stands below an element: elements as ``start`` and ``end``, others as ``comment``.

    The text of an element belongs behind its ``start``, its tail behind its ``end``, and that of a
    comment or processing instruction behind ``comment``.
    """

    def __init__(self, top: etree._Element) -> None:
        self.top = top
        self._skips = False

    def skip(self) -> None:
        """Leave out what stands in the element that has just started; it still ends."""
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

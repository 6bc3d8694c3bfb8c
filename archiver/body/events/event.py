"""What stands in a body, in document order: texts, where elements begin and end, and comments.

The reader fills in the events itself: calls of ``__init__`` would take half of its time. Of another
type than ``Open``, ``Close`` and ``Comment``, an event is a text: to ask for the type itself is
faster than ``isinstance``, which is slow to say no.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import final

from lxml import etree

from archiver.tree.display import Display


@final
class Text:
    """A text node: the first one in ``owner``, or that behind it."""

    __slots__ = ("is_tail", "owner", "parts", "text")

    text: str
    owner: etree._Element
    #: True when it stands behind its owner.
    is_tail: bool
    #: Start, end and number of each part that belongs to a formula, one after the other; ``None``
    #: where there is none.
    parts: array[int] | None


@final
class Open:
    """The beginning of an element."""

    __slots__ = (
        "attributes", "display", "element", "end", "is_in_formula", "parent", "start", "tag"
    )  # fmt: skip

    element: etree._Element
    tag: str
    attributes: Mapping[str, str]
    display: Display
    #: The element around it; ``None`` for the body itself.
    parent: Open | None
    #: The places of its beginning and of its end in the list.
    start: int
    end: int
    #: True for a ``<br>`` inside a formula.
    is_in_formula: bool

    def around(self) -> Iterator[Open]:
        """The elements around it, the innermost first."""
        opened = self.parent
        while opened is not None:
            yield opened
            opened = opened.parent


@final
class Close:
    """The end of an element."""

    __slots__ = ("opened",)

    opened: Open


@final
class Comment:
    """A comment, and its place in the list."""

    __slots__ = ("element", "place")

    element: etree._Element
    place: int


Event = Text | Open | Close | Comment


class Events:
    """All events of a body; the beginnings of its elements, and its comments, for themselves."""

    __slots__ = ("all", "comments", "elements")

    def __init__(self) -> None:
        self.all: list[Event] = []
        self.elements: list[Open] = []
        self.comments: list[Comment] = []

    def inside(self, opened: Open) -> list[Event]:
        """The events between the beginning and the end of an element."""
        return self.all[opened.start + 1 : opened.end]

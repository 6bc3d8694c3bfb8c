"""What stands in a body, in document order: texts, where elements begin and end, and comments."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import ClassVar

from lxml import etree

from archiver.tree.display import Display


class Text:
    """A text node; ``owner`` is the element that it is the first node of."""

    __slots__ = ("owner", "parts", "text")

    is_tail: ClassVar[bool] = False

    def __init__(self, text: str, owner: etree._Element) -> None:
        self.text = text
        self.owner = owner
        #: Start, end and number of each part that belongs to a formula, one after the other;
        #: ``None`` where there is none.
        self.parts: array[int] | None = None


class Tail(Text):
    """A text node behind ``owner``, an element or comment."""

    __slots__ = ()

    is_tail: ClassVar[bool] = True


class Open:
    """The beginning of an element."""

    __slots__ = (
        "attributes", "display", "element", "end", "is_in_formula", "parent", "start", "tag"
    )  # fmt: skip

    def __init__(
        self,
        element: etree._Element,
        attributes: Mapping[str, str],
        display: Display,
        parent: Open | None,
        start: int,
    ) -> None:
        self.element = element
        self.tag: str = element.tag
        self.attributes = attributes
        self.display = display
        #: The element around it; ``None`` for the body itself.
        self.parent = parent
        #: The places of its beginning and of its end in the list.
        self.start = start
        self.end = start
        #: True for a ``<br>`` inside a formula.
        self.is_in_formula = False

    def around(self) -> Iterator[Open]:
        """The elements around it, the innermost first."""
        opened = self.parent
        while opened is not None:
            yield opened
            opened = opened.parent


class Close:
    """The end of an element."""

    __slots__ = ("opened",)

    def __init__(self, opened: Open) -> None:
        self.opened = opened


class Comment:
    """A comment, and its place in the list."""

    __slots__ = ("element", "place")

    def __init__(self, element: etree._Element, place: int) -> None:
        self.element = element
        self.place = place


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

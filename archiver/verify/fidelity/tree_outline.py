"""The outline of a clean body, which its Markdown must have too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from archiver.items import Formula
from archiver.tree.document import ASCII_SPACE
from archiver.verify.fidelity.captions import captions
from archiver.verify.fidelity.outline import Event, Outline, bare_latex, fold
from archiver.verify.fidelity.rendering import (
    CELLS,
    HEADINGS,
    is_block,
    is_medium_on_own_line,
    rendered_text,
)
from archiver.verify.fidelity.single_elements import (
    code_of,
    has_more_than_text,
    item_numbers,
    language_of,
)
from archiver.verify.fidelity.steps import Step, hides, is_invisible, read_steps

#: Quotes and lists that are nested deeper belong to the last of these levels.
DEEPEST: Final = 8
_LISTS: Final = frozenset({"ul", "menu", "dir", "ol"})
_LETTERS: Final = frozenset({"a", "A", "i", "I"})
_LEVELS: Final = _LISTS | {"blockquote"}
_PARTS: Final = {"tr": "row", "td": "cell", "th": "cell", "table": "table"}
_NOT_IN_HEADING: Final = frozenset(
    {"hr", "pre", "li", "dl", "dt", "dd", "details", "summary", "caption"}
    | _LEVELS
    | HEADINGS
    | _PARTS.keys()
)
#: What makes a ``pre`` more than a code block.
_IN_PRE: Final = ("a", "img", "audio", "video")


def outline_of_tree(body: HtmlElement) -> list[Event]:
    """The events of a parsed ``body_html``."""
    return outline_of_steps(read_steps(body), captions(body))


def outline_of_steps(
    steps: Iterable[Step], pictures: Mapping[HtmlElement, HtmlElement]
) -> list[Event]:
    """The same of the steps of a body, and of the picture of each caption in it."""
    return _Reader(steps, pictures).read()


class _Link:
    """An open link. Its events stand around the first stretch of its content without a block."""

    __slots__ = ("element", "state", "url")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.url = fold(element.get("href") or "")
        self.state = "waiting"  # then "open", then "done"


class _Level(NamedTuple):
    """An open quote, list or item."""

    kind: str
    #: The element that it ends with; ``None`` for an item that the source does not have.
    element: etree._Element | None


class _Reader:
    """Turns the steps of a body into an outline."""

    def __init__(self, steps: Iterable[Step], pictures: Mapping[HtmlElement, HtmlElement]) -> None:
        self.steps = steps
        self.outline = Outline()
        self.links: list[_Link] = []
        self.levels: list[_Level] = []
        self.depth = 0  # quotes and lists, also those that are too deep to be levels
        self.pre: etree._Element | None = None  # a ``pre`` that is open and no code block
        self.numbers: dict[etree._Element, str] = {}
        self.skipped: etree._Element | None = None  # everything in it is told already
        #: The heading that is open, and whether there is anything in it.
        self.heading: etree._Element | None = None
        self.heading_is_empty = True
        self.titles = {
            caption: image for caption, image in pictures.items() if not has_more_than_text(caption)
        }
        self.title_of = {image: rendered_text(caption) for caption, image in self.titles.items()}

    def read(self) -> list[Event]:
        for step in self.steps:
            if self.skipped is None:
                self._take(step)
            elif step.kind == "leave" and step.element is self.skipped:
                self.skipped = None
                self._end_piece()
        self._end_piece()
        return self.outline.events()

    def _take(self, step: Step) -> None:
        """Add what a step says to the outline; of hidden steps only formulas."""
        if step.formula is not None:
            self._formula(step.formula)
        elif step.hidden or (hides(step.element) and step.kind != "text"):
            if not step.hidden and is_medium_on_own_line(step.element):
                self._end_piece()
            if step.kind == "enter" and step.element.tag == "img" and not step.hidden:
                self._shown_picture(step.element)
        elif step.kind == "text":
            self._text(step.text)
        elif step.element.tag == "br":
            if not step.in_formula and step.kind == "enter":
                self.outline.line()
        elif step.kind == "enter":
            self._enter(step.element)
        else:
            self._leave(step.element)

    def _text(self, text: str) -> None:
        """Add a text; in a ``pre`` its line feeds end lines."""
        first, *others = text.split("\n") if self.pre is not None else [text]
        self._words(first)
        for part in others:
            self.outline.line()
            self._words(part)

    def _words(self, text: str) -> None:
        if text.strip(ASCII_SPACE):
            self._begin_content()
        self.outline.text(text)

    def _formula(self, formula: Formula) -> None:
        """Add a formula; a displayed one is a block of its own, except in a heading."""
        display = formula.display and self.heading is None
        if display:
            self._end_piece()
            self._imply_item()
        else:
            self._begin_content()
        self.outline.formula(bare_latex(formula.latex), display=display)

    def _enter(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag in CELLS or is_block(element):
            self._end_piece()
        if tag in _NOT_IN_HEADING:
            self._end_heading()
        if element in self.titles:
            self.skipped = element
        elif tag == "a":
            self._enter_link(element)
        elif tag == "pre":
            self._code(element)
        elif tag in _LEVELS:
            self._enter_level(element, tag)
        elif tag == "li":
            self._enter_item(element)
        elif tag == "hr":
            self._imply_item()
            self.outline.add("rule")
        elif tag in HEADINGS:
            self._imply_item()
            self.outline.open("heading", tag[1])
            self.heading, self.heading_is_empty = element, True
        elif tag in _PARTS:
            self._imply_item()
            self.outline.open(_PARTS[tag])

    def _leave(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag in CELLS or is_block(element):
            self._end_piece()
        if element is self.pre:
            self.pre = None
        if element is self.heading:
            self._end_heading()
        if tag == "a":
            self._leave_link(element)
        elif tag in _LEVELS or tag == "li":
            self._leave_level(element, tag)
        elif tag in _PARTS:
            self.outline.close(_PARTS[tag])

    # --- Links ------------------------------------------------------------------------------------

    def _enter_link(self, element: etree._Element) -> None:
        if element.get("href") is not None:
            self._end_links()  # Markdown has no link inside a link
            self.links.append(_Link(element))

    def _leave_link(self, element: etree._Element) -> None:
        if not self.links or self.links[-1].element is not element:
            return
        link = self.links[-1]
        if link.state == "waiting":
            self._begin_content()
        self.links.pop()
        if link.state == "open":
            self.outline.close("link")

    def _begin_content(self) -> None:
        """Begin the links that wait for their first content."""
        self._imply_item()
        self.heading_is_empty = False
        for link in self.links:
            if link.state == "waiting":
                self.outline.open("link", link.url)
                link.state = "open"

    def _end_piece(self) -> None:
        """End the line, links and headings with content, where a block begins or ends."""
        self._end_links()
        self.outline.line()
        if not self.heading_is_empty:
            self._end_heading()

    def _end_heading(self) -> None:
        if self.heading is not None:
            self.heading = None
            self.outline.close("heading")

    def _end_links(self) -> None:
        for link in reversed(self.links):
            if link.state == "open":
                self.outline.close("link")
                link.state = "done"

    # --- Quotes, lists and items ------------------------------------------------------------------

    def _enter_level(self, element: etree._Element, tag: str) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            return
        self._imply_item()
        if tag == "blockquote":
            self._open(element, "quote")
        elif tag == "ol":
            kind = element.get("type") or ""
            self._open(element, "list", "ordered", kind if kind in _LETTERS else "")
            self.numbers |= item_numbers(element)
        else:
            self._open(element, "list", "unordered")

    def _enter_item(self, element: etree._Element) -> None:
        """Begin an item; an ``li`` outside of a list is none."""
        around = self.levels[:-1] if self._is_implied else self.levels
        if around and around[-1].kind == "list" and self.depth <= DEEPEST:
            self._end_implied_item()
            number = self.numbers.get(element)
            self._open(element, "item", *([number] if number else []))

    def _leave_level(self, element: etree._Element, tag: str) -> None:
        is_told = any(level.element is element for level in self.levels[-2:])
        if is_told:
            self._end_implied_item()
            self.outline.close(self.levels.pop().kind)
        self.depth -= tag in _LEVELS

    def _imply_item(self) -> None:
        """Begin an item for content of an unordered list that stands in no item.

        It ends at the next item of the source. In an ordered list such content stays between the
        items, since these have numbers.
        """
        if self.levels and self.levels[-1].kind == "list":
            element = self.levels[-1].element
            if element is not None and element.tag != "ol":
                self._open(None, "item")

    def _end_implied_item(self) -> None:
        if self._is_implied:
            self.outline.close(self.levels.pop().kind)

    @property
    def _is_implied(self) -> bool:
        return bool(self.levels) and self.levels[-1].element is None

    def _open(self, element: etree._Element | None, kind: str, *values: str) -> None:
        self.outline.open(kind, *values)
        self.levels.append(_Level(kind, element))

    # --- Pictures and code ------------------------------------------------------------------------

    def _shown_picture(self, element: etree._Element) -> None:
        url = element.get("src")
        if url and not is_invisible(element):
            self._begin_content()
            self.outline.picture(url, element.get("alt") or "", self.title_of.get(element, ""))

    def _code(self, element: etree._Element) -> None:
        """Add a ``pre`` as a code block; one with links or media is read like other elements."""
        if next(element.iter(*_IN_PRE), None) is not None:
            self.pre = element
            return
        self.skipped = element
        content = code_of(element)
        if content.strip("\n"):
            self._imply_item()  # a link goes around text, not around code
            self.outline.code(language_of(element), content)

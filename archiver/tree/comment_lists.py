"""The comments of a page, which the tree of the page leaves out.

What answers what is told by the lists inside one another. All is read in Lexbor's tree, where 500
replies in a row are no deeper than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from archiver import site
from archiver.tree.document import Page, one_line
from archiver.tree.lexbor_copy import COMMENT_LIST, SURROUNDING_DIVS, Node
from archiver.tree.xml_text import xml_text

_PLACE: Final = "comments"


class Element(Node, Protocol):
    """What is read of a Lexbor node here besides."""

    mem_id: int  # tells that two of these are the same one
    inner_html: str | None
    child: Element | None
    next: Element | None
    parent: Element | None

    def iter(self, include_text: bool = ...) -> Iterator[Element]:
        """What is in it: elements, comments and, where they are asked for, texts."""

    def css(self, query: str) -> list[Element]:
        """The elements that a selector finds in it, in document order."""


@dataclass(frozen=True, slots=True)
class ListedComment:
    """An item of a list of comments: what it has beside its words and its replies."""

    classes: list[str]
    #: Its id, and those of the ``<div>`` in it.
    ids: list[str]
    #: The addresses of the links in it.
    links: list[str]
    #: Its words; ``None`` for an item without a place for them.
    content: Element | None
    #: The place in the list of the comment that it answers; ``None`` for one on top.
    parent: int | None
    #: How many lists it is in: 1 for one on top.
    level: int


class ListedComments:
    """All comments of a page, parents before their replies; none without a place for them.

    A list that somebody has written into a comment is a part of its words.
    """

    def __init__(self, page: Page) -> None:
        self.items: list[ListedComment] = []
        #: The place in the list of the item that an element is in, by ``mem_id``.
        self._places: dict[int, int] = {}
        self._block = _place_for_comments(page.document)
        lists = _lists(self._block) if self._block is not None else ()
        waiting: list[tuple[Element, int | None, int]] = [(top, None, 1) for top in lists]
        for top, parent, level in waiting:
            for item in _items(top):
                place = len(self.items)
                waiting += [(below, place, level + 1) for below in self._add(item, parent, level)]

    def select(self, css: str) -> Iterator[tuple[int, Element]]:
        """The elements of items that a selector finds, each behind the place of its item."""
        found = self._block.css(css) if self._block is not None and self.items else ()
        for element in found:
            place = self._places.get(element.mem_id)
            if place is not None:  # others are in nobody's item, or in somebody's words
                yield place, element

    def _add(self, item: Element, parent: int | None, level: int) -> list[Element]:
        """Read an item; returns the lists of replies in it."""
        own = item.attributes
        place = self._places[item.mem_id] = len(self.items)
        ids, links = [own.get("id")], []
        contents: list[Element] = []
        lists: list[Element] = []
        waiting = _children(item)
        while waiting:
            node = waiting.pop()
            attributes = node.attributes
            if attributes:
                tag = node.tag
                if tag == "div" and attributes.get("id") in SURROUNDING_DIVS:
                    continue
                if "class" in attributes:
                    if tag == "ol" and attributes["class"] == COMMENT_LIST:
                        lists.append(node)
                        continue
                    if _is_content(attributes):
                        contents.append(node)
                        continue
                if tag == "a":
                    links.append(attributes.get("href"))
                elif tag == "div":
                    ids.append(attributes.get("id"))
            self._places[node.mem_id] = place
            waiting += _children(node)
        self.items.append(
            ListedComment(
                classes=xml_text(own.get("class") or "").split(),
                ids=_texts(ids),
                links=_texts(links),
                content=contents[0] if contents else None,
                parent=parent,
                level=level,
            )
        )
        return lists


def text_of(element: Element) -> str:
    """The text in an element of an item on one line, as ``one_line_text`` has it."""
    texts: list[str] = []
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node.tag == "-text":
            texts.append(node.text_content or "")
        elif node is element or not _is_left_out(node):
            waiting += [*node.iter(include_text=True)][::-1]
    return one_line(xml_text("".join(texts)))


def addresses_of(element: Element) -> Iterator[str]:
    """The addresses of the links in an element of an item, its own first."""
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node is element or not _is_left_out(node):
            if node.tag == "a" and (href := attribute_of(node, "href")):
                yield href
            waiting += _children(node)


def attribute_of(element: Element, name: str) -> str:
    """The value of an attribute; empty without one."""
    return xml_text(element.attributes.get(name) or "")


def _texts(values: Iterable[str | None]) -> list[str]:
    """The values of attributes that have one."""
    return [xml_text(value) for value in values if value]


def _place_for_comments(document: Any) -> Element | None:
    """The last element with the id; one that somebody has written into a comment is none."""
    blocks: list[Element] = document.css(f"#{_PLACE}")
    if len(blocks) < 2:
        return next(iter(blocks), None)
    outermost = [node for node in _below(document.root) if node.attributes.get("id") == _PLACE]
    return outermost[-1] if outermost else None


def _items(top: Element) -> Iterator[Element]:
    """The items of a list; a ``<b>`` that a reader has left open may be around the later ones."""
    waiting = _children(top)
    while waiting:
        node = waiting.pop()
        if node.tag == "li":
            yield node
        elif not _is_list(node.tag, node.attributes):
            waiting += _children(node)


def _lists(top: Element) -> Iterator[Element]:
    """The lists of comments below a node that are in no other one, and in nobody's words."""
    return (node for node in _below(top) if _is_list(node.tag, node.attributes))


def _below(top: Element) -> Iterator[Element]:
    """The elements below a node in document order, without what is in lists and in words."""
    waiting = _children(top)
    while waiting:
        node = waiting.pop()
        yield node
        attributes = node.attributes
        if not _is_list(node.tag, attributes) and not _is_content(attributes):
            waiting += _children(node)


def _children(node: Element) -> list[Element]:
    """The elements and comments in an element, the last one first."""
    return [*node.iter()][::-1]


def is_outside_page(element: Element) -> bool:
    """True for what the tree of the page leaves out: the site's blocks, and lists of comments."""
    tag, attributes = element.tag, element.attributes
    return _is_block_of_site(tag, attributes) or _is_list(tag, attributes)


def _is_left_out(node: Element) -> bool:
    """True for what belongs to no item: the site's blocks, lists of replies and words."""
    return is_outside_page(node) or _is_content(node.attributes)


def _is_block_of_site(tag: str | None, attributes: dict[str, str | None]) -> bool:
    return tag == "div" and attributes.get("id") in SURROUNDING_DIVS


def _is_list(tag: str | None, attributes: dict[str, str | None]) -> bool:
    """True for the lists that the tree of the page has empty."""
    return tag == "ol" and attributes.get("class") == COMMENT_LIST


def _is_content(attributes: dict[str, str | None]) -> bool:
    classes = attributes.get("class") or ""
    return site.COMMENT_CONTENT in classes and site.COMMENT_CONTENT in classes.split()

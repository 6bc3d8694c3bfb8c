"""The comments of a page, which the tree of the page leaves out: one tree a comment.

What answers what is told by the lists inside one another. They are followed in Lexbor's tree, where
500 replies in a row are no deeper than they are; each comment is copied by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml.html import HtmlElement

from archiver import site
from archiver.tree.document import Page
from archiver.tree.lexbor_copy import COMMENT_LIST, Node, TreeCopy, build_tree

_PLACE: Final = "comments"


@dataclass(frozen=True, slots=True)
class ListedComment:
    """An item of a list of comments."""

    #: The item without its words, and without its replies.
    frame: HtmlElement
    #: Its words; ``None`` for an item without a place for them.
    content: HtmlElement | None
    #: The place in the list of the comment that it answers; ``None`` for one on top.
    parent: int | None
    #: How many lists it is in: 1 for one on top.
    level: int


def listed_comments(page: Page) -> list[ListedComment] | None:
    """All comments of a page, parents before their replies; ``None`` without a place for them.

    A list that somebody has written into a comment is a part of its words.
    """
    block = _place_for_comments(page.document)
    if block is None:
        return None
    found: list[ListedComment] = []
    waiting: list[tuple[Node, int | None, int]] = [(top, None, 1) for top in _lists(block)]
    for top, parent, level in waiting:
        for item in _items(top):
            copied = TreeCopy(item, COMMENT_LIST, site.COMMENT_CONTENT)
            words = build_tree(copied.contents[0], None) if copied.contents else None
            waiting.extend((below, len(found), level + 1) for below in copied.lists)
            found.append(ListedComment(copied.top, words, parent, level))
    return found


def _place_for_comments(document: Any) -> Node | None:
    """The last element with the id; one that somebody has written into a comment is none."""
    blocks: list[Node] = document.css(f"#{_PLACE}")
    if len(blocks) < 2:
        return next(iter(blocks), None)
    outermost = [node for node in _below(document.root) if node.attributes.get("id") == _PLACE]
    return outermost[-1] if outermost else None


def _items(top: Node) -> Iterator[Node]:
    """The items of a list; a ``<b>`` that a reader has left open may be around the later ones."""
    waiting = [*_children(top)][::-1]
    while waiting:
        node = waiting.pop()
        if node.tag == "li":
            yield node
        elif not _is_list(node):
            waiting.extend([*_children(node)][::-1])


def _lists(top: Node) -> Iterator[Node]:
    """The lists of comments below a node that are in no other one, and in nobody's words."""
    return (node for node in _below(top) if _is_list(node))


def _below(top: Node) -> Iterator[Node]:
    """The elements below a node in document order, without what is in lists and in words."""
    waiting = [*_children(top)][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if not _is_list(node) and not _is_content(node):
            waiting.extend([*_children(node)][::-1])


def _children(node: Node) -> Iterator[Node]:
    child = node.child
    while child is not None:
        if child.tag and child.tag[0].isalpha():
            yield child
        child = child.next


def _is_list(node: Node) -> bool:
    """True for the lists that ``build_tree`` copies empty, so that each comment is copied once."""
    return node.tag == "ol" and node.attributes.get("class") == COMMENT_LIST


def _is_content(node: Node) -> bool:
    return site.COMMENT_CONTENT in (node.attributes.get("class") or "").split()

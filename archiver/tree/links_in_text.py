"""The links of a page among its texts, read in Lexbor's tree: there may be many thousand.

Left out is what the tree of the page leaves out, whatever it is in.
"""

from __future__ import annotations

from collections.abc import Iterator

from archiver.tree.comment_lists import Element, is_outside_page
from archiver.tree.document import Page


def first_shown(page: Page, css: str) -> Element | None:
    """The first element that a selector finds; ``None`` when it finds none."""
    found: list[Element] = page.document.css(css)
    return next((element for element in found if _is_shown(element)), None)


def _is_shown(element: Element) -> bool:
    around: Element | None = element
    while around is not None:
        if is_outside_page(around):
            return False
        around = around.parent
    return True


def links_and_texts(top: Element) -> Iterator[Element]:
    """The links and texts in an element, in document order, without what is in a link."""
    waiting = [top.child]
    while waiting:
        node = waiting.pop()
        while node is not None:
            tag = node.tag
            if tag in {"a", "-text"}:
                yield node
            elif tag != "template" and not is_outside_page(node):
                waiting.append(node.next)
                node = node.child
                continue
            node = node.next

"""Lexbor's tree, which is as a browser builds it, copied to lxml's, without recursion.

lxml is asked as seldom as can be: ``SubElement`` makes an element inside the document of its
parent, and ``set`` adds an attribute faster than a dictionary of them does.
"""

from __future__ import annotations

import re
from typing import Final, Protocol, cast

from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.tree.xml_text import storable, xml_text

#: The ids of the blocks around the content, which hold other articles' titles, links and dollars.
#: They are left out while the tree is built, wherever an unclosed tag of the body has put them. So
#: are the comments of the list of this class.
SURROUNDING_DIVS: Final = frozenset({"MobileSideBar", "Sidebar", "Header", "Footer"})
COMMENT_LIST: Final = "comment-list"

#: Elements nested deeper go on at half this depth. Chromium draws the line at the same depth
#: (kMaximumHTMLParserDOMTreeDepth); it also keeps the copy linear in the size of the page.
DEEPEST: Final = 512

#: Paragraphs and these blocks of the site start at half that depth if they would start so near to
#: it, and so stay in one piece: a block in two pieces could not be taken out.
_WHOLE: Final = frozenset({*site.FOOTER_BLOCKS, "tools", "neighbours", "similar", "comments"})
_NEAR_DEEPEST: Final = DEEPEST - 32
#: No block of the site has more levels.
_BLOCK_LEVELS: Final = 16

#: Makes elements of the class ``HtmlElement``, faster than lxml.html's own parser does: that one
#: calls a Python function for each.
_PARSER: Final = etree.HTMLParser()
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
#: lxml.html has a slower one for each of its elements, which takes attributes without a value.
_set = etree._Element.set
_NAME = re.compile(r"[A-Za-z_][-A-Za-z0-9_.]*\Z")


class Node(Protocol):
    """What is read of a Lexbor node (selectolax ships no types)."""

    tag: str | None  # None for <?…?>
    child: Node | None
    next: Node | None
    attributes: dict[str, str | None]
    text_content: str | None
    html: str | None


def build_tree(source: Node, left_out: str | None = COMMENT_LIST) -> HtmlElement:
    """Copy a Lexbor element and all below it, in document order.

    Lists of the class ``left_out`` below it are copied empty.
    """
    top = new_element(source.tag or "html", source.attributes)
    level = _Level(top, None)
    open_levels: list[tuple[Node | None, _Level]] = []
    node = source.child
    while node is not None or open_levels:
        if node is None:
            node, level = open_levels.pop()
            level = level.moved or level
            continue
        if level.depth >= _NEAR_DEEPEST:
            level = _place(node, level)
        tag, following = node.tag, node.next
        if tag == "-text":
            level.append_text(node.text_content or "")
        elif tag and tag >= "a":  # neither ``-comment`` nor ``!doctype``
            attributes = node.attributes
            if not attributes or not _leave_out(tag, attributes, left_out, level):
                element = level.append_element(tag, attributes)
                child = node.child if tag != "template" else None
                if child is None:
                    pass
                elif child.tag == "-text" and child.next is None and level.depth < _NEAR_DEEPEST:
                    _set_text(element, child.text_content or "")  # half of all elements
                else:
                    open_levels.append((following, level))
                    node, level = child, _Level(element, level)
                    continue
        else:
            _append_comment(tag, node, level)
        node = following
    return top


def _leave_out(
    tag: str, attributes: dict[str, str | None], left_out: str | None, level: _Level
) -> bool:
    """Append what stands for an element that is left out; ``False`` for one that is not."""
    if tag == "div" and attributes.get("id") in SURROUNDING_DIVS:
        level.append(etree.Comment())  # so that no text is joined again and again
        return True
    if tag == "ol" and left_out and attributes.get("class") == left_out:
        level.append_element(tag, attributes)  # empty: that there are comments is told
        return True
    return False


def _set_text(element: etree._Element, text: str) -> None:
    """Write the only text of an element."""
    try:
        element.text = text
    except ValueError:  # rare, so it is not looked for beforehand
        element.text = xml_text(text)


def _append_comment(tag: str | None, node: Node, level: _Level) -> None:
    """Append a comment, or ``<?…?>``, which is one too; a document type is left out."""
    if tag == "-comment":
        level.append(etree.Comment(storable((node.html or "")[4:-3])))  # <!--…-->
    elif tag is None:
        level.append(etree.Comment(storable((node.html or "")[1:-1])))


def _place(node: Node, level: _Level) -> _Level:
    """The level for the copy of a node that is near to the deepest one or below it."""
    is_whole = node.tag == "p" or (node.tag == "div" and node.attributes.get("id") in _WHOLE)
    if level.depth >= DEEPEST or (is_whole and not level.is_in_block()):
        return _raise(level)
    return level


def _raise(level: _Level) -> _Level:
    """The level at half the depth, which takes all that is still to come; the order stays."""
    left = []
    while level.depth > DEEPEST // 2 and level.parent is not None:
        left.append(level)
        level = level.parent
    for deeper in left:
        deeper.moved = level
    return level


class _Level:
    """An element that is being filled, and its last child so far."""

    __slots__ = ("depth", "element", "is_after_text", "last", "moved", "parent")

    def __init__(self, element: etree._Element, parent: _Level | None) -> None:
        self.element = element
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.last: etree._Element | None = None
        #: True when the last node so far is a text.
        self.is_after_text = False
        #: The level that takes what is still to come for this one.
        self.moved: _Level | None = None

    def is_in_block(self) -> bool:
        """True when a paragraph or block has started here or a few levels above."""
        level: _Level | None = self
        for _ in range(_BLOCK_LEVELS):
            if level is None:
                return False
            if level.element.tag == "p" or level.element.get("id") in _WHOLE:
                return True
            level = level.parent
        return False

    def append(self, child: etree._Element) -> None:
        self.element.append(child)
        self.last, self.is_after_text = child, False

    def append_element(self, tag: str, attributes: dict[str, str | None]) -> etree._Element:
        """Make the next child; one with a name that XML does not allow becomes ``<span>``."""
        child: etree._Element | None = None
        try:
            child = etree.SubElement(self.element, tag)
            for name, value in attributes.items():
                _set(child, name, value or "")
        except ValueError:  # rare, so it is not looked for beforehand
            if child is not None:
                self.element.remove(child)
            child = new_element(tag, attributes)
            self.element.append(child)
        self.last, self.is_after_text = child, False
        return child

    def append_text(self, text: str) -> None:
        last = self.last
        if self.is_after_text:
            text = ((self.element.text if last is None else last.tail) or "") + text
        self.is_after_text = True
        try:
            if last is None:
                self.element.text = text
            else:
                last.tail = text
        except ValueError:  # rare, so it is not looked for beforehand
            self.is_after_text = False
            self.append_text(xml_text(text))


def new_element(tag: str, attributes: dict[str, str | None] | None = None) -> HtmlElement:
    """An element of its own; one with a name that XML does not allow becomes ``<span>``."""
    given = attributes or {}
    try:
        element = _PARSER.makeelement(tag, {key: value or "" for key, value in given.items()})
    except ValueError:
        name = tag if _NAME.match(tag) else "span"
        kept = {key: xml_text(value or "") for key, value in given.items() if _NAME.match(key)}
        element = _PARSER.makeelement(name, kept)
    return cast("HtmlElement", element)

"""A page as a browser reads it: HTML text in, a parsel selector out.

libxml2, which parsel parses with, does not follow the HTML standard: an unclosed ``<p>`` inside
``<font>`` or a link inside a link gives another tree than the reader's browser builds. So the page
is parsed by Lexbor, which does (https://html.spec.whatwg.org/multipage/parsing.html), and the tree
is handed to parsel node by node.
"""

from __future__ import annotations

import re
from typing import Any, Final, Protocol, cast

from lxml import etree
from lxml.html import HtmlElement
from parsel import Selector
from selectolax.lexbor import LexborHTMLParser

#: Blocks around the content that hold other articles' titles, links and stray dollars. Left out
#: while the tree is built, wherever an unclosed tag of the body has put them.
SURROUNDING_DIVS: Final = frozenset({"MobileSideBar", "Sidebar", "Header", "Footer"})
COMMENT_LIST: Final = "comment-list"

#: Elements nested deeper go on at half this depth. Chromium draws the line at the same depth
#: (kMaximumHTMLParserDOMTreeDepth); it also keeps the copy linear in the size of the page.
DEEPEST: Final = 512

#: What XML, and so lxml, cannot hold: control characters, surrogates, noncharacters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Makes every element an ``HtmlElement``; lxml.html's own parser asks a Python function for each.
_PARSER: Final = etree.HTMLParser()
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
ASCII_SPACE: Final = " \t\r\n\x0c"
_BREAKS = re.compile(r"[ ]*[\t\r\n\x0c][ \t\r\n\x0c]*")
_NAME = re.compile(r"[A-Za-z_][-A-Za-z0-9_.]*\Z")


class Node(Protocol):
    """What is read of a Lexbor node (selectolax ships no types)."""

    tag: str
    child: Node | None
    next: Node | None
    attributes: dict[str, str | None]
    text_content: str | None
    comment_content: str | None


def parse_page(text: str) -> Selector:
    """The whole page, without the site's side bars, header, footer and comments."""
    return Selector(root=parse_tree(text), type="html")


def parse_tree(text: str) -> HtmlElement:
    """The ``<html>`` element of a page or fragment, as the HTML standard builds it."""
    root = cast("Any", LexborHTMLParser(_encodable(text))).root
    return build_tree(root) if root is not None else _element("html", {})


def parse_fragment(html: str) -> HtmlElement:
    """The ``<body>`` element around a piece of HTML, as the HTML standard builds it."""
    body = parse_tree(f"<!DOCTYPE html><body>{html}").find("body")
    return body if body is not None else _element("body", {})


def build_tree(source: Node) -> HtmlElement:
    """Copy a Lexbor element and all below it, in document order and without recursion."""
    top = _element(source.tag, source.attributes)
    level = _Level(top, None)
    open_levels: list[tuple[Node | None, _Level]] = []
    node = source.child
    while node is not None or open_levels:
        if node is None:
            node, level = open_levels.pop()
            level = level.moved or level
            continue
        if level.depth >= DEEPEST:
            level = _raise(level)
        following, inner = node.next, _copy(node, level)
        if inner is None:
            node = following
        else:
            open_levels.append((following, level))
            node, level = node.child, inner
    return top


def _raise(level: _Level) -> _Level:
    """Let all that is still to come follow at half the depth: nothing changes its order."""
    left = []
    while level.depth > DEEPEST // 2 and level.parent is not None:
        left.append(level)
        level = level.parent
    for deeper in left:
        deeper.moved = level
    return level


class _Level:
    """An element that is being filled, and the last child it has so far."""

    __slots__ = ("depth", "element", "last", "moved", "parent")

    def __init__(self, element: HtmlElement, parent: _Level | None) -> None:
        self.element = element
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.last: etree._Element | None = None
        #: The level that takes what is still to come for this one.
        self.moved: _Level | None = None

    def append(self, child: etree._Element) -> None:
        self.element.append(child)
        self.last = child

    def append_text(self, text: str) -> None:
        if self.last is None:
            self.element.text = (self.element.text or "") + text
        else:
            self.last.tail = (self.last.tail or "") + text


def _copy(node: Node, level: _Level) -> _Level | None:
    """Append the copy of one node; returns the new level when it has children to copy."""
    tag = node.tag
    if tag == "-text":
        text = node.text_content or ""
        try:
            level.append_text(text)
        except ValueError:  # rare, so it is not looked for beforehand
            level.append_text(xml_text(text))
    elif tag == "-comment":
        level.append(etree.Comment(_comment_text(node.comment_content or "")))
    elif tag and tag[0].isalpha():
        attributes = node.attributes
        if not _is_surrounding(tag, attributes):
            element = _element(tag, attributes)
            level.append(element)
            if tag != "template" and node.child is not None:
                return _Level(element, level)
    return None


def _is_surrounding(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "div":
        return attributes.get("id") in SURROUNDING_DIVS
    return tag == "ol" and attributes.get("class") == COMMENT_LIST


def _element(tag: str, attributes: dict[str, str | None]) -> HtmlElement:
    """An element; pseudo elements that XML cannot name (``<u:0002>``) become ``<span>``."""
    try:
        values = {key: value or "" for key, value in attributes.items()} if attributes else None
        return cast("HtmlElement", _PARSER.makeelement(tag, values))
    except ValueError:  # rare, so it is not looked for beforehand
        name = tag if _NAME.match(tag) else "span"
        kept = {key: xml_text(value or "") for key, value in attributes.items() if _NAME.match(key)}
        return cast("HtmlElement", _PARSER.makeelement(name, kept))


def _comment_text(text: str) -> str:
    """Comment text that lxml takes: no ``--`` inside and no ``-`` at the end."""
    return xml_text(re.sub(r"-(?=-|\Z)", "- ", text))


def xml_text(text: str) -> str:
    """Text without what no browser shows and XML cannot hold; a form feed is a space."""
    return _NOT_XML.sub("", text).replace("\x0c", " ")


def _encodable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate becomes U+FFFD, as the HTML standard has it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def string_of(element: etree._Element) -> str:
    """All text below an element, comments left out."""
    return "".join(cast("list[str]", list(element.itertext(etree.Element))))


def words_of(element: etree._Element) -> str:
    """The text below an element, trimmed; line breaks and tabs of the source are spaces.

    Spaces stay as they are: the author's two spaces in a title are two in the archive.
    """
    return _BREAKS.sub(" ", string_of(element)).strip(ASCII_SPACE)

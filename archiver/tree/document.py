"""HTML text to a tree, as a browser builds it.

libxml2 does not follow the HTML standard: an unclosed ``<p>`` inside
``<font>`` or a link inside a link gives another tree than the reader's browser builds. So the page
is parsed by Lexbor, which does (https://html.spec.whatwg.org/multipage/parsing.html), and the tree
is copied to lxml node by node.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Final, Protocol, cast

from lxml import etree
from lxml.html import HtmlElement
from selectolax.lexbor import LexborHTMLParser

from archiver import site
from archiver.tree.nesting import check_nesting
from archiver.tree.selection import select

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

#: What XML, and so lxml, cannot hold: control characters, surrogates, noncharacters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Makes elements of the class ``HtmlElement``, faster than lxml.html's own parser does: that one
#: calls a Python function for each.
_PARSER: Final = etree.HTMLParser()
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
ASCII_SPACE: Final = " \t\r\n\x0c"
_BREAKS = re.compile(r"[ ]*[\t\r\n\x0c][ \t\r\n\x0c]*")
#: Stands between two hyphens of a comment, which XML does not allow side by side.
_FILLER: Final = "\ufdd0"
_HYPHEN = re.compile(r"-(?=-|\Z)")
_NAME = re.compile(r"[A-Za-z_][-A-Za-z0-9_.]*\Z")


class Node(Protocol):
    """What is read of a Lexbor node (selectolax ships no types)."""

    tag: str | None  # None for <?…?>
    child: Node | None
    next: Node | None
    attributes: dict[str, str | None]
    text_content: str | None
    html: str | None


class Page:
    """A page that is parsed."""

    def __init__(self, document: Any) -> None:
        #: What Lexbor has built, which has the comments too.
        self.document = document
        #: The ``<html>`` element, without the site's side bars, header, footer and comments.
        self.root: HtmlElement = _root_of(document, COMMENT_LIST)

    @cached_property
    def posts(self) -> list[HtmlElement]:
        """The articles that it shows, as long as nothing is taken out of it."""
        return select(self.root, site.POST)


def parse_page(text: str) -> Page:
    """The whole page; raises ``UnexpectedPage`` for one with too many tags inside one another."""
    check_nesting(text)
    return Page(parse_source(text))


def parse_tree(text: str, left_out: str | None = COMMENT_LIST) -> HtmlElement:
    """The ``<html>`` element of a page or fragment, as the HTML standard builds it.

    Lists of the class ``left_out`` are empty.
    """
    return _root_of(parse_source(text), left_out)


def _root_of(document: Any, left_out: str | None) -> HtmlElement:
    root = document.root
    return build_tree(root, left_out) if root is not None else _element("html", {})


def parse_source(text: str) -> Any:
    """The document that Lexbor builds (selectolax ships no types)."""
    return LexborHTMLParser(_encoded(text))


def parse_fragment(html: str) -> HtmlElement:
    """The ``<body>`` element around a piece of HTML, as the HTML standard builds it.

    A list that somebody has written there with the class of the lists of comments is whole.
    """
    body = parse_tree(f"<!DOCTYPE html><body>{html}", left_out=None).find("body")
    return body if body is not None else _element("body", {})


def build_tree(source: Node, left_out: str | None = COMMENT_LIST) -> HtmlElement:
    """Copy a Lexbor element and all below it, in document order and without recursion.

    Lists of the class ``left_out`` below it are copied empty.
    """
    top = _element(source.tag or "html", source.attributes)
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
        following, inner = node.next, _copy(node, level, left_out)
        if inner is None:
            node = following
        else:
            open_levels.append((following, level))
            node, level = node.child, inner
    return top


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

    __slots__ = ("depth", "element", "last", "moved", "parent")

    def __init__(self, element: HtmlElement, parent: _Level | None) -> None:
        self.element = element
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.last: etree._Element | None = None
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
        self.last = child

    def append_text(self, text: str) -> None:
        if self.last is None:
            self.element.text = (self.element.text or "") + text
        else:
            self.last.tail = (self.last.tail or "") + text


def _copy(node: Node, level: _Level, left_out: str | None) -> _Level | None:
    """Append the copy of one node; returns the new level when it has children to copy."""
    tag = node.tag
    if tag == "-text":
        text = node.text_content or ""
        try:
            level.append_text(text)
        except ValueError:  # rare, so it is not looked for beforehand
            level.append_text(xml_text(text))
    elif tag == "-comment":
        level.append(etree.Comment(_storable((node.html or "")[4:-3])))  # <!--…-->
    elif tag is None:
        level.append(etree.Comment(_storable((node.html or "")[1:-1])))  # <?…?>, which is one too
    elif tag and tag[0].isalpha():
        attributes = node.attributes
        if tag == "div" and attributes.get("id") in SURROUNDING_DIVS:
            level.append(etree.Comment())  # so that no text is joined again and again
        elif tag == "ol" and left_out and attributes.get("class") == left_out:
            level.append(_element(tag, attributes))  # empty: that there are comments is told
        else:
            element = _element(tag, attributes)
            level.append(element)
            if tag != "template" and node.child is not None:
                return _Level(element, level)
    return None


def new_element(tag: str) -> HtmlElement:
    """An empty element of its own, to be put into a tree."""
    return cast("HtmlElement", _PARSER.makeelement(tag))


def _element(tag: str, attributes: dict[str, str | None]) -> HtmlElement:
    """An element; one with a name that XML does not allow (``<u:0002>``) becomes ``<span>``."""
    try:
        values = {key: value or "" for key, value in attributes.items()} if attributes else None
        return cast("HtmlElement", _PARSER.makeelement(tag, values))
    except ValueError:  # rare, so it is not looked for beforehand
        name = tag if _NAME.match(tag) else "span"
        kept = {key: xml_text(value or "") for key, value in attributes.items() if _NAME.match(key)}
        return cast("HtmlElement", _PARSER.makeelement(name, kept))


def _storable(comment: str) -> str:
    """Comment text that lxml takes: no ``--`` inside and no ``-`` at the end."""
    text = xml_text(comment).replace(_FILLER, "")
    return _HYPHEN.sub(f"-{_FILLER}", text) if "-" in text else text


def comment_text(comment: etree._Element) -> str:
    """The text of a comment as the page has it."""
    return (comment.text or "").replace(_FILLER, "")


def xml_text(text: str) -> str:
    """Text without the characters that XML cannot hold; a form feed becomes a space."""
    return _NOT_XML.sub("", text).replace("\x0c", " ")


def _encoded(text: str) -> bytes:
    """Text in UTF-8; a lone surrogate becomes U+FFFD, as the HTML standard has it."""
    try:
        return text.encode()
    except UnicodeEncodeError:  # rare, so it is not looked for beforehand
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def text_content(element: etree._Element) -> str:
    """All text below an element without that of comments; empty for a comment itself."""
    if isinstance(element, etree._Comment):
        return ""
    return "".join(cast("list[str]", list(element.itertext(etree.Element))))


def one_line_text(element: etree._Element) -> str:
    """The text below an element on one line, without white space at its ends.

    A line break or tab and the white space around it become one space. Other spaces stay: the
    author's two spaces in a title are two in the archive.
    """
    return _BREAKS.sub(" ", text_content(element)).strip(ASCII_SPACE)

"""HTML text to a tree, as a browser builds it.

libxml2 does not follow the HTML standard: an unclosed ``<p>`` inside
``<font>`` or a link inside a link gives another tree than the reader's browser builds. So the page
is parsed by Lexbor, which does (https://html.spec.whatwg.org/multipage/parsing.html), and the tree
is copied to lxml node by node.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Final, cast

from lxml import etree
from lxml.html import HtmlElement
from selectolax.lexbor import LexborHTMLParser

from archiver import site
from archiver.tree.css_selection import first, select
from archiver.tree.lexbor_copy import COMMENT_LIST, build_tree, new_element
from archiver.tree.nesting import check_nesting

ASCII_SPACE: Final = " \t\r\n\x0c"
_NOSCRIPT = re.compile("<(?i:noscript)")
_BREAKS = re.compile(r"[ ]*[\t\r\n\x0c][ \t\r\n\x0c]*")


class Page:
    """A page that is parsed."""

    def __init__(self, document: Any) -> None:
        #: What Lexbor has built, which has the comments too.
        self.document = document

    @cached_property
    def root(self) -> HtmlElement:
        """The ``<html>`` element, without the site's side bars, header, footer and comments."""
        return _root_of(self.document, COMMENT_LIST)

    @cached_property
    def base_href(self) -> str | None:
        """The ``href`` of the first ``<base>`` that has one; ``None`` on a page without."""
        if not self.document.css("base"):
            return None
        hrefs = (element.get("href") for element in self.root.iter("base"))
        return next((href for href in hrefs if href is not None), None)

    @cached_property
    def posts(self) -> list[HtmlElement]:
        """The articles that it shows, as long as nothing is taken out of it."""
        return select(self.root, site.POST)

    @cached_property
    def body(self) -> HtmlElement | None:
        """The element of the body in the first of them; ``None`` on a page without one."""
        return first(self.posts[0], site.ARTICLE_BODY) if self.posts else None

    @cached_property
    def byline(self) -> HtmlElement | None:
        """The line with author and date in the first of them."""
        return first(self.posts[0], site.BYLINE) if self.posts else None

    @cached_property
    def asks_password(self) -> bool:
        """True when the first of them has the field for a password in place of its body."""
        return bool(self.posts) and first(self.posts[0], site.PROTECTED_FORM) is not None


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
    return build_tree(root, left_out) if root is not None else new_element("html")


def parse_source(text: str) -> Any:
    """The document that Lexbor builds (selectolax ships no types).

    It is built as in a browser that runs scripts: a ``<noscript>`` is over at the first
    ``</noscript>``, also inside a value or comment. What stands in it, which may be the copy of a
    picture that is loaded late, is parsed by itself.
    """
    document: Any = LexborHTMLParser(_encoded(text), scripting=True)
    if _NOSCRIPT.search(text):
        for noscript in document.css("noscript"):
            _parse_content(noscript)
    return document


def _parse_content(noscript: Any) -> None:
    """Put the elements in the place of their source, where it is more than words."""
    source = noscript.child
    if source is None or source.tag != "-text" or "<" not in source.text_content:
        return
    parsed = LexborHTMLParser(_encoded(f"<!DOCTYPE html><body>{source.text_content}"))
    source.decompose()
    node = parsed.body.child if parsed.body is not None else None
    while node is not None:
        noscript.insert_child(node)
        node = node.next


def parse_fragment(html: str) -> HtmlElement:
    """The ``<body>`` element around a piece of HTML, as the HTML standard builds it.

    A list that somebody has written there with the class of the lists of comments is whole.
    """
    body = parse_tree(f"<!DOCTYPE html><body>{html}", left_out=None).find("body")
    return body if body is not None else new_element("body")


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
    return one_line(text_content(element))


def one_line(text: str) -> str:
    """The same of a text."""
    return _BREAKS.sub(" ", text).strip(ASCII_SPACE)

"""The kind of a page: from its text before it is parsed, then from its tree."""

from __future__ import annotations

import re
from enum import StrEnum

from archiver import site
from archiver.tree.css_selection import select
from archiver.tree.document import Page, text_content

_END = re.compile(r"</(?:html|body|rss)\s*>", re.IGNORECASE)
_TAIL = 2000
_FEED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*+<rss\b", re.DOTALL)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|div)\b", re.IGNORECASE)


class Kind(StrEnum):
    """The kinds of page that the blog serves."""

    ARTICLE = "article"
    LISTING = "listing"
    INDEX = "index"
    FEED = "feed"
    PROTECTED = "protected"
    NOT_FOUND = "not-found"
    GATE = "gate"
    CUT_OFF = "cut-off"
    OTHER = "other"


def is_gate(body: bytes) -> bool:
    """True for the page that sets a cookie by script and sends the browser on."""
    return len(body) < site.GATE_LARGEST and site.GATE_SCRIPT.search(body) is not None


def is_of_theme(body: bytes) -> bool:
    """True for a page of the blog's theme of whatever kind, also its 404 page.

    An answer of something else on the way, a proxy or another server, is none.
    """
    return site.SHELL in body


def is_html(text: str) -> bool:
    """True for a text that begins like HTML, and not like JSON, a picture or an empty answer."""
    return _HTML.search(text[:_TAIL]) is not None


def is_complete(text: str) -> bool:
    """True when a page or feed has its closing tag, so that nothing was cut off on the way."""
    return _END.search(text[-_TAIL:]) is not None


def is_feed(text: str) -> bool:
    """True for the text of an RSS feed."""
    return _FEED.match(text.lstrip("\ufeff")) is not None


def kind_of_text(text: str) -> Kind | None:
    """The kind of a page that its text tells; ``None`` for a whole HTML page.

    Of the latter ``kind_of_page`` tells the kind.
    """
    if len(text) < site.GATE_LARGEST and is_gate(text.encode("utf-8", "replace")):
        return Kind.GATE
    feed = is_feed(text)
    if not feed and not is_html(text):
        return Kind.OTHER
    if not is_complete(text):
        return Kind.CUT_OFF
    return Kind.FEED if feed else None


def kind_of_page(page: Page) -> Kind:
    """The kind of a whole HTML page, once it is parsed."""
    posts = page.posts
    if page.body is not None and page.byline is not None:
        return Kind.PROTECTED if page.asks_password else Kind.ARTICLE
    if select(page.root, site.INDEX):
        return Kind.INDEX
    if any(select(post, site.BYLINE) for post in posts):
        return Kind.LISTING
    if posts and select(page.root, site.PAGER):
        return Kind.LISTING
    headings = (heading for post in posts for heading in select(post, site.TITLE))
    if any("404" in text_content(heading) for heading in headings):
        return Kind.NOT_FOUND
    return Kind.OTHER

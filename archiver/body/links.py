"""The links and pictures of a body: absolute addresses, and the list of links."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from archiver import site
from archiver.body.embeds import EMBED_CLASS
from archiver.body.text import inline_text
from archiver.items import Link

_ADDRESSES = (("a", "href"), ("area", "href"), ("img", "src"), ("blockquote", "cite"))
_MEDIA = (("audio", "src"), ("video", "src"), ("video", "poster"), ("source", "src"))
#: Addresses that run a script when followed; white space and control characters do not hinder it.
_SCRIPT = re.compile(
    r"[\s\x00-\x1f]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript)\s*:", re.IGNORECASE
)


def make_absolute(body: HtmlElement, article: int) -> None:
    """Resolve all addresses of a body against its article's, in place; drop script addresses."""
    for tag, attribute in _ADDRESSES + _MEDIA:
        for element in body.iter(tag):
            value = element.get(attribute)
            if value is None:
                continue
            if _SCRIPT.match(value):
                del element.attrib[attribute]
            else:
                element.set(attribute, site.resolve(value, article))


def list_links(body: HtmlElement, base: site.Base | None = None) -> list[Link]:
    """All links of a body with absolute addresses, in document order.

    ``target_id`` is the archive id for links to this blog in any form; a link to a place on the
    same page has the article's own.
    """
    return [
        Link(href, inline_text(link), site.article_id(href, base))
        for link in body.iter("a")
        if (href := link.get("href")) is not None and link.get("class") != EMBED_CLASS
    ]

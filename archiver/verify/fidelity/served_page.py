"""The reference for ``scrapy extract --audit``: an article's page as it is served."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

from lxml import etree

from archiver import site
from archiver.pages.article import parse_article
from archiver.tree.document import parse_page, parse_source
from archiver.verify.fidelity.body_reference import Reading, parse_html, read_body
from archiver.verify.fidelity.visibility import Node, shows_text

#: https://html.spec.whatwg.org/multipage/syntax.html#void-elements, and those of older pages.
_VOID: Final = frozenset(
    {
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
        "keygen", "link", "meta", "param", "source", "track", "wbr",
    }
)  # fmt: skip
_BODY: Final = "#content div.Post #PostContent"
_FOOTER: Final = ", ".join(f"div#{block}" for block in site.FOOTER_BLOCKS)
#: What stands behind a body; an unclosed tag of the body takes it in.
_BEHIND: Final = "div#tools, div#neighbours, div#similar, div#comments"


def read_page(text: str, article: int, base: site.Base | None = None) -> Reading:
    """Read the body on a served page without the site's footer; ``article`` is its archive id."""
    page = parse_source(text)
    document = _document(page, article, base)
    body = page.css_first(_BODY)
    if body is None or not body.css(_FOOTER) or body.css(_BEHIND):
        body = _body_across_bounds(text, article, base)
    _remove_footer(body)
    return read_body(body, article, document)


def _document(page: Node, article: int, base: site.Base | None) -> str | None:
    """What relative addresses are resolved against because of ``<base>``; ``None`` without one.

    An address of a copy of the blog on another host becomes that of the live blog.
    """
    moved = page.css_first("base[href]")
    if moved is None:
        return None
    home = site.CANONICAL_BASE if base is None else base.url("")
    try:
        place: str = urljoin(f"{home}/archives/{article}", (moved.attributes["href"] or "").strip())
    except ValueError:
        return None
    if not re.match(r"https?://[^/?#]", place):
        return None
    place = place.partition("#")[0]
    if place == home or place.startswith((f"{home}/", f"{home}?")):
        place = site.CANONICAL_BASE + (place[len(home) :] or "/")
    return place


def _body_across_bounds(text: str, article: int, base: site.Base | None) -> Node:
    """The body, found by ``archiver.pages``, of a page whose malformed markup has moved its bounds.

    It is handed over as XML with all end tags, which keeps comments and addresses.
    """
    body = parse_article(parse_page(text), site.article_url(article), base).body
    if body is None:
        return parse_html("")
    for element in body.iter(etree.Element):
        if element.tag not in _VOID:
            element.text = element.text or ""
    return parse_html(etree.tostring(body, encoding="unicode", method="xml", with_tail=False))


def _remove_footer(body: Node) -> None:
    """Remove the footer's blocks and its two paragraphs. A body without a block has no footer."""
    found = False
    for block_id in site.FOOTER_BLOCKS:
        blocks = body.css(f"div#{block_id}")
        if blocks:
            blocks[-1].decompose()
            found = True
    if found:
        _remove_last_paragraphs(body)


def _remove_last_paragraphs(body: Node) -> None:
    """Remove the footer's paragraphs where they end the body, the last one first.

    A body that ends inside a tag swallows the tag of the first one; its ``<em>`` is left.
    """
    for mark in site.FOOTER_PARAGRAPHS:
        for selector in ("p", "em"):
            bold = [node for node in body.css(selector) if _bold_text(node)]
            if bold and _bold_text(bold[-1]).startswith(mark) and _ends(bold[-1], body):
                bold[-1].decompose()
                break


def _bold_text(paragraph: Node) -> str:
    """The bold beginning of a paragraph; empty when it begins otherwise."""
    bold = paragraph.css_first("strong")
    text = bold.text(deep=True).strip() if bold is not None else ""
    return text if paragraph.text(deep=True).strip().startswith(text) else ""


def _ends(node: Node, body: Node) -> bool:
    """True when no text follows a node up to the end of the body."""
    while node is not None and node.mem_id != body.mem_id:
        following = node.next
        while following is not None:
            if shows_text(following):
                return False
            following = following.next
        node = node.parent
    return True

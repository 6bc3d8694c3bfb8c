"""The links of a body, each with the article that it leads to and what is wrong with it."""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver import site
from archiver.body.clean.absolute_addresses import problem_of, target_of
from archiver.body.contents.text import inline_text
from archiver.items import Link
from archiver.tree.elements import EMBED_CLASS


def list_links(body: HtmlElement, base: site.Base | None = None) -> list[Link]:
    """All links of a body with absolute addresses, in document order.

    ``target_id`` is the archive id for links to this blog in any form; a link to a place on the
    same page has the article's own.
    """
    return [
        Link(href, inline_text(link), target_of(href, base), problem_of(href))
        for link in body.iter("a")
        if (href := link.get("href")) is not None and link.get("class") != EMBED_CLASS
    ]

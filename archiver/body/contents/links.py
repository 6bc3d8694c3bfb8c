"""The links of a body, each with the article that it leads to and what is wrong with it."""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver import site
from archiver.body.clean.absolute_addresses import problem_of, target_of
from archiver.body.contents.text import words_of
from archiver.body.events.event import Events
from archiver.body.events.reader import read_events
from archiver.items import Link
from archiver.tree.elements import EMBED_CLASS


def list_links(top: HtmlElement, base: site.Base | None = None) -> list[Link]:
    """All links below ``top``, where nothing else is wanted of it."""
    return links_of(read_events(top), base)


def links_of(events: Events, base: site.Base | None = None) -> list[Link]:
    """All links of a body with absolute addresses, in document order.

    ``target_id`` is the archive id for links to this blog in any form; a link to a place on the
    same page has the article's own.
    """
    links = []
    for opened in events.elements:
        href = opened.attributes.get("href") if opened.tag == "a" else None
        if href is not None and opened.attributes.get("class") != EMBED_CLASS:
            target, problem = target_of(href, base), problem_of(href)
            links.append(Link(href, words_of(events, opened), target, problem))
    return links

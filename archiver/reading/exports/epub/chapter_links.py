"""What can be led to in a chapter, and where its links lead: to other chapters, else to the web."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Set
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement
from w3lib.url import safe_url_string

from archiver import site
from archiver.reading.exports.epub.xhtml_elements import DROPPED

#: Begins the ids that a chapter has for itself: a body has none that begin so.
_OWN: Final = "s-"
_SPACE: Final = re.compile(r"\s")
_HOST: Final = re.compile(r"(?:[-\w]+\.)*[-\w]+\.?\Z|[0-9a-f:]+\Z", re.ASCII)
_LOOSE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEMES: Final = frozenset({"http", "https", "ftp", "mailto"})


def set_anchors(top: HtmlElement) -> set[str]:
    """Let a body have each id once, in place, also those of old anchors; returns the ids.

    What leads to an id of the chapter's own loses its address.
    """
    found: set[str] = set()
    for element in top.iter(etree.Element):
        if element.get("href", "").startswith(f"#{_OWN}"):
            del element.attrib["href"]
        given = [element.attrib.pop("id", None), element.attrib.pop("name", None)]
        for name in map(str, filter(None, given)):
            is_usable = not _SPACE.search(name) and not name.lower().startswith(_OWN)
            if is_usable and name not in found and element.tag not in DROPPED:
                element.set("id", name)
                found.add(name)
                break
    return found


def chapter_name(article: int) -> str:
    """The file of an article's chapter, from the folder of the chapters."""
    return f"{article}.xhtml"


def lead_links(
    top: HtmlElement,
    here: int,
    own: Set[str],
    chapters: Container[int],
    anchors: Callable[[int], Set[str]],
) -> None:
    """Let the links of the body of the article ``here`` lead to chapters or to the web, in place.

    ``own`` are the ids in it, ``anchors`` gives those in the chapter of another article. A link
    that no reader can open loses its address.
    """
    for link in top.iter("a"):
        address = link.get("href")
        if address is None or address.startswith(f"#{_OWN}"):
            continue  # that of a reference to an equation
        article = here if address.startswith("#") else site.article_id(address)
        if article is None or article not in chapters or site.leads_to_comments(address):
            target = web_address(address)
        else:
            place = _place(address, own if article == here else anchors(article))
            is_own = article == here and (place or address.startswith("#"))
            target = place if is_own else f"{chapter_name(article)}{place}"
        if target:
            link.set("href", target)
        else:
            del link.attrib["href"]


def _place(address: str, ids: Set[str]) -> str:
    """The fragment of an address where there is such a place; else nothing."""
    fragment = unquote(urlsplit(address).fragment)
    return f"#{quote(fragment)}" if fragment in ids else ""


def web_address(address: str) -> str | None:
    """An address as a link of a book may have it, in ASCII; ``None`` for one that leads nowhere."""
    try:
        valid = _LOOSE_PERCENT.sub("%25", safe_url_string(address.strip()))
        parts = urlsplit(valid)
        is_whole = (
            "@" in parts.path
            if parts.scheme == "mailto"
            else _HOST.match(parts.hostname or "") is not None and parts.port != 0
        )
    except ValueError:
        return None
    return valid if parts.scheme in _SCHEMES and is_whole else None

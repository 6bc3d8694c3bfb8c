"""What of a page a reader sees: rules over Lexbor's nodes, each written for the audit alone."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from archiver import site
from archiver.tree.elements import DROPPED, URL_SCHEMES
from archiver.verify.fidelity.outline import squash

#: A Lexbor node (selectolax ships no types).
Node = Any

#: Kept, but browsers show none of the text in them.
SILENT: Final = frozenset({"area", "audio", "col", "colgroup", "rp", "track", "video"})
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: What a browser leaves out before it looks for the scheme of an address.
_UNREAD = re.compile(r"\A[\x00-\x20]+|[\t\r\n]")
_SCHEME = re.compile(r"([a-z][-a-z0-9+.]*):")
_HIDING: Final = frozenset(
    {("display", "none"), ("visibility", "hidden"), ("visibility", "collapse")}
)
_INVISIBLE: Final = frozenset({"0", "1", "0px", "1px"})


def shows_text(top: Node) -> bool:
    """Is there any text in a node that is not taken out of the page?"""
    around: list[Node] = [top]
    while around:
        node = around.pop()
        if node.tag == "-text":
            if (node.text_content or "").strip():
                return True
        elif node.tag not in DROPPED:
            child = node.child
            while child is not None:
                around.append(child)
                child = child.next
    return False


def is_embed_link(node: Node, attributes: dict[str, str | None]) -> bool:
    """Is this the link that stands for a player or frame?"""
    if node.tag != "a" or attributes.get("class") != "embed":
        return False
    return bool(node.text(deep=True) == attributes.get("href"))


def is_self_anchor(node: Node) -> bool:
    """Is this the ``#`` that the theme puts into a heading to link to itself?"""
    if node.tag != "a" or not is_self_anchor_text(
        node.attributes.get("href"), node.text(deep=True)
    ):
        return False
    around = node.parent
    while around is not None:
        if around.tag in HEADINGS:
            return True
        around = around.parent
    return False


def is_self_anchor_text(href: str | None, text: str) -> bool:
    """True for the address and text of such a ``#``."""
    return (href or "").startswith("#") and squash(text) == site.SELF_ANCHOR_TEXT


def may_stay(url: str, *, is_picture: bool = False) -> bool:
    """Does an address only lead somewhere, or show a picture, and run nothing?"""
    address = _UNREAD.sub("", url).lower()
    scheme = _SCHEME.match(address)
    if scheme is None or scheme[1] in URL_SCHEMES:
        return True
    return is_picture and address.startswith("data:image/")


def is_hiding(attributes: dict[str, str | None]) -> bool:
    """Does a browser hide an element with these attributes?"""
    if "hidden" in attributes:
        return True
    for declaration in (attributes.get("style") or "").lower().split(";"):
        name, _, value = declaration.partition(":")
        if (name.strip(), value.split("!")[0].strip()) in _HIDING:
            return True
    return False


def counts_visitors(attributes: dict[str, str | None]) -> bool:
    """Is a picture there to be loaded, not to be seen?"""
    sizes = {(attributes.get(name) or "").strip() for name in ("width", "height")}
    if sizes <= _INVISIBLE:
        return True
    try:
        return urlsplit(attributes.get("src") or "").hostname in site.TRACKER_HOSTS
    except ValueError:
        return False

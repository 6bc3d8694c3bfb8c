"""Which parts of a page a reader sees: predicates over Lexbor's nodes, for the audit alone."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from archiver import site
from archiver.tree.elements import DROPPED, URL_SCHEMES
from archiver.verify.fidelity.outline import without_space

#: A Lexbor node (selectolax ships no types).
Node = Any

#: Elements that stay; browsers show no text in them.
WITHOUT_TEXT: Final = frozenset({"area", "audio", "col", "colgroup", "rp", "track", "video"})
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: Characters that a browser ignores before it reads the scheme of an address.
_IGNORED = re.compile(r"\A[\x00-\x20]+|[\t\r\n]")
_SCHEME = re.compile(r"([a-z][-a-z0-9+.]*):")
_HIDING: Final = frozenset(
    {("display", "none"), ("visibility", "hidden"), ("visibility", "collapse")}
)
_INVISIBLE: Final = frozenset({"0", "1", "0px", "1px"})


def shows_text(top: Node) -> bool:
    """True when a node holds text that stays in the body."""
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
    """True when a node is the link that stands for a player or frame."""
    if node.tag != "a" or attributes.get("class") != "embed":
        return False
    return bool(node.text(deep=True) == attributes.get("href"))


def is_self_anchor(node: Node) -> bool:
    """True when a node is the ``#`` by which the theme lets a heading link to itself."""
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
    """True when a link with this address and text is the self anchor of a heading."""
    return (href or "").startswith("#") and without_space(text) == site.SELF_ANCHOR_TEXT


def is_safe_address(url: str, *, is_picture: bool = False) -> bool:
    """True when an address leads somewhere or shows a picture, and runs nothing."""
    address = _IGNORED.sub("", url).lower()
    scheme = _SCHEME.match(address)
    if scheme is None or scheme[1] in URL_SCHEMES:
        return True
    return is_picture and address.startswith("data:image/")


def is_hiding(attributes: dict[str, str | None]) -> bool:
    """True when a browser hides an element with these attributes."""
    if "hidden" in attributes:
        return True
    for declaration in (attributes.get("style") or "").lower().split(";"):
        name, _, value = declaration.partition(":")
        if (name.strip(), value.split("!")[0].strip()) in _HIDING:
            return True
    return False


def is_tracking_picture(attributes: dict[str, str | None]) -> bool:
    """True when a picture counts visitors: of one pixel at most, or from a host of trackers."""
    sizes = {(attributes.get(name) or "").strip() for name in ("width", "height")}
    if sizes <= _INVISIBLE:
        return True
    try:
        return urlsplit(attributes.get("src") or "").hostname in site.TRACKER_HOSTS
    except ValueError:
        return False

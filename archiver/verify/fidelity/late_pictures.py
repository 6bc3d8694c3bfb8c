"""Which address each picture of a page ends up with, when scripts have loaded what they load late.

The audit's own reading of lazy loading, over Lexbor's nodes; nothing of it comes from the
extraction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from archiver.verify.fidelity.visibility import Node, counts_visitors

Resolve = Callable[[str], str]

#: Attributes with one address, the usual ones first, and with several sizes.
_ONE: Final = (
    "src", "original", "lazy-src", "lazy", "lazyload", "lazysrc", "original-src", "echo",
    "actualsrc", "cfsrc", "pagespeed-lazy-src",
)  # fmt: skip
_SEVERAL: Final = ("data-srcset", "data-lazy-srcset", "data-original-set")
_SHOWS_NO_FILE = re.compile(r"(?:data|about|javascript):", re.IGNORECASE)
_KEEPS_A_PLACE = re.compile(
    r"lazy|lazi|load|placeholder|blank|spacer|pixel|spin|/usr/themes/", re.IGNORECASE
)
_SIZE = re.compile(
    r"(?:\A|,)\s*(?P<url>[^\s,]\S*)(?:\s+(?P<size>[0-9.]+)[wx])?(?:\s+[0-9]+h)?\s*(?=,|\Z)"
)


def addresses_of_pictures(top: Node, resolve: Resolve) -> dict[int, str]:
    """Node id → address as written, of every picture that a reader gets to see.

    ``resolve`` makes an address absolute, to know which ones are the same.
    """
    found: dict[int, str] = {}
    copies: list[tuple[Node, Node]] = []
    for picture in top.css("img"):
        around = _noscript_around(picture)
        if around is not None:
            copies.append((picture, around))
        elif address := _address(picture):
            found[picture.mem_id] = address
    seen = {resolve(address) for address in found.values()} if copies else set()
    for picture, around in copies:
        address = _address(picture)
        if address and resolve(address) not in seen and not counts_visitors(picture.attributes):
            seen.add(resolve(address))
            _note_copy(found, picture, around, address)
    return found


def _note_copy(found: dict[int, str], copy: Node, noscript: Node, address: str) -> None:
    """Note a picture for readers without scripts that no others see."""
    before, behind = _beside(noscript, "prev"), _beside(noscript, "next")
    if before is not None and _late(before):
        return
    if before is not None and _keeps_place(before, found.get(before.mem_id, ""), copy):
        found[before.mem_id] = address
    elif behind is not None and _shows_nothing(found.get(behind.mem_id, "")):
        found[behind.mem_id] = address
    else:
        found[copy.mem_id] = address


def _noscript_around(node: Node) -> Node:
    """The outermost ``noscript`` around a node, or ``None``."""
    found = None
    while node is not None:
        found = node if node.tag == "noscript" else found
        node = node.parent
    return found


def _beside(node: Node, side: str) -> Node:
    """The picture that stands right before or behind a node, but for white space."""
    other = getattr(node, side)
    while other is not None and other.tag == "-text" and not (other.text_content or "").strip():
        other = getattr(other, side)
    return other if other is not None and other.tag == "img" else None


def _given(node: Node, name: str = "src") -> str:
    return (node.attributes.get(name) or "").strip(" \t\r\n\f")


def _shows_nothing(address: str) -> bool:
    return not address or _SHOWS_NO_FILE.match(address) is not None


def _keeps_place(picture: Node, address: str, copy: Node) -> bool:
    """Is a picture that ends up with this address there for its copy only?"""
    alt = picture.attributes.get("alt")
    if _shows_nothing(address) or (alt and alt == copy.attributes.get("alt")):
        return True
    names = (picture.attributes.get("class") or "", address)
    return any(_KEEPS_A_PLACE.search(name) for name in names)


def _late(picture: Node) -> str | None:
    """What a script will show in the place of ``src``."""
    for name in _ONE:
        value = _given(picture, f"data-{name}")
        is_file = not _SHOWS_NO_FILE.match(value) and value[:1] not in {"{", "["}
        if is_file and ("/" in value or "." in value):
            return value
    return _biggest(*(_given(picture, name) for name in _SEVERAL))


def _address(picture: Node) -> str | None:
    late = _late(picture)
    if late or not _shows_nothing(_given(picture)):
        return late or _given(picture)
    sets = [_given(picture, "srcset")]
    parent = picture.parent
    if parent is not None and parent.tag == "picture":
        for child in parent.css("source"):
            sets += [_given(child, name) for name in ("srcset", *_SEVERAL)]
    return _biggest(*sets) or _given(picture)


def _biggest(*sets: str) -> str | None:
    for text in sets:
        best: tuple[float, str] | None = None
        for match in _SIZE.finditer(text):
            url, size = match["url"].rstrip(","), match["size"] or "1"
            width = float(size) if size.count(".") < 2 and size != "." else 1.0
            if best is None or width > best[0]:
                best = (width, url)
        if best is not None:
            return best[1]
    return None

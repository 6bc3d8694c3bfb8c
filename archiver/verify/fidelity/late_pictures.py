"""The address that each picture of a page has after scripts have loaded late pictures.

The audit's own reading of lazy loading, over Lexbor's nodes; nothing of it comes from the
extraction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from archiver.verify.fidelity.visibility import Node, is_tracking_picture

Resolve = Callable[[str], str]

#: Attributes (behind ``data-``) with one address, the most frequent first.
_ONE_ADDRESS: Final = (
    "src", "original", "lazy-src", "lazy", "lazyload", "lazysrc", "original-src", "echo",
    "actualsrc", "cfsrc", "pagespeed-lazy-src",
)  # fmt: skip
#: Attributes with the addresses of several sizes.
_SEVERAL_SIZES: Final = ("data-srcset", "data-lazy-srcset", "data-original-set")
_NO_FILE = re.compile(r"(?:data|about|javascript):", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"lazy|lazi|load|placeholder|blank|spacer|pixel|spin|/usr/themes/", re.IGNORECASE
)
_SIZE = re.compile(
    r"(?:\A|,)\s*(?P<url>[^\s,]\S*)(?:\s+(?P<size>[0-9.]+)[wx])?(?:\s+[0-9]+h)?\s*(?=,|\Z)"
)


def addresses_of_pictures(top: Node, resolve: Resolve) -> dict[int, str]:
    """The address, as written, of every picture that a reader sees, by the id of its node.

    ``resolve`` makes an address absolute, so that two forms of one address are taken for the same.
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
        if address and resolve(address) not in seen and not is_tracking_picture(picture.attributes):
            seen.add(resolve(address))
            _note_copy(found, picture, around, address)
    return found


def _note_copy(found: dict[int, str], copy: Node, noscript: Node, address: str) -> None:
    """Note the picture of a ``noscript`` whose address no other picture of the page has.

    It takes the place of a placeholder beside the ``noscript``, where there is one.
    """
    before, behind = _picture_beside(noscript, "prev"), _picture_beside(noscript, "next")
    if before is not None and _late_address(before):
        return
    if before is not None and _is_placeholder(before, found.get(before.mem_id, ""), copy):
        found[before.mem_id] = address
    elif behind is not None and _shows_no_picture(found.get(behind.mem_id, "")):
        found[behind.mem_id] = address
    else:
        found[copy.mem_id] = address


def _noscript_around(node: Node) -> Node:
    """The outermost ``noscript`` around a node; ``None`` without one."""
    found = None
    while node is not None:
        found = node if node.tag == "noscript" else found
        node = node.parent
    return found


def _picture_beside(node: Node, side: str) -> Node:
    """The picture right before (``prev``) or behind (``next``) a node, white space apart."""
    other = getattr(node, side)
    while other is not None and other.tag == "-text" and not (other.text_content or "").strip():
        other = getattr(other, side)
    return other if other is not None and other.tag == "img" else None


def _attribute(node: Node, name: str = "src") -> str:
    """The value of an attribute without white space around it; empty without one."""
    return (node.attributes.get(name) or "").strip(" \t\r\n\f")


def _shows_no_picture(address: str) -> bool:
    """True when an address is empty, or of a scheme that leads to no file."""
    return not address or _NO_FILE.match(address) is not None


def _is_placeholder(picture: Node, address: str, copy: Node) -> bool:
    """True when a picture with this address only holds the place of its copy in a ``noscript``."""
    alt = picture.attributes.get("alt")
    if _shows_no_picture(address) or (alt and alt == copy.attributes.get("alt")):
        return True
    names = (picture.attributes.get("class") or "", address)
    return any(_PLACEHOLDER.search(name) for name in names)


def _late_address(picture: Node) -> str | None:
    """The address that a script will put in the place of ``src``; ``None`` without one."""
    for name in _ONE_ADDRESS:
        value = _attribute(picture, f"data-{name}")
        is_file = not _NO_FILE.match(value) and value[:1] not in {"{", "["}
        if is_file and ("/" in value or "." in value):
            return value
    return _largest_of_sets(*(_attribute(picture, name) for name in _SEVERAL_SIZES))


def _address(picture: Node) -> str | None:
    """The address that a picture has in the end; ``None`` or empty for one without any."""
    late = _late_address(picture)
    if late or not _shows_no_picture(_attribute(picture)):
        return late or _attribute(picture)
    sets = [_attribute(picture, "srcset")]
    parent = picture.parent
    if parent is not None and parent.tag == "picture":
        for child in parent.css("source"):
            sets += [_attribute(child, name) for name in ("srcset", *_SEVERAL_SIZES)]
    return _largest_of_sets(*sets) or _attribute(picture)


def _largest_of_sets(*sets: str) -> str | None:
    """The address of the largest size in the first ``srcset`` that has any; ``None`` without."""
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

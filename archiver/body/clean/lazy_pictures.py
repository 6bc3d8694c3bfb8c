"""Pictures that a script loads late: the address that a reader's browser ends up with.

Until the reader comes near, such a picture has a placeholder or nothing in ``src``, and its address
in an attribute of the script's own. For readers without scripts a copy may stand beside it in a
``noscript``. A ``srcset`` has the same picture in several sizes; the largest is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.absolute_addresses import absolute
from archiver.body.clean.separators import drop_elements, separate
from archiver.body.clean.trackers import is_tracker
from archiver.tree.document import ASCII_SPACE

#: Where the scripts in use keep an address: lazysizes and most others, jQuery Lazy Load, plug-ins
#: of WordPress and Typecho, Echo.js, Zhihu, Cloudflare Mirage, mod_pagespeed.
_LATE: Final = (
    "data-src", "data-original", "data-lazy-src", "data-lazy", "data-lazyload", "data-lazysrc",
    "data-original-src", "data-echo", "data-actualsrc", "data-cfsrc", "data-pagespeed-lazy-src",
)  # fmt: skip
_LATE_SETS: Final = ("data-srcset", "data-lazy-srcset", "data-original-set")
_LATE_NAMES: Final = frozenset({*_LATE, *_LATE_SETS})
#: What shows a thing by its ``src``; of pictures a late address counts before a given one.
_LATE_ELEMENTS: Final = ("img", "iframe", "embed", "audio", "video", "source")
#: Without one of these in it a body has nothing that is loaded late.
LATE_TAGS: Final = frozenset({*_LATE_ELEMENTS, "noscript", "picture"})
#: An address, and no switch (``data-lazy="true"``) or object (``{…}``).
_ADDRESS = re.compile(r"(?![\[{]|(?:data|about|javascript):)[^./]*+[./]", re.IGNORECASE)
#: Nothing, or nothing of its own: an address that shows no file.
_NOWHERE = re.compile(r"\Z|(?:data|about|javascript):", re.IGNORECASE)
#: Names by which a picture in front of its copy tells that it only keeps the place.
_PLACEHOLDER = re.compile(
    r"laz[yi]|load|placeholder|blank|spacer|pixel|spin|/usr/themes/", re.IGNORECASE
)
_DESCRIPTOR = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?)[wx]")


def show_late_pictures(body: HtmlElement, article: int, document: str | None = None) -> None:
    """Put its address into the ``src`` of everything that is loaded late, in place.

    A picture that stands in a ``noscript`` only is moved in front of it. ``article`` and
    ``document`` tell which addresses are the same.
    """
    for element in body.iter(*_LATE_ELEMENTS):
        if _LATE_NAMES.isdisjoint(element.keys()) and not _NOWHERE.match(_source(element)):
            continue  # most of them
        address = _address_of(element)
        if address is not None and address != _source(element):
            element.set("src", address)
    _show_copies(body, article, document)
    sources = [source for parts in body.iter("picture") for source in parts.iter("source")]
    separate(sources)
    drop_elements(sources)


def _address_of(element: etree._Element) -> str | None:
    """The address that a reader's browser ends up with; ``None`` when ``src`` is right."""
    has_own = not _NOWHERE.match(_source(element))
    if element.tag != "img":
        return None if has_own else _late_address(element)
    late = _late_address(element)
    return late if late or has_own else _largest(_sets_of(element))


def _source(element: etree._Element) -> str:
    return (element.get("src") or "").strip(ASCII_SPACE)


def _late_address(element: etree._Element) -> str | None:
    """The address that a script will put into ``src``."""
    values = ((element.get(name) or "").strip(ASCII_SPACE) for name in _LATE)
    address = next((value for value in values if _ADDRESS.match(value)), None)
    return address or _largest(element.get(name) for name in _LATE_SETS)


# --- Sets of sizes --------------------------------------------------------------------------------


def _sets_of(picture: etree._Element) -> Iterator[str | None]:
    """The ``srcset`` of a picture, then those of the sources beside it."""
    yield picture.get("srcset")
    parent = picture.getparent()
    if parent is not None and parent.tag == "picture":
        for source in parent.iterchildren("source"):
            yield from (source.get(name) for name in ("srcset", *_LATE_SETS))


def _largest(sets: Iterable[str | None]) -> str | None:
    """The address of the largest size in the first set that has any."""
    for text in sets:
        if sizes := list(_sizes(text or "")):
            return max(sizes, key=lambda size: size[1])[0]
    return None


def _sizes(srcset: str) -> Iterator[tuple[str, float]]:
    """Addresses with their width or density.

    https://html.spec.whatwg.org/multipage/images.html#parse-a-srcset-attribute
    """
    address, size = "", 1.0
    for word in srcset.split():
        if address:
            described, comma, rest = word.partition(",")
            match = _DESCRIPTOR.fullmatch(described)
            size = float(match[1]) if match else size
        else:
            rest, comma = word.lstrip(","), "," if word.endswith(",") else ""
            address, rest = rest.rstrip(","), ""
        if comma and address:
            yield address, size
            address, size = rest, 1.0
    if address:
        yield address, size


# --- Copies for readers without scripts -----------------------------------------------------------


def _show_copies(body: HtmlElement, article: int, document: str | None) -> None:
    """Take pictures out of ``noscript`` that are no copies of one that is shown."""
    if next(body.iter("noscript"), None) is None:
        return
    pictures = [(picture, list(picture.iterancestors("noscript"))) for picture in body.iter("img")]
    shown = {
        absolute(_source(picture), article, document) for picture, around in pictures if not around
    }
    alone: list[tuple[HtmlElement, HtmlElement]] = []
    for copy, around in pictures:
        address = absolute(_source(copy), article, document)
        if around and _source(copy) and address not in shown and not is_tracker(copy):
            shown.add(address)
            if not _fill_placeholder(copy, around[-1]):
                alone.append((copy, around[-1]))
    for copy, noscript in alone:
        copy.tail = None
        noscript.addprevious(copy)


def _fill_placeholder(copy: HtmlElement, noscript: HtmlElement) -> bool:
    """Give the placeholder beside a copy its address; ``False`` when there is no placeholder."""
    before, behind = noscript.getprevious(), noscript.getnext()
    if before is not None and not (before.tail or "").strip() and _is_placeholder(before, copy):
        if _late_address(before) is None:  # otherwise the copy is the same one in another size
            before.set("src", _source(copy))
    elif not (noscript.tail or "").strip() and behind is not None and _has_nothing(behind):
        behind.set("src", _source(copy))
    else:
        return False
    return True


def _is_placeholder(picture: etree._Element, copy: HtmlElement) -> bool:
    """True for a picture that keeps the place of its copy, as far as its names tell."""
    if picture.tag != "img":
        return False
    names = f"{picture.get('class') or ''} {_source(picture)}"
    is_same = bool(copy.get("alt")) and picture.get("alt") == copy.get("alt")
    if _late_address(picture) is not None:
        return True
    return _has_nothing(picture) or is_same or _PLACEHOLDER.search(names) is not None


def _has_nothing(picture: etree._Element) -> bool:
    return picture.tag == "img" and _NOWHERE.match(_source(picture)) is not None

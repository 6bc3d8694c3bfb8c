"""The addresses of a body that may stay: the scheme decides, as a browser reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.tree.elements import URL_SCHEMES
from archiver.tree.serialize import ADDRESSES

#: What a browser leaves out of an address before it looks for the scheme:
#: https://url.spec.whatwg.org/#concept-basic-url-parser
_UNREAD = re.compile(r"[\t\n\r]")
_BEFORE: Final = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][-A-Za-z0-9+.]*):")
_PICTURE = re.compile(r"data:image/", re.IGNORECASE)
#: Most addresses.
_PLAIN = re.compile(r"https?://(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]+(?:[/?#]|\Z)")


def drop_unsafe_addresses(elements: Iterable[HtmlElement]) -> None:
    """Remove addresses of elements that do not load or lead to something, in place.

    A picture inside its own address (``data:image/…``) stays where a picture is shown.
    """
    for element in elements:
        for name in ADDRESSES.intersection(element.keys()):
            if not may_stay(element, name, element.get(name, "")):
                del element.attrib[name]


def may_stay(element: etree._Element, name: str, address: str) -> bool:
    """True for the address of an attribute that loads or leads to something, also a broken one."""
    if _PLAIN.match(address):
        return True
    read = _UNREAD.sub("", address).lstrip(_BEFORE)
    scheme = _SCHEME.match(read)
    if scheme is None or scheme[1].lower() in URL_SCHEMES:
        return True
    return element.tag == "img" and name == "src" and is_inline_picture(address)


def is_inline_picture(address: str) -> bool:
    """True for an address that holds its picture itself (``data:image/…``)."""
    read = _UNREAD.sub("", address).lstrip(_BEFORE)
    return _PICTURE.match(read) is not None

"""Addresses of a body: which ones may stay, and how they come through the sanitiser as written.

The sanitiser parses addresses and drops those that its parser rejects (``http://[``, a host with a
space). In the archive a broken address is kept as the author wrote it, so it goes through in
disguise. Which scheme may stay is decided here, as a browser reads it.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.tree.elements import URL_SCHEMES
from archiver.tree.serialize import ADDRESSES, IN_ATTRIBUTE, escape

#: What a browser leaves out of an address before it looks for the scheme:
#: https://url.spec.whatwg.org/#concept-basic-url-parser
_UNREAD = re.compile(r"[\t\n\r]")
_BEFORE: Final = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][-A-Za-z0-9+.]*):")
_PICTURE = re.compile(r"data:image/", re.IGNORECASE)
#: Addresses that every parser takes.
_PLAIN = re.compile(r"https?://(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]+(?:[/?#]|\Z)")


def drop_unsafe_addresses(body: HtmlElement) -> None:
    """Remove addresses that do not load or lead to something, in place.

    A picture inside its own address (``data:image/…``) stays where a picture is shown.
    """
    for element in body.iter(etree.Element):
        for name in ADDRESSES.intersection(element.keys()):
            if not _may_stay(element, name, element.get(name, "")):
                del element.attrib[name]


def _may_stay(element: etree._Element, name: str, address: str) -> bool:
    if _PLAIN.match(address):
        return True
    read = _UNREAD.sub("", address).lstrip(_BEFORE)
    scheme = _SCHEME.match(read)
    if scheme is None or scheme[1].lower() in URL_SCHEMES:
        return True
    return element.tag == "img" and name == "src" and _PICTURE.match(read) is not None


class Addresses:
    """Stand-ins for the safe addresses of a tree.

    They hold a random word, so no text of the author's can look like one.
    """

    def __init__(self) -> None:
        self.prefix = f"https://{secrets.token_hex(16)}.example/"
        self.written: list[str] = []

    def stand_in(self, element: etree._Element, name: str, address: str) -> str:
        """What to write for an address: another one, which the sanitiser lets through."""
        if _PLAIN.match(address) or not _may_stay(element, name, address):
            return address
        self.written.append(address)
        return f"{self.prefix}{len(self.written) - 1}"

    def restore(self, html: str) -> str:
        """HTML with the addresses as they were written."""
        if not self.written:
            return html
        return re.sub(rf"{re.escape(self.prefix)}(\d+)", self._original, html)

    def _original(self, match: re.Match[str]) -> str:
        return escape(self.written[int(match[1])], IN_ATTRIBUTE)

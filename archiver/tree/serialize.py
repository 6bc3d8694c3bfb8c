"""A tree to HTML, by the standard's algorithm for serialising fragments.

libxml2's own serialiser rewrites addresses (it percent-encodes Chinese in ``href``), which would
change what the author wrote. The standard's algorithm:
https://html.spec.whatwg.org/multipage/parsing.html#serialising-html-fragments
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from lxml import etree
from lxml.html import HtmlElement

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "basefont",
        "bgsound",
        "frame",
        "keygen",
    ]
)
#: Attributes that hold an address, wherever they stand.
ADDRESSES = frozenset({"href", "src", "cite", "poster"})
_IN_TEXT = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\xa0", "&nbsp;"))
IN_ATTRIBUTE = (*_IN_TEXT, ('"', "&quot;"))
#: All entities that ``inner_html`` writes.
ENTITIES = tuple(entity for _, entity in IN_ATTRIBUTE)
#: A parser drops a line feed right behind the start tag of these, so a real one is written twice.
_DROPS_LINE_FEED = frozenset({"pre", "textarea", "listing"})


#: Takes an element, the name of an attribute and its value; returns the name to write.
AddressName = Callable[[etree._Element, str, str], str]


def inner_html(
    top: HtmlElement,
    address_name: AddressName | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
    *,
    with_comments: bool = False,
) -> str:
    """The HTML of all that is below ``top``, with or without its comments.

    ``address_name`` gives the name to write for each attribute that is an address. ``names`` maps
    names of elements to the names to write.
    """
    out = [escape(top.text)]
    add = out.append
    open_elements: list[tuple[etree._Element, Iterator[etree._Element]]] = []
    children = iter(top)
    while True:
        for child in children:
            if not isinstance(child.tag, str):
                if with_comments and isinstance(child, etree._Comment):
                    add(f"<!--{child.text or ''}-->")
            else:
                add(_start_tag(child, address_name, names))
                if len(child):
                    open_elements.append((child, children))
                    children = iter(child)
                    break
                if child.tag not in VOID:
                    add(f"</{names.get(child.tag, child.tag)}>")
            if tail := child.tail:
                add(escape(tail))
        else:
            if not open_elements:
                return "".join(out)
            child, children = open_elements.pop()
            if child.tag not in VOID:
                add(f"</{names.get(child.tag, child.tag)}>")
            if tail := child.tail:
                add(escape(tail))


def _start_tag(
    element: etree._Element, address_name: AddressName | None, names: Mapping[str, str]
) -> str:
    """The start tag, and the text behind it."""
    tag, attributes = element.tag, ""
    for key, given in element.items():
        name, value = str(key), str(given)
        if address_name is not None and name in ADDRESSES:
            name = address_name(element, name, value)
        attributes += f' {name}="{escape(value, IN_ATTRIBUTE)}"'
    text = element.text
    if text is None or tag in VOID:
        return f"<{names.get(tag, tag)}{attributes}>"
    line_feed = "\n" if text.startswith("\n") and tag in _DROPS_LINE_FEED else ""
    return f"<{names.get(tag, tag)}{attributes}>{line_feed}{escape(text)}"


def escape(text: str | None, entities: tuple[tuple[str, str], ...] = _IN_TEXT) -> str:
    """Text with its special characters as entities.

    ``str.replace`` is faster than ``str.translate`` here.
    """
    if not text:
        return ""
    for character, entity in entities:
        if character in text:
            text = text.replace(character, entity)
    return text

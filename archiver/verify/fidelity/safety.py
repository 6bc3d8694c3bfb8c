"""The faults that make a body unsafe to put on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.tree.document import text_content
from archiver.tree.elements import ATTRIBUTES, FORBIDDEN
from archiver.verify.fidelity.outline import quoted, without_space
from archiver.verify.fidelity.overlay import size_fault, style_faults
from archiver.verify.fidelity.visibility import HEADINGS, is_safe_address

_ADDRESSES: Final = frozenset(
    {"href", "src", "cite", "action", "formaction", "poster", "background", "longdesc", "data"}
)


def safety_faults(body: HtmlElement) -> Iterator[str]:
    """In words, every fault of a parsed ``body_html``."""
    for element in body.iterdescendants(etree.Element):
        yield from _element_faults(element)
    for heading in body.iter(*HEADINGS):
        for anchor in heading.iter("a"):
            if without_space(text_content(anchor)) == site.SELF_ANCHOR_TEXT and "#" in anchor.get(
                "href", ""
            ):
                yield f"the self anchor of a heading: {quoted(anchor.get('href', ''))}"


def _element_faults(element: etree._Element) -> Iterator[str]:
    tag = str(element.tag)
    if tag in FORBIDDEN:
        yield f"the element <{tag}>"
    allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
    for key, value in element.attrib.items():
        name = str(key)
        if name not in allowed:
            yield f"the attribute {name} of <{tag}>"
        if name == "style":
            yield from style_faults(tag, str(value))
        elif (fault := size_fault(tag, name, str(value))) is not None:
            yield fault
        is_picture = tag == "img" and name == "src"
        if name in _ADDRESSES and not is_safe_address(str(value), is_picture=is_picture):
            yield f"the address of <{tag}>: {quoted(str(value))}"

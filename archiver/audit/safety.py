"""What makes a body unsafe to put on a page, named fault by fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import nh3
from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.audit.outline import quoted, squash
from archiver.audit.shown import HEADINGS, may_stay
from archiver.audit.words import words_for_text
from archiver.body.allowed import ATTRIBUTES, TAGS
from archiver.body.clean import safe_html
from archiver.pages.document import string_of

#: Elements that HTML gives a meaning which no text needs. What is neither here nor in ``TAGS`` has
#: no meaning to a browser (``<type>`` in an error message).
FORBIDDEN: Final = frozenset(nh3.CLEAN_CONTENT_TAGS) | frozenset(
    {
        "applet", "base", "basefont", "bgsound", "body", "button", "canvas", "datalist", "dialog",
        "embed", "fieldset", "form", "frame", "frameset", "head", "html", "iframe", "input",
        "keygen", "label", "legend", "link", "marquee", "math", "meta", "meter", "noembed",
        "noframes", "noscript", "object", "optgroup", "option", "output", "param", "plaintext",
        "portal", "progress", "script", "select", "slot", "style", "svg", "template", "textarea",
        "title", "xmp",
    }
)  # fmt: skip
_ADDRESSES: Final = frozenset(
    {"href", "src", "cite", "action", "formaction", "poster", "background", "longdesc", "data"}
)


def safety_faults(html: str, body: HtmlElement) -> Iterator[str]:
    """Every fault of a body; ``body`` is the parsed ``html``."""
    for element in body.iterdescendants(etree.Element):
        yield from _element_faults(element)
    for heading in body.iter(*HEADINGS):
        for anchor in heading.iter("a"):
            if squash(string_of(anchor)) == site.SELF_ANCHOR_TEXT and "#" in anchor.get("href", ""):
                yield f"the self anchor of a heading: {quoted(anchor.get('href', ''))}"
    again = safe_html(body)
    if html != again:
        yield f"sanitised again, {words_for_text(html, again)}"


def _element_faults(element: etree._Element) -> Iterator[str]:
    tag = str(element.tag)
    if tag in FORBIDDEN and tag not in TAGS:
        yield f"the element <{tag}>"
    allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
    for key, value in element.attrib.items():
        name = str(key)
        if name not in allowed:
            yield f"the attribute {name} of <{tag}>"
        is_picture = tag == "img" and name == "src"
        if name in _ADDRESSES and not may_stay(str(value), is_picture=is_picture):
            yield f"the address of <{tag}>: {quoted(str(value))}"

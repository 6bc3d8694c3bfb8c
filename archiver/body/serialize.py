"""A tree written as HTML, by the standard's algorithm for serialising fragments.

libxml2's own serialiser rewrites addresses (it percent-encodes Chinese in ``href``), which would
change what the author wrote. The standard's algorithm:
https://html.spec.whatwg.org/multipage/parsing.html#serialising-html-fragments
"""

from __future__ import annotations

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
_IN_TEXT = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\xa0", "&nbsp;"))
_IN_ATTRIBUTE = (("&", "&amp;"), ('"', "&quot;"), ("\xa0", "&nbsp;"))
#: A line feed right behind these is dropped by the parser, so one that is meant is written twice.
_EATS_LINE_FEED = frozenset({"pre", "textarea", "listing"})


def inner_html(top: HtmlElement) -> str:
    """The HTML of all that is below ``top``; comments are left out."""
    out = [_escape(top.text)]
    for event, element in etree.iterwalk(top, events=("start", "end", "comment", "pi")):
        if element is top:
            continue
        if event == "start":
            out.append(_start_tag(element))
        elif event == "end":
            if element.tag not in VOID:
                out.append(f"</{element.tag}>")
            out.append(_escape(element.tail))
        else:
            out.append(_escape(element.tail))
    return "".join(out)


def _start_tag(element: etree._Element) -> str:
    attributes = "".join(
        f' {name!s}="{_escape(str(value), _IN_ATTRIBUTE)}"'
        for name, value in element.attrib.items()
    )
    text = element.text or ""
    line_feed = "\n" if text.startswith("\n") and element.tag in _EATS_LINE_FEED else ""
    inner = "" if element.tag in VOID else _escape(text)
    return f"<{element.tag!s}{attributes}>{line_feed}{inner}"


def _escape(text: str | None, entities: tuple[tuple[str, str], ...] = _IN_TEXT) -> str:
    """Text with its special characters as entities; ``replace`` is faster than ``translate``."""
    if not text:
        return ""
    for character, entity in entities:
        if character in text:
            text = text.replace(character, entity)
    return text

"""Whether a browser shows an element, and whether it stands on lines of its own."""

from __future__ import annotations

import re

from lxml import etree

from archiver.tree.elements import EMBED_CLASS

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "ul",
        "caption",
    ]
)
LINES = frozenset({"li", "tr", "option", "optgroup", "thead", "tbody", "tfoot"})
CELLS = frozenset({"td", "th"})
MEDIA = frozenset({"img", "audio", "video"})
#: Elements whose text no browser shows.
HIDDEN = frozenset(
    [
        "area",
        "audio",
        "base",
        "col",
        "colgroup",
        "datalist",
        "embed",
        "head",
        "iframe",
        "img",
        "input",
        "link",
        "meta",
        "noembed",
        "noframes",
        "noscript",
        "object",
        "param",
        "rp",
        "script",
        "select",
        "source",
        "style",
        "template",
        "textarea",
        "title",
        "track",
        "video",
    ]
)
_HIDDEN_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)

_BLOCK_STYLE = re.compile(
    r"(?:^|;)\s*display\s*:\s*(?:block|flex|flow-root|grid|list-item|table|table-row)\b(?!-)",
    re.IGNORECASE,
)


def is_hidden(element: etree._Element) -> bool:
    """True when a browser shows nothing of an element's text."""
    if not isinstance(element.tag, str) or element.tag in HIDDEN:
        return True
    if element.tag == "a" and element.get("class") == EMBED_CLASS:
        return True
    return is_made_invisible(element)


def is_medium(element: etree._Element) -> bool:
    """True for a picture or player that a browser shows; such an element has no text of its own."""
    return element.tag in MEDIA and not is_made_invisible(element)


def is_made_invisible(element: etree._Element) -> bool:
    """True when its attributes hide an element, whatever its name."""
    attributes = element.attrib
    if "hidden" in attributes:
        return True
    return "style" in attributes and _HIDDEN_STYLE.search(str(attributes["style"])) is not None


def has_lines(element: etree._Element) -> bool:
    """True when an element stands on lines of its own, by its name or by its style."""
    return element.tag in BLOCKS or element.tag in LINES or has_block_style(element)


def has_block_style(element: etree._Element) -> bool:
    """True when the style of an element makes a block of it."""
    return _BLOCK_STYLE.search(element.get("style") or "") is not None

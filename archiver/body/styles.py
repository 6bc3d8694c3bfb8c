"""Style attributes: what carries meaning stays, what loads something or leaves its place goes.

The sanitiser filters them too; done here first, an attribute with nothing left in it goes as a
whole, and a colour given as ``background`` is not lost with what else that can hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.allowed import STYLE_PROPERTIES

_COLOUR = re.compile(
    r"\s*(?:#[0-9a-f]{3,8}|[a-z]+|(?:rgb|hsl)a?\([^()]*\))\s*(?:!|\Z)", re.IGNORECASE
)


def clean_styles(body: HtmlElement) -> None:
    """Filter all style attributes of a body, in place."""
    for element in body.iter(etree.Element):
        style = element.get("style")
        if style is None:
            continue
        kept = ";".join(_kept(style))
        if kept:
            element.set("style", kept)
        else:
            del element.attrib["style"]


def _kept(style: str) -> Iterator[str]:
    """The declarations that may stay."""
    for declaration in style.split(";"):
        written, colon, value = declaration.partition(":")
        name = written.strip().lower()
        if name == "background" and _COLOUR.match(value):
            name = "background-color"
        if colon and value.strip() and name in STYLE_PROPERTIES:
            yield f"{name}:{value.strip()}"

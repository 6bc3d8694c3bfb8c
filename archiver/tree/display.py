"""Whether a browser shows an element, and whether it stands on lines of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class Display:
    """How a browser shows an element."""

    #: It shows nothing of the text inside.
    is_hidden: bool
    #: The attributes hide it, whatever its name.
    is_made_invisible: bool
    #: It is a block by its name: a paragraph of its own.
    is_block: bool
    #: It stands on lines of its own, by its name or by its style.
    has_lines: bool
    #: Line feeds between it and what stands beside it: two for a block, else one for lines.
    line_feeds: int
    #: The style makes a block of it.
    has_block_style: bool
    #: It is a picture or player that is shown; such an element has no text of its own.
    is_medium: bool


def display_of(tag: str, attributes: Mapping[str, str]) -> Display:
    """How an element of this name with these attributes is shown."""
    if not attributes:
        return _by_name(tag)
    style = attributes.get("style")
    is_embed = tag == "a" and attributes.get("class") == EMBED_CLASS
    is_hidden = "hidden" in attributes
    if style is None and not is_embed and not is_hidden:
        return _by_name(tag)
    is_hidden = is_hidden or (style is not None and _HIDDEN_STYLE.search(style) is not None)
    return _display(
        tag,
        is_embed=is_embed,
        is_made_invisible=is_hidden,
        has_block_style=style is not None and _BLOCK_STYLE.search(style) is not None,
    )


#: Authors write names of their own in error messages, so not all are kept.
@lru_cache(maxsize=256)
def _by_name(tag: str) -> Display:
    return _display(tag, is_embed=False, is_made_invisible=False, has_block_style=False)


@lru_cache(maxsize=256)
def _display(
    tag: str, *, is_embed: bool, is_made_invisible: bool, has_block_style: bool
) -> Display:
    is_block = tag in BLOCKS
    has_lines = is_block or tag in LINES or has_block_style
    return Display(
        is_hidden=tag in HIDDEN or is_embed or is_made_invisible,
        is_made_invisible=is_made_invisible,
        is_block=is_block,
        has_lines=has_lines,
        line_feeds=2 if is_block else int(has_lines),
        has_block_style=has_block_style,
        is_medium=tag in MEDIA and not is_made_invisible,
    )

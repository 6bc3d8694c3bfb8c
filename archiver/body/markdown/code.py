"""Code in Markdown: spans in a line and fenced blocks, with their content exactly as it was."""

from __future__ import annotations

import re

from lxml import etree

from archiver.body.clean.cleaner import sanitise
from archiver.body.contents.preformatted import preformatted
from archiver.body.events.event import Events, Open, Text
from archiver.tree.display import BLOCKS, CELLS, LINES

_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([^\s`~]+)")
_TICKS = re.compile("`+")
_SPACES = re.compile(r"[ \t\r\n\f]+")
#: What a code span or a fenced block cannot hold.
_RICH = frozenset({"a", "img", "audio", "video"})
_NOT_IN_SPAN = frozenset({*_RICH, "br", *BLOCKS, *LINES, *CELLS})


def span_text(events: Events, code: Open) -> str | None:
    """The text of inline code, or ``None`` when a code span cannot hold what is in it."""
    pieces = []
    hidden = code.start  # where the last hidden element ends
    for position, event in enumerate(events.inside(code), start=code.start + 1):
        if isinstance(event, Open):
            if event.tag in _NOT_IN_SPAN:
                return None
            if event.display.is_hidden:
                hidden = max(hidden, event.end)
        elif isinstance(event, Text) and position > hidden:
            pieces.append(event.text)
    text = _SPACES.sub(" ", "".join(pieces))
    return None if "<!--" in text else text  # pandoc's lists see a comment in it


def span(text: str) -> str:
    """Text as a code span, between as many back-ticks as it needs."""
    ticks = "`" * (1 + _longest_run(text))
    is_padded = text.startswith(" ") and text.endswith(" ") and text.strip(" ")
    pad = " " if text.startswith("`") or text.endswith("`") or is_padded else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def block(events: Events, pre: Open) -> str | None:
    """A ``<pre>`` as a fenced block, or as HTML where it holds links or pictures.

    ``None`` when there is nothing in it.
    """
    if any(isinstance(event, Open) and event.tag in _RICH for event in events.inside(pre)):
        return raw_block(pre.element)
    text = preformatted(events.all, pre)
    if not text.strip("\n"):
        return None
    fence = "`" * max(3, 1 + _longest_run(text))
    language = language_of(pre.element)
    return f"{fence}{language}\n{text.removesuffix(chr(10))}\n{fence}"


def raw_block(pre: etree._Element) -> str:
    """A ``<pre>`` as HTML; a reader drops the line feed behind its tag."""
    return f"<pre>\n{sanitise(pre)}</pre>"


def language_of(pre: etree._Element) -> str:
    """The language that ``<pre>`` or the ``<code>`` in it names by its class, or nothing."""
    for element in (pre, *pre.iter("code")):
        match = _LANGUAGE.search(element.get("class") or "")
        if match is not None:
            return match[1]
    return ""


def _longest_run(text: str) -> int:
    """The length of the longest run of back-ticks."""
    return max((len(run) for run in _TICKS.findall(text)), default=0)

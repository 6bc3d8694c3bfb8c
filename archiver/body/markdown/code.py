"""Code in Markdown: spans in a line and fenced blocks, with their content exactly as it was."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.cleaner import sanitise
from archiver.body.contents.preformatted import preformatted
from archiver.tree.display import BLOCKS, CELLS, LINES, is_hidden
from archiver.tree.traversal import Traversal

_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([^\s`~]+)")
_TICKS = re.compile("`+")
_SPACES = re.compile(r"[ \t\r\n\f]+")
#: What a code span or a fenced block cannot hold.
_RICH = ("a", "img", "audio", "video")
_NOT_IN_SPAN = frozenset({*_RICH, "br", *BLOCKS, *LINES, *CELLS})


def span_text(code: HtmlElement) -> str | None:
    """The text of inline code, or ``None`` when a code span cannot hold what is in it."""
    if any(element.tag in _NOT_IN_SPAN for element in code.iterdescendants(etree.Element)):
        return None
    text = _SPACES.sub(" ", _visible_text(code))
    return None if "<!--" in text else text  # pandoc's lists see a comment in it


def span(text: str) -> str:
    """Text as a code span, between as many back-ticks as it needs."""
    ticks = "`" * (1 + _longest_run(text))
    is_padded = text.startswith(" ") and text.endswith(" ") and text.strip(" ")
    pad = " " if text.startswith("`") or text.endswith("`") or is_padded else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def block(pre: HtmlElement) -> str | None:
    """A ``<pre>`` as a fenced block, or as HTML where it holds links or pictures.

    ``None`` when there is nothing in it.
    """
    if next(pre.iter(*_RICH), None) is not None:
        return raw_block(pre)
    text = preformatted(pre)
    if not text.strip("\n"):
        return None
    fence = "`" * max(3, 1 + _longest_run(text))
    return f"{fence}{language_of(pre)}\n{text.removesuffix(chr(10))}\n{fence}"


def raw_block(pre: HtmlElement) -> str:
    """A ``<pre>`` as HTML; a reader drops the line feed behind its tag."""
    return f"<pre>\n{sanitise(pre)}</pre>"


def language_of(pre: HtmlElement) -> str:
    """The language that ``<pre>`` or the ``<code>`` in it names by its class, or nothing."""
    for element in (pre, *pre.iter("code")):
        match = _LANGUAGE.search(element.get("class") or "")
        if match is not None:
            return match[1]
    return ""


def _longest_run(text: str) -> int:
    """The length of the longest run of back-ticks."""
    return max((len(run) for run in _TICKS.findall(text)), default=0)


def _visible_text(top: HtmlElement) -> str:
    """The text below an element as a browser shows it in a line."""
    out = [top.text or ""]
    traversal = Traversal(top)
    for event, element in traversal:
        if event == "start":
            if is_hidden(element):
                traversal.skip()
            else:
                out.append(element.text or "")
        else:
            out.append(element.tail or "")
    return "".join(out)

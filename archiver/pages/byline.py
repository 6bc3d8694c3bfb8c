"""The line below a title: ``By 苏剑林 | 2019-05-03 | 94037位读者 | 引用``.

Seen with the parts in child spans and as plain text, with and without ``By``, with and without a
reader count. A bar inside a child element does not separate, so an author may have one in the name.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from archiver.items import Byline
from archiver.tree.document import text_content

_BY = re.compile(r"By\s+", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}"  # 2019-05-03, 2019年5月3日
    r"|[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\Z"  # May 3, 2019
    r"|\d{1,2}\s+[A-Z][a-z]{2,8}\.?,?\s+\d{4}\Z"  # 3 May 2019
)
_READERS = re.compile(r"(?:位读者|人阅读|次阅读|阅读|readers?|views?)\s*\Z", re.IGNORECASE)


def parse_byline(submitted: HtmlElement | None) -> Byline:
    """Author, date and reader count of ``span.submitted`` as text; ``None`` for what it lacks."""
    if submitted is None:
        return Byline()
    parts = [part for part in map(_fold, _split(submitted)) if part]
    day = next((i for i, part in enumerate(parts) if _DATE.match(part)), None)
    readers = next((part for part in parts[(day or 0) :] if _READERS.search(part)), None)
    before = parts[:day] if day is not None else _before_readers(parts)
    return Byline(
        author=_author(before),
        date_text=parts[day] if day is not None else None,
        readers_text=readers,
    )


def _split(submitted: HtmlElement) -> list[str]:
    """The parts between the bars that stand in the line itself."""
    parts = (submitted.text or "").split("|")
    for child in submitted:
        first, *others = (child.tail or "").split("|")
        parts[-1] += text_content(child) + first
        parts += others
    return parts


def _before_readers(parts: list[str]) -> list[str]:
    """The parts that name the author in a line without a date: the first one, if it says ``By``."""
    return parts[:1] if parts and _BY.match(parts[0]) else []


def _author(parts: list[str]) -> str | None:
    name = (
        _BY.sub("", " | ".join(parts), count=1)
        if parts and _BY.match(parts[0])
        else (" | ".join(parts))
    )
    return None if not name or name.lower() == "by" else name


def _fold(text: str) -> str:
    return " ".join(text.split())

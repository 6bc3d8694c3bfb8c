"""The excerpt that an article's own page tells: what stands before its "more" mark."""

from __future__ import annotations

from lxml import etree

from archiver import site
from archiver.body.contents.text import text_before
from archiver.body.events.event import Events


def excerpt_of(events: Events) -> str | None:
    """The text before ``<!--more-->``; ``None`` when the body does not have it."""
    for comment in events.comments:
        if _is_more(comment.element):
            return text_before(events, comment.place)
    return None


def _is_more(comment: etree._Element) -> bool:
    is_comment = isinstance(comment, etree._Comment)  # and no processing instruction
    return is_comment and (comment.text or "").strip() == site.MORE_COMMENT

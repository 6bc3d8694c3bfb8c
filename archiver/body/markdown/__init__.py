"""A body as Markdown: CommonMark with GFM tables, and formulas in ``$…$`` and ``$$…$$``.

No library for HTML to Markdown is used: they damage LaTeX, and none knows that CommonMark's ``**``
fails beside Chinese punctuation. ``blocks`` reads the events, ``inline`` and ``render`` write its
paragraphs, ``layout`` the quotes, lists and tables around them. docs/data-format.md says what
becomes of everything that Markdown cannot say; ``archiver.verify.fidelity`` reads the result back
and compares.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver.body.contents.picture_captions import Caption, captions_of
from archiver.body.events.event import Events
from archiver.body.events.reader import read_events
from archiver.body.formulas.finder import mark_formulas
from archiver.body.markdown.blocks import BlockWriter
from archiver.items import Formula


def to_markdown(top: HtmlElement) -> str:
    """The Markdown of all that is below ``top``, where nothing else is wanted of it."""
    events = read_events(top)
    return markdown_of(events, mark_formulas(events).found, captions_of(events))


def markdown_of(events: Events, formulas: list[Formula], captions: list[Caption]) -> str:
    """The Markdown of a body whose events are marked with its formulas."""
    return BlockWriter(events, formulas, captions).write()

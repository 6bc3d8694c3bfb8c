"""The bytes of an answer as a page, or the reason why they are none."""

from __future__ import annotations

from typing import Final

from parsel import Selector

from archiver import site
from archiver.pages.document import parse_page
from archiver.pages.errors import UnexpectedPage
from archiver.pages.kind import Kind, kind_of_text

_REASONS: Final = {
    Kind.CUT_OFF: "the page is cut off",
    Kind.OTHER: "not an HTML page",
    Kind.GATE: "the page of the gate",
}


def decode_page(body: bytes) -> str:
    """The text of a complete page or feed in UTF-8; raises ``UnexpectedPage`` for anything else."""
    if len(body) > site.LARGEST_PAGE:
        raise UnexpectedPage(f"a page of {len(body) / 1e6:.0f} MB")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnexpectedPage(f"invalid UTF-8 at byte {error.start:,}") from None
    kind = kind_of_text(text)
    if kind in _REASONS:
        raise UnexpectedPage(_REASONS[kind])
    return text


def open_page(body: bytes) -> Selector:
    """A complete HTML page, ready to read; raises ``UnexpectedPage``."""
    text = decode_page(body)
    if kind_of_text(text) is Kind.FEED:
        raise UnexpectedPage("a feed in place of a page")
    return parse_page(text)

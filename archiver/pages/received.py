"""The bytes of an answer as a page, or the reason why they are none.

A page is UTF-8. A few bytes that are not have been damaged, on the way or in the blog's database:
they are read as a browser reads them, as U+FFFD, and only matter where they stand in what is kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, TypeVar

from parsel import Selector

from archiver import site
from archiver.body.clean.cleaner import clean_body
from archiver.items import Article
from archiver.pages.kind import Kind, kind_of_text
from archiver.tree.document import parse_page
from archiver.tree.unexpected import UnexpectedPage

_REASONS: Final = {
    Kind.CUT_OFF: "the page is cut off",
    Kind.OTHER: "not an HTML page",
    Kind.GATE: "the page of the gate",
}
#: What a browser shows for bytes that mean nothing.
REPLACEMENT: Final = "\ufffd"
#: So many bad sequences are damage, however short the page is.
_FEW: Final = 8
#: UTF-32 begins in the same way, or with two NULs.
_OTHER_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)

#: Bad bytes with what stands around them, to know them again; counts rise meanwhile.
_PLACE = re.compile(f"[^0-9]{{0,20}}{REPLACEMENT}+[^0-9]{{0,20}}")

_T = TypeVar("_T")


def decode_page(body: bytes) -> str:
    """The text of a complete page or feed; raises ``UnexpectedPage`` for anything else.

    Bytes that are no UTF-8 are U+FFFD.
    """
    if len(body) > site.LARGEST_PAGE:
        raise UnexpectedPage(f"a page of {len(body) / 1e6:.0f} MB")
    text = _decode(body)
    kind = kind_of_text(text)
    if kind in _REASONS:
        raise UnexpectedPage(_invalid(body) if _is_other_charset(text) else _REASONS[kind])
    return text


def open_page(text: str) -> Selector:
    """A complete HTML page, ready to read; raises ``UnexpectedPage``."""
    if kind_of_text(text) is Kind.FEED:
        raise UnexpectedPage("a feed in place of a page")
    return parse_page(text)


def read_page(body: bytes, parse: Callable[[str], _T]) -> tuple[_T, tuple[str, ...]]:
    """What ``parse`` makes of a page, and the places in it where bytes were no UTF-8.

    There are such places when the page says something else without those bytes. Raises
    ``UnexpectedPage``, also for a page in another charset.
    """
    text = decode_page(body)
    found = parse(text)
    rest = body.decode("utf-8-sig", "ignore") if REPLACEMENT in text else text
    if rest == text:  # the author's own U+FFFD is as good as any character
        return found, ()
    said = _said(found)
    if REPLACEMENT in said and (_is_other_charset(text) or _is_other_charset(said)):
        raise UnexpectedPage(_invalid(body))
    try:
        is_damaged = said != _said(parse(rest))
    except UnexpectedPage:
        is_damaged = True
    return found, tuple(_PLACE.findall(said)) or ("",) if is_damaged else ()


def _decode(body: bytes) -> str:
    if body.startswith(_OTHER_MARKS):
        raise UnexpectedPage(_invalid(body))
    return body.decode("utf-8-sig", "replace")


def _is_other_charset(text: str) -> bool:
    """True when more of a text's characters beyond ASCII are bad than good, and not just a few.

    Chinese text in GBK or Big5 gives five bad sequences for each that means something in UTF-8.
    """
    bad = text.count(REPLACEMENT)
    return bad > _FEW and 2 * bad > len(text) - len(text.encode("ascii", "ignore"))


def _invalid(body: bytes) -> str:
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"invalid UTF-8 at byte {error.start:,}: the page is in another charset"
    return "invalid UTF-8"


def _said(found: Any) -> str:
    """What is kept of a page, as text: its items, and of an article the clean body too."""
    if isinstance(found, list | tuple):
        return "".join(map(_said, found))
    if isinstance(found, Article) and found.body is not None:
        return f"{found}{clean_body(deepcopy(found.body), found.id, found.document)}"
    return str(found)

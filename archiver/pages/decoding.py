"""The bytes of an answer to a page, or to the reason why they are none.

A page is UTF-8. A few bytes that are not have been damaged, on the way or in the blog's database:
they are read as a browser reads them, as U+FFFD, and only matter where they stand in what is kept.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, TypeVar

from archiver import site
from archiver.body.clean.cleaner import clean_body
from archiver.items import Article
from archiver.pages.kind import Kind, is_feed, kind_of_text
from archiver.tree.document import Page, parse_page
from archiver.tree.unexpected import UnexpectedPage

_REASONS: Final = {
    Kind.CUT_OFF: "the page is cut off",
    Kind.OTHER: "not an HTML page",
    Kind.GATE: "the page of the gate",
}
#: What a browser shows for bytes that are no UTF-8.
REPLACEMENT: Final = "\ufffd"
#: Up to so many bad sequences count as damage, however short the page is.
_FEW: Final = 8
#: UTF-32 begins in the same way, or with two NULs.
_OTHER_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)

#: Bad bytes with the text around them, by which they are known again. Digits are left out, as
#: reader counts rise from one request to the next.
_PLACE = re.compile(f"[^0-9]{{0,20}}{REPLACEMENT}+[^0-9]{{0,20}}")

_T = TypeVar("_T")


def decode_page(body: bytes) -> str:
    """The text of a whole page or feed, with U+FFFD in place of bytes that are no UTF-8.

    Raises ``UnexpectedPage`` for a page of the gate, one that is cut off, too large or in another
    charset, and for what is no page.
    """
    if len(body) > site.LARGEST_PAGE:
        raise UnexpectedPage(f"a page of {len(body) / 1e6:.0f} MB")
    text = _decode(body)
    kind = kind_of_text(text)
    if kind in _REASONS:
        raise UnexpectedPage(_invalid(body) if _is_other_charset(text) else _REASONS[kind])
    return text


def open_page(text: str) -> Page:
    """The tree of an HTML page that ``decode_page`` gave; raises ``UnexpectedPage`` for a feed."""
    if is_feed(text):
        raise UnexpectedPage("a feed in place of a page")
    return parse_page(text)


def read_page(body: bytes, parse: Callable[[str], _T]) -> tuple[_T, tuple[str, ...]]:
    """What ``parse`` makes of a page's text, and the places where damaged bytes stand in it.

    Bytes that are no UTF-8 do not count where ``parse`` gives the same without them, as in a side
    bar. Raises ``UnexpectedPage`` like ``decode_page``, and what ``parse`` raises.
    """
    text = decode_page(body)
    found = parse(text)
    rest = body.decode("utf-8-sig", "ignore") if REPLACEMENT in text else text
    if rest == text:  # the author's own U+FFFD is as good as any character
        return found, ()
    kept = _kept_text(found)
    if REPLACEMENT in kept and (_is_other_charset(text) or _is_other_charset(kept)):
        raise UnexpectedPage(_invalid(body))
    try:
        is_damaged = kept != _kept_text(parse(rest))
    except UnexpectedPage:
        is_damaged = True
    return found, tuple(_PLACE.findall(kept)) or ("",) if is_damaged else ()


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
    """The reason that names the first byte that is no UTF-8."""
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"invalid UTF-8 at byte {error.start:,}: the page is in another charset"
    return "invalid UTF-8"


def _kept_text(found: Any) -> str:
    """All that would be stored of a page in one text: its items, and an article's clean body."""
    if isinstance(found, list | tuple):
        return "".join(map(_kept_text, found))
    if isinstance(found, Article) and found.body is not None:
        return f"{found}{clean_body(deepcopy(found.body), found.id, found.document)}"
    return str(found)

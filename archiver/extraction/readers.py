"""The text of a reader count to a number: ``94037位读者`` to 94037."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from archiver.extraction.doubt import Doubt
from archiver.items import Article, Item, ListingEntry
from archiver.numbers import MOST_PEOPLE

_NUMBER = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18}(?:\.[0-9]{1,18})?)"
    r"\s*+(?P<unit>[万萬亿億千kK])?+\+?+\s*+(?:位读者|人阅读|次阅读|阅读|readers?|views?)?\s*\Z"
)
_UNITS: Final = {
    "千": 1_000, "k": 1_000, "K": 1_000, "万": 10_000, "萬": 10_000,
    "亿": 100_000_000, "億": 100_000_000,
}  # fmt: skip


def fill_readers(item: Item) -> list[Doubt]:
    """Fill ``readers`` of an item that has a ``readers_text``, in place.

    Returns the doubt about a text that is no count.
    """
    if not isinstance(item, Article | ListingEntry) or (text := item.readers_text) is None:
        return []
    item.readers = parse_readers(text)
    return [] if item.readers is not None else [Doubt(item.id, "readers", text)]


def parse_readers(text: str) -> int | None:
    """The count in ``94037位读者``, ``1,234`` or ``9.4万``; ``None`` for any other text.

    A fraction of a reader and a count above ``MOST_PEOPLE`` are none.
    """
    match = _NUMBER.match(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    count = Decimal(match["number"].replace(",", "")) * _UNITS.get(match["unit"], 1)
    if count != count.to_integral_value() or count > MOST_PEOPLE:
        return None
    return int(count)

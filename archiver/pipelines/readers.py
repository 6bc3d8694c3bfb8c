"""Reader counts: ``94037位读者`` to 94037."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

from itemadapter import ItemAdapter

from archiver.numbers import MOST_PEOPLE
from archiver.pipelines.base import Pipeline

_NUMBER = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18}(?:\.[0-9]{1,18})?)"
    r"\s*+(?P<unit>[万萬亿億千kK])?+\+?+\s*+(?:位读者|人阅读|次阅读|阅读|readers?|views?)?\s*\Z"
)
_UNITS: Final = {
    "千": 1_000, "k": 1_000, "K": 1_000, "万": 10_000, "萬": 10_000,
    "亿": 100_000_000, "億": 100_000_000,
}  # fmt: skip


class ParseReaderCounts(Pipeline):
    """Fill ``readers`` from ``readers_text``."""

    def process_item(self, item: Any) -> Any:
        """Read the count of any item that has one."""
        adapter = ItemAdapter(item)
        text = adapter.get("readers_text")
        if text is None:
            return item
        adapter["readers"] = parse_readers(text)
        if adapter["readers"] is None:
            self.doubt("readers", adapter["id"], text)
        return item


def parse_readers(text: str) -> int | None:
    """A count of readers: ``94037位读者``, ``1,234``, ``9.4万``; ``None`` for anything else."""
    match = _NUMBER.match(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    count = Decimal(match["number"].replace(",", "")) * _UNITS.get(match["unit"], 1)
    if count != count.to_integral_value() or count > MOST_PEOPLE:
        return None
    return int(count)

"""The option ``--ids`` of commands: article numbers with commas between them."""

from __future__ import annotations

from scrapy.exceptions import UsageError


def parse_ids(text: str | None) -> frozenset[int] | None:
    """The article ids of ``--ids``; raises ``UsageError`` for a text that is no list of them."""
    if text is None:
        return None
    numbers = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in numbers):
        raise UsageError(
            f"--ids {text}: give article numbers with commas between them", print_help=False
        )
    return frozenset(map(int, numbers))

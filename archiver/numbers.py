"""Numbers from outside: one parser with bounds, for every number on a page.

Python refuses to read more than 4,300 digits and SQLite to store more than 63 bits, so a number
that is too large for what it counts is none.
"""

from __future__ import annotations

import re
from typing import Final

#: More comments or readers than there are people is no count.
MOST_PEOPLE: Final = 10_000_000_000
#: Ten articles a page: the blog has some 140 of them.
MOST_PAGES: Final = 999_999

#: Digits as input methods for Chinese write them; digits of other scripts are no numbers.
_WIDE: Final = str.maketrans("０１２３４５６７８９，．", "0123456789,.")
_NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+")
#: Any number of so many digits fits into SQLite.
_MOST_DIGITS: Final = 18


def narrow(text: str) -> str:
    """Text with the digits, commas and full stops of ASCII in place of their wide forms."""
    return text.translate(_WIDE)


def parse_number(text: str, most: int) -> int | None:
    """A whole number from 0 to ``most``: ``46``, ``1,234``, ``４６``; ``None`` for anything else.

    White space around it does not count. Raises nothing, however long the text is.
    """
    match = _NUMBER.fullmatch(narrow(text).strip())
    digits = match[0].replace(",", "").lstrip("0") if match else ""
    if match is None or len(digits) > _MOST_DIGITS:
        return None
    number = int(digits or "0")
    return number if number <= most else None

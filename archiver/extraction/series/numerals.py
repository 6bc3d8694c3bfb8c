"""The numbers of the parts of a series, as titles write them."""

from __future__ import annotations

import re
from typing import Final

#: Patterns of numerals in a text that has gone through NFKC.
ARABIC: Final = r"(?<![\d.])\d{1,2}(?!\d)"
CHINESE: Final = "[一二三四五六七八九十]{1,4}"
ROMAN: Final = "[IVX]{1,5}"

_DIGITS: Final = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}
_TENS: Final = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_HALVES: Final = "上中下"
#: No series is so long that Roman numerals are a good way to count it.
_ROMANS: Final = {
    tens + ones: 10 * ten + one
    for ten, tens in enumerate(("", "X"))
    for one, ones in enumerate(("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"))
    if ones
}


def parse_numeral(text: str) -> int | None:
    """``12``, ``十二`` or ``XII`` as a number from 1 to 99; ``None`` for anything else.

    ``上``, ``中`` and ``下`` are 1, 2 and 3.
    """
    if text in _HALVES:
        return _HALVES.index(text) + 1 if text else None
    if text.isascii() and text.isdigit():
        return int(text[:3]) if 0 < int(text[:3]) < 100 else None
    if match := _TENS.fullmatch(text):
        return 10 * _DIGITS.get(match[1], 1) + _DIGITS.get(match[2], 0)
    return _DIGITS.get(text) or _ROMANS.get(text)

"""Whether two names may be those of one series that was renamed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

from archiver.extraction.series.part_titles import series_key

#: What must be the same in both: a year or a volume is a difference of meaning.
_COUNTED: Final = re.compile("[0-9]+|[一二三四五六七八九十上中下]+")
_SEPARATORS: Final = re.compile("——|[:：]")
_LIKENESS: Final = 0.85
_SHORTEST: Final = 5


def are_alike(one: str, other: str) -> bool:
    """True when one name begins the other, up to a colon or dash, or is nearly the same."""
    first, second = sorted((one, other), key=len)
    if series_key(_SEPARATORS.split(second)[0]) == series_key(first):
        return True
    keys = series_key(first), series_key(second)
    if min(map(len, keys)) < _SHORTEST or _COUNTED.findall(keys[0]) != _COUNTED.findall(keys[1]):
        return False
    return SequenceMatcher(None, *keys, autojunk=False).ratio() >= _LIKENESS

"""Durations: written for a person, and read from a command line."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
#: Nine digits of weeks are still far below what a date can hold in seconds.
_AGE: Final = re.compile(r"([0-9]{1,9})([smhdw])")
#: The least number of seconds that is written in a unit, the seconds of that unit, its name.
_WORDS: Final = ((2 * 86_400, 86_400, "days"), (2 * 3600, 3600, "hours"), (120, 60, "minutes"))


def format_seconds(seconds: float) -> str:
    """``75.3`` → ``1 min 15 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def format_age(seconds: int) -> str:
    """``259200`` → ``3 days``."""
    for least, unit, name in _WORDS:
        if seconds >= least:
            return f"{seconds // unit:,} {name}"
    return f"{seconds} s"


def parse_age(text: str) -> int:
    """``3d`` → 259200 seconds; raises ``ValueError`` with a sentence that says what is allowed."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no age: give a number and a unit, as in 90m, 36h or 3d (s, m, h, d, w)"
        )
    return int(match[1]) * _UNITS[match[2]]

"""How long ago: in seconds for programs, in words for people."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
#: Nine digits of weeks are still far below what a date can hold in seconds.
_AGE: Final = re.compile(r"([0-9]{1,9})([smhdw])")
#: From so many of a unit on, its number is exact enough.
_WORDS: Final = ((2 * 86_400, 86_400, "days"), (2 * 3600, 3600, "hours"), (120, 60, "minutes"))


def parse_age(text: str) -> int:
    """``3d`` → 259200 seconds; raises ``ValueError`` with a sentence about what was meant."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no age: give a number and a unit, as in 90m, 36h or 3d (s, m, h, d, w)"
        )
    return int(match[1]) * _UNITS[match[2]]


def parse_time(text: str | None) -> datetime | None:
    """A time of the archive, in UTC; ``None`` when it is none."""
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def seconds_between(start: str | None, end: datetime | None) -> int | None:
    """Whole seconds from a time of the archive to another; ``None`` when one is not known.

    Never negative: clocks have been set back before.
    """
    time = parse_time(start)
    if time is None or end is None:
        return None
    return max(0, int((end - time).total_seconds()))


def in_words(seconds: int) -> str:
    """``259200`` → ``3 days``."""
    for least, unit, name in _WORDS:
        if seconds >= least:
            return f"{seconds // unit:,} {name}"
    return f"{seconds} s"

"""How long to wait after a failed attempt: by the server's Retry-After, and by doubling."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from archiver import clock

if TYPE_CHECKING:
    from scrapy.http import Response

#: The longest wait that is told apart from longer ones, in seconds: one year.
LONGEST: Final = 366 * 86400.0
#: A doubled wait is above every maximum long before; more would not fit into a float.
_MOST_DOUBLINGS: Final = 30
_SECONDS: Final = re.compile(r"\s*[0-9]+\s*", re.ASCII)


def backoff(attempts: int, first: float, most: float) -> float:
    """The seconds to wait after so many failed attempts in a row: doubled each time."""
    return min(first * 2.0 ** min(attempts - 1, _MOST_DOUBLINGS), most)


def requested_wait(response: Response) -> float | None:
    """The seconds that a response asks to wait; a date is measured by the server's own clock."""
    value = response.headers.get(b"Retry-After")
    return None if value is None else parse_retry_after(value, _server_time(response))


def parse_retry_after(value: bytes | str | None, now: datetime) -> float | None:
    """The seconds from ``now`` (aware) that a Retry-After header asks for, 0 to one year.

    It holds seconds or an HTTP date (RFC 9110, 10.2.3); anything else gives ``None``.
    """
    if value is None:
        return None
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)  # the form of asctime names no zone
    return min(max((date - now).total_seconds(), 0.0), LONGEST)


def _server_time(response: Response) -> datetime:
    """The ``Date`` of a response (RFC 9110, 6.6.1); this machine's time where it has none."""
    try:
        date = parsedate_to_datetime((response.headers.get(b"Date") or b"").decode("ascii"))
    except (ValueError, OverflowError):
        return clock.now()
    return date if date.tzinfo else date.replace(tzinfo=UTC)

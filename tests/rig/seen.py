"""The log of the replica: one entry a request."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from archiver import clock


def _moment() -> datetime:
    """Now; asked for at each call, because a test may replace the clock."""
    return clock.now()


@dataclass
class Seen:
    """One request; times are of `time.monotonic`, `end` is infinite and `status` 0 until answered.

    A request without an answer keeps status 0. `fault` is the kind of the fault that it met,
    `attempt` counts the requests for this path since the log was cleared, from 1. `at` is the
    moment by `archiver.clock`, in UTC.
    """

    path: str
    headers: dict[str, str]
    start: float
    end: float = math.inf
    status: int = 0
    fault: str | None = None
    attempt: int = 1
    retry_after: str | None = None
    at: datetime = field(default_factory=_moment)


def requests_of_day(log: Iterable[Seen], day: date) -> list[Seen]:
    """The requests of one day in UTC, by `archiver.clock`."""
    return [seen for seen in log if seen.at.date() == day]

"""The time, in one place, so that tests can let years pass."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def utc_now() -> str:
    """The time now as the archive writes it: ISO 8601 in UTC, to the second."""
    return now().isoformat(timespec="seconds")

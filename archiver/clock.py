"""The time, in one place, so that tests can let years pass and the demo its last weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_ahead = timedelta()


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC) + _ahead


def utc_now() -> str:
    """The time now as the archive writes it: ISO 8601 in UTC, to the second."""
    return now().isoformat(timespec="seconds")


def set_to(moment: datetime) -> None:
    """Let it be a moment now, in this process; the time goes on from there."""
    global _ahead  # noqa: PLW0603 - there is one time
    _ahead = moment - datetime.now(UTC)

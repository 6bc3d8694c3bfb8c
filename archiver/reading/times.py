"""The times of an archive: read, subtracted, and written for a person."""

from __future__ import annotations

from datetime import UTC, datetime

from archiver import site
from archiver.terminal.printable import one_line


def parse_time(text: str | None) -> datetime | None:
    """A time of the archive (ISO 8601) in UTC; ``None`` when it is none."""
    try:
        time = datetime.fromisoformat(text or "")
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):  # the first hours of the year 1 may have none in UTC
        return None


def seconds_between(start: str | None, end: datetime | None) -> int | None:
    """Whole seconds from a time of the archive to another; ``None`` when one is not known.

    0 where the clock was set back in between.
    """
    time = parse_time(start)
    if time is None or end is None:
        return None
    return max(0, int((end - time).total_seconds()))


def format_time(text: str | None) -> str:
    """A time of the archive in UTC, to the minute; text that is no time as it is, on one line."""
    time = parse_time(text)
    return one_line(text or "?") if time is None else f"{time:%Y-%m-%d %H:%M}"


def format_blog_time(text: str | None) -> str:
    """A time of the archive in the blog's zone, to the minute; what is no time as it is."""
    time = parse_time(text)
    if time is None:
        return one_line(text or "?")
    try:
        return f"{time.astimezone(site.TIMEZONE):%Y-%m-%d %H:%M}"
    except OverflowError:
        return one_line(text or "?")

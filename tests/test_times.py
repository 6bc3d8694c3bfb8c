"""The times of an archive, as people read them."""

from __future__ import annotations

import pytest

from archiver.reading.times import format_blog_time, format_time, parse_time


@pytest.mark.parametrize(
    ("text", "utc", "blog"),
    [
        ("2022-06-28T05:43:38+08:00", "2022-06-27 21:43", "2022-06-28 05:43"),
        ("2022-06-27T21:43:38+00:00", "2022-06-27 21:43", "2022-06-28 05:43"),
        ("1986-07-01T00:00:00+09:00", "1986-06-30 15:00", "1986-07-01 00:00"),
        ("2022-06-27T21:43", "2022-06-27 21:43", "2022-06-28 05:43"),
        ("昨天\n", "昨天", "昨天"),
        (None, "?", "?"),
    ],
)
def test_to_the_minute(text: str | None, utc: str, blog: str) -> None:
    assert (format_time(text), format_blog_time(text)) == (utc, blog)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:00:00-08:00"])
def test_a_time_outside_of_the_calendar_is_text(text: str) -> None:
    """Only a damaged archive has one."""
    assert parse_time(text) is None
    assert format_time(text) == format_blog_time(text) == text


def test_a_time_that_only_the_blog_s_calendar_lacks_is_text() -> None:
    assert format_blog_time("9999-12-31T23:00:00+00:00") == "9999-12-31T23:00:00+00:00"

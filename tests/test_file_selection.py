"""Which files a run asks for, in which order, and when again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from archiver.planning.file_selection import select_files
from archiver.store.file_addresses import FileAddress

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LONG_AGO, LATELY = "2025-12-31T00:00:00+00:00", "2026-06-30T00:00:00+00:00"


def a_file(url: str, status: str | None = None, asked: str = LATELY, **changes: Any) -> FileAddress:
    values = {
        "article": 1, "is_picture": True, "sha256": "a" if status == "ok" else None, "etag": None,
        "last_modified": None, "asked_at": asked if status else None, "tries": int(bool(status)),
        "path": None, "bytes": None,
    }  # fmt: skip
    return FileAddress(url=url, status=status, **values | changes)


def selected(*files: FileAddress, most: int | None = 100, **options: Any) -> str:
    found = select_files(files, NOW, **{"days": 180, "most": most, **options})
    return " ".join(file.url for file in found)


def test_failed_ones_come_first_then_new_ones_then_old_ones() -> None:
    files = [
        a_file("new2"), a_file("old", "ok", LONG_AGO), a_file("kept", "ok"), a_file("new1"),
        a_file("broken", "failed"), a_file("lost", "ok", is_lost=True),
        a_file("gone", "missing", LONG_AGO), a_file("gone lately", "missing"),
    ]  # fmt: skip
    assert selected(*files) == "broken new2 new1 lost gone old"


def test_a_budget() -> None:
    files = [a_file("b", "failed"), *(a_file(str(n)) for n in range(5))]
    assert selected(*files, most=3) == "b 0 1"
    assert selected(*files, most=0) == ""
    assert selected(*files, most=None) == "b 0 1 2 3 4"


def test_a_page_in_place_of_a_picture_is_asked_for_once_more() -> None:
    files = [a_file("a", "not-a-picture", tries=1), a_file("b", "not-a-picture", tries=2)]
    assert selected(*files) == "a"


def test_never_again() -> None:
    assert selected(a_file("a", "ok", LONG_AGO), a_file("b"), days=0) == "b"


@pytest.mark.parametrize("status", ["missing", "foreign", "too-large", "not-a-picture"])
def test_who_asks_for_articles_gets_all_that_lacks(status: str) -> None:
    files = [a_file("a", status, tries=3), a_file("b", "ok", LONG_AGO)]
    assert selected(*files, days=0, asks_all=True) == "a"


def test_broken_ones_do_not_keep_the_others_out() -> None:
    """Four in a row end a run: after three comes another one."""
    broken = [a_file(f"b{n}", "failed", f"2026-06-0{9 - n}T00:00:00+00:00") for n in range(7)]
    files = [*broken, a_file("new"), a_file("kept", "ok"), a_file("kept longer", "ok", LONG_AGO)]
    assert selected(*files, failures_in_a_row=3) == "b6 b5 b4 new b3 b2 b1 kept longer b0"
    files = [*broken, a_file("kept2", "ok", "2026-06-29T00:00:00+00:00"), a_file("kept", "ok")]
    assert selected(*files, failures_in_a_row=3) == "b6 b5 b4 kept2 b3 b2 b1 kept b0"

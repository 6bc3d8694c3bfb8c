"""The counts of a run: every article once, and what is wrong is in no good count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from archiver.items import Article, Status
from archiver.run.report import Failure
from archiver.run.tally import Tally
from archiver.store.articles import Saved
from archiver.store.merge import Change


def url(article: int) -> str:
    return f"https://kexue.fm/archives/{article}"


def read(
    tally: Tally,
    article: int,
    change: Change = Change.UNCHANGED,
    *,
    suspicious: str | None = None,
    **values: Any,
) -> None:
    """A page was read and stored."""
    item = Article(article, **{"body_html": "<p>文</p>", **values})
    tally.saved(item, url(article), Saved(change, suspicious))


def fail(tally: Tally, article: int | None, address: str | None = None) -> None:
    where = address or url(article or 0)
    tally.failed[where] = Failure(where, article, "HTTP 503 (Service Unavailable)")


def counts(tally: Tally, archived: Iterable[int]) -> dict[str, Any]:
    """The counts that are not 0; of what is named, the articles."""
    found = dict(tally.counts(list(archived)))
    for name in ("missing", "failed", "suspicious"):
        found[name] = [failure.article for failure in found[name]]
    return {name: value for name, value in found.items() if value}


def test_nothing_done() -> None:
    tally = Tally()
    assert tally.counts([]) == {
        "listed": 0,
        "archived": 0,
        "new": 0,
        "changed": 0,
        "unchanged": 0,
        "protected": 0,
        "gone": 0,
        "without_body": 0,
        "left": 0,
        "missing": [],
        "failed": [],
        "suspicious": [],
        "without": [],
    }
    assert (tally.done, tally.troubled, tally.named) == (0, set(), set())


def test_a_run_with_something_of_everything() -> None:
    """Ten listed articles: 1-9 are archived in the end, 10 was not reached."""
    tally = Tally(listed={1, 2, 3, 4, 5, 6, 7, 8, 10, 11})
    read(tally, 1, Change.NEW)
    read(tally, 2, Change.CHANGED)
    read(tally, 3)
    read(tally, 4, Change.CHANGED, status=Status.PROTECTED, body_html=None)
    read(tally, 5, Change.SUSPICIOUS, suspicious="it has lost its body", body_html="")
    fail(tally, 6)
    tally.gone.add(9)
    tally.missing[url(11)] = Failure(url(11), 11, "HTTP 404 (Not Found)")
    assert counts(tally, range(1, 10)) == {
        "listed": 10,
        "archived": 9,
        "new": 1,
        "changed": 1,
        "unchanged": 3,  # 3 was read again; 7 and 8 were not due
        "protected": 1,
        "gone": 1,
        "left": 1,
        "missing": [11],
        "failed": [6],
        "suspicious": [5],
    }
    assert tally.done == 8
    assert tally.troubled == {5, 6, 11}
    assert tally.named == {url(5), url(6), url(11)}


@pytest.mark.parametrize(
    ("change", "values", "expected"),
    [
        (Change.NEW, {}, {"new": 1}),
        (Change.CHANGED, {}, {"changed": 1}),
        (Change.UNCHANGED, {}, {"unchanged": 1}),
        (Change.NEW, {"body_html": ""}, {"new": 1, "without_body": 1}),
        (Change.NEW, {"status": Status.PROTECTED, "body_html": None}, {"protected": 1}),
        (Change.UNCHANGED, {"status": Status.PROTECTED, "body_html": None}, {"protected": 1}),
    ],
)
def test_an_article_is_counted_once(
    change: Change, values: dict[str, Any], expected: dict[str, int]
) -> None:
    tally = Tally(listed={1})
    read(tally, 1, change, **values)
    assert counts(tally, [1]) == {"listed": 1, "archived": 1, **expected}


def test_a_suspicious_page_is_no_good_count() -> None:
    """Neither of an archived article, nor of one that nothing was stored of."""
    for archived in ([1], []):
        tally = Tally(listed={1})
        read(tally, 1, Change.SUSPICIOUS, suspicious="it has lost its body", body_html="")
        expected = {"listed": 1, "archived": len(archived), "suspicious": [1]}
        assert counts(tally, archived) == {k: v for k, v in expected.items() if v}


def test_what_succeeds_in_the_end_has_not_failed() -> None:
    """Asked for once more at the end of the run, and read."""
    tally = Tally(listed={1})
    fail(tally, 1)
    assert counts(tally, []) == {"listed": 1, "failed": [1]}
    read(tally, 1, Change.NEW)
    assert counts(tally, [1]) == {"listed": 1, "archived": 1, "new": 1}


def test_an_address_that_is_no_article_is_named_only() -> None:
    """A listing page that failed is no article that was dealt with."""
    tally = Tally(listed={1})
    fail(tally, None, "https://kexue.fm/page/7/")
    read(tally, 1)
    assert tally.done == 1
    assert counts(tally, [1]) == {"listed": 1, "archived": 1, "unchanged": 1, "failed": [None]}
    tally.forget("https://kexue.fm/page/7/")
    assert tally.named == set()


def test_without_a_listing_only_what_was_asked_for_counts() -> None:
    """``ids=1,2``: the rest of the archive is none of this run's business."""
    tally = Tally()
    read(tally, 1)
    fail(tally, 2)
    expected = {"archived": 9, "unchanged": 1, "failed": [2]}
    assert counts(tally, range(1, 10)) == expected


def test_a_run_that_ends_early_says_what_is_left() -> None:
    tally = Tally(listed=set(range(1, 101)))
    for article in range(1, 31):
        read(tally, article, Change.NEW)
    assert counts(tally, range(1, 31)) == {"listed": 100, "archived": 30, "new": 30, "left": 70}


def test_a_gone_article_is_not_unchanged() -> None:
    """Its page answered 410 while the index still had it."""
    tally = Tally(listed={1, 2}, gone={1})
    read(tally, 2)
    expected = {"listed": 2, "archived": 2, "unchanged": 1, "gone": 1}
    assert counts(tally, [1, 2]) == expected
    assert tally.done == 2

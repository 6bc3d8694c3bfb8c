"""The counts of a run: every article once, and what is wrong is in no good count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from archiver.items import Article, Status
from archiver.run.counts import RunCounts
from archiver.run.report import Failure
from archiver.store.articles import Saved
from archiver.store.merge import Change


def url(article: int) -> str:
    return f"https://kexue.fm/archives/{article}"


def read(
    run: RunCounts,
    article: int,
    change: Change = Change.UNCHANGED,
    *,
    suspicious: str | None = None,
    **values: Any,
) -> None:
    """A page was read and stored."""
    item = Article(article, **{"body_html": "<p>文</p>", **values})
    run.count_saved(item, url(article), Saved(change, suspicious))


def fail(run: RunCounts, article: int | None, address: str | None = None) -> None:
    where = address or url(article or 0)
    run.failed[where] = Failure(where, article, "HTTP 503 (Service Unavailable)")


def counts(run: RunCounts, archived: Iterable[int]) -> dict[str, Any]:
    """The counts that are not 0; of what is named, the articles."""
    found = dict(run.for_report(list(archived)))
    for name in ("missing", "failed", "suspicious"):
        found[name] = [failure.article for failure in found[name]]
    return {name: value for name, value in found.items() if value}


def test_nothing_done() -> None:
    run = RunCounts()
    assert run.for_report([]) == {
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
        "comment_doubts": [],
        "pictures": [],
    }
    assert (run.done, run.troubled_articles, run.named) == (0, set(), set())


def test_a_run_with_something_of_everything() -> None:
    """Ten listed articles: 1-9 are archived in the end, 10 was not reached."""
    run = RunCounts(listed={1, 2, 3, 4, 5, 6, 7, 8, 10, 11})
    read(run, 1, Change.NEW)
    read(run, 2, Change.CHANGED)
    read(run, 3)
    read(run, 4, Change.CHANGED, status=Status.PROTECTED, body_html=None)
    read(run, 5, Change.SUSPICIOUS, suspicious="it has lost its body", body_html="")
    fail(run, 6)
    run.gone.add(9)
    run.missing[url(11)] = Failure(url(11), 11, "HTTP 404 (Not Found)")
    assert counts(run, range(1, 10)) == {
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
    assert run.done == 8
    assert run.troubled_articles == {5, 6, 11}
    assert run.named == {url(5), url(6), url(11)}


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
    run = RunCounts(listed={1})
    read(run, 1, change, **values)
    assert counts(run, [1]) == {"listed": 1, "archived": 1, **expected}


def test_a_suspicious_page_is_no_good_count() -> None:
    """Neither of an archived article, nor of one that nothing was stored of."""
    for archived in ([1], []):
        run = RunCounts(listed={1})
        read(run, 1, Change.SUSPICIOUS, suspicious="it has lost its body", body_html="")
        expected = {"listed": 1, "archived": len(archived), "suspicious": [1]}
        assert counts(run, archived) == {k: v for k, v in expected.items() if v}


def test_what_succeeds_in_the_end_has_not_failed() -> None:
    """Asked for once more at the end of the run, and read."""
    run = RunCounts(listed={1})
    fail(run, 1)
    assert counts(run, []) == {"listed": 1, "failed": [1]}
    read(run, 1, Change.NEW)
    assert counts(run, [1]) == {"listed": 1, "archived": 1, "new": 1}


def test_an_address_that_is_no_article_is_named_only() -> None:
    """A listing page that failed is no article that was dealt with."""
    run = RunCounts(listed={1})
    fail(run, None, "https://kexue.fm/page/7/")
    read(run, 1)
    assert run.done == 1
    assert counts(run, [1]) == {"listed": 1, "archived": 1, "unchanged": 1, "failed": [None]}
    run.forget_failure("https://kexue.fm/page/7/")
    assert run.named == set()


def test_without_a_listing_only_what_was_asked_for_counts() -> None:
    """``ids=1,2``: the rest of the archive is none of this run's business."""
    run = RunCounts()
    read(run, 1)
    fail(run, 2)
    expected = {"archived": 9, "unchanged": 1, "failed": [2]}
    assert counts(run, range(1, 10)) == expected


def test_a_run_that_ends_early_says_what_is_left() -> None:
    run = RunCounts(listed=set(range(1, 101)))
    for article in range(1, 31):
        read(run, article, Change.NEW)
    assert counts(run, range(1, 31)) == {"listed": 100, "archived": 30, "new": 30, "left": 70}


def test_a_gone_article_is_not_unchanged() -> None:
    """Its page answered 410 while the index still had it."""
    run = RunCounts(listed={1, 2}, gone={1})
    read(run, 2)
    expected = {"listed": 2, "archived": 2, "unchanged": 1, "gone": 1}
    assert counts(run, [1, 2]) == expected
    assert run.done == 2

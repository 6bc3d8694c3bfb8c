"""Which articles a run reads: what is new or failed first, then the most overdue re-checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver.planning.article_selection import (
    ArchiveState,
    revisit_interval,
    select_articles,
)
from archiver.planning.plan import Plan
from archiver.store.articles import Known

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = NOW.date()
#: The archive as the blog was in November 2026.
ARTICLES, FIRST_DAY = 1340, date(2009, 3, 1)


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat(timespec="seconds")


def a_row(
    article: int, *, published: str | None = "2020-01-01", fetched: str, **changes: Any
) -> Known:
    values: dict[str, Any] = {"has_time": False, "status": "published", "is_changed": False}
    values |= {"first_seen": "2020-01-02T03:00:00+00:00", **changes}
    return Known(article, published, fetched_at=fetched, **values)


def rows(*found: Known) -> dict[int, Known]:
    return {known.id: known for known in found}


def due(
    listed: Iterable[int],
    state: ArchiveState,
    *,
    plan: Plan | None = None,
    recheck: int = 0,
    days: Mapping[int, str | None] | None = None,
    in_a_row: int = 0,
) -> list[int]:
    return select_articles(plan or Plan(), listed, days or {}, state, recheck, NOW, in_a_row)


# --- What is new ----------------------------------------------------------------------------------


def test_the_first_run_reads_all_in_the_order_of_the_blog() -> None:
    assert due([9, 7, 8, 7, 9, 1], ArchiveState()) == [9, 7, 8, 1]


def test_nothing_listed_is_nothing_due() -> None:
    """What is archived but not among the listed is not looked for."""
    known = rows(a_row(1, fetched=ago(days=900)))
    assert due([], ArchiveState(archived=known, failed=[1, 2]), recheck=20) == []


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, False),
        ({"is_changed": 1}, True),
        ({"status": "gone"}, True),  # and listed again
        ({"status": "protected"}, False),
        ({"status": "protected", "is_changed": 1}, True),
    ],
)
def test_an_archived_article_is_due_without_a_budget(changes: dict[str, Any], is_due: bool) -> None:
    known = rows(a_row(1, fetched=ago(days=900), **changes))
    assert due([1], ArchiveState(archived=known)) == ([1] if is_due else [])


def test_failed_ones_come_first() -> None:
    """Archived or not; then what is new, then the re-checks."""
    known = rows(*(a_row(article, fetched=ago(days=90)) for article in (1, 2, 3)))
    assert due([9, 8, 7, 3, 2, 1], ArchiveState(archived=known, failed=[7, 2]), recheck=1) == [
        7,
        2,
        9,
        8,
        1,
    ]


def test_what_the_process_has_died_of_comes_last() -> None:
    """Those that it died of most, last of all."""
    assert due([9, 8, 7, 4], ArchiveState(failed=[4], unanswered={9: 2, 8: 1})) == [4, 7, 8, 9]


def test_what_the_process_has_died_of_keeps_no_re_check_out() -> None:
    """New or archived: what kills every run comes when all the others are done."""
    known = rows(a_row(1, fetched=ago(days=90)), a_row(2, fetched=ago(days=900)))
    state = ArchiveState(archived=known, unanswered={9: 1, 2: 1})
    assert due([9, 2, 1], state, recheck=2)[0] == 1
    assert due([2, 1], state, plan=Plan(full=True))[0] == 1


# --- Re-checks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "pause"),
    [
        ("2026-11-23", timedelta(days=2)),
        ("2026-11-24", timedelta(days=2)),  # tomorrow: the blog's clock is ahead
        ("2026-11-19", timedelta(days=2)),
        ("2026-11-13", timedelta(days=4)),
        ("2025-11-23", timedelta(days=80)),
        ("2009-03-01", timedelta(days=80)),
        (None, timedelta(days=80)),
    ],
)
def test_how_long_an_article_is_left_alone(published: str | None, pause: timedelta) -> None:
    assert revisit_interval(published, TODAY) == pause


def test_the_pause_grows_with_the_age() -> None:
    pauses = [
        revisit_interval((TODAY - timedelta(days=age)).isoformat(), TODAY) for age in range(500)
    ]
    assert pauses == sorted(pauses)


@pytest.mark.parametrize(("recheck", "expected"), [(0, []), (2, [1, 2]), (3, [1, 2, 3])])
def test_the_budget_is_kept(recheck: int, expected: list[int]) -> None:
    """New ones do not count; with more budget than articles all are read."""
    known = rows(*(a_row(article, fetched=ago(days=90 - article)) for article in (1, 2, 3)))
    assert due([3, 2, 1], ArchiveState(archived=known), recheck=recheck) == expected
    assert due([4, 3, 2, 1], ArchiveState(archived=known), recheck=recheck) == [4, *expected]


def test_the_most_overdue_comes_first() -> None:
    """Measured by what is right for its age: a young one after days, an old one after months."""
    young = (TODAY - timedelta(days=5)).isoformat()
    known = rows(
        a_row(1, published="2010-01-01", fetched=ago(days=40)),  # half of its 80 days
        a_row(2, published=young, fetched=ago(days=3)),  # one and a half times its two days
        a_row(3, published="2010-01-02", fetched=ago(days=100)),  # one and a quarter
        a_row(4, published=None, fetched=ago(days=88)),  # one and a tenth
        a_row(5, published=young, fetched=ago(hours=1)),
    )
    assert due([5, 2, 4, 3, 1], ArchiveState(archived=known), recheck=9) == [2, 3, 4, 1, 5]


def test_of_the_same_overdueness_the_oldest_article_comes_first() -> None:
    """After a first run all have waited the same time: the order is still the same every time."""
    known = rows(*(a_row(article, fetched=ago(days=10)) for article in (5, 3, 4)))
    assert due([5, 4, 3], ArchiveState(archived=known), recheck=2) == [3, 4]


def test_a_clock_that_went_back_ends_nothing() -> None:
    """A page that was read in the future is the last to be read again."""
    known = rows(a_row(1, fetched=ago(days=-1)), a_row(2, fetched=ago(hours=1)))
    assert due([2, 1], ArchiveState(archived=known), recheck=2) == [2, 1]


def test_half_of_the_budget_is_for_articles_without_a_capture() -> None:
    """The most overdue of them; the others are not kept waiting, and nothing more is read."""
    known = rows(*(a_row(article, fetched=ago(days=90 - article)) for article in range(1, 9)))
    listed = range(8, 0, -1)
    state = ArchiveState(archived=known, uncaptured={3, 5, 6, 7, 8})
    assert due(listed, state, recheck=4) == [3, 5, 1, 2]
    assert due(listed, state, recheck=1) == [1]
    assert due(listed, ArchiveState(archived=known, uncaptured={7}), recheck=4) == [7, 1, 2, 3]
    assert sorted(due(listed, state, recheck=9)) == sorted(listed)


# --- A run that goes on with another --------------------------------------------------------------


def test_a_resumed_run_does_not_read_again_what_was_read() -> None:
    """Two of three re-checks were made before the kill: one is left."""
    session = ago(hours=2)
    known = rows(
        a_row(1, fetched=ago(hours=1)),
        a_row(2, fetched=session),  # in the very second in which the session began
        a_row(3, fetched=ago(days=50)),
        a_row(4, fetched=ago(days=60)),
        a_row(5, fetched=ago(minutes=5), first_seen=ago(minutes=5)),  # was new in this session
    )
    state = ArchiveState(archived=known, session=session)
    assert due([5, 4, 3, 2, 1], state, recheck=3) == [4]
    assert due([5, 4, 3, 2, 1], state, recheck=2) == []
    assert due([6, 5, 4, 3, 2, 1], state, recheck=1) == [6]


def test_a_full_run_that_was_killed_goes_on_where_it_was() -> None:
    known = rows(
        a_row(1, fetched=ago(days=1)),
        a_row(2, fetched=ago(minutes=9)),
        a_row(3, fetched=ago(minutes=8), is_changed=1),  # shown otherwise since it was read
    )
    state = ArchiveState(archived=known, session=ago(minutes=10))
    assert due([4, 3, 2, 1], state, plan=Plan(full=True)) == [4, 3, 1]
    assert due([4, 3, 2, 1], ArchiveState(archived=known), plan=Plan(full=True)) == [4, 3, 2, 1]


def test_a_failed_article_is_tried_again_in_the_same_session() -> None:
    known = rows(a_row(1, fetched=ago(minutes=9)))
    assert due([1], ArchiveState(archived=known, failed=[1], session=ago(hours=1)), recheck=20) == [
        1
    ]


# --- A part of the blog ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "expected"), [(1, [7]), (3, [7, 9, 8]), (5, [7, 9, 8, 2, 1]), (99, [7, 9, 8, 2, 1])]
)
def test_limit(limit: int, expected: list[int]) -> None:
    """The first of what is due: failed, new, re-checks; the budget is kept besides."""
    known = rows(*(a_row(article, fetched=ago(days=90 + article)) for article in (1, 2, 3)))
    state = ArchiveState(archived=known | rows(a_row(3, fetched=ago(days=1))), failed=[7])
    assert due([9, 8, 7, 3, 2, 1], state, plan=Plan(limit=limit), recheck=2) == expected


def test_since() -> None:
    """That day or later; an article without a known day is read, new or archived."""
    days = {9: "2024-02-01", 8: "2024-01-31", 7: "2024-01-30", 6: None}
    plan = Plan(since="2024-01-31")
    assert due([9, 8, 7, 6, 5], ArchiveState(), plan=plan, days=days) == [9, 8, 6, 5]
    known = rows(a_row(7, fetched=ago(days=900)), a_row(8, fetched=ago(days=900)))
    assert due([8, 7], ArchiveState(archived=known), plan=plan, days=days, recheck=20) == [8]
    assert due([7], ArchiveState(failed=[7]), plan=plan, days=days) == []


def test_since_and_full() -> None:
    """Every article of these days again, also the archived ones."""
    days = {2: "2024-02-01", 1: "2023-12-31"}
    known = rows(a_row(1, fetched=ago(days=1)), a_row(2, fetched=ago(days=1)))
    assert due(
        [2, 1], ArchiveState(archived=known), plan=Plan(full=True, since="2024-01-01"), days=days
    ) == [2]


# --- Whatever the state ---------------------------------------------------------------------------

IDS = st.integers(1, 30)
STATES = st.builds(
    ArchiveState,
    archived=st.lists(
        st.builds(
            a_row,
            IDS,
            published=st.sampled_from([None, "2009-03-01", "2026-01-01", "2026-11-22"]),
            fetched=st.sampled_from([ago(days=d) for d in (0, 1, 3, 50, 500)]),
            first_seen=st.sampled_from([ago(days=d) for d in (0, 1, 600)]),
            is_changed=st.sampled_from([0, 1]),
            status=st.sampled_from(["published", "protected", "gone"]),
        )
    ).map(lambda found: rows(*found)),
    failed=st.sets(IDS),
    unanswered=st.dictionaries(IDS, st.integers(1, 3)),
    uncaptured=st.sets(IDS),
    session=st.none() | st.sampled_from([ago(days=2), ago(days=1)]),
)


@given(st.lists(IDS), STATES, st.integers(0, 5), st.booleans())
@limits(deadline=None)
def test_nothing_twice_nothing_forgotten(
    listed: list[int], state: ArchiveState, recheck: int, full: bool
) -> None:
    """All that is new or failed is there, within the budget, and nothing that is not listed."""
    found = due(listed, state, recheck=recheck, plan=Plan(full=full))
    assert len(found) == len(set(found))
    assert set(found) <= set(listed)
    assert set(listed) - state.archived.keys() <= set(found)
    assert set(listed) & set(state.failed) <= set(found)
    rechecks = [a for a in found if is_recheck(a, state)]
    assert full or len(rechecks) <= recheck
    order = [is_recheck(a, state) for a in found if a not in state.unanswered]
    assert order == sorted(order), "a re-check before what is new"


def is_recheck(article: int, state: ArchiveState) -> bool:
    row = state.archived.get(article)
    if row is None or article in state.failed:
        return False
    return not row.is_changed and row.status != "gone"


# --- Years ----------------------------------------------------------------------------------------


class Years:
    """An archive of the blog's size, and a run on every day; three days make a new article."""

    def __init__(self) -> None:
        self.now = NOW
        span = (TODAY - FIRST_DAY).days
        days = (FIRST_DAY + timedelta(days=n * span // ARTICLES) for n in range(ARTICLES))
        self.known = {
            article: self._read(article, day) for article, day in enumerate(days, start=1)
        }
        #: The articles of which no capture is kept yet.
        self.uncaptured: set[int] = set()
        #: Of every re-check: the age of the article, and the time since the reading before.
        self.waits: list[tuple[timedelta, timedelta]] = []

    def _read(self, article: int, day: date) -> Known:
        now = self.now.isoformat(timespec="seconds")
        return a_row(article, published=day.isoformat(), fetched=now, first_seen=now)

    def run(self, recheck: int) -> int:
        """One day: the number of re-checks."""
        self.now += timedelta(days=1)
        new = {len(self.known) + 1} if self.now.toordinal() % 3 == 0 else set()
        listed = [*new, *sorted(self.known, reverse=True)]
        state = ArchiveState(archived=self.known, uncaptured=self.uncaptured)
        found = select_articles(Plan(), listed, {}, state, recheck, self.now)
        self.uncaptured -= set(found)
        self._read_all(found, new)
        return len(set(found) - new)

    def _read_all(self, found: list[int], new: Collection[int]) -> None:
        for article in found:
            today = self.now.date()
            if article in new:
                self.known[article] = self._read(article, today)
                continue
            row = self.known[article]
            self.waits.append((today - date.fromisoformat(row.published or ""), self._since(row)))
            fetched_at = self.now.isoformat(timespec="seconds")
            self.known[article] = row._replace(fetched_at=fetched_at)

    def _since(self, row: Known) -> timedelta:
        return self.now - datetime.fromisoformat(row.fetched_at)

    def longest(self) -> timedelta:
        """The longest time without a check, of those that still wait too."""
        return max([wait for _, wait in self.waits] + [self._since(r) for r in self.known.values()])

    def longest_below(self, days: int) -> timedelta:
        return max(wait for age, wait in self.waits if age < timedelta(days=days))


@pytest.fixture(scope="module")
def years() -> Years:
    """400 days with the default budget."""
    years = Years()
    for _ in range(400):
        assert years.run(20) == 20
    return years


def test_an_old_archive_has_all_its_captures_within_three_months(years: Years) -> None:
    """With no request more than before, and edits of new articles are seen as soon as before."""
    years = deepcopy(years)
    years.uncaptured, years.waits = set(years.known), []
    days = 0
    while years.uncaptured:
        assert years.run(20) == 20
        days += 1
    assert days <= 92
    assert years.longest_below(30) <= timedelta(days=14)


def test_every_article_is_checked_within_three_months(years: Years) -> None:
    """Also after a first run, which has read all of them on the same day."""
    assert len(years.known) == 1474
    assert years.longest() <= timedelta(days=92)


def test_the_articles_of_the_last_month_are_checked_within_days(years: Years) -> None:
    assert years.longest_below(30) <= timedelta(days=14)
    assert years.longest_below(7) <= timedelta(days=3)


def test_one_of_the_others_comes_behind_so_many_failed_ones() -> None:
    """Else four pages that are broken for good would end every run before it has read a thing."""
    known = rows(*(a_row(number, fetched=ago(days=90)) for number in (1, 2)))
    state = ArchiveState(archived=known, failed=[14, 11, 13, 12, 15])
    listed = [15, 14, 13, 12, 11, 10, 2, 1]
    assert due(listed, state, recheck=1, in_a_row=3) == [14, 11, 13, 1, 12, 15, 10]
    assert due([9, *listed], state, in_a_row=2) == [14, 11, 10, 13, 12, 9, 15]
    assert due(listed, state, recheck=1) == [14, 11, 13, 12, 15, 10, 1]

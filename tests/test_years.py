"""Two months of a blog and its archive (rig/years.py), each day compared with the blog's diary.

``make soak`` lets them live 400 days.
"""

from __future__ import annotations

import json

import pytest
from rig.diary import Calendar
from rig.process import result_of
from rig.years import DAYS, LONG, Day, Found, is_quiet

#: The fewest events of each kind, else the other tests prove little.
LEAST = {
    DAYS: {
        "new": 80, "body": 15, "title": 5, "tags": 5, "category": 2, "protect": 2, "open": 1,
        "delete": 2, "return": 1,
    },
    LONG: {
        "new": 220, "body": 70, "title": 15, "tags": 15, "category": 5, "protect": 8, "open": 5,
        "delete": 8, "return": 4,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def calendar(pytestconfig: pytest.Config) -> Calendar:
    return Calendar(LONG if pytestconfig.getoption("soak") else DAYS)


@pytest.fixture(scope="module")
def found(calendar: Calendar) -> Found:
    values = json.loads(result_of("rig.years", str(calendar.days)))
    return Found(**{**values, "days": [Day(**day) for day in values["days"]]})


def test_the_years_were_eventful(found: Found, calendar: Calendar) -> None:
    assert len(found.days) == calendar.days
    least = LEAST[calendar.days]
    assert {deed: n for deed, n in least.items() if found.events.get(deed, 0) < n} == {}


def test_no_row_was_ever_wrong(found: Found) -> None:
    """Every row is what the blog shows, or what it showed before an event not yet seen."""
    assert found.wrong == []


def test_every_event_was_seen_in_time(found: Found) -> None:
    assert found.late == []


def test_every_event_is_in_the_log_of_changes(found: Found) -> None:
    assert found.untold == []


def test_old_texts_are_kept_in_their_order(found: Found) -> None:
    assert found.lost == []


def test_deleted_articles_are_tombstones_with_their_text(found: Found) -> None:
    assert found.tombstones == found.events["delete"] - found.events["return"]
    assert found.articles == found.events["new"]


def test_a_changed_theme_is_reported_and_nothing_taken(found: Found, calendar: Calendar) -> None:
    days = [found.days[number] for number in calendar.theme_days]
    assert [day.exit_status for day in days] == [1] * len(days)
    assert all("suspicious" in str(day.problem) for day in days)
    assert days[0].suspicious > 0


def test_no_other_day_is_suspicious(found: Found, calendar: Calendar) -> None:
    assert [
        d.number for d in found.days if d.suspicious and d.number not in calendar.theme_days
    ] == []


def test_an_outage_is_reported_every_day(found: Found, calendar: Calendar) -> None:
    days = [found.days[number] for number in calendar.outage_days]
    assert [day.exit_status for day in days] == [1] * len(days)
    assert max(day.requests for day in days) <= 10  # for robots.txt, then it is left alone


def test_all_other_days_end_well(found: Found, calendar: Calendar) -> None:
    assert [
        d.problem for d in found.days if calendar.is_undisturbed(d.number) and d.exit_status
    ] == []


def test_requests_stay_within_the_budget(found: Found) -> None:
    assert [day for day in found.days if day.requests > day.budget] == []


def test_a_day_without_news_costs_the_re_checks_and_six_requests(
    found: Found, calendar: Calendar
) -> None:
    quiet = [day.requests for day in found.days if is_quiet(day, calendar)]
    assert len(quiet) >= calendar.days // (8 if calendar.is_long else 20)
    assert max(quiet) <= calendar.recheck + 6

"""Which articles must be read in this run, and in which order. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from archiver.items import Status
from archiver.planning.plan import Plan

Known = Mapping[str, Any]

#: An article is looked at again after two fifths of its age, two days at least and 80 at most.
#: With ten new articles a month and 1,340 in all, 20 a day about keep this pace: edits and comments
#: of a new article are seen within days, those of the oldest within three months.
_SHARE_OF_AGE: Final = 0.4
_SHORTEST: Final = timedelta(days=2)
_LONGEST: Final = timedelta(days=80)


@dataclass(frozen=True)
class Past:
    """What the archive knows when a run decides what to read."""

    #: The archived articles.
    known: Mapping[int, Known] = field(default_factory=dict)
    #: Those that could not be read the last time, the longest ago first.
    failed: Sequence[int] = ()
    #: Those that the blog does not list any more, for the first time.
    absent: Collection[int] = ()
    #: Those whose page was asked for without an end (the process died), and how often.
    asked: Mapping[int, int] = field(default_factory=dict)
    #: When the work began that this run goes on with (UTC, ISO 8601); ``None``: it begins now.
    session: str | None = None


def due_articles(
    plan: Plan,
    listed: Iterable[int],
    days: Mapping[int, str | None],
    past: Past,
    recheck: int,
    now: datetime,
    in_a_row: int = 0,
) -> list[int]:
    """The ids to read, each once: failed ones, what is new or shown otherwise, re-checks.

    ``listed`` are the articles that the blog has, in its order; ``days`` are the days of
    publication as far as they are known (``YYYY-MM-DD``). Of the archived articles ``recheck`` are
    read again, the most overdue first. What was read since ``past.session`` is not read again.
    What the process has died of comes last, so that it does not keep the others out. Behind
    ``in_a_row`` failed ones comes one of the others: whether that can be read tells what is amiss,
    a few articles or the server; within the number of re-checks also one that was read already.
    When so many failed that they may have ended a run, the new ones are read from the other end:
    broken pages stand side by side.
    """
    shown = dict.fromkeys([*listed, *past.absent])
    candidates = [a for a in shown if _is_wanted(plan, days.get(a))]
    news = [a for a in candidates if _is_news(a, past)]
    new = set(news)
    rest = [a for a in candidates if a not in new]
    if plan.full:
        again = [a for a in rest if _is_from_before(past.known[a], past)]
    else:
        again = _overdue(rest, past, recheck, now)
    failed = [article for article in past.failed if article in new]
    fresh = [article for article in news if article not in past.failed]
    if 0 < in_a_row <= len(failed):
        fresh.reverse()
        wanted = min(len(failed) // in_a_row, recheck) - len(again)
        again += [article for article in rest if article not in again][: max(wanted, 0)]
    due = list(_mixed(failed, fresh, again, in_a_row or len(failed) + 1))
    due.sort(key=lambda article: past.asked.get(article, 0))
    return due[: plan.limit]


def _mixed(
    failed: Sequence[int], news: Sequence[int], again: Sequence[int], in_a_row: int
) -> Iterator[int]:
    """The failed ones, with one of the others behind every so many of them; then the others.

    One that could be read before tells most.
    """
    probes = [*again, *news][: len(failed) // in_a_row]
    rest = iter(probes)
    for place, article in enumerate(failed, start=1):
        yield article
        if place % in_a_row == 0:
            yield from islice(rest, 1)
    yield from (article for article in (*news, *again) if article not in probes)


def _is_wanted(plan: Plan, day: str | None) -> bool:
    """Is an article inside the days that were asked for? One without a date is."""
    return plan.since is None or day is None or day >= plan.since


def _is_news(article: int, past: Past) -> bool:
    """New, failed, shown otherwise than before, not shown any more, or gone and listed again?"""
    row = past.known.get(article)
    if row is None or article in past.failed or article in past.absent:
        return True
    return bool(row["is_changed"]) or row["status"] == Status.GONE


def _overdue(archived: list[int], past: Past, recheck: int, now: datetime) -> list[int]:
    """The archived articles that have waited longest for their age; the oldest check first."""
    rows = [past.known[article] for article in archived]
    done = sum(_is_read_again(row, past) for row in rows)
    waiting = [row for row in rows if _is_from_before(row, past)]
    waiting.sort(key=lambda row: (-_overdueness(row, now), row["fetched_at"], row["id"]))
    return [row["id"] for row in waiting][: max(recheck - done, 0)]


def _is_from_before(row: Known, past: Past) -> bool:
    """Was the page last read before the work that this run goes on with?"""
    return past.session is None or row["fetched_at"] < past.session


def _is_read_again(row: Known, past: Past) -> bool:
    """Did this work, in a run that was killed, re-check the article already?"""
    return not _is_from_before(row, past) and row["first_seen"] < (past.session or "")


def _overdueness(row: Known, now: datetime) -> float:
    """The time since the last reading, as a multiple of what it should be."""
    waited = now - datetime.fromisoformat(row["fetched_at"])
    return waited / pause_of(row["published"], now.date())


def pause_of(published: str | None, today: date) -> timedelta:
    """How long an article of this day (``YYYY-MM-DD``) is left alone after it was read."""
    if published is None:
        return _LONGEST
    age = today - date.fromisoformat(published)
    return min(max(age * _SHARE_OF_AGE, _SHORTEST), _LONGEST)

"""Which articles a run reads, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from archiver.items import Status
from archiver.planning.plan import Plan
from archiver.store.articles import Known

#: An article is read again after two fifths of its age, two days at least and 80 at most.
#: With ten new articles a month and 1,340 in all, 20 a day about keep this pace: edits and comments
#: of a new article are seen within days, those of the oldest within three months.
_SHARE_OF_AGE: Final = 0.4
_SHORTEST: Final = timedelta(days=2)
_LONGEST: Final = timedelta(days=80)


@dataclass(frozen=True)
class ArchiveState:
    """What the archive knows when a run decides what to read."""

    #: The archived articles by id.
    archived: Mapping[int, Known] = field(default_factory=dict)
    #: Articles that could not be read the last time, the longest ago first.
    failed: Sequence[int] = ()
    #: Archived articles that the blog does not list in this run.
    absent: Collection[int] = ()
    #: Articles whose page was requested without an end (the process died), and how often.
    unanswered: Mapping[int, int] = field(default_factory=dict)
    #: Archived articles of which no capture is kept, where the run keeps captures.
    uncaptured: Collection[int] = ()
    #: When the work began that this run continues (UTC, ISO 8601); ``None``: it begins now.
    session: str | None = None


def select_articles(
    plan: Plan,
    listed: Iterable[int],
    days: Mapping[int, str | None],
    state: ArchiveState,
    recheck: int,
    now: datetime,
    failures_in_a_row: int = 0,
) -> list[int]:
    """The ids of the articles to read, each once, in the order in which they are read.

    First come articles that failed before, then new ones and those that the blog shows otherwise
    than before, then re-checks: ``recheck`` archived articles, the most overdue first, half of them
    without a capture as long as there are such. Nothing that was read since ``state.session`` is
    read again. ``listed`` are the articles that the blog has,
    in its order; ``days`` are the days of publication as far as they are known (``YYYY-MM-DD``).

    Three rules keep a few broken pages from stopping every run at the same place:

    - An article at whose page the process died before comes last.
    - After ``failures_in_a_row`` failed articles comes one of the others, a re-check where there is
      one. It shows whether a few pages are broken or the server. There may be as many such
      re-checks as ``recheck`` allows, also of articles that are not overdue.
    - When that many failed, the new ones are read from the other end of the list, because broken
      pages stand side by side.
    """
    shown = dict.fromkeys([*listed, *state.absent])
    candidates = [a for a in shown if _is_in_period(plan, days.get(a))]
    wanted_anyway = {*state.failed, *state.absent}
    needed = [a for a in candidates if a in wanted_anyway or _must_be_read(state.archived.get(a))]
    new = set(needed)
    rest = [a for a in candidates if a not in new]
    if plan.full:
        again = [a for a in rest if _is_unread_in_session(state.archived[a], state)]
    else:
        again = _most_overdue(rest, state, recheck, now)
    failed = [article for article in state.failed if article in new]
    fresh = [article for article in needed if article not in state.failed]
    if 0 < failures_in_a_row <= len(failed):
        fresh.reverse()
        wanted = min(len(failed) // failures_in_a_row, recheck) - len(again)
        again += [article for article in rest if article not in again][: max(wanted, 0)]
    selected = list(_interleave(failed, fresh, again, failures_in_a_row or len(failed) + 1))
    selected.sort(key=lambda article: state.unanswered.get(article, 0))
    return selected[: plan.limit]


def _interleave(
    failed: Sequence[int], fresh: Sequence[int], again: Sequence[int], in_a_row: int
) -> Iterator[int]:
    """The failed articles with one other article after every ``in_a_row`` of them; then the rest.

    Re-checks go first into these places: their pages could be read before, so that a failure of
    theirs says most about the server.
    """
    probes = [*again, *fresh][: len(failed) // in_a_row]
    rest = iter(probes)
    for place, article in enumerate(failed, start=1):
        yield article
        if place % in_a_row == 0:
            yield from islice(rest, 1)
    yield from (article for article in (*fresh, *again) if article not in probes)


def _is_in_period(plan: Plan, day: str | None) -> bool:
    """True when an article is inside the days that were asked for, or has no known day."""
    return plan.since is None or day is None or day >= plan.since


def _must_be_read(known: Known | None) -> bool:
    """True when a listed article is new, shown otherwise, or was gone."""
    return known is None or known.is_changed or known.status == Status.GONE


def _most_overdue(
    archived: list[int], state: ArchiveState, recheck: int, now: datetime
) -> list[int]:
    """The articles that have waited longest for their age; among equals the oldest reading.

    Half of them have no capture yet, as far as there are such. The other half is for all: an edit
    of a new article is seen within days, also while an old archive gets its captures.
    """
    found = [state.archived[article] for article in archived]
    done = sum(_is_rechecked_in_session(known, state) for known in found)
    waiting = [known for known in found if _is_unread_in_session(known, state)]
    waiting.sort(key=lambda known: (-_overdueness(known, now), known.fetched_at, known.id))
    room = max(recheck - done, 0)
    overdue = [known.id for known in waiting]
    first = [article for article in overdue if article in state.uncaptured][: room // 2]
    return [*first, *(article for article in overdue if article not in first)][:room]


def _is_unread_in_session(known: Known, state: ArchiveState) -> bool:
    """True when the page was last read before the session.

    A session is an interrupted run with those that continue it.
    """
    return state.session is None or known.fetched_at < state.session


def _is_rechecked_in_session(known: Known, state: ArchiveState) -> bool:
    """True when an earlier run of this session has re-checked the article."""
    return not _is_unread_in_session(known, state) and known.first_seen < (state.session or "")


def _overdueness(known: Known, now: datetime) -> float:
    """The time since the last reading, as a multiple of the article's interval."""
    waited = now - datetime.fromisoformat(known.fetched_at)
    return waited / revisit_interval(known.published, now.date())


def revisit_interval(published: str | None, today: date) -> timedelta:
    """The time between two readings of an article of this day (``YYYY-MM-DD``)."""
    if published is None:
        return _LONGEST
    age = today - date.fromisoformat(published)
    return min(max(age * _SHARE_OF_AGE, _SHORTEST), _LONGEST)

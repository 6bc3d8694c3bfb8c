"""Days and years of a blog and its archive: one run a day, compared with the blog's diary.

`archiver.clock` tells the simulated time; the crawls are real ones over HTTP (`rig.inside`).

`PYTHONPATH=tests python -m rig.years 400` prints the figures of so many days; with `--json`, all
that was found.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from replica import Replica

from archiver import clock
from archiver.run.report import Report
from rig import inside
from rig.diary import (
    FIELDS,
    FIRST_DAY,
    KINDS,
    Calendar,
    Diary,
    Event,
    State,
    moment_of,
    patience_for,
    text_of,
)

#: The days of a short life, and of a long one, which `make soak` asks for.
DAYS: Final = 60
LONG: Final = 400
#: robots.txt, the index, the first listing page and one more; the gate costs one request more for
#: robots.txt and one for the first page.
_BASIS: Final = 4 + 2
_SEED: Final = 20260724
#: Nothing here looks at WARC files, and the kills and faults are tried with them.
NO_WARC: Final = {"KEXUE_WARC": 0}
_ROWS: Final = "SELECT id, title, body_text, category, tags, status FROM articles"
_TOLD: Final = "SELECT article_id, kind, fields FROM changes WHERE id > ? ORDER BY id"


@dataclass
class Day:
    """One run."""

    number: int
    exit_status: int
    problem: str | None
    requests: int
    #: What the run may have asked for.
    budget: int
    #: Events that it has brought to the archive.
    news: int
    #: Addresses that had failed before it.
    failed: int
    suspicious: int


@dataclass
class Found:
    """All days, and every sentence about what should not be."""

    days: list[Day] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)
    #: On how many days an event could have been seen until it was, by deed: the most.
    longest: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    articles: int = 0
    tombstones: int = 0
    seconds: float = 0.0


class Years:
    """The archive beside the diary."""

    def __init__(self, replica: Replica, folder: Path, days: int) -> None:
        self.replica = replica
        self.folder = folder
        self.calendar = Calendar(days)
        self.diary = Diary(replica, _SEED, self.calendar)
        self.found = Found()
        #: The versions of each article that the archive has seen, in their order.
        self.seen: dict[int, list[State]] = {}
        self._told = 0

    async def live(self) -> None:
        """All days, and the questions at their end."""
        start, days = time.monotonic(), self.calendar.days
        for day in range(days):
            self.diary.live(day)
            await self.crawl(day)
        await self.read_all_again(days)
        self.check_versions()
        self.found.events = dict(Counter(event.deed for event in self.diary.events))
        self.found.seconds = time.monotonic() - start

    async def crawl(self, day: int) -> None:
        """One day's run, and what it has done."""
        let_time_be(moment_of(day))
        before = len(self.diary.pending)
        failed = self.count("SELECT count(*) FROM failures") if day else 0
        self.replica.clear_log()
        settings = {"KEXUE_RECHECK": self.calendar.recheck, **NO_WARC}
        report = await inside.crawl(self.replica.base_url, self.folder, **settings)
        self.compare(day)
        news = before - len(self.diary.pending)
        self.note(day, report, news, failed)

    async def read_all_again(self, day: int) -> None:
        """The day after: nothing happens, and a full run leaves nothing unseen."""
        let_time_be(moment_of(day))
        arguments = {"full": "1"}
        await inside.crawl(self.replica.base_url, self.folder, arguments=arguments, **NO_WARC)
        self.compare(day)
        self.found.late += [f"{event} was never seen" for event in self.diary.pending.values()]

    def note(self, day: int, report: Report, news: int, failed: int) -> None:
        """The figures of a day; the first run reads the whole blog."""
        today = f"{moment_of(day):%Y-%m-%d}"
        listings = -(-len(self.diary.states) // 10) if day == 0 else 0
        budget = _BASIS + listings + self.calendar.recheck + news + failed
        suspicious = self.count(
            "SELECT count(*) FROM revisions WHERE suspicious IS NOT NULL"
            f" AND substr(seen_at, 1, 10) = '{today}'"
        )
        requests = len(self.replica.log)
        self.found.days.append(
            Day(day, report.exit_status, report.problem, requests, budget, news, failed, suspicious)
        )

    # --- The archive and the diary ------------------------------------------------------------

    def compare(self, day: int) -> None:
        """Every row must be what the blog shows, or what it showed before a recent event."""
        rows = {row[0]: row[1:] for row in self.query(_ROWS)}
        told = self.news_told()
        for article, state in self.diary.states.items():
            event = self.diary.pending.get(article)
            row = rows.pop(article, None)
            if event is not None and row == expected_row(article, event.after):
                self.take_note(day, event, told.pop(article, []))
            elif event is not None and row == expected_row(article, event.before):
                self.check_patience(day, event)
            elif event is not None or row != expected_row(article, state):
                self.found.wrong.append(f"day {day}: {article} is {row}, not {state}")
        for article, rest in told.items():
            if any(kind != "suspicious" for kind, _ in rest):
                self.found.wrong.append(f"day {day}: told of {article}, but nothing was: {rest}")
        for article in rows:
            self.found.wrong.append(f"day {day}: the blog never had {article}")

    def take_note(self, day: int, event: Event, told: list[tuple[str, list[str]]]) -> None:
        """Note an event that the archive has seen; complain when `changes` does not tell of it."""
        del self.diary.pending[event.article]
        kind, column = KINDS[event.deed], FIELDS.get(event.deed)
        if not any(k == kind and (column is None or column in fields) for k, fields in told):
            self.found.untold.append(f"day {day}: {event} is told as {told}")
        longest = self.found.longest
        longest[event.deed] = max(longest.get(event.deed, 0), self.chances_to_see(event, day))
        versions = self.seen.setdefault(event.article, [])
        if event.deed not in ("protect", "open", "delete", "return"):
            versions.append(event.after)

    def check_patience(self, day: int, event: Event) -> None:
        """Complain once when an event should have been seen by now."""
        patience = patience_for(event, self.diary.published[event.article])
        if self.calendar.is_undisturbed(day) and self.chances_to_see(event, day) == patience + 1:
            self.found.late.append(f"day {day}: {event} was not seen")

    def chances_to_see(self, event: Event, day: int) -> int:
        """The runs from an event to a day, this one too, in which the blog could be read."""
        return sum(map(self.calendar.is_undisturbed, range(event.day, day + 1)))

    def check_versions(self) -> None:
        """Every version that was seen must be kept, in its order, and nothing else."""
        kept: dict[int, list[tuple[Any, ...]]] = {}
        for article, *values in self.query(
            "SELECT article_id, title, body_html, category, tags FROM revisions"
            " WHERE suspicious IS NULL ORDER BY article_id, number"
        ):
            kept.setdefault(article, []).append(tuple(values))
        for article, states in self.seen.items():
            found = kept.pop(article, [])
            if not same_versions(article, states, found):
                self.found.lost.append(f"{article} had {states}; kept are {found}")
        self.found.lost += [f"{article} never was" for article in kept]
        self.found.articles = self.count("SELECT count(*) FROM articles")
        self.found.tombstones = self.count(
            "SELECT count(*) FROM articles WHERE status = 'gone' AND body_html <> ''"
            " AND gone_at IS NOT NULL"
        )

    # --- The database -------------------------------------------------------------------------

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the archive."""
        with closing(sqlite3.connect(self.folder / "kexue.db")) as connection:
            return connection.execute(sql, values).fetchall()

    def count(self, sql: str) -> int:
        """One number of the archive."""
        return int(self.query(sql)[0][0])

    def news_told(self) -> dict[int, list[tuple[str, list[str]]]]:
        """The rows of `changes` since the last call, by article."""
        found: dict[int, list[tuple[str, list[str]]]] = {}
        for article, kind, fields in self.query(_TOLD, self._told):
            found.setdefault(article, []).append((kind, json.loads(fields)))
        self._told = self.count("SELECT coalesce(max(id), 0) FROM changes")
        return found


def expected_row(article: int, state: State | None) -> tuple[Any, ...] | None:
    """The columns of `_ROWS` for a state; a password or a tombstone leaves the text as it was."""
    if state is None:
        return None
    tags = json.dumps(state.tags, ensure_ascii=False)
    return (state.title, text_of(article, state.version), state.category, tags, state.status)


def same_versions(article: int, states: list[State], found: list[tuple[Any, ...]]) -> bool:
    """True when the kept versions are those that were seen."""
    if len(states) != len(found):
        return False
    for state, (title, body, category, tags) in zip(states, found, strict=True):
        text = text_of(article, state.version).partition("\n\n")[2]
        is_same = (title, category, json.loads(tags)) == (
            state.title, state.category, list(state.tags),
        )  # fmt: skip
        if not is_same or text not in body:
            return False
    return True


def let_time_be(moment: datetime) -> None:
    """Set `archiver.clock`; it goes on from there as time goes."""
    start = time.monotonic()
    clock.now = lambda: moment + timedelta(seconds=time.monotonic() - start)


def is_quiet(day: Day, calendar: Calendar) -> bool:
    """True when there was nothing new, nothing to be asked again, nothing wrong with the blog."""
    return not day.news and not day.failed and calendar.is_undisturbed(day.number)


def figures(found: Found) -> list[str]:
    """The lines that tell how it went."""
    calendar = Calendar(len(found.days))
    quiet = [day.requests for day in found.days if is_quiet(day, calendar)]
    closed = [day.requests for day in found.days if day.number in calendar.outage_days]
    over = [day.number for day in found.days if day.requests > day.budget]
    events = ", ".join(f"{count} {deed}" for deed, count in sorted(found.events.items()))
    return [
        f"{len(found.days)} days from {FIRST_DAY}, {found.seconds:.0f} s",
        f"events: {events}",
        f"seen at the latest in the run of this number: {found.longest}",
        f"requests: {sum(day.requests for day in found.days):,}; on a day without news"
        f" {max(quiet, default=0)} at most, while the blog is closed {max(closed, default=0)},"
        f" over the budget on {len(over)} days",
        f"articles: {found.articles}, tombstones: {found.tombstones},"
        f" suspicious versions: {sum(day.suspicious for day in found.days)}",
        f"wrong: {len(found.wrong)}, late: {len(found.late)}, untold: {len(found.untold)},"
        f" lost: {len(found.lost)}",
        *(*found.wrong[:9], *found.late[:9], *found.untold[:9], *found.lost[:9]),
    ]


def main() -> None:
    """Live the years and tell."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    with tempfile.TemporaryDirectory() as folder, Replica([], gate="script") as replica:
        replica.set_theme(sidebars=False)  # nothing in them changes, and pages are half as long
        years = Years(replica, Path(folder), numbers[0] if numbers else DAYS)
        inside.run(years.live())
    found = years.found
    is_json = "--json" in sys.argv
    lines = [json.dumps(asdict(found), ensure_ascii=False)] if is_json else figures(found)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

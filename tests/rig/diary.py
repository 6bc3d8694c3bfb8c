"""What a blog does in the years of `rig.years`: its posts day by day, by chance from a fixed seed.

No article has a second event before the archive has seen the first one, so that every event can be
looked for. Whether the archive has seen it, and in time, is for `rig.years` to find out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from replica import Replica, make_post

from archiver.demo.posts import CATEGORIES, SHANGHAI, Post

Deed = Literal["new", "body", "title", "tags", "category", "protect", "open", "delete", "return"]

FIRST_DAY: Final = date(2024, 1, 1)
FIRST_ID: Final = 1001
#: How `changes.kind` calls each deed, and the columns that it changes at least.
KINDS: Final[dict[Deed, str]] = {
    "new": "new",
    "body": "edited",
    "title": "edited",
    "tags": "edited",
    "category": "edited",
    "protect": "protected",
    "open": "opened",
    "delete": "gone",
    "return": "returned",
}
FIELDS: Final[dict[Deed, str]] = {
    "body": "body_html",
    "title": "title",
    "tags": "tags",
    "category": "category",
}
#: How likely each deed is on a day. Ten new articles a month.
_CHANCES: Final[dict[Deed, float]] = {
    "new": 1 / 3,
    "body": 0.3,
    "title": 0.08,
    "tags": 0.08,
    "category": 0.05,
    "protect": 0.05,
    "open": 0.05,
    "delete": 0.06,
    "return": 0.03,
}
#: Edits are of articles younger than this in half of all cases.
_YOUNG: Final = timedelta(days=30)


@dataclass(frozen=True)
class State:
    """What the archive should have of an article."""

    title: str
    version: int
    category: str
    tags: tuple[str, ...]
    status: Literal["published", "protected", "gone"] = "published"


@dataclass(frozen=True)
class Event:
    """Something that happened to an article on a day (counted from 0)."""

    day: int
    article: int
    deed: Deed
    before: State | None
    after: State


def text_of(article: int, version: int) -> str:
    """The text of a version as the archive should have it."""
    return f"第{article}篇的开头。\n\n第{version}版：$x_{{{article}}}={version}$，其余不变。"


def body_of(article: int, version: int) -> str:
    """The body of a version as its author stored it."""
    first, _, second = text_of(article, version).partition("\n\n")
    return f"<p>{first}</p>\n<!--more-->\n<p>{second}</p>"


@dataclass(frozen=True)
class Calendar:
    """What happens to the whole blog in a life of so many days, in proportion to its length."""

    days: int

    @property
    def is_long(self) -> bool:
        """True when there are days enough for the ordinary course of things."""
        return self.days >= 200

    @property
    def posts_before(self) -> int:
        """The articles on the first day; a short life has fewer, and looks at fewer again a day."""
        return 120 if self.is_long else 60

    @property
    def recheck(self) -> int:
        """How many articles each run looks at again."""
        return self.posts_before // 6

    @property
    def gate_day(self) -> int:
        """The day on which the gate and its cookie change."""
        return self.days // 4

    @property
    def theme_days(self) -> range:
        """The days on which the theme shows no bodies."""
        first = self.days * 3 // 8
        return range(first, first + max(3, self.days // 80))

    @property
    def outage_days(self) -> range:
        """The days on which the whole blog is closed."""
        first = self.days * 23 // 40
        return range(first, first + self.days * 3 // 40)

    @property
    def pace(self) -> float:
        """How many times as likely events are as on an ordinary day: a short life has all kinds."""
        return 1.0 if self.is_long else 2.0

    def is_undisturbed(self, day: int) -> bool:
        """True on a day on which the blog can be read as it is."""
        return day not in self.theme_days and day not in self.outage_days


class Diary:
    """The blog's life, applied to a replica as it goes."""

    def __init__(self, replica: Replica, seed: int, calendar: Calendar) -> None:
        self.replica = replica
        self.calendar = calendar
        self.events: list[Event] = []
        self.states: dict[int, State] = {}
        self.published: dict[int, date] = {}
        #: Events that the archive has not seen yet, by article.
        self.pending: dict[int, Event] = {}
        self._chance = random.Random(seed)
        for number in range(calendar.posts_before, 0, -1):
            self._publish(0, FIRST_DAY - timedelta(days=12 * number))

    def live(self, day: int) -> None:
        """Let one day's events happen."""
        self._disturb(day)
        for deed, chance in _CHANCES.items():
            if self._chance.random() < chance * self.calendar.pace:
                self._do(day, deed)

    def _disturb(self, day: int) -> None:
        if day == self.calendar.gate_day:
            self.replica.gate_kind = "header"
            self.replica.change_cookie()
        self.replica.change_theme("empty" if day in self.calendar.theme_days else None)
        if day in self.calendar.outage_days:
            self.replica.closed()
        else:
            self.replica.open()

    def _do(self, day: int, deed: Deed) -> None:
        if deed == "new":
            self._publish(day, FIRST_DAY + timedelta(days=day))
            return
        article = self._pick(deed, FIRST_DAY + timedelta(days=day))
        if article is not None:
            self._change(day, deed, article)

    def _pick(self, deed: Deed, today: date) -> int | None:
        """An article that can have this deed, a young one in half of all cases."""
        needed = {"open": "protected", "return": "gone"}.get(deed, "published")
        able = [a for a, s in self.states.items() if s.status == needed and a not in self.pending]
        young = [a for a in able if today - self.published[a] < _YOUNG]
        if young and self._chance.random() < 0.5:
            able = young
        return self._chance.choice(able) if able else None

    def _publish(self, day: int, published: date) -> None:
        article = FIRST_ID + len(self.states)
        moment = datetime(published.year, published.month, published.day, 8, 30, tzinfo=SHANGHAI)
        post = make_post(article, published=moment, body=body_of(article, 1))
        self.published[article] = published
        self.replica.publish(post)
        self._note(Event(day, article, "new", None, state_of(post, 1)))

    def _change(self, day: int, deed: Deed, article: int) -> None:
        before = self.states[article]
        after = self._after(deed, article, before)
        status = {"gone": "deleted"}.get(after.status, after.status)
        self.replica.edit(
            article,
            title=after.title,
            body=body_of(article, after.version),
            category=next(c for c in CATEGORIES.values() if c.name == after.category),
            tags=after.tags,
            state=status,
        )
        self._note(Event(day, article, deed, before, after))

    def _after(self, deed: Deed, article: int, before: State) -> State:
        number = len(self.events)
        if deed == "body":
            return replace(before, version=before.version + 1)
        if deed == "title":
            return replace(before, title=f"短文{article}（改{number}）")
        if deed == "tags":
            return replace(before, tags=("测试", f"新签{number}"))
        if deed == "category":
            others = [c.name for c in CATEGORIES.values() if c.name != before.category]
            return replace(before, category=self._chance.choice(others))
        if deed == "protect":
            return replace(before, status="protected")
        if deed == "delete":
            return replace(before, status="gone")
        return replace(before, status="published")

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self.states[event.article] = event.after
        self.pending[event.article] = event


def state_of(post: Post, version: int) -> State:
    """What the archive should have of a new post."""
    return State(post.title, version, post.category.name, post.tags)


def moment_of(day: int) -> datetime:
    """When the run of a day begins: in the morning in Shanghai, after the day's events."""
    return datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 3, tzinfo=UTC) + timedelta(
        days=day
    )


def patience_for(event: Event, published: date) -> int:
    """Within how many undisturbed days the archive must have seen an event.

    What the index shows (new, title, gone, password, back again) is seen the next time, gone
    articles within three runs. What only the page shows is seen when the article is looked at
    again: of young ones within days, of all within about three months.
    """
    if event.deed in ("new", "title", "protect", "open", "return"):
        return 1
    if event.deed == "delete":
        return 3
    age = (FIRST_DAY + timedelta(days=event.day) - published).days
    return max(3, min(90, int(age * 0.4))) + 2

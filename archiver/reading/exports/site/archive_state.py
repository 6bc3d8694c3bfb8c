"""The state of an archive as a site tells it: what the last runs found, what is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from archiver.reading.status import queries
from archiver.store.comment_pages import CommentTotals
from archiver.store.file_addresses import count_pictures, without_file
from archiver.store.records import Row

_RUNS: Final = 10
#: ``runs.mode`` and ``runs.outcome`` in the words of the site; an outcome may be any sentence.
_MODES: Final = {
    "normal": "日常", "full": "完整", "ids": "指定文章", "partial": "部分文章", "readers": "读者数",
    "pictures": "图片", "comments": "评论",
}  # fmt: skip
_OUTCOMES: Final = {"ok": "完成"}


@dataclass(frozen=True, slots=True)
class State:
    """What ``scrapy status`` knows: articles by status, what is missing, the newest runs first."""

    counts: dict[str, int]
    archived: int
    known: int
    missing: list[Row]
    suspicious: list[Row]
    failures: list[Row]
    runs: list[Row]
    last_success: Row | None
    comments: CommentTotals | None
    #: Pictures of the bodies by status of ``file_addresses``; ``left`` were not asked for.
    pictures: dict[str, int]
    without_file: list[Row]

    @property
    def is_complete(self) -> bool:
        """True when nothing that the blog lists is missing, failed or suspicious."""
        return (
            not (self.missing or self.suspicious or self.failures) and self.last_success is not None
        )


def read_state(db: Database) -> State:
    """The state of the whole archive, whatever part of it the site shows."""
    states = queries.states(db)
    return State(
        dict(states),
        states.total(),
        queries.count_known(db),
        queries.missing(db),
        queries.suspicious(db),
        queries.failures(db),
        [_in_words(run) for run in queries.last_runs(db, _RUNS)],
        queries.last_success(db),
        queries.comments(db),
        dict(count_pictures(db)),
        without_file(db),
    )


def _in_words(run: Row) -> Row:
    mode, outcome = run["mode"], run["outcome"]
    return {**run, "mode": _MODES.get(mode, mode), "outcome": _OUTCOMES.get(outcome, outcome)}

"""The state of an archive as a site tells it: what the last runs found, what is not there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from archiver.reading.exports.site.site_overview import Listed, Overview
from archiver.reading.status import queries
from archiver.store.records import Row

_RUNS: Final = 10
#: Changes on the start page, and how many of the newest are read for them.
_CHANGES: Final = 15
_CHANGES_READ: Final = 500
_LATEST: Final = "SELECT article_id, seen_at, kind FROM changes ORDER BY id DESC LIMIT ?"
#: What has happened to an article, in the words of the site.
_KINDS: Final = {
    "new": "收录", "edited": "有修改", "protected": "已加密", "opened": "已公开", "gone": "已删除",
    "returned": "又出现", "suspicious": "新版本存疑",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """Rows of ``scrapy status``: articles by status, what is missing, the newest runs first."""

    counts: dict[str, int]
    archived: int
    known: int
    missing: list[Row]
    suspicious: list[Row]
    failures: list[Row]
    runs: list[Row]
    last_success: Row | None

    @property
    def is_complete(self) -> bool:
        """True when nothing that the blog lists is missing, failed or suspicious."""
        return (
            not (self.missing or self.suspicious or self.failures) and self.last_success is not None
        )


@dataclass(frozen=True, slots=True)
class Change:
    """Something that has happened to an article; the time is in UTC."""

    article: Listed
    seen_at: str
    what: str


def read_state(db: Database) -> State:
    """The state of the whole archive, whatever part of it the site shows."""
    articles = queries.archived(db)
    return State(
        dict(Counter(row["status"] for row in articles)),
        len(articles),
        queries.count_known(db),
        queries.missing(db),
        queries.suspicious(db),
        queries.failures(db),
        queries.last_runs(db, _RUNS),
        queries.last_success(db),
    )


def read_changes(db: Database, overview: Overview) -> list[Change]:
    """What has happened lately to the articles of a site, the newest first."""
    rows = db.execute(_LATEST, [_CHANGES_READ]).fetchall()
    found = (
        Change(overview.by_id[article], seen, _KINDS.get(kind, kind))
        for article, seen, kind in rows
        if article in overview.by_id
    )
    return [change for change, _ in zip(found, range(_CHANGES), strict=False)]

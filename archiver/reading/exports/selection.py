"""Which articles an export takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlite_utils import Database

from archiver.reading.known_labels import check_label
from archiver.store import jsonl
from archiver.store.errors import StoreError
from archiver.store.records import Row
from archiver.terminal.program import typed

_IN_SERIES: Final = (
    "id IN (SELECT article_id FROM series_articles WHERE series_id = CAST(? AS INTEGER))"
)


@dataclass(frozen=True)
class Selection:
    """Articles from a day on (``YYYY-MM-DD``), of one category, with some ids; ``None``: all.

    ``series`` is the id of a series.
    """

    since: str | None = None
    category: str | None = None
    ids: tuple[int, ...] | None = None
    series: int | None = None

    def condition(self, *more: str) -> tuple[str, list[str]]:
        """The condition in SQL on a row of ``articles``, and the values in it."""
        bounds = {
            "published >= ?": self.since,
            "category = ?": self.category,
            "id IN (SELECT value FROM json_each(?))": None
            if self.ids is None
            else json.dumps(self.ids),
            _IN_SERIES: None if self.series is None else str(self.series),
        }
        given = {sql: value for sql, value in bounds.items() if value is not None}
        return " AND ".join([*given, *more]) or "1", list(given.values())

    def count(self, db: Database) -> int:
        """How many articles it takes."""
        condition, values = self.condition()
        return int(db["articles"].count_where(condition, values))

    def check(self, db: Database) -> None:
        """Raise ``StoreError`` for bounds within which there is no article.

        A slip in a name would else remove what an export has written before.
        """
        check_label(db.conn, "category", self.category)
        if missing := self._missing(db):
            raise StoreError(
                f"the archive has no article {', '.join(map(str, missing))}", wrong_use=True
            )
        if self != Selection() and not self.count(db):
            raise StoreError(f"no article is within {self._options()}", wrong_use=True)

    def _options(self) -> str:
        """The options that bound the choice, in words."""
        given = {
            "--since": self.since,
            "--category": self.category,
            "--ids": self.ids,
            "--series": self.series,
        }
        return " and ".join(name for name, value in given.items() if value is not None)

    def _missing(self, db: Database) -> list[int]:
        """The ids that are asked for and that no article of the archive has."""
        known = {article for (article,) in db.execute("SELECT id FROM articles")}
        return [article for article in self.ids or () if article not in known]

    def records(self, db: Database, *more: str) -> Iterator[Row]:
        """The JSONL objects of the articles by id, streamed; raises ``StoreError``."""
        condition, values = self.condition(*more)
        for record in jsonl.records(db, condition=condition, values=values):
            _check(record)
            yield record


def _check(record: Row) -> None:
    """Raise ``StoreError`` for a day or tags that only a damaged archive has."""
    try:
        if record["published"] is not None:
            date.fromisoformat(record["published"])
        is_sound = isinstance(record["tags"], list) and all(
            isinstance(tag, str) for tag in record["tags"]
        )
    except ValueError:
        is_sound = False
    if not is_sound:
        raise StoreError(
            f"article {record['id']} has a day or tags that cannot be; {typed('verify')} says what"
        )

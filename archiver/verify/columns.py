"""Holds the columns of ``articles`` to what ``archiver.store.schema`` declares of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlite_utils import Database

from archiver import PARSER_VERSION, site
from archiver.extraction.dates import is_plausible
from archiver.items import Status
from archiver.store.column import AS_BODY, Column, Format
from archiver.store.json_arrays import parse_json
from archiver.store.schema import ARTICLES, DERIVED
from archiver.verify.chosen import Ids, chosen
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.differences import value_in_words

#: The body and the texts made of it: only whether they are there is looked at here.
_TEXTS: Final = (
    "body_html",
    *ARTICLES.select(lambda column: column.name in DERIVED and column.format is Format.TEXT),
)
_WITH_BODY: Final = [column for column in ARTICLES.filled if column.null == AS_BODY]
_VALUES: Final = ", ".join(column for column in ARTICLES.names if column not in _TEXTS)
_FLAGS: Final = ", ".join(f"{column} IS NOT NULL AS {column}" for column in _TEXTS)
_ROWS: Final = f"SELECT {_VALUES}, {_FLAGS} FROM articles WHERE {{}} ORDER BY id"  # noqa: S608
_KEPT: Final = """
    SELECT DISTINCT article_id FROM revisions
    WHERE body_html IS NOT NULL AND suspicious IS NULL AND {}
"""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+(?P<hours>0[08]):00")


def check_columns(db: Database, ids: Ids | None) -> Point:
    """Formats, counts, and whether status and body agree; ``ids`` limits the articles."""
    point = Point("columns", "article", 0)
    condition, values = chosen("article_id", ids)
    kept = {article for (article,) in db.execute(_KEPT.format(condition), values)}
    condition, values = chosen("id", ids)
    for row in db.query(_ROWS.format(condition), values):
        point.compared += 1
        for fault in [*_faults(row), *_faults_of_body(row, had_body=row["id"] in kept)]:
            point.note(1, f"article {row['id']}: {fault}")
    return point


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each value that breaks the format of its column, or contradicts another."""
    if row["url"] != (url := site.article_url(row["id"])):
        yield f"url: expected {value_in_words(url)}, found {value_in_words(row['url'])}"
    for column in ARTICLES.filled:
        if column.name in _TEXTS:
            continue
        if fault := fault_of_format(column, row[column.name]):
            yield f"{column.name} is {fault}: {value_in_words(row[column.name])}"
    if _is_time(row["published_at"], "08") and row["published_at"][:10] != row["published"]:
        found = f"{value_in_words(row['published_at'])}, {value_in_words(row['published'])}"
        yield f"published_at is not of the day published: {found}"
    if (row["status"] == Status.GONE) != (row["gone_at"] is not None):
        yield f"gone_at does not go with status {row['status']}: {value_in_words(row['gone_at'])}"


def fault_of_format(column: Column, value: Any) -> str | None:
    """The words for a value that is not in the format of its column, or ``None``."""
    rule = _RULES.get(column.format)
    if rule is None or (value is None and column.null is not None):
        return None
    is_right, words = rule
    return None if is_right(value) else words


def _faults_of_body(row: Mapping[str, Any], *, had_body: bool) -> Iterator[str]:
    """A sentence for each column that contradicts the presence or absence of a body."""
    made = [column.name for column in _WITH_BODY if row["parser_version"] >= column.since]
    if row["body_html"]:
        for column in made:
            if not _is_there(row, column):
                yield f"{column} is missing, while there is a body"
        return
    if had_body:
        yield f"there is no body (status {row['status']}), while a revision holds one"
    elif row["status"] == Status.PUBLISHED:
        yield "there is no body, while the status is published"
    for column in made:
        if _is_there(row, column):
            yield f"{column} is there, while there is no body"


def _is_there(row: Mapping[str, Any], column: str) -> bool:
    return bool(row[column]) if column in _TEXTS else row[column] is not None


def _is_day(value: Any) -> bool:
    """True for a day on which the blog can have published, in the blog's time zone."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        return is_plausible(date.fromisoformat(value), datetime.now(site.TIMEZONE).date())
    except ValueError:
        return False


def _is_time(value: Any, hours: str) -> bool:
    """True for a time to the second with an offset of so many hours."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or match["hours"] != hours:
        return False
    try:
        datetime.fromisoformat(match[0])
    except ValueError:
        return False
    return True


def _are_tags(value: Any) -> bool:
    try:
        tags = parse_json(value)
    except (TypeError, ValueError):
        return False
    return isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_version(value: Any) -> bool:
    return isinstance(value, int) and 1 <= value <= PARSER_VERSION


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


#: Format → its rule, and what a value is that breaks it; a format without a rule holds anything.
_RULES: Final[Mapping[Format, tuple[Callable[[Any], bool], str]]] = {
    Format.COUNT: (_is_count, "negative"),
    Format.PARSER_VERSION: (_is_version, f"none from 1 to {PARSER_VERSION}"),
    Format.NAME: (_is_text, "empty"),
    Format.STRINGS: (_are_tags, "no JSON array of strings"),
    Format.DAY: (_is_day, "no day from 2009 to tomorrow"),
    Format.BLOG_TIME: (
        lambda value: _is_time(value, "08"), "no time like 2026-11-23T19:15:13+08:00",
    ),
    Format.UTC: (
        lambda value: _is_time(value, "00"), "no time in UTC like 2026-11-23T11:15:13+00:00",
    ),
}  # fmt: skip

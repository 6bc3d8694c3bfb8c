"""Do the columns of ``articles`` hold what docs/data-format.md says of them?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlite_utils import Database

from archiver import PARSER_VERSION, site
from archiver.items import Status
from archiver.pipelines.dates import is_plausible
from archiver.store.records import COLUMNS
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.differences import shown

#: The body and what is made of it: only whether they are there is looked at here.
_TEXTS: Final = ("body_html", "body_text", "body_markdown")
_FROM_BODY: Final = ("body_text", "content_sha256")
#: Rows of an earlier version may lack these.
_FROM_BODY_NOW: Final = ("body_markdown", "formula_count", "picture_count")
_VALUES: Final = ", ".join(column for column in COLUMNS if column not in _TEXTS)
_FLAGS: Final = ", ".join(f"{column} IS NOT NULL AS {column}" for column in _TEXTS)
_ROWS: Final = f"SELECT {_VALUES}, {_FLAGS} FROM articles ORDER BY id"  # noqa: S608
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+(?P<hours>0[08]):00")


def check_columns(db: Database, ids: frozenset[int] | None) -> Point:
    """Formats, counts, and whether status and body agree; ``ids`` limits the articles."""
    point = Point("columns", "article", 0)
    kept = {
        article
        for (article,) in db.execute(
            "SELECT DISTINCT article_id FROM revisions"
            " WHERE body_html IS NOT NULL AND suspicious IS NULL"
        )
    }
    for row in db.query(_ROWS):
        if ids is not None and row["id"] not in ids:
            continue
        point.compared += 1
        for fault in [*_faults(row), *_faults_of_body(row, had_body=row["id"] in kept)]:
            point.note(1, f"article {row['id']}: {fault}")
    return point


def _faults(row: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with single values."""
    if row["url"] != (url := site.article_url(row["id"])):
        yield f"url: expected {shown(url)}, found {shown(row['url'])}"
    for column, (is_right, words) in _RULES.items():
        if not is_right(row[column]):
            yield f"{column} is {words}: {shown(row[column])}"
    if _is_time(row["published_at"], "08") and row["published_at"][:10] != row["published"]:
        found = f"{shown(row['published_at'])}, {shown(row['published'])}"
        yield f"published_at is not of the day published: {found}"
    if (row["status"] == Status.GONE) != (row["gone_at"] is not None):
        yield f"gone_at does not go with status {row['status']}: {shown(row['gone_at'])}"


def _faults_of_body(row: Mapping[str, Any], *, had_body: bool) -> Iterator[str]:
    """What does not agree with the body that is there, or is not."""
    made = [*_FROM_BODY, *(_FROM_BODY_NOW if row["parser_version"] >= PARSER_VERSION else ())]
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
    """A day on which the blog can have published, in the blog's time zone."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        return is_plausible(date.fromisoformat(value), datetime.now(site.TIMEZONE).date())
    except ValueError:
        return False


def _is_time(value: Any, hours: str) -> bool:
    """A time to the second with an offset of so many hours."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or match["hours"] != hours:
        return False
    try:
        datetime.fromisoformat(match[0])
    except ValueError:
        return False
    return True


def _is_utc(value: Any) -> bool:
    return _is_time(value, "00")


def _are_tags(value: Any) -> bool:
    try:
        tags = json.loads(value)
    except (TypeError, ValueError):
        return False
    return isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)


def _is_count(value: Any) -> bool:
    return value is None or (isinstance(value, int) and value >= 0)


def _is_version(value: Any) -> bool:
    return isinstance(value, int) and 1 <= value <= PARSER_VERSION


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_COUNT: Final = (_is_count, "negative")
_UTC: Final = (_is_utc, "no time in UTC like 2026-11-23T11:15:13+00:00")
#: Column → its rule, and what a value is that breaks it.
_RULES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "title": (_is_text, "empty"),
    "published": (lambda value: value is None or _is_day(value), "no day from 2009 to tomorrow"),
    "published_at": (
        lambda value: value is None or _is_time(value, "08"),
        "no time like 2026-11-23T19:15:13+08:00",
    ),
    "readers": _COUNT,
    "tags": (_are_tags, "no JSON array of strings"),
    "comment_count": _COUNT,
    "formula_count": _COUNT,
    "picture_count": _COUNT,
    "license": (_is_text, "empty"),
    "first_seen": _UTC,
    "last_seen": _UTC,
    "fetched_at": _UTC,
    "parser_version": (_is_version, f"none from 1 to {PARSER_VERSION}"),
    "gone_at": (lambda value: value is None or _is_utc(value), _UTC[1]),
}

"""Compares the JSONL file with what the database would write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.store.jsonl import LINE_ID, StoredArticle, line_of, stored_articles
from archiver.verify.chosen import Ids, chosen
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.differences import words_for_value
from archiver.verify.fidelity.outline import quoted
from archiver.verify.unfinished_run import excuse_unfinished, last_run

_Line = tuple[int, str]
#: Of a line that does not begin as one of ours: it sorts before all others.
_UNKNOWN: Final = -1
#: In place of the line of an article that cannot be written.
_NO_LINE: Final = ""
_WRITTEN: Final = "it is written at the end of every run"


def check_jsonl(
    db: Database,
    path: Path,
    ids: Ids | None,
    *,
    with_counts: bool = True,
    with_comments: bool = False,
) -> Point:
    """Compare the file line by line; ``ids`` limits the lines.

    ``with_counts`` says whether it has the reader and comment counts (``KEXUE_JSONL_COUNTS``),
    ``with_comments`` whether it has the comments (``KEXUE_JSONL_COMMENTS``).

    While a run goes on, or after one that was killed, the file is older than the database: then
    what differs is a remark.
    """
    point = Point("JSONL", "line", 0)
    started, _ = last_run(db)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            condition, values = chosen("id", ids)
            articles = stored_articles(
                db, condition, values, with_counts=with_counts, with_comments=with_comments
            )
            _compare(point, _expected(articles), _found(file, ids))
        if point.differ and _is_older(path, started):
            point.first = f"the file is older than the last run, {_WRITTEN}; {point.first}"
            point.findings[0] = point.first
    except FileNotFoundError:
        point.note(1, f"{path} is missing; {_WRITTEN}")
    except OSError as error:
        point.note(1, f"{path} cannot be read: {error.strerror}")
    excuse_unfinished(point, db, "the file is written")
    return point


def _compare(point: Point, expected: Iterator[_Line], found: Iterator[_Line]) -> None:
    """Both sides are sorted by id, or should be."""
    number, line = next(found, (_UNKNOWN, ""))
    for article, wanted in expected:
        point.compared += 1
        while line and number < article:
            point.note(1, f"a line that does not belong there: {quoted(line)}")
            number, line = next(found, (_UNKNOWN, ""))
        if number != article:
            point.note(1, f"article {article} is missing")
            continue
        if line != wanted:
            point.note(1, f"article {article}: {_words(wanted, line)}")
        number, line = next(found, (_UNKNOWN, ""))
    while line:
        point.note(1, f"a line that does not belong there: {quoted(line)}")
        number, line = next(found, (_UNKNOWN, ""))


def _expected(articles: Iterator[StoredArticle]) -> Iterator[_Line]:
    for article in articles:
        try:
            line = line_of(article.object())
        except ValueError:
            line = _NO_LINE
        yield article.id, line


def _found(lines: Iterator[str], ids: Ids | None) -> Iterator[_Line]:
    for line in lines:
        match = LINE_ID.match(line)
        number = int(match[1]) if match else _UNKNOWN
        if ids is None or number in ids:
            yield number, line


def _words(wanted: str, line: str) -> str:
    """A sentence about the first key in which two lines of one article differ."""
    if wanted == _NO_LINE:
        return "its line cannot be compared, as the column tags of the database is no JSON"
    expected: dict[str, Any] = json.loads(wanted)
    try:
        found = json.loads(line)
    except ValueError:
        return "its line is cut off"
    for key, value in expected.items():
        if key not in found:
            return f"{key} is missing"
        if found[key] != value:
            return words_for_value(key, value, found[key])
    return "its line is written otherwise"


def _is_older(path: Path, started: str | None) -> bool:
    """True when the file is from before the last run."""
    if started is None:
        return False
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return written.isoformat(timespec="seconds") < started

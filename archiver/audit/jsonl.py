"""Is the JSONL file what the database would write?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.audit.archive import Ids
from archiver.audit.comparing import Point
from archiver.audit.outline import quoted
from archiver.store.jsonl import records

_ID = re.compile(r'\{"id": ([0-9]{1,18}),')
_Line = tuple[int, str]
#: Of a line that does not begin as one of ours: it sorts before all others.
_UNKNOWN: Final = -1
_WRITTEN: Final = "it is written at the end of every run"


def check_jsonl(db: Database, path: Path, ids: Ids | None) -> Point:
    """Compare the file line by line; ``ids`` limits the lines."""
    point = Point("JSONL", "lines", 0)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            _compare(point, _expected(db, ids), _found(file, ids))
    except FileNotFoundError:
        point.note(1, f"{path} is missing; {_WRITTEN}")
        return point
    except OSError as error:
        point.note(1, f"{path} cannot be read: {error.strerror}")
        return point
    if point.differ and _is_older(db, path):
        point.first = f"the file is older than the last run, {_WRITTEN}; {point.first}"
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


def _expected(db: Database, ids: Ids | None) -> Iterator[_Line]:
    for entry in records(db):
        if ids is None or entry["id"] in ids:
            yield entry["id"], json.dumps(entry, ensure_ascii=False) + "\n"


def _found(lines: Iterator[str], ids: Ids | None) -> Iterator[_Line]:
    for line in lines:
        match = _ID.match(line)
        number = int(match[1]) if match else _UNKNOWN
        if ids is None or number in ids:
            yield number, line


def _words(wanted: str, line: str) -> str:
    """What differs between two lines of one article: the first key."""
    expected: dict[str, Any] = json.loads(wanted)
    try:
        found = json.loads(line)
    except ValueError:
        return "its line is cut off"
    for key, value in expected.items():
        if key not in found:
            return f"{key} is missing"
        if found[key] != value:
            return f"{key}: expected {quoted(str(value))}, found {quoted(str(found[key]))}"
    return "its line is written otherwise"


def _is_older(db: Database, path: Path) -> bool:
    """Is the file from before the last run?"""
    (started,) = db.execute("SELECT max(started_at) FROM runs").fetchone()
    if started is None:
        return False
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return written < datetime.fromisoformat(started)

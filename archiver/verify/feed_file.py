"""Compares the feed of changes with what the database would write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver import __version__
from archiver.store.change_feed import feed_text
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.differences import words_for_text
from archiver.verify.unfinished_run import excuse_unfinished

_WRITTEN: Final = "it is written at the end of every run"
_COUNT: Final = "SELECT count(*) FROM changes"
#: Of the last run that has ended: it has written the file.
_VERSIONS: Final = """
    SELECT versions FROM runs WHERE finished_at IS NOT NULL AND ending IS NOT 'killed'
    ORDER BY id DESC LIMIT 1
"""


def check_feed(db: Database, path: Path) -> Point:
    """The file is, byte for byte, what the run that wrote it would write again.

    While a run goes on, or after one that was killed, the file is older than the database: then
    what differs is a remark.
    """
    (changes,) = db.execute(_COUNT).fetchone()
    point = Point("feed", "change", changes)
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        point.note(1, f"{path} is missing; {_WRITTEN}")
    except OSError as error:
        point.note(1, f"{path} cannot be read: {error.strerror}")
    else:
        expected = feed_text(db, _version(db))
        if found != expected.encode("utf-8"):
            words = words_for_text(expected, found.decode("utf-8", "replace"))
            point.note(1, f"{path.name}, {words}; {_WRITTEN}")
    excuse_unfinished(point, db, "the file is written")
    return point


def _version(db: Database) -> str:
    """The version of this program that has written the file."""
    (text,) = db.execute(_VERSIONS).fetchone() or ("{}",)
    try:
        return str(json.loads(text).get("archiver", __version__))
    except (ValueError, AttributeError):
        return __version__

"""The table ``written_files``: what is as a run has made it of the articles, and still right.

That are JSONL and feed, and the series. A row goes as soon as something changes that a file shows,
whoever changes it: the triggers of ``m015_written_files`` and ``m017_captures_of_versions``. So
nothing is made again as long as its row is there, and itself as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver import __version__

_FIND: Final = "SELECT sha256 FROM written_files WHERE name = ? AND made_with = ?"
_FORGET: Final = "DELETE FROM written_files WHERE name = ?"
_NOTE: Final = "INSERT INTO written_files (name, sha256, made_with) VALUES (?, ?, ?)"


def write_if_changed(
    db: Database, name: str, path: Path, write: Callable[..., Any], **options: Any
) -> bool:
    """Write a file unless it is there as it would be; ``False`` when it is.

    ``options`` are those with which ``write`` is called. Raises what ``write`` raises, and
    ``sqlite3.Error``.
    """
    return make_if_changed(
        db, name, lambda: _hash(path), lambda: write(db, path, **options), **options
    )


def make_if_changed(
    db: Database,
    name: str,
    digest: Callable[[], str | None],
    make: Callable[[], object],
    **options: Any,
) -> bool:
    """Call ``make`` unless that is there which it would make; ``False`` when it is.

    ``digest`` is the hash of what is there, and ``options`` say how it is made. What was made is
    noted, unless another program has written to the database meanwhile.
    """
    made_with = json.dumps({"version": __version__, **options}, sort_keys=True)
    known = db.execute(_FIND, [name, made_with]).fetchone()
    if known is not None and known[0] == digest():
        return False
    before = _data_version(db)
    make()
    with db.atomic():
        db.execute(_FORGET, [name])
        db.execute(_NOTE, [name, digest(), made_with])
        if _data_version(db) != before:
            db.execute(_FORGET, [name])
    return True


def forget_written(db: Database) -> None:
    """Let all files be written again, as a migration may change what they show."""
    db.execute("DELETE FROM written_files")


def _hash(path: Path) -> str | None:
    """The SHA-256 of a file in hex; ``None`` where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _data_version(db: Database) -> int:
    """A number that changes when another connection has written to the database."""
    (number,) = db.execute("PRAGMA data_version").fetchone()
    return int(number)

"""Open an archive for those who only read it, as it is at one moment."""

from __future__ import annotations

import shlex
import sqlite3
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.store.errors import StoreError
from archiver.store.migrations import migration_names
from archiver.store.paths import check_link, real_database
from archiver.store.sqlite import check_archive, connect_for_reading, decode_text

#: Other databases of a folder that a message names.
_MOST_NAMED: Final = 3


def open_for_reading(path: Path, *, is_whole_checked: bool = True) -> Database:
    """Open an archive so that nothing in it can change; raises ``StoreError``.

    All that is read is of one moment, whatever a crawl writes meanwhile. That the whole file is
    sound takes a look at each of its pages; who reads a few rows may do without.
    """
    check_present(path)
    check_archive(path, is_whole_checked=is_whole_checked)
    db = Database(connect_for_reading(path))
    # What is no UTF-8 is not what was hashed or written to the JSONL file: it is found there.
    db.conn.text_factory = decode_text
    try:
        _check_migrations(db, path)
        db.execute("BEGIN")
    except sqlite3.Error as error:
        db.close()
        raise StoreError(f"cannot read {path}: {error}") from error
    except StoreError:
        db.close()
        raise
    return db


def check_present(path: Path) -> None:
    """Raise ``StoreError`` when there is no archive at a path."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        check_link(path.parent)
        real_database(path)
        raise StoreError(
            f"there is no archive at {path}; crawl first, or set KEXUE_DATA_DIR and KEXUE_NAME"
            f"{_others(path)}",
            wrong_use=True,
        ) from None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", wrong_use=True) from error
    if size == 0:
        raise StoreError(f"{path} is empty; the next crawl fills it", wrong_use=True)


def _others(path: Path) -> str:
    """The databases in the same folder, with the setting that names the first; empty: none."""
    try:
        found = sorted(file.stem for file in path.parent.glob("*.db") if file.is_file())
    except OSError:
        return ""
    if not found:
        return ""
    names = ", ".join(f"{stem}.db" for stem in found[:_MOST_NAMED])
    more = ", …" if len(found) > _MOST_NAMED else ""
    return f"; here is {names}{more}: -s KEXUE_NAME={shlex.quote(found[0])}"


def _check_migrations(db: Database, path: Path) -> None:
    if not db["_sqlite_migrations"].exists():
        return  # which is named as a difference of the schema
    applied = {
        name
        for (name,) in db.execute(
            "SELECT name FROM _sqlite_migrations WHERE migration_set = 'kexue'"
        )
    }
    if migration_names() - applied:
        raise StoreError(
            f"{path} was written by an older version; the next crawl brings it up to date",
            wrong_use=True,
        )

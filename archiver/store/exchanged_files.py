"""Finds out whether another program has exchanged a file of the archive during a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from archiver.store.errors import StoreError
from archiver.store.paths import Identity, identity_of
from archiver.store.sqlite import connect_for_reading


def leave_no_log(database: Path, written: Identity, log: Identity) -> None:
    """Delete the write-ahead log of a database that is not at its place any more.

    To be called after the close. SQLite leaves the log where it is, and would read it into the file
    that has taken the place. ``log`` is the identity that the log had while the run was writing.
    """
    path = database.with_name(f"{database.name}-wal")
    if identity_of(database) != written and log is not None and identity_of(path) == log:
        path.unlink()


def check_unexchanged(path: Path, found: Identity) -> None:
    """Raise ``StoreError`` for a file that another program has put there since the run began.

    ``found`` is the identity that the file had then.
    """
    if identity_of(path) not in {None, found}:
        raise StoreError(
            f"cannot write {path}: it was put there while the run was going;"
            " move it away, the next run writes it anew"
        )


def exchanged(files: Mapping[str, Path], written: Mapping[str, Identity]) -> str | None:
    """A sentence about the first file that is not the one that was written, or ``None``.

    ``files`` are the places by name, ``written`` the identities of what was written there.
    """
    for name, identity in written.items():
        found = identity_of(files[name])
        if found != identity:
            deed = "deleted" if found is None else "put in the place of the right one"
            return _sentence(files[name], deed)
    return None


def lacks_run(path: Path, run_id: int, started_at: str) -> str | None:
    """A sentence about a closed database that lacks the record of a run, or ``None``.

    ``started_at`` is the start of the run (UTC, ISO 8601). A file that was overwritten in place has
    the inode that it had, so the record is looked for.
    """
    query = "SELECT 1 FROM runs WHERE id = ? AND started_at = ? AND finished_at IS NOT NULL"
    try:
        with closing(connect_for_reading(path)) as db:
            if db.execute(query, [run_id, started_at]).fetchone():
                return None
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            return None  # another program writes to it: it is there
        return f"{path} cannot be read any more ({error}); restore a backup, and crawl again"
    return _sentence(path, "overwritten")


def _sentence(path: Path, deed: str) -> str:
    return (
        f"{path} was {deed} while the run was writing: what the run has stored is not in it;"
        " restore the right file, or crawl again"
    )

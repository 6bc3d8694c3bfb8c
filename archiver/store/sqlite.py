"""Open and close the database; refuse one that is not an archive, before anything is written."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.store.digest_triggers import follow_writes
from archiver.store.digests import forget_digests
from archiver.store.errors import StoreError
from archiver.store.migrations import migration_names, migrations
from archiver.store.paths import check_link, real_database
from archiver.store.schema import APPLICATION_ID
from archiver.store.text_index import take_in_texts
from archiver.store.written_files import forget_written

#: How long to wait for another program that holds the database, in seconds.
_PATIENCE: Final = 2.0
#: Databases that were sound when this process closed them, and what they were then: nobody need
#: look at each page of them again.
_sound: Final[dict[Path, tuple[int, ...]]] = {}
#: What SQLite says when a connection that cannot write meets a write that was left half done.
_HALF_DONE: Final = frozenset({"SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"})
_OLDEST_SQLITE: Final = (3, 37, 0)  # STRICT tables; trigram search came with 3.34


def open_archive(path: Path) -> Database:
    """Open the archive at ``path``, making or migrating it; raises ``StoreError``.

    A file that is not an archive, is damaged or was written by a newer version stays untouched.
    The connection has foreign keys on and writes with a write-ahead log, in which no reader is in
    the way of a writer. The file stays so: to switch needs a moment without any reader.
    """
    _check_sqlite()
    check_folder(path.parent)
    path = real_database(path)  # SQLite keeps its logs there
    try:
        _roll_back(path)
        if path.exists() and path.stat().st_size > 0:
            check_archive(path, is_whole_checked=_sound.get(path) != _state_of(path))
        return _prepare(path)
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error), wrong_use=_is_wrong_use(error)) from error


def remember_sound(path: Path) -> None:
    """Let the next opening by this process pass over what it has looked at just now.

    To be called when an archive that ``open_archive`` has opened is closed again. A database that
    anything has written to since is looked at again.
    """
    path = real_database(path)
    _sound[path] = _state_of(path)


def _state_of(path: Path) -> tuple[int, ...]:
    """What changes when something writes to a database, or puts another one in its place."""
    files = (path, path.with_name(f"{path.name}-wal"))
    found = [file.stat() for file in files if file.exists()]
    return tuple(n for s in found for n in (s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns))


def close_archive(db: Database) -> None:
    """Close the archive; SQLite takes the log files beside it away when nobody reads it then."""
    with suppress(sqlite3.Error):  # another program may be reading: the log stays, nothing is lost
        take_in_texts(db)
        db.execute("PRAGMA optimize")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, also of a file on a medium that nobody can write to.

    SQLite reads with the help of files beside the database; only a connection that might write
    takes them away again. Where none can be made and there are none, nobody writes.
    """
    if any(path.with_name(f"{path.name}-{end}").exists() for end in ("wal", "journal")):
        mode = "ro"  # of a run that goes on, or was killed: they stay
    else:
        mode = "rw" if os.access(path.parent, os.W_OK) else "ro&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
    connection.execute("PRAGMA query_only = ON")
    return connection


def decode_text(text: bytes) -> str:
    """A text of the database, with U+FFFD in place of bytes that are no UTF-8."""
    return text.decode("utf-8", "replace")


def check_archive(path: Path, *, is_whole_checked: bool = True) -> None:
    """Raise ``StoreError`` unless the file is a sound archive that this version can read.

    ``is_whole_checked`` false looks at no more than whose database it is.
    """
    try:
        with closing(connect_for_reading(path)) as connection:
            connection.text_factory = decode_text
            _check_identity(connection, path)
            if is_whole_checked:
                _check_health(connection, path)
    except sqlite3.DatabaseError as error:
        raise StoreError(_sentence(path, error), wrong_use=_is_wrong_use(error)) from error
    except UnicodeDecodeError as error:  # the message of SQLite quotes what is damaged
        raise StoreError(_damaged(path, "what should be text is none")) from error


def _roll_back(path: Path) -> None:
    """Undo a write that a killed run has left half done, as only a writing connection can.

    A journal is beside a new file for a moment, and in archives of earlier versions at the end of
    a run. SQLite takes back what it says, and nothing else; of a program that is writing now it
    leaves the journal alone.
    """
    if path.with_name(f"{path.name}-journal").exists():
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _prepare(path: Path) -> Database:
    db = Database(sqlite3.connect(path, timeout=_PATIENCE))
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # a power failure takes nothing back
        db.execute("PRAGMA foreign_keys = ON")
        _migrate(db)
        follow_writes(db)
        with suppress(sqlite3.DatabaseError):  # a run says at its end that the index is damaged
            take_in_texts(db)  # those of a run that was killed
        with db.atomic():  # find out now, not with the first article, that nothing can be written
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        db.close()
        raise
    return db


def _migrate(db: Database) -> None:
    """Apply what is missing; what the tables held before says nothing of them then."""
    if migrations.pending(db):
        migrations.apply(db)
        forget_digests(db)
        forget_written(db)


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old; Python needs one from {oldest} on",
            wrong_use=True,
        )


def check_folder(folder: Path) -> None:
    """Make the data folder; raises ``StoreError`` when it cannot be made or written to."""
    check_link(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = error.strerror or str(error)
    else:
        if os.access(folder, os.W_OK | os.X_OK):
            return
        is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
        problem = os.strerror(errno.EROFS if is_read_only else errno.EACCES)
    raise StoreError(
        f"cannot write to the data folder {folder}: {problem};"
        " set KEXUE_DATA_DIR to a folder that you can write to",
        wrong_use=True,
    )


def _check_identity(connection: sqlite3.Connection, path: Path) -> None:
    tables = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if tables and application_id != APPLICATION_ID:
        raise StoreError(
            f"{path} is a database of another program; it was not touched."
            " Move it away or set KEXUE_DATA_DIR to another folder",
            wrong_use=True,
        )
    if "_sqlite_migrations" in tables:
        applied = {
            name
            for (name,) in connection.execute(
                "SELECT name FROM _sqlite_migrations WHERE migration_set = 'kexue'"
            )
        }
        if newer := applied - migration_names():
            raise StoreError(
                f"{path} was written by a newer version ({max(newer)}); it was not touched."
                " Update this program",
                wrong_use=True,
            )


def _check_health(connection: sqlite3.Connection, path: Path) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(_damaged(path, verdict))


def _damaged(path: Path, verdict: str) -> str:
    return (
        f"{path} is damaged ({verdict.splitlines()[-1]}); it was not touched."
        " Restore a backup; docs/operating.md says how to save what is left"
    )


def _is_wrong_use(error: sqlite3.Error) -> bool:
    is_state = _is_half_done(error) or _is_full(error)
    return isinstance(error, sqlite3.OperationalError) and not is_state


def _is_full(error: sqlite3.Error) -> bool:
    """True when the disk is full, or cannot be written to."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR"))


def _is_half_done(error: sqlite3.Error) -> bool:
    """True when a write must be undone first, which a connection that only reads cannot do."""
    return getattr(error, "sqlite_errorname", "") in _HALF_DONE


def _sentence(path: Path, error: sqlite3.Error) -> str:
    message = str(error)
    if "locked" in message or "busy" in message:
        return f"{path} is in use by another program; wait for it to end and start again"
    if _is_full(error):
        return f"cannot write to {path}: {message}; make room on the disk and start again"
    if _is_half_done(error):
        return f"{path} was left half written by a run that was killed; the next crawl mends it"
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_READONLY"):
        return f"cannot write to {path}: it, or the folder it is in, is read-only"
    if isinstance(error, sqlite3.OperationalError):
        return f"cannot open the database {path}: {message}"
    return _damaged(path, message)

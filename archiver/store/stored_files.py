"""The files of the archive: a folder in which a file has the hash of its bytes for a name.

A file is there as a whole or not at all, is never changed, and never deleted. The table ``files``
has a row for each.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.store.atomic import sync
from archiver.store.errors import StoreError

#: The name of a file that is being written.
PART_NAME: Final = re.compile(r"[0-9a-f]{64}\.part")
#: ``files.path`` of a file; what is written otherwise was written by something else.
STORED_PATH: Final = re.compile(
    r"(?:[^/\0]+-)?files/(?P<place>[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})\.[a-z0-9]{1,8})"
)
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_INSERT: Final = """
    INSERT INTO files (sha256, path, media_type, bytes, url, first_seen)
    VALUES (:sha256, :path, :media_type, :bytes, :url, :now) ON CONFLICT (sha256) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the archive; ``path`` is relative to the data folder."""

    sha256: str
    path: str
    media_type: str
    bytes: int


class FileFolder:
    """The folder of the files. Everything is written inside it; no link in it is followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def store(self, data: bytes, extension: str, media_type: str) -> StoredFile:
        """Write a file, unless it is there already; raises ``StoreError``, and leaves nothing then.

        What is on the disk under its name with other bytes is no file of the archive: it is
        replaced.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.folder / sha256[:2] / f"{sha256}.{extension}"
        try:
            self._make_shelf(place.parent)
            if not _has_bytes(place, data):
                _write(place, place.with_name(f"{sha256}.part"), data)
        except OSError as error:
            raise StoreError(f"cannot write {place}: {error.strerror or error}") from error
        path = place.relative_to(self.folder.parent).as_posix()
        return StoredFile(sha256, path, media_type, len(data))

    def has(self, path: str | None, size: int | None) -> bool:
        """True when a file is at its place with its size; its bytes are not read."""
        if path is None:
            return False
        place = self.folder.parent / path
        try:
            return not place.is_symlink() and place.stat().st_size == size
        except OSError:
            return False

    def clear_parts(self) -> None:
        """Remove what runs that were killed have left half written."""
        for part in self.folder.glob("[0-9a-f][0-9a-f]/*.part"):
            if PART_NAME.fullmatch(part.name):
                with suppress(OSError):
                    part.unlink()

    def _make_shelf(self, shelf: Path) -> None:
        """Make the folder of the files whose names begin alike."""
        if shelf.is_symlink():
            raise StoreError(f"{shelf} is a symbolic link; remove it, or link {self.folder}")
        if not shelf.is_dir():
            shelf.mkdir()
            sync(self.folder)


def note_file(db: Database, file: StoredFile, url: str, now: str) -> None:
    """Note a file that was stored, inside the caller's transaction; once noted it stays so.

    ``url`` is the address that it came from.
    """
    values = {"sha256": file.sha256, "path": file.path, "media_type": file.media_type}
    db.execute(_INSERT, {**values, "bytes": file.bytes, "url": url, "now": now})


def _has_bytes(place: Path, data: bytes) -> bool:
    """True when a file has just these bytes."""
    try:
        is_whole = not place.is_symlink() and place.stat().st_size == len(data)
        return is_whole and place.read_bytes() == data
    except FileNotFoundError:
        return False


def _write(place: Path, part: Path, data: bytes) -> None:
    """Write beside its place, sync, rename; raises ``OSError`` and leaves nothing then."""
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, _NEW, 0o644), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
        sync(place.parent)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise

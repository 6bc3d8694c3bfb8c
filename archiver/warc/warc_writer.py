"""Writes WARC files: what it has written is on the disk, and an error leaves no half a record."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archiver.store.atomic import sync
from archiver.store.errors import StoreError
from archiver.store.paths import identity_of, real_file
from archiver.warc.exchange import Exchange
from archiver.warc.file_names import find_warc_files, next_name
from archiver.warc.own_file import whole_end
from archiver.warc.plain_file import NotPlainError, open_plain
from archiver.warc.warc_records import Earlier, exchange_members, info_member, new_id, warc_date


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is."""

    warc: str
    offset: int
    length: int
    #: The bytes of the file there.
    member: bytes


class WarcWriter:
    """Appends exchanges to the newest file of a folder, or to a new one where that is full.

    ``known`` has, for each file that the archive refers to, where its last record ends; the file
    that was written to last is the last. ``about`` are the fields of ``warcinfo``. All errors are
    ``StoreError``.
    """

    def __init__(
        self, folder: Path, *, most: int, about: Mapping[str, str], known: Mapping[str, int]
    ) -> None:
        self.folder = folder
        self._most = most
        self._about = about
        self._known = known
        self._path: Path | None = None
        self._descriptor: int | None = None
        self._end = 0
        self._info_id: str | None = None
        self._go_on()

    def append(self, exchange: Exchange, earlier: Earlier | None = None) -> Place | None:
        """Write an exchange; returns where the answer is, ``None`` where nothing came back."""
        path = self._open(exchange)
        members, position = exchange_members(exchange, self._info_id or "", earlier)
        start = self._end
        self._write(path, b"".join(members))
        if position is None:
            return None
        offset = start + sum(map(len, members[:position]))
        return Place(path.name, offset, len(members[position]), members[position])

    def close(self) -> None:
        """Close the file. Nothing can be written any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def find_exchanged(self) -> str | None:
        """A sentence when the file is not at its place, or not as it was written; else ``None``."""
        if self._path is None or self._descriptor is None:
            return None
        status = os.fstat(self._descriptor)
        if identity_of(self._path) != (status.st_dev, status.st_ino):
            deed = "put in the place of the right one" if self._path.exists() else "deleted"
        elif status.st_size != self._end:
            deed = "changed"
        else:
            return None
        return (
            f"{self._path} was {deed} while the run was writing: what the run has received is not"
            " in it; restore the right file, or crawl again"
        )

    # --- The file -------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Take a file that is not full, and cut off what a killed run left torn.

        That is the newest one by its name. Where it is full or not this program's, it is the one
        that the last run has written to: a file of a day to come, by a clock that was wrong, would
        else have every run begin a new one.
        """
        files = {path.name: path for path in find_warc_files(self.folder)}
        for name in dict.fromkeys([*list(files)[-1:], *list(self._known)[-1:]]):
            if name in files and self._take_up(files[name]):
                return

    def _take_up(self, path: Path) -> bool:
        """Go on with a file of this program; returns whether there is room in it.

        What is no file, or is damaged, stays as it is.
        """
        try:
            with open_plain(path) as file:
                end = whole_end(file, path.name, self._known.get(path.name, 0))
        except NotPlainError:
            return False
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}", wrong_use=True) from error
        if end is None:
            return False
        self.close()
        self._take(path, end)
        return end < self._most

    def _take(self, path: Path, end: int) -> None:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(real_file(path), flags, 0o644)
            if os.fstat(self._descriptor).st_size != end:
                os.ftruncate(self._descriptor, end)
                os.fsync(self._descriptor)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}", wrong_use=True) from error
        self._path, self._end, self._info_id = path, end, None

    def _open(self, exchange: Exchange) -> Path:
        """The file to write to, with a ``warcinfo`` of this run in it."""
        if self._path is None or self._end >= self._most:
            self.close()
            path = self._new_path(exchange)
            self._take(path, 0)
            self._sync_folder(path)
        else:
            path = self._path
        if self._info_id is None:
            info_id, date = new_id(), warc_date(exchange.sent_at)
            self._write(path, info_member(path.name, date, info_id, self._about))
            self._info_id = info_id
        return path

    def _new_path(self, exchange: Exchange) -> Path:
        taken = {*self._known, *(path.name for path in find_warc_files(self.folder))}
        return self.folder / next_name(exchange.sent_at.strftime("%Y-%m-%d"), taken)

    def _sync_folder(self, path: Path) -> None:
        try:
            sync(path.parent)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error

    def _write(self, path: Path, data: bytes) -> None:
        """Append bytes and have them on the disk, or leave the file as it was."""
        if sentence := self.find_exchanged():
            raise StoreError(sentence)
        assert self._descriptor is not None
        try:
            rest = memoryview(data)
            while rest:
                written = os.pwrite(self._descriptor, rest, self._end + len(data) - len(rest))
                rest = rest[written:]
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
            raise StoreError(f"cannot write {path}: {error.strerror}") from error
        self._end += len(data)

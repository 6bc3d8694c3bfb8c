"""Pictures and other files, as a crawl reads and writes what the archive has of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from archiver.site import Base
from archiver.store import file_addresses, stored_files
from archiver.store.dated_writes import DatedWrites
from archiver.store.file_addresses import FileAddress
from archiver.store.stored_files import StoredFile


class ArchivedFiles:
    """The files of an archive; ``base`` is where the blog is read from."""

    def __init__(self, db: Database, writes: DatedWrites, base: Base | None) -> None:
        self._db = db
        self._writes = writes
        self._base = base

    def settle(self) -> None:
        """Note the addresses of files that nobody has noted; see ``file_addresses.settle``."""
        with self._writes.transaction():
            file_addresses.settle(self._db, self._base)

    def wanted(self, *, linked: bool, articles: Collection[int] | None = None) -> list[FileAddress]:
        """The addresses of the files that articles want; see ``file_addresses.wanted_files``."""
        return file_addresses.wanted_files(self._db, linked=linked, articles=articles)

    def save(
        self, url: str, file: StoredFile, *, etag: str | None, last_modified: str | None
    ) -> None:
        """Store that an address gave a file, which is on the disk."""
        with self._writes.transaction():
            now = self._writes.now()
            stored_files.note_file(self._db, file, url, now)
            file_addresses.note_read(
                self._db, url, file.sha256, now, etag=etag, last_modified=last_modified
            )

    def confirm(self, url: str, *, etag: str | None, last_modified: str | None) -> None:
        """Store that an address still gives the file that it gave before."""
        with self._writes.transaction():
            file_addresses.note_confirmed(
                self._db, url, self._writes.now(), etag=etag, last_modified=last_modified
            )

    def refuse(self, url: str, status: str, reason: str, *, is_lost: bool) -> None:
        """Store that an address gave no file; one that it gave before stays unless it is lost."""
        with self._writes.transaction():
            file_addresses.note_refused(
                self._db, url, status, reason, self._writes.now(), is_lost=is_lost
            )

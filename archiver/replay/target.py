"""The folder of a rebuilt archive: empty at first, and complete only when all runs are in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.run.archive_files import ArchiveFiles
from archiver.store.archive import Archive
from archiver.store.atomic import sync
from archiver.store.errors import StoreError
from archiver.store.lock import LOCK_NAME, locked
from archiver.store.paths import check_link
from archiver.store.sqlite import check_folder, close_archive


class Target:
    """A folder, and the archive that is made in it.

    Until it is whole the database is ``<name>.db.rebuilding``: with it an interrupted rebuild goes
    on. All errors are ``StoreError``.
    """

    def __init__(self, files: dict[str, Path], source: Path) -> None:
        self.files = files
        self.folder = files["database"].parent
        self.partial = files["database"].with_name(f"{files['database'].name}.rebuilding")
        #: Set it when a part of a run is in the database: it cannot be gone on with.
        self.is_spoilt = False
        self._check(source)

    @contextmanager
    def opened(self) -> Iterator[Archive]:
        """The archive of the folder, which nobody else writes to meanwhile."""
        check_folder(self.folder)
        with locked(self.folder):
            archive = Archive.open(self.partial)
            try:
                # A power failure may take back the last runs: they are made again.
                archive.db.execute("PRAGMA synchronous = NORMAL")
                yield archive
            finally:
                close_archive(archive.db)
                if self.is_spoilt:
                    self.partial.unlink(missing_ok=True)

    def complete(self, archive: Archive, *, with_counts: bool, with_comments: bool) -> None:
        """Write JSONL and feed, and give the database its name; the archive is closed then."""
        archive.runs.keep_digests()
        ArchiveFiles(self.files).write_exports(
            archive.db, with_counts=with_counts, with_comments=with_comments
        )
        close_archive(archive.db)
        try:
            self.partial.replace(self.files["database"])
            sync(self.folder)
        except OSError as error:
            raise StoreError(f"cannot write {self.files['database']}: {error.strerror}") from error

    def _check(self, source: Path) -> None:
        """Raise ``StoreError`` for a folder that is not empty, unless a rebuild was begun there."""
        check_link(self.folder)
        if not self.folder.exists() or self.partial.exists():
            return
        if not self.folder.is_dir():
            raise StoreError(f"{self.folder} is no folder", wrong_use=True)
        if self.folder.samefile(source.parent):
            sentence = f"{self.folder} is the folder of the archive itself; it is not touched"
            raise StoreError(f"{sentence}. Give another folder", wrong_use=True)
        if any(self.folder.glob("*.db")):
            sentence = f"{self.folder} has an archive already; it is not touched"
            raise StoreError(f"{sentence}. Give an empty folder", wrong_use=True)
        if any(path.name != LOCK_NAME for path in self.folder.iterdir()):
            raise StoreError(f"{self.folder} is not empty; give an empty folder", wrong_use=True)

"""A folder whose listed files are an export's, and in which nothing else is touched."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from sqlite_utils import Database

from archiver.reading.exports.folder_lock import folder_locked
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.manifest import JOURNAL, MANIFEST, Manifest, load_manifest
from archiver.reading.exports.snapshots import Snapshot
from archiver.store.atomic import sync
from archiver.store.errors import StoreError
from archiver.store.paths import check_link

#: Where files are made before they are moved to their places.
_WORKSHOP: Final = ".kexue-export.work"
#: Bytes of a file that are in memory at a time.
_BLOCK: Final = 1 << 20
#: What a run that was killed may have left in a folder before its manifest was there.
_OWN: Final = frozenset({MANIFEST, f"{MANIFEST}.part", JOURNAL, _WORKSHOP})


class OwnedFolder:
    """Takes the files of one export one by one; what it is not given again is removed at the end.

    A file is whole or absent at any moment: it is made in the folder ``workshop`` and renamed.
    """

    def __init__(self, path: Path, manifest: Manifest, journal: TextIO, *, is_forced: bool) -> None:
        self.path = path
        self.workshop = path / _WORKSHOP
        self.outcome = Outcome()
        self._manifest = manifest
        self._journal = journal
        self._is_forced = is_forced
        self._given: set[str] = set()

    @property
    def snapshots(self) -> list[Snapshot]:
        """What earlier exports had, the oldest first; what is put here ``finish`` remembers."""
        return self._manifest.snapshots

    def write(self, name: str, content: bytes) -> None:
        """Let a file of the folder hold a content."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self._needs(name, sha256):
            made = self.workshop / "file"
            made.write_bytes(content)
            self._move(made, name, sha256)

    def take(self, name: str, made: Path) -> None:
        """Let a file of the folder be one that was made in the workshop."""
        with made.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if self._needs(name, sha256):
            self._move(made, name, sha256)
        else:
            made.unlink()

    def copy(self, name: str, source: Path, sha256: str) -> bool:
        """Let a file of the folder be a copy of another one, which is read only where it is needed.

        False when that one has not the bytes of its hash: the folder then has no file of the name.
        Raises ``StoreError`` when it cannot be read.
        """
        if not self._needs(name, sha256):
            return True
        made = self.workshop / "file"
        if _copied(source, made) == sha256:
            self._move(made, name, sha256)
            return True
        made.unlink()
        self._given.remove(name)
        return False

    def finish(self) -> Outcome:
        """Remove the files that were not given, and write the list of the others."""
        files = self._manifest.files
        for name in sorted(files.keys() - self._given):
            self._remove(name)
        for name in files.keys() - set(self.outcome.edited):
            files[name] = files[name][-1:]
        self._manifest.save(self.path)
        return self.outcome

    def _needs(self, name: str, sha256: str) -> bool:
        """True when a file must be written; counts those that are as they should be, or stay."""
        assert name not in self._given, f"{name} is given twice"
        self._given.add(name)
        found = self._hash_of(name)
        if found == sha256:
            self._manifest.files[name] = [sha256]
            self.outcome.unchanged += 1
            return False
        return self._may_touch(name, found)

    def _move(self, made: Path, name: str, sha256: str) -> None:
        """Put a finished file in its place."""
        sync(made)
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        self._manifest.note(self._journal, name, sha256)
        made.replace(place)
        self.outcome.written += 1

    def _remove(self, name: str) -> None:
        found = self._hash_of(name)
        if not self._may_touch(name, found):
            return
        if found is not None:
            self._place(name).unlink()
            self.outcome.removed += 1
        del self._manifest.files[name]
        for folder in list(Path(name).parents)[:-1]:
            with suppress(OSError):  # something else is in it
                (self.path / folder).rmdir()

    def _may_touch(self, name: str, found: str | None) -> bool:
        """True when nothing is at a place, or what this export wrote there; notes what stays."""
        known = self._manifest.files.get(name)
        if found is None or found in (known or ()):
            return True
        if known is None or not found:
            self.outcome.foreign.append(name)
        elif not self._is_forced:
            self.outcome.edited.append(name)
        else:
            return True
        return False

    def _hash_of(self, name: str) -> str | None:
        """SHA-256 of a file; ``None`` when nothing is there, empty for what is no plain file."""
        place = self._place(name)
        if not place.is_symlink() and place.is_file():
            with place.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        return "" if os.path.lexists(place) else None

    def _place(self, name: str) -> Path:
        """The path of a file; raises ``StoreError`` when it would lie outside of the folder."""
        place = self.path / name
        for folder in list(Path(name).parents)[:-1]:
            inner = self.path / folder
            if inner.is_symlink() or (inner.exists() and not inner.is_dir()):
                raise StoreError(
                    f"{inner} is a symbolic link or no folder; move it away, nothing is written"
                    " through it"
                )
        return place


def _copied(source: Path, made: Path) -> str:
    """Copy a file; returns its SHA-256. Raises ``StoreError`` when it cannot be read."""
    digest = hashlib.sha256()
    with made.open("wb") as copy:
        for block in _blocks(source):
            copy.write(block)
            digest.update(block)
    return digest.hexdigest()


def _blocks(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise StoreError(f"cannot read {source}: {error.strerror or error}") from error


@contextmanager
def owned_folder(job: Job, kind: str) -> Iterator[OwnedFolder]:
    """The folder of an export of a kind, made if it is not there; raises ``StoreError``.

    One that holds other things is refused, and so is one of another kind or archive. What goes
    wrong while it is written to is one sentence; what is whole by then stays, and the next run
    goes on.
    """
    try:
        _check_apart(job)
        path = _folder(job.target)
        with folder_locked(path):
            manifest = _manifest(path, kind, _began(job.db))
            _make_workshop(path / _WORKSHOP)
            try:
                manifest.save(path)
                with (path / JOURNAL).open("x", encoding="utf-8", newline="\n") as journal:
                    yield OwnedFolder(path, manifest, journal, is_forced=job.is_forced)
            finally:
                shutil.rmtree(path / _WORKSHOP, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            f"cannot write to {_place_of(error, job.target)}: {error.strerror or error}; what is"
            " whole stays, the next export goes on"
        ) from error


def _place_of(error: OSError, target: Path) -> Path | str:
    """The file that an error names, where it is one that people know; else the whole folder."""
    name = error.filename2 or error.filename
    is_known = isinstance(name, str) and _WORKSHOP not in Path(name).parts
    return name if is_known and name else target


def _check_apart(job: Job) -> None:
    """Raise ``StoreError`` for a target among the pages or files that the archive keeps."""
    warc = job.warc_folder
    for own in (warc, warc.with_name(f"{warc.name.removesuffix('warc')}files")):
        if Path(os.path.realpath(job.target)).is_relative_to(os.path.realpath(own)):
            raise StoreError(
                f"{own} is a folder of the archive itself; give another folder", wrong_use=True
            )


def _folder(path: Path) -> Path:
    """The folder at a path, made where its parent is there; raises ``StoreError``."""
    try:
        check_link(path)
        if path.exists() and not path.is_dir():
            raise StoreError(f"{path} is a file; give a folder", wrong_use=True)
        if not path.parent.is_dir():
            raise StoreError(f"there is no folder {path.parent}; make it first", wrong_use=True)
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make {path}: {error.strerror}; give another folder", wrong_use=True
        ) from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise StoreError(
            f"cannot write to {path}: it is read-only; give another folder", wrong_use=True
        )
    return path


def _manifest(path: Path, kind: str, archive: str) -> Manifest:
    """The list of a folder, or a new one for an empty folder; raises ``StoreError``."""
    found = load_manifest(path)
    if found is None:
        others = sorted(entry.name for entry in path.iterdir() if entry.name not in _OWN)
        if others:
            raise StoreError(
                f"{path} holds other things ({', '.join(others[:3])}); give a new or empty folder,"
                " nothing was touched",
                wrong_use=True,
            )
        return Manifest(kind, archive)
    if found.kind != kind:
        raise StoreError(
            f"{path} is an export of the kind {found.kind}; give another folder", wrong_use=True
        )
    if found.archive != archive and found.files:
        raise StoreError(
            f"{path} is the export of another archive, begun at {found.archive or 'no time'} and"
            f" not at {archive or 'no time'}; give another folder",
            wrong_use=True,
        )
    known = found.snapshots if found.archive == archive else []
    return Manifest(kind, archive, found.files, known)


def _began(db: Database) -> str:
    """When the first run of an archive began, UTC; empty when there was none."""
    ((started,),) = db.execute("SELECT min(started_at) FROM runs").fetchall()
    return str(started or "")


def _make_workshop(path: Path) -> None:
    """Make the folder anew; a link in its place is removed, not followed."""
    if path.is_symlink():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    path.mkdir()

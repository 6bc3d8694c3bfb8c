"""The paths of an archive's files, with symbolic links followed: a link is never replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from archiver.store.errors import StoreError

#: Device and inode of a file; ``None`` when there is none.
Identity = tuple[int, int] | None


def identity_of(path: Path) -> Identity:
    """Device and inode of the file at a path, links followed; ``None`` when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def real_file(path: Path) -> Path:
    """The file that is written when ``path`` is: itself, or what a symbolic link leads to.

    It need not be there yet. Raises ``StoreError`` when it cannot be a file: a folder, a device, a
    link that leads nowhere.
    """
    real = Path(os.path.realpath(path)) if path.is_symlink() else path
    try:
        if real.is_symlink():
            raise StoreError(f"{path} is a symbolic link that leads to itself", wrong_use=True)
        if real is not path and not real.parent.is_dir():
            raise StoreError(_leads_nowhere(path, real.parent), wrong_use=True)
        if real.is_dir():
            raise StoreError(f"{path} is a folder; move it away or set KEXUE_NAME", wrong_use=True)
        if real.exists() and not real.is_file():
            raise StoreError(f"{path} is a device or pipe and no file", wrong_use=True)
    except OSError as error:
        raise StoreError(f"cannot reach {path}: {error.strerror}", wrong_use=True) from error
    return real


def real_database(path: Path) -> Path:
    """As ``real_file``, for a database; raises ``StoreError`` also for a link to a missing file.

    Where the disk of the archive is not mounted, a new archive would be begun in its place.
    """
    real = real_file(path)
    if real is not path and not real.exists():
        raise StoreError(
            f"{_leads_nowhere(path, real)} For a new archive make an empty file there",
            wrong_use=True,
        )
    return real


def real_folders(files: Iterable[Path]) -> list[Path]:
    """The folders in which the files lie and those in which their links lead, each once."""
    folders: dict[object, Path] = {}
    for path in files:
        for folder in (path.parent, real_file(path).parent):
            folders.setdefault(identity_of(folder) or folder, folder)
    return list(folders.values())


def check_link(folder: Path) -> None:
    """Raise ``StoreError`` when a folder is a symbolic link to one that is not there."""
    if folder.is_symlink() and not folder.exists():
        raise StoreError(_leads_nowhere(folder, Path(os.path.realpath(folder))), wrong_use=True)


def _leads_nowhere(path: Path, missing: Path) -> str:
    return f"{path} is a symbolic link, and {missing} is not there; is its disk mounted?"

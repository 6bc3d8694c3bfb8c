"""Write a file as a whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from archiver.store.errors import StoreError
from archiver.store.paths import real_file


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file with ``\\n`` line ends; otherwise as ``replacing_bytes``."""
    with replacing_bytes(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()  # writes what it still has


@contextmanager
def replacing_bytes(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` at the end.

    It is written beside its place, synced, and renamed: a reader sees the old one or the new one.
    The place of a symbolic link is where it leads to, and the link stays. Mode and, where the
    system allows it, owner are those of the old file; a hard link of that keeps the old text.
    Raises ``StoreError`` when it cannot be written. Then, and when anything else is raised inside,
    the old file stays as it was.
    """
    place = real_file(path)
    part = place.with_name(f"{place.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a run that was killed
        with part.open("xb") as file:
            _take_over(place, file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
        sync(place.parent)
    except OSError as error:
        _remove(part)
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}; the file of the run before stays"
        ) from error
    except BaseException:
        _remove(part)
        raise


def _take_over(old: Path, descriptor: int) -> None:
    """Give an open file the owner and the mode of another one, if there is one."""
    with suppress(FileNotFoundError):
        status = old.stat()
        with suppress(PermissionError):  # only root may give a file away
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def sync(path: Path) -> None:
    """Have on the disk what a file holds, or which names are in a folder; raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # it is overwritten the next time

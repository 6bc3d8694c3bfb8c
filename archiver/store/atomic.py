"""Write a file as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from archiver.store.errors import StoreError


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file with ``\\n`` line ends that takes the place of ``path`` at the end.

    It is written beside its place, synced, and renamed: a reader sees the old one or the new one.
    Raises ``StoreError`` when it cannot be written. Then, and when anything else is raised inside,
    the old file stays as it was.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        _remove(part)
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}; the file of the run before stays"
        ) from error
    except BaseException:
        _remove(part)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # it is overwritten the next time

"""One export at a time into a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver.store.errors import StoreError
from archiver.store.lock import take_lock


@contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Hold a folder; raises ``StoreError`` when another export holds it.

    The lock is on the folder itself, so no file is made for it. The kernel gives it back when the
    process ends, however it ends.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"cannot open {folder}: {error.strerror}", wrong_use=True) from error
    try:
        take_lock(
            descriptor,
            taken=f"another export is writing to {folder}; wait for its end",
            name=str(folder),
            advice="give a folder on a disk of this machine",
        )
        yield
    finally:
        os.close(descriptor)

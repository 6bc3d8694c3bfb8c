"""The lock that lets one run at a time write to a data folder; it ends with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from archiver.store.errors import StoreError

#: An empty file beside the archive; that it is there means nothing, only who holds its lock.
LOCK_NAME: Final = ".run.lock"


@contextmanager
def locked(*folders: Path) -> Iterator[None]:
    """Hold the data folder, which must be there; ``StoreError`` when another run holds it.

    Where its files are links, the folders that they lead to are data folders too: two runs that
    reach one database in two ways exclude each other. The kernel gives the lock back when the
    process ends, however it ends. A child process does not inherit it.
    """
    with ExitStack() as held:
        for folder in folders:
            held.enter_context(_held(folder))
        yield


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    path = folder / LOCK_NAME
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"cannot write to the data folder {folder}: {error.strerror};"
            " set KEXUE_DATA_DIR to a folder that you can write to",
            wrong_use=True,
        ) from error
    try:
        take_lock(
            descriptor,
            taken=f"another run is writing to the data folder {folder}; wait for its end,"
            " or set KEXUE_DATA_DIR to another folder",
            name=f"the data folder {folder}",
            advice="set KEXUE_DATA_DIR to a folder on a disk of this machine",
        )
        yield
    finally:
        os.close(descriptor)


def take_lock(descriptor: int, *, taken: str, name: str, advice: str) -> None:
    """Take the lock of an open file or folder at once or not at all; raises ``StoreError``.

    Its sentence is ``taken`` where another process has it. Where the file system has no locks it
    gives the ``name`` of the file or folder, and the ``advice``.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(taken, wrong_use=True) from None
    except OSError as error:
        raise StoreError(
            f"{name} cannot be locked: {error.strerror}; {advice}", wrong_use=True
        ) from error

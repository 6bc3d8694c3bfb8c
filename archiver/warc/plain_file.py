"""Opens WARC files for reading: plain ones only, for anything may have the name of one."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotPlainError(OSError):
    """Something else than a file is at a path: a folder, a device, a pipe."""


def open_plain(path: Path) -> BinaryIO:
    """Open a file for reading; raises ``OSError``, and ``NotPlainError`` for what is no file.

    A pipe without a writer would be waited for, and a device may never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise NotPlainError(errno.EINVAL, "it is a folder, device or pipe and no file", str(path))

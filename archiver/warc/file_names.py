"""The names of WARC files: ``<first day>-<number>.warc.gz``, in the order in which they began."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from archiver.store.errors import StoreError

_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d)-(\d{1,6})\.warc\.gz")


def find_warc_files(folder: Path) -> list[Path]:
    """The WARC files of a folder, the oldest first; none where there is no folder.

    Raises ``StoreError`` when the folder cannot be read.
    """
    try:
        found = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StoreError(f"cannot read {folder}: {error.strerror}", wrong_use=True) from error
    return sorted((path for path in found if _NAME.fullmatch(path.name)), key=_order)


def next_name(day: str, taken: Iterable[str]) -> str:
    """The name of a new file that begins on a day (``YYYY-MM-DD``, UTC); none of ``taken``."""
    numbers = [
        int(found[2]) for name in taken if (found := _NAME.fullmatch(name)) and found[1] == day
    ]
    return f"{day}-{max(numbers, default=0) + 1}.warc.gz"


def _order(path: Path) -> tuple[str, int]:
    found = _NAME.fullmatch(path.name)
    return (found[1], int(found[2])) if found else ("", 0)

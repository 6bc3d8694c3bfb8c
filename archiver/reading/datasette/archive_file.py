"""Tells archives from other databases by the first bytes of the file, without opening them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from archiver.store.schema import APPLICATION_ID

#: The bytes of an SQLite file that hold ``PRAGMA application_id`` (https://sqlite.org/fileformat2).
_PLACE: Final = slice(68, 72)


def is_archive(path: str) -> bool:
    """True when the file at ``path`` is an archive."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_PLACE.stop)[_PLACE] == APPLICATION_ID.to_bytes(4, "big")
    except OSError:
        return False

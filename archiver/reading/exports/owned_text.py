"""A text file that an export writes as a whole, and knows again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

from archiver.reading.exports.folder_lock import folder_locked
from archiver.reading.exports.job import Job, Outcome
from archiver.store.atomic import replacing
from archiver.store.errors import StoreError
from archiver.store.paths import real_file

#: Begins the last line, of a comment, which has the hash of all lines before it.
_SEAL: Final = "% sha256 "


class _SameText(Exception):
    """What was to be written is there already."""


def write_owned_text(job: Job, first: str, pieces: Iterable[str]) -> Outcome:
    """Replace the file of a job by the line ``first`` and pieces of text; raises ``StoreError``.

    By ``first``, a comment that begins with ``%``, the file is known again: one that begins
    otherwise is not touched. A last line is added with a hash, by which somebody's change is found:
    such a file stays, unless the job is forced. The pieces are written one by one; the file of the
    export before is there until they all are.
    """
    place = place_of(job.target)
    with folder_locked(place.parent):
        old = _hash_of(place, first)
        if old == "" and not job.is_forced:
            return Outcome(edited=[place.name])
        try:
            with replacing(place) as file:
                digest = hashlib.sha256()
                for piece in chain([f"{first}\n"], pieces):
                    file.write(piece)
                    digest.update(piece.encode())
                if digest.hexdigest() == old:
                    raise _SameText
                file.write(f"{_SEAL}{digest.hexdigest()}\n")
        except _SameText:
            return Outcome(unchanged=1)
        return Outcome(written=1)


def place_of(target: Path) -> Path:
    """The file that is written; raises ``StoreError`` for a folder, a device, a missing folder."""
    try:
        if target.is_dir():
            raise StoreError(f"{target} is a folder; give the name of a file", wrong_use=True)
        if not target.parent.is_dir():
            raise StoreError(f"there is no folder {target.parent}; make it first", wrong_use=True)
    except OSError as error:
        raise StoreError(f"cannot reach {target}: {error.strerror}", wrong_use=True) from error
    return real_file(target)


def _hash_of(place: Path, first: str) -> str | None:
    """The hash of the text that an export wrote; empty when somebody has changed it since.

    ``None`` when there is no file. Raises ``StoreError`` for a file that is no export.
    """
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {place}: {error.strerror}", wrong_use=True) from error
    if not content.startswith(f"{first}\n".encode()):
        raise StoreError(
            f"{place} is not an export, so it was not touched; give another name, or move it away",
            wrong_use=True,
        )
    text, seal, sealed = content.rpartition(_SEAL.encode())
    sha256 = hashlib.sha256(text).hexdigest()
    return sha256 if seal and sealed == f"{sha256}\n".encode() else ""

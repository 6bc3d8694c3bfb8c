"""The list of an export's files, kept in their folder: it tells them from all others.

``.kexue-export.json`` is written at the beginning and at the end. What a run is about to write in
between stands in ``.kexue-export.journal`` first, so that the run after one that was killed knows
its files too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, TextIO

from archiver.reading.exports import snapshots
from archiver.reading.exports.snapshots import Snapshot
from archiver.store.atomic import replacing
from archiver.store.errors import StoreError

MANIFEST: Final = ".kexue-export.json"
JOURNAL: Final = ".kexue-export.journal"
_FORMAT: Final = 1


@dataclass
class Manifest:
    """What the files of a folder are, and what each of them may hold if it is as it was written."""

    kind: str
    #: When the first run of the archive began (UTC), which tells it from others; empty before that.
    archive: str
    #: SHA-256 in hex of what a file may hold: one, but for runs that were killed; the last is last.
    files: dict[str, list[str]] = field(default_factory=dict)
    #: What the exports into the folder had, the oldest first. Only kinds that tell what is new
    #: remember it; nothing else depends on it, so that what is damaged here counts as forgotten.
    snapshots: list[Snapshot] = field(default_factory=list)

    def save(self, folder: Path) -> None:
        """Write the list as a whole; raises ``StoreError``."""
        entries: dict[str, Any] = {
            "about": "Files of an export, which rewrites and removes these and no others.",
            "format": _FORMAT,
            "kind": self.kind,
            "archive": self.archive,
            "files": dict(sorted(self.files.items())),
        }
        if self.snapshots:
            entries["snapshots"] = snapshots.as_json(self.snapshots)
        with replacing(folder / MANIFEST) as file:
            json.dump(entries, file, ensure_ascii=False, indent=1)
            file.write("\n")
        (folder / JOURNAL).unlink(missing_ok=True)

    def note(self, journal: TextIO, name: str, sha256: str) -> None:
        """Note in the journal, and here, what a file is about to hold."""
        journal.write(json.dumps([name, sha256]) + "\n")
        journal.flush()
        hashes = self.files.setdefault(name, [])
        hashes[:] = [*(known for known in hashes if known != sha256), sha256]


def load_manifest(folder: Path) -> Manifest | None:
    """The list of a folder, with what its journal adds; ``None`` where there is none.

    Raises ``StoreError`` for one that cannot be read.
    """
    path = folder / MANIFEST
    if path.is_symlink():
        raise StoreError(f"{path} is a symbolic link; move it away", wrong_use=True)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {path}: {error}", wrong_use=True) from error
    manifest = _parse(text, path)
    for name, sha256 in _journal(folder / JOURNAL):
        manifest.files.setdefault(name, []).append(sha256)
    return manifest


def _parse(text: str, path: Path) -> Manifest:
    try:
        found = json.loads(text)
        if found["format"] != _FORMAT:
            raise StoreError(
                f"{path} was written by another version of this program; use that one, or give"
                " another folder",
                wrong_use=True,
            )
        files = {_checked(name): list(map(str, known)) for name, known in found["files"].items()}
        known = snapshots.from_json(found.get("snapshots"))
        return Manifest(str(found["kind"]), str(found["archive"]), files, known)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{path} is damaged, so that nobody knows which files here are the export's;"
            " give another folder, or empty this one",
            wrong_use=True,
        ) from error


def _checked(name: str) -> str:
    """A name of a file inside the folder; raises ``ValueError`` for any other path."""
    path = PurePosixPath(name)
    if path.is_absolute() or str(path) != name or ".." in path.parts or not path.parts:
        raise ValueError(f"{name} is no name of a file in the folder")
    return name


def _journal(path: Path) -> Iterator[tuple[str, str]]:
    """The entries of a journal; a last one that was not written to its end counts for nothing."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        try:
            entry: Any = json.loads(line)
            name, sha256 = entry
            yield _checked(name), str(sha256)
        except (ValueError, TypeError):
            return

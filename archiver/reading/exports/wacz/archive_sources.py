"""The WARC files of an archive: those that its captures are in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.wacz.record_index import RecordIndex
from archiver.reading.exports.wacz.warc_sources import WarcSource, read_source
from archiver.store.captures import warc_ends
from archiver.store.errors import StoreError
from archiver.warc.file_names import find_warc_files
from archiver.warc.member_walk import Member

_MEGABYTE: Final = 10**6


def read_sources(job: Job, index: RecordIndex, outcome: Outcome) -> list[WarcSource]:
    """Read the WARC files into an index, the oldest first.

    What cannot be read, or lacks what the archive knows of, is noted, and the rest goes on. Raises
    ``StoreError`` where nothing is left.
    """
    ends = warc_ends(job.db)
    paths = _find_files(job.warc_folder, ends, outcome)
    reader = _Reader(job, index, sum(ends[path.name] for path in paths))
    sources = []
    for path in paths:
        try:
            source = reader.read(path)
        except StoreError as error:
            outcome.incomplete.append(f"{error}; what is in it is left out")
            continue
        if source.size < ends[path.name]:
            outcome.incomplete.append(_words_for_lack(source))
        sources.append(source)
    if not sources:
        raise StoreError(f"no WARC file in {job.warc_folder} can be read; restore a backup of them")
    return sources


def _find_files(folder: Path, known: Mapping[str, int], outcome: Outcome) -> list[Path]:
    """The files that captures are in; files in which there are none are another archive's."""
    if not known:
        raise StoreError(
            "the archive has no captures, of which a WACZ file is made: its first run has just"
            " begun, or it was crawled by an earlier version or with KEXUE_WARC=0",
            wrong_use=True,
        )
    found = {path.name: path for path in find_warc_files(folder)}
    for name in sorted(known.keys() - found.keys()):
        outcome.incomplete.append(f"{folder / name} is missing; put it back")
    if others := sorted(found.keys() - known.keys()):
        outcome.notes.append(f"left out, as no capture is in them: {', '.join(others)}")
    return [path for name, path in found.items() if name in known]


def _words_for_lack(source: WarcSource) -> str:
    return (
        f"{source.path} is damaged or too short: what is behind byte {source.size:,} is left out;"
        " restore a backup of it"
    )


class _Reader:
    """Reads files into an index, and tells the job how many megabytes of them are read."""

    def __init__(self, job: Job, index: RecordIndex, size: int) -> None:
        self._job = job
        self._index = index
        self._size = size
        self._done = 0

    def read(self, path: Path) -> WarcSource:
        """Read a file; raises ``StoreError``, and nothing of it is in the index then."""

        def note(place: Member, member: bytes) -> None:
            self._index.note(path.name, place, member)
            self._done += place.length
            self._job.advance(self._done // _MEGABYTE, self._size // _MEGABYTE)

        try:
            return read_source(path, note)
        except StoreError:
            self._index.forget(path.name)
            raise

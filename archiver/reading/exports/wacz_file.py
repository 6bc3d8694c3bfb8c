"""``scrapy export wacz FILE``: the WARC files with an index and a list of pages, for replay.

Not written by the package ``wacz`` (0.6): it puts the cookies of requests into the index, ends with
a traceback where the last record is torn, and writes to the place of the file itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archiver import clock
from archiver.reading.exports.folder_lock import folder_locked
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.owned_text import place_of
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.wacz.archive_sources import read_sources
from archiver.reading.exports.wacz.data_package import (
    PACKAGE,
    SEAL,
    is_same,
    package_of,
    package_text,
    seal_text,
)
from archiver.reading.exports.wacz.page_list import PageList
from archiver.reading.exports.wacz.record_index import PACKED, RecordIndex
from archiver.reading.exports.wacz.zip_parts import (
    Part,
    temporary_part,
    text_part,
    warc_part,
    write_parts,
)
from archiver.store.atomic import replacing_bytes
from archiver.store.errors import StoreError
from archiver.terminal.plural import plural
from archiver.terminal.program import typed


def write_wacz(job: Job) -> Outcome:
    """Write the WARC files of the archive as one file; raises ``StoreError``.

    What stands in the place of the file stays until the new one is whole. A file whose content
    would be the same is left as it is.
    """
    if job.selection != Selection():
        raise StoreError(
            "a WACZ file has whole WARC files; --since, --category, --ids and --series are not"
            " for it",
            wrong_use=True,
        )
    place = place_of(job.target)
    with folder_locked(place.parent):
        old = package_of(place)
        if old == "" and not job.is_forced:
            return Outcome(edited=[place.name])
        return _replace(job, place, old)


def _replace(job: Job, place: Path, old: str | None) -> Outcome:
    """Write the file, unless it would say the same as its package ``old`` does."""
    outcome = Outcome()
    with _made(job, place.parent, outcome) as (parts, pages):
        package = package_text(parts, pages.main, _now())
        if old and (is_same(package, old) or _may_have_more(job, outcome)):
            outcome.unchanged = 1
            return outcome
        seals = [text_part(PACKAGE, package), text_part(SEAL, seal_text(package))]
        with replacing_bytes(place) as file:
            write_parts(file, [*parts, *seals])
    outcome.written = 1
    return outcome


def _may_have_more(job: Job, outcome: Outcome) -> bool:
    """True when WARC files are missing or damaged, which the file of before may still have."""
    if not outcome.incomplete or job.is_forced:
        return False
    outcome.incomplete.append(
        f"{job.target} stays as it is, since it may have what is missing; give --force to write it"
        " without that"
    )
    return True


@contextmanager
def _made(job: Job, folder: Path, outcome: Outcome) -> Iterator[tuple[list[Part], PageList]]:
    """The parts of the file but for the last two, which stay at hand inside, and the pages."""
    with RecordIndex() as index:
        sources = read_sources(job, index, outcome)
        pages = PageList(job.db, index.has)
        with (
            temporary_part("pages/pages.jsonl", folder, pages.lines()) as listed,
            temporary_part(f"indexes/{PACKED}", folder, index.blocks()) as packed,
        ):
            _note_pages(job, pages, outcome)
            blocks = text_part("indexes/index.idx", index.list_of_blocks)
            yield [*map(warc_part, sources), packed, blocks, listed], pages


def _note_pages(job: Job, pages: PageList, outcome: Outcome) -> None:
    """Say how many articles are in the list; raises ``StoreError`` when no page is."""
    if pages.main is None:
        raise StoreError(f"no page in the WARC files can be shown; {typed('verify')} says why")
    count = job.selection.count(job.db)
    words = f"{plural(pages.articles, 'article')} of {count:,} in the list of pages"
    missing = count - pages.articles
    outcome.notes.append(
        f"{words}; {missing:,} have no capture that can be shown" if missing else words
    )


def _now() -> str:
    return clock.utc_now().removesuffix("+00:00") + "Z"

"""Keeps the files that a run fetches: in their folder, and in the tables that tell of them."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from archiver.planning.file_selection import select_files
from archiver.planning.plan import Plan
from archiver.run.counts import RunCounts
from archiver.run.file_counts import FileCounts
from archiver.run.file_options import FileOptions
from archiver.run.recorder import Recorder
from archiver.run.report import Failure
from archiver.store.archive import Archive
from archiver.store.errors import StoreError
from archiver.store.file_addresses import FileAddress, count_linked, count_pictures, without_file
from archiver.store.stored_files import FileFolder

logger = logging.getLogger(__package__)


class FileLog:
    """Selects the files of one run, and stores what came of asking for them.

    A disk that is full stops the run, as it does everywhere else.
    """

    def __init__(self, archive: Archive, recorder: Recorder, options: FileOptions) -> None:
        self.archive = archive
        self.options = options
        self.recorder = recorder
        self.folder = FileFolder(options.folder)

    def select(self, plan: Plan, failures_in_a_row: int = 0) -> list[FileAddress]:
        """The addresses that this run asks for, in their order; raises ``sqlite3.Error``.

        A run over a part of the articles asks for the files of these; ``pictures=1`` for all that
        are due, however many; a run of the reader counts for none.
        """
        if plan.readers:
            return []
        self.folder.clear_parts()
        self.archive.files.settle()
        articles = _articles_of(plan, self.recorder.counts)
        wanted = self.archive.files.wanted(linked=self.options.linked, articles=articles)
        return select_files(
            [self._with_loss(file) for file in wanted],
            datetime.fromisoformat(self.archive.writes.now()),
            days=self.options.days if articles is None else 0,
            most=None if plan.pictures else self.options.most,
            failures_in_a_row=failures_in_a_row,
            asks_all=bool(plan.ids),
        )

    def failed_before(self) -> list[str]:
        """The addresses at which the last attempt of an earlier run failed."""
        rows = without_file(self.archive.db)
        return [row["url"] for row in rows if row["status"] == "failed"]

    def keep(
        self, file: FileAddress, data: bytes, media_type: str, extension: str,
        *, etag: str | None, last_modified: str | None,
    ) -> None:  # fmt: skip
        """Store what an address gave, with two headers of the answer."""
        try:
            stored = self.folder.store(data, extension, media_type)
        except StoreError as error:
            self.recorder.stop.call(str(error))
            return
        self.recorder.counts.files_done += 1
        with self.recorder.writing():
            self.archive.files.save(file.url, stored, etag=etag, last_modified=last_modified)
            self.recorder.counts.files.pop(file.url, None)
            if file.sha256 not in {None, stored.sha256}:
                logger.info("%s has changed; the old file stays", file.url)

    def confirm(self, file: FileAddress, *, etag: str | None, last_modified: str | None) -> None:
        """Store that an address still has the file of before."""
        self.recorder.counts.files_done += 1
        with self.recorder.writing():
            self.archive.files.confirm(file.url, etag=etag, last_modified=last_modified)
            self.recorder.counts.files.pop(file.url, None)

    def refuse(self, file: FileAddress, status: str, reason: str) -> None:
        """Store that an address gave no file, and name it in the report."""
        kept = file.sha256 is not None and not file.is_lost
        level = logging.WARNING if status == "failed" else logging.INFO
        logger.log(level, "%s: %s%s", file.url, reason, "; the old file stays" if kept else "")
        self.recorder.counts.files_done += 1
        with self.recorder.writing():
            self.archive.files.refuse(file.url, status, reason, is_lost=file.is_lost)
            if not kept:
                self.recorder.counts.files[file.url] = Failure(file.url, file.article, reason)

    def count(self, plan: Plan) -> FileCounts:
        """How many pictures and linked files there are, of the articles that the run is about.

        Raises ``sqlite3.Error``.
        """
        db, articles = self.archive.db, _articles_of(plan, self.recorder.counts)
        linked = count_linked(db, articles) if self.options.linked else None
        return FileCounts(count_pictures(db, articles), linked)

    def _with_loss(self, file: FileAddress) -> FileAddress:
        is_lost = file.sha256 is not None and not self.folder.has(file.path, file.bytes)
        if is_lost:
            logger.warning("%s is not on the disk; it is fetched again", file.path)
        return replace(file, is_lost=is_lost)


def _articles_of(plan: Plan, counts: RunCounts) -> Collection[int] | None:
    """The articles whose files a run fetches; ``None`` for all."""
    if plan.ids:
        return plan.ids
    return counts.changes.keys() if plan.mode == "partial" else None

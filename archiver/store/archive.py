"""The archive as a crawl reads and writes it: one object over the open database.

Every write is a transaction of its own, which takes the captures since the last one with it, and is
dated by ``archiver.clock`` (UTC, ISO 8601).
``sqlite3.Error`` is raised where the database cannot be read or written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from archiver import clock
from archiver.items import Article, CommentPage, IndexEntry, ListingEntry
from archiver.site import Base
from archiver.store import (
    articles,
    captures,
    comment_pages,
    comment_rows,
    corrections,
    digests,
    failures,
    file_addresses,
    run_records,
    sightings,
    stored_files,
    tombstones,
)
from archiver.store.articles import Saved
from archiver.store.captures import Capture
from archiver.store.comment_pages import CommentState, CommentTotals
from archiver.store.corrections import Correction
from archiver.store.file_addresses import FileAddress
from archiver.store.records import Row
from archiver.store.sightings import Shown
from archiver.store.sqlite import open_archive
from archiver.store.stored_files import StoredFile


class Archive:
    """An open archive; ``base`` is where the blog is read from, ``None`` for its own hosts."""

    def __init__(self, db: Database, base: Base | None = None) -> None:
        self.db = db
        self.base = base
        #: What was received since the last write; the next one stores it.
        self.unsaved: list[Capture] = []

    @classmethod
    def open(cls, path: Path, base: Base | None = None) -> Self:
        """The archive at ``path``, made or migrated where needed; raises ``StoreError``."""
        return cls(open_archive(path), base)

    @contextmanager
    def _writing(self, article: Article | None = None) -> Iterator[None]:
        """A transaction that begins with the captures, and notes what was made of one of them."""
        with self.db.atomic():
            captures.save_captures(self.db, self.unsaved)
            yield
            if article is not None and article.capture is not None:
                captures.note_article(self.db, article.capture, article.id)
        self.unsaved.clear()

    # --- What it knows --------------------------------------------------------------------------

    def articles(self) -> dict[int, Row]:
        """The archived articles by id, with the columns that decide what is read again."""
        return {row["id"]: row for row in articles.known_articles(self.db)}

    def article_ids(self) -> list[int]:
        """The ids of all archived articles."""
        return [article for (article,) in self.db.execute("SELECT id FROM articles")]

    def has_article(self, article: int) -> bool:
        """True when the archive has a copy of the article."""
        return articles.get_article(self.db, article) is not None

    def published(self, article: int) -> str | None:
        """The day of publication (``YYYY-MM-DD``) of an archived article, where it is known."""
        row = articles.get_article(self.db, article)
        return None if row is None else row["published"]

    def failed_addresses(self) -> dict[str, int | None]:
        """The addresses that could not be read, the longest ago first, with their articles."""
        return failures.failed_addresses(self.db)

    def failed_articles(self) -> list[int]:
        """The articles that could not be read, each once, the longest ago first."""
        return list(dict.fromkeys(a for a in self.failed_addresses().values() if a))

    def unanswered_requests(self) -> dict[int, int]:
        """Articles whose page was requested in runs that were killed then, and how often."""
        return sightings.asked_before(self.db)

    def listed(self) -> dict[int, ListingEntry | None]:
        """Every article that index or listings have shown, with its last listing entry."""
        return sightings.listed_articles(self.db)

    def last_shown(self, article: int) -> Shown:
        """What index and listings showed of an article the last time, in any run."""
        return sightings.shown_before(self.db, article)

    def count_indexed(self) -> int:
        """How many articles the index listed when it was read last."""
        return sightings.count_indexed(self.db)

    def indexed_before(self, of: Collection[int]) -> list[int]:
        """Those of some articles that an index of this run or an earlier one has listed."""
        return sightings.indexed_before(self.db, of)

    def absent(self, runs: int = 1) -> list[int]:
        """Archived articles that the last ``runs`` runs, this one included, did not find listed."""
        return sightings.absent_articles(self.db, runs)

    # --- Articles -------------------------------------------------------------------------------

    def save_article(self, article: Article, url: str, *, accept: bool = False) -> Saved:
        """Store an article that was read just now from ``url``; see ``articles.save_article``.

        Its capture says that the article was made of it.
        """
        with self._writing(article):
            now = clock.utc_now()
            saved = articles.save_article(self.db, article, now, url=url, accept=accept)
            file_addresses.settle(self.db, self.base, article.id)
            return saved

    def save_corrections(self, corrected: Iterable[Correction]) -> None:
        """Store what a later version of the extraction reads otherwise; see ``corrections``."""
        with self._writing():
            for correction in corrected:
                corrections.save_correction(self.db, correction)
                if correction.parts:
                    file_addresses.settle(self.db, self.base, correction.article)

    def is_to_reparse(self, article: int) -> bool:
        """True when an earlier version of the extraction has read a capture of the article last."""
        return corrections.is_to_read(self.db, article)

    def count_to_reparse(self) -> int:
        """How many articles have a capture that an earlier version of the extraction has read."""
        return len(corrections.articles_to_read(self.db))

    def mark_gone(self, article: int) -> bool:
        """Make an archived article a tombstone; ``False`` when there is none to be made of it."""
        with self._writing():
            return tombstones.mark_gone(self.db, article, clock.utc_now())

    def is_gone(self, article: int) -> bool:
        """True when the article is a tombstone."""
        return tombstones.is_gone(self.db, article)

    # --- Comments -------------------------------------------------------------------------------

    def save_comments(self, page: CommentPage) -> list[str]:
        """Store the comments of a further page, read just now; see ``comment_rows.save_comments``.

        The archive must have the article.
        """
        with self._writing():
            return comment_rows.save_comments(self.db, page, clock.utc_now())

    def copied_page(self, page: CommentPage) -> int | None:
        """The number of the page of comments that this one is a copy of; ``None``: of none."""
        return comment_pages.shown_elsewhere(self.db, page)

    def comment_states(self, article: int | None = None) -> list[CommentState]:
        """What it has of the comments of all published articles, or of one."""
        return comment_pages.comment_states(self.db, article)

    def comment_totals(self) -> CommentTotals | None:
        """How many comments it has; ``None`` where the blog tells of none."""
        return comment_pages.comment_totals(self.db)

    # --- Index and listings ---------------------------------------------------------------------

    def save_listing_entry(self, entry: ListingEntry) -> None:
        """Store what a listing shows of an article."""
        with self._writing():
            articles.save_sighting(self.db, entry, clock.utc_now())

    def save_index(self, entries: Sequence[IndexEntry]) -> None:
        """Store what the index of all articles shows."""
        with self._writing():
            sightings.note_index(self.db, entries, self.articles(), clock.utc_now())

    def count_absence(self, listed: Collection[int], *, whole: bool) -> None:
        """Count one more run in which only these articles were listed.

        ``whole`` says that all listing pages were read.
        """
        with self._writing():
            sightings.note_absent(self.db, listed, whole=whole)

    def save_request(self, article: int) -> None:
        """Store that the page of an article is about to be requested."""
        with self._writing():
            sightings.note_asked(self.db, article, clock.utc_now())

    # --- Failures -------------------------------------------------------------------------------

    def save_failure(self, url: str, article: int | None, reason: str) -> None:
        """Store one more failure of an address."""
        with self._writing():
            failures.save_failure(self.db, url, article, reason, clock.utc_now())

    def clear_failure(self, url: str, article: int | None = None) -> None:
        """Forget the failures of an address or article that was read."""
        with self._writing():
            failures.clear_failure(self.db, url, article)

    def forget_failures_except(self, urls: Collection[str]) -> None:
        """Forget the failures of all other addresses."""
        with self._writing():
            failures.forget_others(self.db, urls)

    # --- Files ----------------------------------------------------------------------------------

    def settle_files(self) -> None:
        """Note the addresses of all files that nobody has noted yet; see ``settle``."""
        with self._writing():
            file_addresses.settle(self.db, self.base)

    def wanted_files(
        self, *, linked: bool, articles: Collection[int] | None = None
    ) -> list[FileAddress]:
        """The addresses of the files that articles want; see ``file_addresses.wanted_files``."""
        return file_addresses.wanted_files(self.db, linked=linked, articles=articles)

    def save_file(
        self, url: str, file: StoredFile, *, etag: str | None, last_modified: str | None
    ) -> None:
        """Store that an address gave a file, which is on the disk."""
        with self._writing():
            now = clock.utc_now()
            stored_files.note_file(self.db, file, url, now)
            file_addresses.note_read(
                self.db, url, file.sha256, now, etag=etag, last_modified=last_modified
            )

    def confirm_file(self, url: str, *, etag: str | None, last_modified: str | None) -> None:
        """Store that an address still gives the file that it gave before."""
        with self._writing():
            file_addresses.note_confirmed(
                self.db, url, clock.utc_now(), etag=etag, last_modified=last_modified
            )

    def refuse_file(self, url: str, status: str, reason: str, *, is_lost: bool) -> None:
        """Store that an address gave no file; one that it gave before stays unless it is lost."""
        with self._writing():
            file_addresses.note_refused(
                self.db, url, status, reason, clock.utc_now(), is_lost=is_lost
            )

    # --- Captures -------------------------------------------------------------------------------

    def last_capture(self) -> int:
        """The highest number of a capture that is stored; 0 where there is none."""
        return captures.last_capture(self.db)

    def uncaptured(self) -> set[int]:
        """The articles, not gone, that were made of no capture."""
        return captures.uncaptured_articles(self.db)

    def same_capture(self, url: str, status: int, body_sha256: str) -> Capture | None:
        """An earlier capture of the same body; see ``captures.same_capture``."""
        return captures.same_capture(self.db, url, status, body_sha256)

    def warc_ends(self) -> dict[str, int]:
        """The WARC files that captures are in, each with the place behind the last one."""
        return captures.warc_ends(self.db)

    def forget_lost_captures(self, warc: str, size: int) -> int:
        """Delete the captures that a WARC file of this size does not have; returns their number."""
        return captures.forget_lost(self.db, warc, size)

    # --- Runs -----------------------------------------------------------------------------------

    def start_run(self, mode: str, started_at: str) -> int:
        """Open the record of a run and close those of killed runs; returns its id."""
        return run_records.start_run(self.db, mode, started_at)

    def note_foreign_changes(self) -> list[str]:
        """Note which tables something else has changed since the last run; returns their names.

        Call it before a run is started.
        """
        if names := list(digests.changed_tables(self.db)):
            with self._writing():
                digests.note_changed(self.db, names, clock.utc_now())
        return names

    def session_start(self, run_id: int, mode: str) -> str | None:
        """When the unfinished work began that a run continues; ``None`` when it begins anew."""
        return run_records.session_start(self.db, run_id, mode)

    def finish_run(
        self, run_id: int, values: Mapping[str, Any], *, keeps_digests: bool = False
    ) -> None:
        """Close the record of a run with its outcome and counts (column → value).

        ``keeps_digests`` keeps what the tables hold then, in the same transaction.
        """
        values = {**values, "finished_at": clock.utc_now()}
        with self.db.atomic():
            with self._writing():
                run_records.finish_run(self.db, run_id, values)
            if keeps_digests:
                digests.save_digests(self.db)

    def suspend_digests(self) -> None:
        """Forget what the tables held, before this program writes to them outside a run.

        What something else has changed by then stays noted. ``keep_digests`` ends it.
        """
        self.note_foreign_changes()
        with self._writing():
            digests.suspend_digests(self.db)

    def keep_digests(self) -> None:
        """Keep what the tables hold now, where this program has written to them outside a run."""
        with self._writing():
            digests.save_digests(self.db)

"""The archive as a crawl reads and writes it: one object over the open database.

Every write is a transaction of its own, which takes the captures since the last one with it. It is
dated by the newest exchange with the server (UTC, ISO 8601): by what it was made of, not by when.
``sqlite3.Error`` is raised where the database cannot be read or written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from archiver.items import Article, IndexEntry, ListingEntry
from archiver.site import Base
from archiver.store import (
    articles,
    captures,
    corrections,
    failures,
    sightings,
    text_index,
    tombstones,
)
from archiver.store.archived_comments import ArchivedComments
from archiver.store.archived_files import ArchivedFiles
from archiver.store.archived_runs import ArchivedRuns
from archiver.store.articles import Known, Saved
from archiver.store.captures import Capture
from archiver.store.corrections import Correction
from archiver.store.dated_writes import DatedWrites
from archiver.store.merge import Change
from archiver.store.sightings import Shown
from archiver.store.sqlite import open_archive


class Archive:
    """An open archive; ``base`` is where the blog is read from, ``None`` for its own hosts."""

    def __init__(self, db: Database, base: Base | None = None) -> None:
        self.db = db
        self.base = base
        self.writes = DatedWrites(db)
        #: The articles that were stored since the search index was written.
        self._waiting: list[int] = []
        self.comments = ArchivedComments(db, self.writes)
        self.files = ArchivedFiles(db, self.writes, base)
        self.runs = ArchivedRuns(db, self.writes)

    @classmethod
    def open(cls, path: Path, base: Base | None = None) -> Self:
        """The archive at ``path``, made or migrated where needed; raises ``StoreError``."""
        return cls(open_archive(path), base)

    # --- What it knows --------------------------------------------------------------------------

    def articles(self) -> dict[int, Known]:
        """The archived articles by id, with what decides whether they are read again."""
        return articles.known_articles(self.db)

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

    def listed(self) -> list[int]:
        """Every article that is listed as far as is known."""
        return sightings.listed_articles(self.db)

    def entered(self) -> set[int]:
        """Those of them of which a listing entry is kept."""
        return sightings.entered_articles(self.db)

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
        with self.writes.transaction(article):
            now = self.writes.now()
            saved = articles.save_article(
                self.db, article, now, url=url, base=self.base, accept=accept
            )
        if saved.change in {Change.NEW, Change.CHANGED}:
            self._await_index(article.id)
        return saved

    def _await_index(self, article: int) -> None:
        """Note an article whose text waits for the index, and take in a whole batch."""
        self._waiting.append(article)
        if len(self._waiting) >= text_index.BATCH:
            text_index.take_in_texts(self.db, self._waiting)
            self._waiting.clear()

    def index_texts(self) -> None:
        """Take the texts into the search index that wait for it."""
        self._waiting.clear()
        text_index.take_in_texts(self.db)

    def save_corrections(self, corrected: Iterable[Correction]) -> None:
        """Store what a later version of the extraction reads otherwise; see ``corrections``."""
        corrected = list(corrected)
        with self.writes.transaction():
            others = [c.article for c in corrected if c.row.keys() & {"title", "body_text"}]
            text_index.take_out_texts(self.db, others)
            for correction in corrected:
                corrections.save_correction(self.db, correction, self.base)
        self.index_texts()

    def to_reparse(self) -> list[int]:
        """The articles with a capture that an earlier version of the extraction has read."""
        return corrections.articles_to_read(self.db)

    def mark_gone(self, article: int) -> bool:
        """Make an archived article a tombstone; ``False`` when there is none to be made of it."""
        with self.writes.transaction():
            return tombstones.mark_gone(self.db, article, self.writes.now())

    def is_gone(self, article: int) -> bool:
        """True when the article is a tombstone."""
        return tombstones.is_gone(self.db, article)

    # --- Index and listings ---------------------------------------------------------------------

    def save_listing_entry(self, entry: ListingEntry) -> None:
        """Store what a listing shows of an article."""
        with self.writes.transaction():
            articles.save_sighting(self.db, entry, self.writes.now())

    def save_index(self, entries: Sequence[IndexEntry]) -> None:
        """Store what the index of all articles shows."""
        with self.writes.transaction():
            sightings.note_index(self.db, entries, self.writes.now())

    def count_absence(self, listed: Collection[int], *, whole: bool) -> None:
        """Count one more run in which only these articles were listed.

        ``whole`` says that all listing pages were read.
        """
        with self.writes.transaction():
            sightings.note_absent(self.db, listed, whole=whole)

    def save_request(self, article: int) -> None:
        """Store that the page of an article is about to be requested.

        It is there when the process dies at the page; the next write takes it to the disk.
        """
        with self.writes.unsynced():
            sightings.note_asked(self.db, article, self.writes.now())

    # --- Failures -------------------------------------------------------------------------------

    def save_failure(self, url: str, article: int | None, reason: str) -> None:
        """Store one more failure of an address."""
        with self.writes.transaction():
            failures.save_failure(self.db, url, article, reason, self.writes.now())

    def clear_failure(self, url: str, article: int | None = None) -> None:
        """Forget the failures of an address or article that was read."""
        with self.writes.transaction():
            failures.clear_failure(self.db, url, article)

    def forget_failures_except(self, urls: Collection[str]) -> None:
        """Forget the failures of all other addresses."""
        with self.writes.transaction():
            failures.forget_others(self.db, urls)

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

    def save_captures(self) -> None:
        """Store the captures since the last write."""
        with self.writes.transaction():
            pass

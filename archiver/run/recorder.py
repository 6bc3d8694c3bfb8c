"""What happens in a run is recorded: in the archive, in the counts, and in the log."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archiver import site
from archiver.items import Article, CommentPage, IndexEntry, ListingEntry
from archiver.network.circuit_breaker import CircuitBreaker
from archiver.run.counts import RunCounts
from archiver.run.report import Failure
from archiver.store.archive import Archive
from archiver.store.merge import Change

if TYPE_CHECKING:
    from archiver.run.earlier_readings import EarlierReadings

logger = logging.getLogger(__package__)


class Recorder:
    """Records the events of one run.

    ``breaker`` stops the run when too many articles in a row are suspicious, or listed without a
    page. A database that cannot be written (a full disk) stops it too.
    """

    def __init__(self, archive: Archive, counts: RunCounts, breaker: CircuitBreaker) -> None:
        self.archive = archive
        self.counts = counts
        self.breaker = breaker
        self.stop = breaker.stop
        #: Reads again what an earlier version has read; ``None`` without WARC files.
        self.earlier: EarlierReadings | None = None
        #: True when index and listings were read, and what they do not show was counted.
        self.is_absence_counted = False

    # --- Answers with many rows -----------------------------------------------------------------

    def hold(self) -> None:
        """Store all that the answer at hand holds as a whole, or nothing of it."""
        with self.writing():
            self.archive.writes.hold()

    def settle(self) -> None:
        """The answer has been dealt with: what it holds is stored."""
        with self.writing():
            self.archive.writes.settle()

    # --- Index, listings, feed --------------------------------------------------------------------

    def index_read(self, entries: Sequence[IndexEntry]) -> None:
        """Record what the index of all articles shows."""
        self.articles_listed(entry.id for entry in entries)
        with self.writing():
            self.archive.save_index(entries)

    def entry_read(self, entry: ListingEntry) -> None:
        """Record what a listing shows of an article; raises ``sqlite3.Error``."""
        self.articles_listed([entry.id])
        self.archive.save_listing_entry(entry)

    def articles_listed(self, articles: Iterable[int]) -> None:
        """Record that the blog lists these articles."""
        self.counts.listed.update(articles)

    def count_absence(self, *, whole: bool) -> None:
        """Record that index and listings have been read: what they did not show is absent.

        ``whole`` says that all listing pages were read, not only those that had something to tell.
        """
        self.is_absence_counted = True
        with self.writing():
            self.archive.count_absence(self.counts.listed, whole=whole)

    # --- Articles ---------------------------------------------------------------------------------

    def article_requested(self, article: int) -> None:
        """Record that the page of an article is about to be requested."""
        with self.writing():
            self.archive.save_request(article)

    def article_read(self, article: Article, url: str, *, accept: bool = False) -> Change:
        """Store an article that was read just now from ``url``; raises ``sqlite3.Error``.

        ``accept`` takes its page also when it looks like one of a changed theme.
        """
        self._correct(article.id)
        saved = self.archive.save_article(article, url, accept=accept)
        self.counts.count_saved(article, url, saved)
        self._doubt_comments(url, article.id, saved.doubts)
        if saved.suspicious is None:
            self.breaker.succeed()
        else:
            logger.warning("%s: suspicious, not taken: %s", url, saved.suspicious)
            self.breaker.fail("pages in a row are suspicious; has the theme changed?")
        return saved.change

    def comments_read(self, page: CommentPage) -> None:
        """Store the comments of a further page of an article; raises ``sqlite3.Error``."""
        url = site.article_url(page.id)
        self.counts.comment_pages += 1
        self._correct(page.id)
        self._doubt_comments(url, page.id, self.archive.comments.save(page))

    def _correct(self, article: int) -> None:
        """Correct what an earlier version has read of an article, before more is stored of it."""
        if self.earlier is not None:
            self.earlier.correct(article)

    def _doubt_comments(self, url: str, article: int, doubts: Iterable[str]) -> None:
        """Name what is not believed of comments: nothing that is archived was changed by it."""
        for doubt in doubts:
            self.counts.comments[url] = Failure(url, article, doubt)
            logger.warning("%s: %s", url, doubt)

    def article_gone(self, article: int) -> bool:
        """Record that the blog no longer has an article.

        Returns ``False`` when the archive has no copy of it to keep.
        """
        with self.writing():
            if self.archive.mark_gone(article):
                self.counts.count_gone(article)
                logger.info("article %d is gone; its copy stays", article)
                self.article_missing(article)
        return self.archive.is_gone(article)

    def article_missing(self, article: int | None) -> None:
        """Record an article without a page for the breaker, if index or listings show it.

        One article can be deleted before the index is; many are a blog that is broken.
        """
        if article in self.counts.listed:
            self.breaker.fail("articles in a row are listed, but have no page")

    # --- Addresses --------------------------------------------------------------------------------

    def address_read(self, url: str) -> None:
        """Forget earlier failures of an address."""
        self.counts.forget_failure(url)
        with self.writing():
            self.archive.clear_failure(url)

    def address_failed(
        self, url: str, article: int | None, reason: str, *, missing: bool = False
    ) -> None:
        """Record what could not be read; ``missing`` is what the blog lists but does not have."""
        kind = self.counts.missing if missing else self.counts.failed
        kind[url] = Failure(url, article, reason)
        logger.warning("%s: %s", url, reason)
        with self.writing():
            self.archive.save_failure(url, article, reason)
        if missing:
            self.article_missing(article)

    def address_skipped(self, url: str, reason: str) -> None:
        """Record what could not be read, where the archive is complete without it."""
        self.counts.without[url] = Failure(url, None, reason)
        logger.warning("%s: %s; the run goes on without it", url, reason)

    # --- A database that cannot be written --------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Stop the run at ``sqlite3.Error`` and go on behind the block."""
        try:
            yield
        except sqlite3.Error as error:
            self.database_failed(error)

    def database_failed(self, error: sqlite3.Error) -> None:
        """Stop the run: the database cannot be written."""
        self.stop.call(cannot_write(error))


def cannot_write(error: sqlite3.Error) -> str:
    """The reason of a run that ended because the database cannot be written."""
    return f"the database cannot be written: {error}"

"""Comments, as a crawl reads and writes what the archive has of them."""

from __future__ import annotations

from sqlite_utils import Database

from archiver.items import CommentPage
from archiver.store import comment_pages, comment_rows
from archiver.store.comment_pages import CommentState, CommentTotals
from archiver.store.dated_writes import DatedWrites


class ArchivedComments:
    """The comments of an archive."""

    def __init__(self, db: Database, writes: DatedWrites) -> None:
        self._db = db
        self._writes = writes

    def save(self, page: CommentPage) -> list[str]:
        """Store the comments of a further page, read just now; see ``comment_rows.save_comments``.

        The archive must have the article.
        """
        with self._writes.transaction():
            return comment_rows.save_comments(self._db, page, self._writes.now())

    def copied_page(self, page: CommentPage) -> int | None:
        """The number of the page of comments that this one is a copy of; ``None``: of none."""
        return comment_pages.shown_elsewhere(self._db, page)

    def states(self, article: int | None = None) -> list[CommentState]:
        """What it has of the comments of all published articles, or of one."""
        return comment_pages.comment_states(self._db, article)

    def totals(self) -> CommentTotals | None:
        """How many comments it has; ``None`` where the blog tells of none."""
        return comment_pages.comment_totals(self._db)

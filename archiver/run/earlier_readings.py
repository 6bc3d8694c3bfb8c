"""Before a page is stored: what an earlier version has read of the article is read again.

Otherwise the first page that this version reads would differ from what is stored, and that would be
an edit of the author's.
"""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path

from sqlite_utils import Database

from archiver.reparsing.event_replay import memory_database
from archiver.reparsing.reparsed_article import Refused, reparse_article
from archiver.store.archive import Archive

logger = logging.getLogger(__package__)


class EarlierReadings:
    """Corrects single articles during a crawl, as ``scrapy reparse`` does for all.

    ``warc`` is the folder of the WARC files.
    """

    def __init__(self, archive: Archive, warc: Path) -> None:
        self._archive = archive
        self._warc = warc

    def correct(self, article: int) -> None:
        """Read the captures of an article again where an earlier version has read them last.

        Where one cannot be read the article stays as it is. Raises ``sqlite3.Error``.
        """
        if article not in self._due:
            return
        found = reparse_article(self._archive.db, self._memory, self._warc, article)
        if isinstance(found, Refused):
            logger.info("article %d was not read again: %s", article, found.reason)
            return
        self._archive.save_corrections([found])
        self._due.discard(article)
        if found.differs:
            logger.info("article %d is corrected: %s", article, ", ".join(found.differs))

    @cached_property
    def _due(self) -> set[int]:
        """The articles of this archive that are to be read again; a run makes no more of them."""
        return set(self._archive.to_reparse())

    @cached_property
    def _memory(self) -> Database:
        return memory_database()

"""The series of an archive as its titles and links say now.

They are recognised when an article has changed since that was done, or their tables have.
"""

from __future__ import annotations

import hashlib

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.extraction.series.recognition import recognise
from archiver.store.series_tables import links, save_series, stored_rows, titles
from archiver.store.written_files import make_if_changed


def renew_series(db: Database) -> None:
    """Put the series that are recognised into the archive; raises ``sqlite3.Error``."""

    def renew() -> None:
        save_series(db, recognise(titles(db), links(db)))

    make_if_changed(db, "series", lambda: _digest(db), renew, parser=PARSER_VERSION)


def _digest(db: Database) -> str:
    """The SHA-256 of the rows of both tables, in hex."""
    return hashlib.sha256(repr(stored_rows(db)).encode()).hexdigest()

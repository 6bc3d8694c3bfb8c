"""The series of an archive as its titles and links say now."""

from __future__ import annotations

from sqlite_utils import Database

from archiver.extraction.series.recognition import recognise
from archiver.store.series_tables import links, save_series, titles


def renew_series(db: Database) -> bool:
    """Put the series that are recognised into the archive; ``False`` when they are there already.

    Raises ``sqlite3.Error``.
    """
    return save_series(db, recognise(titles(db), links(db)))

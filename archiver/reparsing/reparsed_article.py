"""One article: its captures are read again, and what differs is told. Nothing is written."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archiver.reparsing.captured_pages import CapturedPages, UnreadableCapture
from archiver.reparsing.comment_replay import Reading, differing_tables, reread_comments
from archiver.reparsing.event_replay import Replay, Replayed
from archiver.reparsing.events import events_of
from archiver.reparsing.replay_comparison import compare, correct_row, with_comments
from archiver.reparsing.stored_article import load_article
from archiver.store.corrections import Correction
from archiver.store.suspicion import suspicion


@dataclass(frozen=True, slots=True)
class Refused:
    """An article that stays as it is, and why."""

    article: int
    reason: str


def reparse_article(
    db: Database, memory: Database, warc: Path, article: int, *, accept: bool = False
) -> Correction | Refused:
    """What is to be corrected of an article, or why it stays as it is.

    ``memory`` is a database of ``event_replay.memory_database``. Today's reading of a page that has
    lost what the stored one has is refused, unless ``accept`` takes it. A defect of this program is
    a reason too; only ``sqlite3.Error`` is raised.
    """
    try:
        return _reparse(db, memory, warc, article, accept=accept)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - one article must not keep the others from being read
        return Refused(article, f"a defect of the archiver: {error!r}")


def _reparse(
    db: Database, memory: Database, warc: Path, article: int, *, accept: bool
) -> Correction | Refused:
    stored = load_article(db, article)
    if stored is None:
        return Refused(article, "not in the archive")
    if not stored.captures:
        return Refused(article, "no capture of it is stored")
    pages = CapturedPages(db, warc, stored)
    try:
        made = Replay(memory, pages, stored.row).run(events_of(stored))
        readings = _readings(pages, made)
    except UnreadableCapture as error:
        return Refused(article, str(error))
    row = correct_row(stored, made)
    why = None if accept else suspicion(stored.row, row)
    if why is not None:
        return Refused(article, f"today's reading is suspicious: {why}")
    comments = reread_comments(db, article, readings)
    return with_comments(
        compare(stored, made, row), comments, differing_tables(db, article, comments)
    )


def _readings(pages: CapturedPages, made: Replayed) -> list[Reading]:
    """The captured pages of comments, the article's own among them, in their order."""
    found = {number: Reading(*each) for number, each in made.comments.items()}
    for capture, page in pages.comment_pages():
        found[capture.id] = Reading(capture.fetched_at, page)
    return [found[number] for number in sorted(found)]

"""The SQL of ``scrapy status``; it reads no body."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlite_utils import Database

from archiver.store.comment_pages import CommentTotals, comment_totals
from archiver.store.records import Row
from archiver.store.schema import COMMENTS

#: True for articles that index, listings or feed have shown; others were only asked for (``ids``).
_LISTED: Final = "title IS NOT NULL OR entry IS NOT NULL"
_KNOWN: Final = f"""
    SELECT count(*) FROM (
      SELECT id FROM articles UNION SELECT article_id FROM sightings WHERE {_LISTED}
    )
"""  # noqa: S608
_STATES: Final = "SELECT status, count(*) FROM articles GROUP BY status"
_OLDEST: Final = """
    SELECT id, title, fetched_at FROM articles WHERE status <> 'gone'
    ORDER BY fetched_at, id LIMIT 1
"""
_MISSING: Final = """
    SELECT article_id AS id,
      coalesce(nullif(title, ''), CAST(
        iif(json_valid(entry), json_extract(entry, '$.title'), NULL) AS TEXT)) AS title,
      (SELECT reason FROM failures WHERE failures.article_id = sightings.article_id
        ORDER BY last_seen DESC, url LIMIT 1) AS reason
    FROM sightings
    WHERE absent = 0 AND article_id NOT IN (SELECT id FROM articles)
    ORDER BY article_id
"""
#: Every suspicious version has a row in ``changes``; one that was accepted later has lost its
#: mark. An article that was fetched later than that is no longer suspicious, unless the same
#: version came again: then ``changes`` has no new row, but ``failures`` has its reason.
_SUSPICIOUS: Final = """
    SELECT articles.id, articles.title, revisions.suspicious AS reason,
      max(changes.seen_at) AS since
    FROM changes
    JOIN articles ON articles.id = changes.article_id
    JOIN revisions
      ON revisions.article_id = changes.article_id AND revisions.number = changes.revision
    WHERE changes.kind = 'suspicious' AND revisions.suspicious IS NOT NULL
      AND articles.status <> 'gone'
      AND (changes.seen_at >= articles.fetched_at OR EXISTS (
        SELECT 1 FROM failures WHERE failures.article_id = articles.id
        AND instr(failures.reason, revisions.suspicious)))
    GROUP BY articles.id ORDER BY articles.id
"""
_FAILURES: Final = """
    SELECT url, article_id, reason, first_seen, last_seen, tries
    FROM failures ORDER BY first_seen, url
"""
_RUNS: Final = """
    SELECT id, started_at, finished_at, mode, ending, outcome, requests, bytes, listed, new,
      changed, unchanged, protected, gone, missing, failed, suspicious, unread
    FROM runs ORDER BY id DESC LIMIT ?
"""
_LAST_SUCCESS: Final = """
    SELECT id, mode, finished_at FROM runs WHERE outcome = 'ok' AND mode IN ('normal', 'full')
    ORDER BY id DESC LIMIT 1
"""


def count_known(db: Database) -> int:
    """The number of articles that the blog has ever listed or that are archived."""
    return int(db.execute(_KNOWN).fetchone()[0])


def states(db: Database) -> Counter[str]:
    """How many articles are archived, by status."""
    return Counter(dict(db.execute(_STATES).fetchall()))


def oldest_check(db: Database) -> Row | None:
    """Id, title and ``fetched_at`` of the article, not gone, that was read the longest ago."""
    return next(iter(db.query(_OLDEST)), None)


def missing(db: Database) -> list[Row]:
    """Id, title and reason (if known) of articles that are listed but not in the archive."""
    return list(db.query(_MISSING))


def suspicious(db: Database) -> list[Row]:
    """Articles whose page was not taken when it was last read, with the reason and the time."""
    return list(db.query(_SUSPICIOUS))


def failures(db: Database) -> list[Row]:
    """The addresses that could not be read, the oldest failure first."""
    return list(db.query(_FAILURES))


def comments(db: Database) -> CommentTotals | None:
    """How many comments there are; ``None`` without any, and where no run has made the table."""
    return comment_totals(db) if db[COMMENTS.name].exists() else None


def last_runs(db: Database, count: int) -> list[Row]:
    """The newest runs, newest first."""
    return list(db.query(_RUNS, [count]))


def last_success(db: Database) -> Row | None:
    """The newest run over the whole blog (``normal`` or ``full``) whose outcome is ``ok``."""
    return next(iter(db.query(_LAST_SUCCESS)), None)

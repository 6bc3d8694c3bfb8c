"""The table ``captures``: what was received, and where in the WARC files it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlite_utils import Database

from archiver import PARSER_VERSION

_INSERT: Final = """
    INSERT INTO captures
      (id, url, fetched_at, status, body_sha256, warc, offset, length, run_id, refers_to, truncated)
    VALUES
      (:id, :url, :fetched_at, :status, :body_sha256, :warc, :offset, :length, :run_id, :refers_to,
       :truncated)
"""
#: An article whose page was not believed, and which is not archived, is none that was made.
_MADE: Final = """
    UPDATE captures SET (article_id, parser_version) =
      (SELECT id, :parser_version FROM articles WHERE id = :article)
    WHERE id = :id
"""
_UNCAPTURED: Final = """
    SELECT id FROM articles WHERE status <> 'gone'
    AND id NOT IN (SELECT article_id FROM captures WHERE article_id IS NOT NULL)
"""
_SAME: Final = """
    SELECT * FROM captures
    WHERE url = ? AND status = ? AND body_sha256 = ? AND refers_to IS NULL AND truncated IS NULL
    ORDER BY id DESC LIMIT 1
"""
_ENDS: Final = """
    SELECT warc, max(offset + length) FROM captures GROUP BY warc ORDER BY max(id)
"""
_LOST: Final = "warc = :warc AND offset + length > :size"
_LOST_TOO: Final = f"refers_to IN (SELECT id FROM captures WHERE {_LOST})"  # noqa: S608
_UNKNOWN: Final = tuple(
    f"UPDATE {table} SET capture_id = NULL"  # noqa: S608
    f" WHERE capture_id IN (SELECT id FROM captures WHERE {_LOST} OR {_LOST_TOO})"
    for table in ("revisions", "changes")
)
_FORGET: Final = (
    f"DELETE FROM captures WHERE {_LOST_TOO}",  # noqa: S608
    f"DELETE FROM captures WHERE {_LOST}",  # noqa: S608
)
#: The whole pages whose address begins in one way; the last character of ``end`` is the next one.
_BELOW: Final = """
    SELECT * FROM captures
    WHERE url >= :start AND url < :end AND status = 200 AND truncated IS NULL ORDER BY id
"""
#: What stands in the table beside the fields of a capture.
_BESIDE: Final = frozenset({"article_id", "parser_version"})


@dataclass(frozen=True, slots=True)
class Capture:
    """An answer that is in a WARC file; the columns are described in docs/data-format.md."""

    id: int
    url: str
    fetched_at: str
    status: int | None
    body_sha256: str | None
    warc: str
    offset: int
    length: int
    run_id: int
    refers_to: int | None
    truncated: str | None


def save_captures(db: Database, captures: Iterable[Capture]) -> None:
    """Write captures, inside the caller's transaction."""
    for capture in captures:
        db.execute(_INSERT, asdict(capture))


def note_article(db: Database, capture: int, article: int) -> None:
    """Note what was made of a capture, inside the caller's transaction."""
    values = {"id": capture, "article": article, "parser_version": PARSER_VERSION}
    db.execute(_MADE, values)


def uncaptured_articles(db: Database) -> set[int]:
    """The articles that were made of no capture and can be read again: those that are not gone."""
    return {article for (article,) in db.execute(_UNCAPTURED)}


def last_capture(db: Database) -> int:
    """The highest number of a capture; 0 where there is none."""
    (highest,) = db.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
    return int(highest)


def same_capture(db: Database, url: str, status: int, body_sha256: str) -> Capture | None:
    """The newest whole capture of an address with this status and body that holds its payload."""
    return next(_captures(db, _SAME, [url, status, body_sha256]), None)


def get_capture(db: Database, number: int) -> Capture | None:
    """The capture of this number; ``None`` where there is none."""
    return next(_captures(db, "SELECT * FROM captures WHERE id = ?", [number]), None)


def captures_of(db: Database, article: int) -> list[Capture]:
    """The captures that an article was made of, in the order in which they were received."""
    query = "SELECT * FROM captures WHERE article_id = ? ORDER BY id"
    return list(_captures(db, query, [article]))


def captures_below(db: Database, start: str) -> list[Capture]:
    """The captures of whole pages (HTTP 200) whose address begins with ``start``, by ``id``."""
    end = start[:-1] + chr(ord(start[-1]) + 1)
    return list(_captures(db, _BELOW, {"start": start, "end": end}))


def _captures(
    db: Database, query: str, values: Sequence[object] | dict[str, str]
) -> Iterator[Capture]:
    for row in db.query(query, values):
        yield Capture(**{key: value for key, value in row.items() if key not in _BESIDE})


def warc_ends(db: Database) -> dict[str, int]:
    """The WARC files that are referred to, each with the place behind its last record.

    They are in the order in which they were written to last.
    """
    return dict(db.execute(_ENDS))


def forget_lost(db: Database, warc: str, size: int) -> int:
    """Delete the captures of a file that lie behind its end, in a transaction of its own.

    So are those that refer to them; versions and changes that were made of one are made of none
    then. Returns how many captures there were.
    """
    with db.atomic():
        for query in _UNKNOWN:
            db.execute(query, {"warc": warc, "size": size})
        return sum(db.execute(query, {"warc": warc, "size": size}).rowcount for query in _FORGET)

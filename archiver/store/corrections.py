"""Writes what a later version of the extraction has read otherwise, article by article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.site import Base
from archiver.store.articles import save_parts
from archiver.store.comment_corrections import CommentCorrection, save_comment_correction
from archiver.store.digests import insert_rows
from archiver.store.records import Row
from archiver.store.schema import CHANGES

_READ: Final = """
    UPDATE captures SET parser_version = ? WHERE article_id = ? AND parser_version IS NOT ?
"""
_OF_CHANGES: Final = [name for name in CHANGES.names if name != "id"]
_ADDED: Final = f"""
    INSERT INTO changes ({", ".join(_OF_CHANGES)})
    VALUES ({", ".join(f":{name}" for name in _OF_CHANGES)})
"""  # noqa: S608
#: Each is due until this version has read all of its captures.
_DUE: Final = """
    SELECT DISTINCT article_id FROM captures
    WHERE article_id IS NOT NULL AND coalesce(parser_version, 0) < ? ORDER BY article_id
"""
_CAPTURED: Final = """
    SELECT DISTINCT article_id FROM captures WHERE article_id IS NOT NULL ORDER BY article_id
"""


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """What is to be done to the rows of an article in ``changes``."""

    #: Numbers of changes that were none.
    removed: Sequence[int] = ()
    #: Rows in place of those with their ``id``.
    updated: Sequence[Row] = ()
    #: Rows without an ``id``.
    added: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What the archive has otherwise than this version of the extraction makes of the captures."""

    article: int
    #: The columns of its row that differ, with their new values.
    row: Row = field(default_factory=dict)
    #: The tables of what its body holds that differ, with all of their rows.
    parts: dict[str, list[Row]] = field(default_factory=dict)
    #: All of its versions, where one differs; else ``None``.
    revisions: list[Row] | None = None
    changes: ChangeLog = ChangeLog()
    comments: CommentCorrection = field(default_factory=CommentCorrection)
    #: What differs, as names of columns and tables; empty where only notes of the archive do.
    differs: tuple[str, ...] = ()
    #: Edits that were only seen by an earlier version.
    withdrawn: int = 0
    #: Edits that an earlier version has not seen.
    found: int = 0


def save_correction(db: Database, correction: Correction, base: Base | None) -> None:
    """Correct an article, inside the caller's transaction; its captures count as read.

    ``base`` is where the blog is read from.
    """
    article = correction.article
    if correction.row:
        _update(db, "articles", article, correction.row)
    save_parts(db, article, correction.parts, base)
    if correction.revisions is not None:
        db.execute("DELETE FROM revisions WHERE article_id = ?", [article])
        insert_rows(db, "revisions", correction.revisions)
    _save_changes(db, correction.changes)
    save_comment_correction(db, correction.comments)
    db.execute(_READ, [PARSER_VERSION, article, PARSER_VERSION])


def articles_to_read(db: Database) -> list[int]:
    """Articles with a capture that an earlier version of the extraction has read, ascending."""
    return [article for (article,) in db.execute(_DUE, [PARSER_VERSION])]


def captured_articles(db: Database) -> list[int]:
    """All articles with a capture, ascending."""
    return [article for (article,) in db.execute(_CAPTURED)]


def _save_changes(db: Database, changes: ChangeLog) -> None:
    for row in changes.updated:
        _update(db, "changes", row["id"], {key: row[key] for key in row if key != "id"})
    for row in changes.added:
        db.execute(_ADDED, row)
    for number in changes.removed:
        db.execute("DELETE FROM changes WHERE id = ?", [number])


def _update(db: Database, table: str, number: int, values: Row) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    db.execute(f"UPDATE {table} SET {columns} WHERE id = :id", {**values, "id": number})  # noqa: S608

"""What a later version of the extraction has read otherwise in the comments of an article."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlite_utils import Database

from archiver.store.comment_rows import insert_comments, update_comment
from archiver.store.records import Row
from archiver.store.schema import COMMENT_REVISIONS

_COMMENTS: Final = "SELECT * FROM comments WHERE article_id = ? ORDER BY id"
_VERSIONS: Final = """
    SELECT * FROM comment_revisions
    WHERE comment_id IN (SELECT id FROM comments WHERE article_id = ?) ORDER BY comment_id, number
"""
_FOREIGN: Final = """
    SELECT id FROM comments
    WHERE article_id <> ? AND id IN (SELECT value FROM json_each(?))
"""
_STORED: Final = "SELECT id FROM comments WHERE id IN (SELECT value FROM json_each(?))"
_SAVE_VERSION: Final = f"""
    INSERT INTO comment_revisions ({", ".join(COMMENT_REVISIONS.names)})
    VALUES ({", ".join(f":{name}" for name in COMMENT_REVISIONS.names)})
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoredComments:
    """The comments of an article by id, and the earlier versions of each in their order."""

    rows: Mapping[int, Row]
    versions: Mapping[int, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class CommentCorrection:
    """What the archive has otherwise than this version makes of the captured pages."""

    #: Whole rows in place of those with their ``id``, and of comments that were overlooked.
    rows: Sequence[Row] = ()
    #: By the id of a comment: all of its earlier versions, where one differs.
    versions: Mapping[int, Sequence[Row]] = field(default_factory=dict)


def load_comments(db: Database, article: int) -> StoredComments:
    """What is stored of the comments of an article."""
    rows = {row["id"]: row for row in db.query(_COMMENTS, [article])}
    versions: dict[int, list[Row]] = {comment: [] for comment in rows}
    for version in db.query(_VERSIONS, [article]):
        versions[version["comment_id"]].append(version)
    return StoredComments(rows, versions)


def foreign_comments(db: Database, article: int, ids: Collection[int]) -> set[int]:
    """Those of some ids that are comments of another article."""
    found = db.execute(_FOREIGN, [article, json.dumps(sorted(ids))])
    return {comment for (comment,) in found}


def save_comment_correction(db: Database, correction: CommentCorrection) -> None:
    """Correct comments, inside the caller's transaction."""
    if correction.rows:
        _save_rows(db, correction.rows)
    for comment, versions in correction.versions.items():
        db.execute("DELETE FROM comment_revisions WHERE comment_id = ?", [comment])
        for version in versions:
            db.execute(_SAVE_VERSION, version)


def _save_rows(db: Database, rows: Sequence[Row]) -> None:
    """Insert those that were overlooked; only then all parents are there for the others."""
    named = {number for row in rows for number in (row["id"], row["parent_id"])} - {None}
    stored = {comment for (comment,) in db.execute(_STORED, [json.dumps(sorted(named))])}
    insert_comments(db, [row for row in rows if row["id"] not in stored], stored)
    for row in rows:
        if row["id"] in stored:
            update_comment(db, row)

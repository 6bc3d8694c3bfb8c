"""The versions of an article that the archive has, and the log of its changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlite_utils import Database

from archiver.store.errors import StoreError
from archiver.store.json_arrays import parse_json
from archiver.store.records import Row

if TYPE_CHECKING:
    from archiver.body.read import Body

#: The columns that tell a version from another, in their order, with the words for each.
COLUMN_NAMES: Final = {
    "title": "title",
    "body_html": "text",
    "author": "author",
    "published": "day",
    "category": "category",
    "tags": "tags",
}
#: Archives of older versions did not keep these; ``tags`` alone is never null where it was kept.
_LATER: Final = frozenset({"author", "published", "category", "tags"})

#: The columns are named, so that SQLite reports one that is missing.
_ARTICLE: Final = """
    SELECT id, url, title, author, published, category, tags, body_html, content_sha256, status,
      gone_at
    FROM articles WHERE id = ?
"""
_VERSIONS: Final = """
    SELECT number, seen_at, content_sha256, title, author, published, category, tags, body_html,
      suspicious
    FROM revisions WHERE article_id = ? ORDER BY number
"""
_CHANGES: Final = """
    SELECT seen_at, kind, revision, fields FROM changes WHERE article_id = ? ORDER BY id
"""


class Version:
    """One version: its row in ``revisions``, with the tags as a list (``None``: not kept)."""

    def __init__(self, row: Row, tags: list[str] | None) -> None:
        self.row = row
        self.number: int = row["number"]
        self.title: str = row["title"]
        self.suspicious: str | None = row["suspicious"]
        self.tags = tags

    @cached_property
    def body(self) -> Body:
        """The body, as this version of the program reads it; empty when none is stored.

        Its parts raise ``UnexpectedPage`` for one that cannot be read.
        """
        # Every command loads this module, and few read a body.
        from archiver.body.read import read_stored_body  # noqa: PLC0415

        return read_stored_body(self.row["body_html"] or "")


@dataclass(frozen=True, slots=True)
class History:
    """An article's row, all of its versions by number, and its rows in ``changes``."""

    article: Row
    versions: Sequence[Version]
    changes: Sequence[Row]

    @property
    def current(self) -> int | None:
        """The number of the version that is in ``articles``; ``None`` when there is none."""
        same = [
            v for v in self.versions if v.row["content_sha256"] == self.article["content_sha256"]
        ]
        alike = [v for v in same if not differing_columns(v.row, self.article)]
        found = alike or same
        return found[-1].number if found else None

    def changed_columns(self, version: Version) -> list[str]:
        """The columns in which a version differs from the one before it; empty for the first.

        Suspicious versions before it are passed over: they never became the article.
        """
        taken = [v for v in self.versions if v.number < version.number and v.suspicious is None]
        return differing_columns(taken[-1].row, version.row) if taken else []


def read_history(db: Database, article: int) -> History | None:
    """The history of an article; ``None`` when it is not in the archive.

    Raises ``StoreError`` for tags or fields that are no JSON array.
    """
    row = next(iter(db.query(_ARTICLE, [article])), None)
    if row is None:
        return None
    versions = [_version(article, row) for row in db.query(_VERSIONS, [article])]
    changes = [
        change | {"fields": _list(change["fields"], f"article {article}, fields of its changes")}
        for change in db.query(_CHANGES, [article])
    ]
    return History(row, versions, changes)


def differing_columns(old: Row, new: Row) -> list[str]:
    """The columns in which two versions differ, but those that were not kept of one of them."""
    known = old["tags"] is not None and new["tags"] is not None
    return [
        column
        for column in COLUMN_NAMES
        if old[column] != new[column] and (known or column not in _LATER)
    ]


def _version(article: int, row: Row) -> Version:
    where = f"article {article}, tags of version {row['number']}"
    return Version(row, None if row["tags"] is None else _list(row["tags"], where))


def _list(text: str, where: str) -> list[str]:
    try:
        found = parse_json(text)
    except ValueError as error:
        raise StoreError(f"{where}: no JSON: {error}") from error
    if not isinstance(found, list):
        raise StoreError(f"{where}: no JSON array")
    return [str(entry) for entry in found]

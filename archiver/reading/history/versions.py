"""What the archive knows of an article's past."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lxml.html import HtmlElement
from sqlite_utils import Database

from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas
from archiver.body.markdown import to_markdown
from archiver.store.errors import StoreError
from archiver.store.records import Row
from archiver.tree.document import parse_fragment

#: What tells a version from another, and what a person calls it, in the order of the columns.
NAMES: Final = {
    "title": "title",
    "body_html": "text",
    "author": "author",
    "published": "day",
    "category": "category",
    "tags": "tags",
}
#: Not kept in archives of older versions; ``tags`` alone is never null where they were.
_LATER: Final = frozenset({"author", "published", "category", "tags"})

#: Named, so that a table that is not as it should be is SQLite's error.
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
    """One version; ``row`` is its row in ``revisions``, ``tags`` is ``None`` if not kept.

    What is made of the body raises ``UnexpectedPage`` for one that cannot be read.
    """

    def __init__(self, row: Row, tags: list[str] | None) -> None:
        self.row = row
        self.number: int = row["number"]
        self.title: str = row["title"]
        self.suspicious: str | None = row["suspicious"]
        self.tags = tags

    @cached_property
    def text(self) -> str:
        """What a reader sees of the body."""
        return plain_text(self._body, self._formulas)

    @cached_property
    def markdown(self) -> str:
        """The body as Markdown, as this version of the program writes it."""
        return to_markdown(self._body, self._formulas)

    @cached_property
    def formula_count(self) -> int:
        """How many formulas the body has."""
        return len(self._formulas.found)

    @cached_property
    def _body(self) -> HtmlElement:
        return parse_fragment(self.row["body_html"] or "")

    @cached_property
    def _formulas(self) -> Formulas:
        return find_formulas(self._body)


@dataclass(frozen=True, slots=True)
class History:
    """An article, all versions that were seen of it by number, and the log of its changes."""

    article: Row
    versions: Sequence[Version]
    changes: Sequence[Row]

    @property
    def current(self) -> int | None:
        """The number of the version that is in ``articles``; ``None`` when there is none."""
        same = [
            v for v in self.versions if v.row["content_sha256"] == self.article["content_sha256"]
        ]
        alike = [v for v in same if not differing(v.row, self.article)]
        found = alike or same
        return found[-1].number if found else None

    def changed(self, version: Version) -> list[str]:
        """The columns in which a version differs from the last one before it that was taken.

        What has taken no other's place is nothing that the next one could have been edited from.
        Empty for the first one.
        """
        taken = [v for v in self.versions if v.number < version.number and v.suspicious is None]
        return differing(taken[-1].row, version.row) if taken else []


def read_history(db: Database, article: int) -> History | None:
    """The history of an article; ``None`` when it is not in the archive.

    Raises ``StoreError`` for a list that is no JSON.
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


def differing(old: Row, new: Row) -> list[str]:
    """The columns in which two versions differ; what was not kept of one is no difference."""
    known = old["tags"] is not None and new["tags"] is not None
    return [
        column for column in NAMES if old[column] != new[column] and (known or column not in _LATER)
    ]


def _version(article: int, row: Row) -> Version:
    where = f"article {article}, tags of version {row['number']}"
    return Version(row, None if row["tags"] is None else _list(row["tags"], where))


def _list(text: str, where: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise StoreError(f"{where}: no JSON: {error}") from error
    if not isinstance(found, list):
        raise StoreError(f"{where}: no JSON array")
    return [str(entry) for entry in found]

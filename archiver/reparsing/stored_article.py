"""What the archive has of one article: its row, parts, versions, changes and captures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from archiver.store.articles import get_article, parts_of
from archiver.store.captures import Capture, captures_of
from archiver.store.records import Row
from archiver.store.schema import PARTS
from archiver.store.sightings import Shown, shown_before

_VERSIONS: Final = "SELECT * FROM revisions WHERE article_id = ? ORDER BY number"
_CHANGES: Final = "SELECT * FROM changes WHERE article_id = ? ORDER BY seen_at, id"


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """The rows of an article."""

    row: Row
    parts: Mapping[str, list[Row]]
    #: By number.
    versions: Mapping[int, Row]
    #: By their times. One that was found later has a higher ``id`` than those after it.
    changes: Sequence[Row]
    #: Those that it was made of, in the order in which they came.
    captures: Sequence[Capture]
    shown: Shown


def load_article(db: Database, article: int) -> StoredArticle | None:
    """What is stored of an article; ``None`` when it is not archived."""
    row = get_article(db, article)
    if row is None:
        return None
    return StoredArticle(
        row=row,
        parts={table.name: parts_of(db, table, article) for table in PARTS},
        versions={version["number"]: version for version in db.query(_VERSIONS, [article])},
        changes=list(db.query(_CHANGES, [article])),
        captures=captures_of(db, article),
        shown=shown_before(db, article),
    )

"""What has happened to the articles of a site between the exports into its folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlite_utils import Database

from archiver.reading.exports.site.page_names import versions_page
from archiver.reading.exports.site.site_overview import Listed, Overview
from archiver.reading.exports.snapshots import Snapshot

#: Changes that a page tells of from before the first export, and rows that are read for them.
_BEFORE: Final = 20
_READ: Final = 2_000
_ROWS: Final = """
    SELECT article_id, seen_at, kind, revision FROM changes WHERE id > ? AND id <= ?
    ORDER BY id DESC LIMIT ?
"""
#: What has happened to an article, in the words of the site.
_WORDS: Final = {
    "new": "收录", "edited": "有修改", "gone": "已删除", "protected": "已加密", "opened": "已公开",
    "returned": "又出现", "suspicious": "新版本存疑",
}  # fmt: skip
#: The lists, in their order; all other changes are in a last one.
_HEADINGS: Final = {"new": "新文章", "edited": "有修改", "gone": "从博客消失"}
_OTHERS: Final = "其他变化"


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """What has happened to an article between two exports.

    ``seen_at`` is when the last of it was seen, UTC, and ``what`` all of it in words, the first
    first. ``difference`` is the place of the newest edit on the page of versions, from the folder
    of the site; empty where there is none.
    """

    article: Listed
    seen_at: str
    what: str
    heading: str
    difference: str


@dataclass(frozen=True, slots=True)
class ExportChanges:
    """What one export had and the one before it had not, the newest first in each list.

    ``since`` is until when the archive was kept at the export before, ``until`` at this one, both
    UTC. Without ``since`` there was none before: then it is the newest of what the first one had.
    """

    since: str | None
    until: str
    groups: list[tuple[str, list[ArticleChange]]]

    @property
    def changes(self) -> list[ArticleChange]:
        """All of them, the newest first."""
        found = [change for _, some in self.groups for change in some]
        return sorted(found, key=lambda change: change.seen_at, reverse=True)


def read_export_changes(
    db: Database, overview: Overview, snapshots: list[Snapshot]
) -> list[ExportChanges]:
    """What came between each two snapshots of the exports into a folder, the newest first.

    Last comes what the oldest snapshot had. Only the articles of the site are told of.
    """
    found = [
        ExportChanges(old.until, new.until, _groups(db, overview, old.change, new.change, None))
        for old, new in pairwise(snapshots)
    ]
    first = snapshots[0]
    before = _groups(db, overview, -1, first.change, _BEFORE)
    return [*reversed(found), ExportChanges(None, first.until, before)]


def _groups(
    db: Database, overview: Overview, after: int, last: int, most: int | None
) -> list[tuple[str, list[ArticleChange]]]:
    """The changes behind one number up to another, by heading; ``most`` of them, or all."""
    limit = -1 if most is None else _READ
    rows = db.execute(_ROWS, [after, last, limit]).fetchall()
    by_article: dict[int, list[tuple[str, str, int | None]]] = {}
    for article, *row in rows:
        is_wanted = article in by_article or most is None or len(by_article) < most
        if is_wanted and article in overview.by_id:
            seen_at, kind, revision = row
            by_article.setdefault(article, []).append((seen_at, kind, revision))
    changes = [_change(overview.by_id[one], some[::-1]) for one, some in by_article.items()]
    headings = [*_HEADINGS.values(), _OTHERS]
    groups = ((name, [one for one in changes if one.heading == name]) for name in headings)
    return [(name, some) for name, some in groups if some]


def _change(article: Listed, rows: list[tuple[str, str, int | None]]) -> ArticleChange:
    """What the rows of one article, the oldest first, come to."""
    kinds = [kind for _, kind, _ in rows]
    edits = [number for _, kind, number in rows if kind == "edited" and number is not None]
    words = dict.fromkeys(_WORDS[kind] for kind in kinds)
    return ArticleChange(
        article, rows[-1][0], "、".join(words), _heading(kinds), _difference(article, edits)
    )


def _heading(kinds: list[str]) -> str:
    """Where an article stands: what it is at the end counts more than how it became so."""
    if kinds[-1] in {"gone", "protected"}:
        return _HEADINGS.get(kinds[-1], _OTHERS)
    return next((_HEADINGS[kind] for kind in ("new", "edited") if kind in kinds), _OTHERS)


def _difference(article: Listed, edits: Iterable[int]) -> str:
    """Where the newest of some versions is compared with the one before it."""
    newest = list(edits)[-1:]
    if not newest or article.versions < 2:
        return ""
    place = f"#s-diff-{newest[0]}" if newest[0] > 1 else ""
    return versions_page(article.id) + place

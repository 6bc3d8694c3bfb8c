"""The comments on the page of a capture, compared with their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.items import Article, Comment
from archiver.pages.decoding import REPLACEMENT
from archiver.store.records import Row
from archiver.verify.fidelity.comparison import Point, compare_values

_COLUMNS: Final = ("html", "text", "author", "author_url", "by_author")
#: What another page has shown otherwise since is not of this page.
_ROWS: Final = f"""
    SELECT id, parent_id, {", ".join(_COLUMNS)} FROM comments
    WHERE article_id = ? AND parser_version = ? AND NOT EXISTS (
      SELECT 1 FROM comment_revisions WHERE comment_id = comments.id AND replaced_at > ?)
"""  # noqa: S608


def comments_of_page(db: Database, article: int, moment: str) -> dict[int, Row]:
    """The comments of an article that this version has read, by id.

    Those that were changed after ``moment`` (UTC, ISO 8601), when a page was received, are left
    out.
    """
    return {row["id"]: row for row in db.query(_ROWS, [article, PARSER_VERSION, moment])}


def compare_comments(article: Article, stored: Mapping[int, Row]) -> Iterator[str]:
    """What differs between the comments on a page and their rows.

    A comment without a row is none: somebody has asked to be forgotten. Damaged bytes are passed
    over, as the whole text from before is kept.
    """
    if article.comments is None or article.is_damaged:
        return
    shown = {comment.id for comment in article.comments.comments}
    for comment in article.comments.comments:
        row = stored.get(comment.id)
        if row is not None and REPLACEMENT not in f"{comment.html}{comment.author}":
            yield from _compare(comment, row, shown)


def _compare(comment: Comment, row: Row, shown: set[int]) -> Iterator[str]:
    point = Point("comments", "value", 0)
    for name in _COLUMNS:
        compare_values(point, f"comment {comment.id}: {name}", getattr(comment, name), row[name])
    is_certain = comment.is_placed and comment.parent_id in shown
    if is_certain and row["parent_id"] is not None:
        name = f"comment {comment.id}: parent_id"
        compare_values(point, name, comment.parent_id, row["parent_id"])
    yield from point.findings

"""Checks of the comments: their rows, and on demand the words of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.body.clean.cleaner import safe_html
from archiver.body.read import read_stored_body
from archiver.extraction.comment_words import text_of_words
from archiver.store.column import Table
from archiver.store.records import Row
from archiver.store.schema import COMMENT_PAGES, COMMENT_REVISIONS, COMMENTS
from archiver.verify.chosen import Ids, chosen
from archiver.verify.columns import fault_of_format
from archiver.verify.fidelity.comparison import Point, compare_texts

_WORDS: Final = ("html", "text")
_SHORT: Final = [column for column in COMMENTS.columns if column.name not in _WORDS]
_ROWS: Final = f"""
    SELECT {", ".join(f"c.{column.name}" for column in _SHORT)}, p.id AS parent,
      p.article_id AS parent_article
    FROM comments AS c LEFT JOIN comments AS p ON p.id = c.parent_id
"""  # noqa: S608
_OF_COMMENTS: Final = "comment_id IN (SELECT id FROM comments WHERE {condition})"
#: Versions and pages of what is not there, or with a number that is none.
_ORPHANS: Final = (
    ("comment_revisions", "comment_id NOT IN (SELECT id FROM comments) OR number < 1"),
    ("comment_pages", "number NOT BETWEEN 1 AND pages OR NOT json_valid(comments)"),
)


def check_comments(db: Database, ids: Ids | None) -> Point:
    """The form of every row; a parent is there, and is a comment of the same article."""
    point = Point("comments", "comment", 0)
    condition, values = chosen("c.article_id", ids)
    for row in db.query(f"{_ROWS} WHERE {condition} ORDER BY c.id", values):
        point.compared += 1
        for fault in _faults(row):
            point.note(1, f"comment {row['id']} of article {row['article_id']}: {fault}")
    for table, is_orphan in _ORPHANS if ids is None else ():
        (count,) = db.execute(f"SELECT count(*) FROM {table} WHERE {is_orphan}").fetchone()  # noqa: S608
        point.note(count, f"{table} has rows of what is not there")
    condition, values = chosen("article_id", ids)
    of_comments = "1" if ids is None else _OF_COMMENTS.format(condition=condition)
    _check_formats(point, db, COMMENT_REVISIONS, of_comments, values)
    _check_formats(point, db, COMMENT_PAGES, condition, values)
    return point


def _faults(row: Row) -> Iterator[str]:
    for column in _SHORT:
        if fault := fault_of_format(column, row[column.name]):
            yield f"{column.name} is {fault}"
    if row["by_author"] not in {0, 1}:
        yield f"by_author is {row['by_author']!r}"
    if (row["gone_at"] or row["first_seen"]) < row["first_seen"]:
        yield "it was gone before it was there"
    if row["parent_id"] is None:
        return
    if row["parent"] is None:
        yield f"it answers comment {row['parent_id']}, which is not there"
    elif row["parent_article"] != row["article_id"]:
        yield f"it answers comment {row['parent_id']} of article {row['parent_article']}"
    elif row["parent_id"] == row["id"]:
        yield "it answers itself"


def _check_formats(
    point: Point, db: Database, table: Table, condition: str, values: list[str]
) -> None:
    for row in db.query(f"SELECT * FROM {table.name} WHERE {condition}", values):  # noqa: S608
        for column in table.columns:
            if fault := fault_of_format(column, row[column.name]):
                point.note(1, f"{table.name}: {column.name} is {fault}")


def audit_comments(db: Database, ids: Ids | None) -> Point:
    """The HTML of every comment is safe, and its text is what this version reads in it.

    The text of a comment that an older version has read is not compared.
    """
    point = Point("comments", "comment", 0)
    condition, values = chosen("article_id", ids)
    columns = "id, article_id, html, text, parser_version"
    for row in db.query(f"SELECT {columns} FROM comments WHERE {condition} ORDER BY id", values):  # noqa: S608
        point.compared += 1
        body = read_stored_body(row["html"])
        single = Point("comments", "comment", 1)
        compare_texts(single, "sanitised again", row["html"], safe_html(body.tree))
        if row["parser_version"] == PARSER_VERSION:
            compare_texts(single, "text", text_of_words(body), row["text"])
        if single.differ:
            point.note(1, f"comment {row['id']} of article {row['article_id']}: {single.first}")
    return point

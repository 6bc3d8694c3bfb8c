"""An article as the archive has it: the rows of its tables and the object of the JSONL file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archiver.items import Article
from archiver.store.column import AS_BODY, ItemColumn, Role
from archiver.store.schema import ARTICLES, COMMENTS, PARTS

Row = dict[str, Any]


def article_row(article: Article) -> Row:
    """The columns of ``articles`` that an item fills; without the times at which it was seen."""
    return {
        column.name: _value(column, article)
        for column in ARTICLES.filled
        if column.role is not Role.ARCHIVE or column.value is not None
    }


def _value(column: ItemColumn, article: Article) -> Any:
    if column.null == AS_BODY and article.body_html is None:
        return None
    return column.of(article)


def part_rows(article: Article) -> dict[str, list[Row]]:
    """The rows of what an article's body holds, by table; positions count from 0."""
    return {
        table.name: [
            {column.name: column.of(part) for column in table.filled}
            | {"article_id": article.id, "position": position}
            for position, part in enumerate(getattr(article, table.name))
        ]
        for table in PARTS
    }


def record(
    row: Mapping[str, Any],
    parts: Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    with_counts: bool = True,
) -> Row:
    """The JSONL object of an article: its row without the volatile columns, then its parts.

    A column that the row lacks is left out. ``with_counts`` false leaves out the reader and comment
    counts. Comments are in it where ``parts`` has their rows. Raises ``ValueError`` for ``tags``
    that are no JSON.
    """
    columns = [c for c in ARTICLES.filled if with_counts or c.role is not Role.COUNT]
    found = _object(columns, row)
    for table in PARTS:
        found[table.name] = [_object(table.filled, part) for part in parts.get(table.name, ())]
    if COMMENTS.name in parts:
        found[COMMENTS.name] = [_comment(comment) for comment in parts[COMMENTS.name]]
    return found


def _comment(row: Mapping[str, Any]) -> Row:
    columns = [column for column in COMMENTS.columns if column.name != "article_id"]
    return {column.name: column.format.to_json(row[column.name]) for column in columns}


def _object(columns: Iterable[ItemColumn], row: Mapping[str, Any]) -> Row:
    return {
        column.name: column.format.to_json(row[column.name])
        for column in columns
        if column.in_jsonl and column.name in row
    }

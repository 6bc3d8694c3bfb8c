"""An article as the archive has it: the rows of its tables and the object of the JSONL file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from archiver.items import Article
from archiver.store.column import AS_BODY, ItemColumn, Role
from archiver.store.schema import ARTICLES, COMMENTS, PARTS

Row = dict[str, Any]
#: Columns of the JSONL file, each with what makes its value there of the stored one, if anything.
_Fields: TypeAlias = tuple[tuple[str, Callable[[Any], Any] | None], ...]


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
            table.row(part) | {"article_id": article.id, "position": position}
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
    found = _object(_FIELDS if with_counts else _WITHOUT_COUNTS, row)
    for name, fields in _FIELDS_OF_PARTS.items():
        found[name] = [_object(fields, part) for part in parts.get(name, ())]
    if COMMENTS.name in parts:
        found[COMMENTS.name] = [_comment(comment) for comment in parts[COMMENTS.name]]
    return found


def _comment(row: Mapping[str, Any]) -> Row:
    columns = [column for column in COMMENTS.columns if column.name != "article_id"]
    return {column.name: column.format.to_json(row[column.name]) for column in columns}


def _object(fields: _Fields, row: Mapping[str, Any]) -> Row:
    return {
        name: row[name] if parse is None else parse(row[name])
        for name, parse in fields
        if name in row
    }


def _fields(columns: Iterable[ItemColumn]) -> _Fields:
    return tuple((column.name, column.format.parse) for column in columns if column.in_jsonl)


_FIELDS: Final = _fields(ARTICLES.filled)
_WITHOUT_COUNTS: Final = _fields(c for c in ARTICLES.filled if c.role is not Role.COUNT)
_FIELDS_OF_PARTS: Final = {table.name: _fields(table.filled) for table in PARTS}

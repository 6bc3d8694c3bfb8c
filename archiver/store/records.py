"""An article as the archive has it: the rows of its tables and the object of the JSONL file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from archiver.items import Article
from archiver.store.column import AS_BODY, Column, ItemColumn, Role, Table, readers_of, row_of
from archiver.store.schema import ARTICLES, COMMENTS, PARTS

Row = dict[str, Any]


class Fields:
    """The columns of a table that the JSONL file has."""

    def __init__(self, columns: Iterable[Column]) -> None:
        chosen = tuple(columns)
        self.names = tuple(column.name for column in chosen)
        self._readers = readers_of(chosen)
        self._parsers = [(c.name, parse) for c in chosen if (parse := c.format.parse) is not None]

    def objects(self, rows: Iterable[Iterable[Any]]) -> list[Row]:
        """The JSON objects of rows that begin with these columns; raises ``ValueError``."""
        return self._parsed([dict(zip(self.names, row, strict=False)) for row in rows])

    def objects_of(self, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
        """The JSON objects of whole rows; a column that a row lacks is left out."""
        names = self.names
        return self._parsed([{name: row[name] for name in names if name in row} for row in rows])

    def objects_from(self, items: Iterable[Any]) -> list[Row]:
        """The JSON objects of items that fill these columns."""
        return self._parsed([row_of(item, self._readers) for item in items])

    def _parsed(self, rows: list[Row]) -> list[Row]:
        """Rows of these columns, with the values of the file put in place of the stored ones."""
        for name, parse in self._parsers:
            for row in rows:
                if name in row:
                    row[name] = parse(row[name])
        return rows


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
    return {table.name: list(_rows(article, table)) for table in PARTS}


def _rows(article: Article, table: Table) -> Iterator[Row]:
    for position, part in enumerate(getattr(article, table.name)):
        row = table.row(part)
        row["article_id"], row["position"] = article.id, position
        yield row


def article_record(article: Article) -> Row:
    """The JSONL object of an article, whose rows are the same: ``record`` makes it of them."""
    (found,) = FIELDS.objects_of([article_row(article)])
    for name, fields in FIELDS_OF_PARTS.items():
        found[name] = fields.objects_from(getattr(article, name))
    return found


def record(row: Mapping[str, Any], parts: Mapping[str, Iterable[Mapping[str, Any]]]) -> Row:
    """The JSONL object of an article: its row without the volatile columns, then its parts.

    A column that the row lacks is left out. Raises ``ValueError`` for ``tags`` that are no JSON.
    """
    (found,) = FIELDS.objects_of([row])
    for name, fields in FIELDS_OF_PARTS.items():
        found[name] = fields.objects_of(parts.get(name, ()))
    return found


def _fields(table: Table) -> Fields:
    return Fields(column for column in table.filled if column.in_jsonl)


FIELDS: Final = _fields(ARTICLES)
#: The same without the reader and comment counts.
FIELDS_WITHOUT_COUNTS: Final = Fields(
    c for c in ARTICLES.filled if c.in_jsonl and c.role is not Role.COUNT
)
FIELDS_OF_PARTS: Final = {table.name: _fields(table) for table in PARTS}
FIELDS_OF_COMMENTS: Final = Fields(c for c in COMMENTS.columns if c.name != "article_id")

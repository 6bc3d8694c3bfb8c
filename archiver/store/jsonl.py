"""The JSONL file: one object an article, written from the database as a whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlite_utils import Database

from archiver.store.atomic import replacing
from archiver.store.errors import StoreError
from archiver.store.records import (
    FIELDS,
    FIELDS_OF_COMMENTS,
    FIELDS_OF_PARTS,
    FIELDS_WITHOUT_COUNTS,
    Fields,
    Row,
)
from archiver.store.schema import COMMENTS, PARTS
from archiver.terminal.plural import plural

#: How a line of the file begins.
LINE_ID: Final = re.compile(r'\{"id": ([0-9]{1,18}),')
_LINE_ID: Final = re.compile(LINE_ID.pattern.encode())
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode
_R = TypeVar("_R")


def write_jsonl(
    db: Database, path: Path, *, with_counts: bool = True, with_comments: bool = False
) -> int:
    """Write all articles to ``path``, sorted by id; returns their number.

    Without counts, the reader and comment counts are left out: a diff of two files then shows
    what the author has changed, and nothing else. With comments, each object has those of its
    article.

    A file that holds articles which the database does not have is another archive's, or this one's
    whose database was lost: it is not replaced.

    The file is written beside its place, synced, and renamed: a reader sees the old one or the new
    one. Raises ``StoreError`` when it cannot be written; the old file then stays as it was.
    """
    _check_ids(db, path)
    count = 0
    with replacing(path) as file:
        found = records(db, with_counts=with_counts, with_comments=with_comments)
        for count, entry in enumerate(found, start=1):  # noqa: B007
            file.write(line_of(entry))
    return count


def line_of(entry: Row) -> str:
    """The line of the file for the object of an article."""
    return _encode(entry) + "\n"


def _check_ids(db: Database, path: Path) -> None:
    """Raise ``StoreError`` when the file has articles that the database lacks."""
    known = {article for (article,) in db.execute("SELECT id FROM articles")}
    lost = _ids_of(path) - known
    if lost:
        raise StoreError(
            f"cannot write {path}: it holds {plural(len(lost), 'article')} that the database does"
            " not have; restore the database, or move the file away"
        )


def _ids_of(path: Path) -> set[int]:
    """The ids of a file that was written before; none when there is none, or no such file."""
    try:
        with path.open("rb") as file:
            return {int(match[1]) for line in file if (match := _LINE_ID.match(line))}
    except OSError:
        return set()


def records(
    db: Database,
    *,
    with_counts: bool = True,
    with_comments: bool = False,
    condition: str = "1",
    values: Sequence[str] = (),
) -> Iterator[Row]:
    """The JSONL objects of articles, sorted by id; raises ``StoreError`` for bad ``tags``.

    ``condition`` is one of SQL on a row of ``articles``, with ``values`` for its question marks.
    """
    found = stored_articles(
        db, condition, values, with_counts=with_counts, with_comments=with_comments
    )
    for article in found:
        try:
            yield article.object()
        except ValueError as error:
            raise StoreError(f"article {article.id}: its tags are no JSON: {error}") from error


class StoredArticle(NamedTuple):
    """What the database has of an article and its parts, in the columns of the file."""

    id: int
    fields: Fields
    values: Sequence[Any]
    parts: list[tuple[str, Fields, list[Sequence[Any]]]]

    def object(self) -> Row:
        """Its JSONL object; raises ``ValueError`` for ``tags`` that are no JSON."""
        (found,) = self.fields.objects([self.values])
        for name, fields, rows_of_part in self.parts:
            found[name] = fields.objects(rows_of_part)
        return found


def stored_articles(
    db: Database,
    condition: str,
    values: Sequence[str],
    *,
    with_counts: bool,
    with_comments: bool,
) -> Iterator[StoredArticle]:
    """What the file has of articles, sorted by id, as the database has it."""
    fields = FIELDS if with_counts else FIELDS_WITHOUT_COUNTS
    chosen = dict(FIELDS_OF_PARTS)
    if with_comments:
        chosen[COMMENTS.name] = FIELDS_OF_COMMENTS
    parts = []
    for table, own in chosen.items():
        query = _parts_query(table, (*own.names, "article_id"), condition)
        parts.append((table, own, _Parts(db.execute(query, values), itemgetter(-1))))
    query = _articles_query(fields.names, condition)
    for row in db.execute(query, values):
        article = row[0]
        yield StoredArticle(
            article, fields, row, [(name, own, groups.of(article)) for name, own, groups in parts]
        )


def rows(
    db: Database, condition: str = "1", values: Sequence[str] = ()
) -> Iterator[tuple[Row, dict[str, list[Row]]]]:
    """The whole rows of articles, sorted by id, each with the rows of its parts by table."""
    parts = {}
    for table in PARTS:
        found = db.query(_parts_query(table.name, ["*"], condition), values)
        parts[table.name] = _Parts(found, itemgetter("article_id"))
    for row in db.query(_articles_query(["*"], condition), values):
        yield row, {table: groups.of(row["id"]) for table, groups in parts.items()}


def _articles_query(columns: Sequence[str], condition: str) -> str:
    return f"SELECT {', '.join(columns)} FROM articles WHERE {condition} ORDER BY id"  # noqa: S608


def _parts_query(table: str, columns: Sequence[str], condition: str) -> str:
    """The query for the parts of articles; comments stand in the order of their ids."""
    asked = f"SELECT id FROM articles WHERE {condition}"  # noqa: S608
    own = "1" if condition == "1" else f"article_id IN ({asked})"
    order = "id" if table == COMMENTS.name else "position"
    names = ", ".join(columns)
    return f"SELECT {names} FROM {table} WHERE {own} ORDER BY article_id, {order}"  # noqa: S608


class _Parts(Generic[_R]):
    """The rows of one table, given out article by article in one pass over it."""

    def __init__(self, found: Iterator[_R], article_of: Callable[[_R], int]) -> None:
        self._groups = groupby(found, key=article_of)
        self._next = next(self._groups, None)

    def of(self, article: int) -> list[_R]:
        """The rows of an article; must be asked in the order of the ids.

        Rows whose article is not in the archive are passed over.
        """
        while self._next is not None and self._next[0] < article:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != article:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found

"""The JSONL file: one object an article, written from the database as a whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.store.atomic import replacing
from archiver.store.errors import StoreError
from archiver.store.records import Row, record
from archiver.store.schema import COMMENTS, PARTS
from archiver.terminal.plural import plural

#: How a line of the file begins.
LINE_ID: Final = re.compile(r'\{"id": ([0-9]{1,18}),')
_LINE_ID: Final = re.compile(LINE_ID.pattern.encode())


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
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return count


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
    for row, parts in rows(db, condition, values, with_comments=with_comments):
        try:
            yield record(row, parts, with_counts=with_counts)
        except ValueError as error:
            raise StoreError(f"article {row['id']}: its tags are no JSON: {error}") from error


def rows(
    db: Database,
    condition: str = "1",
    values: Sequence[str] = (),
    *,
    with_comments: bool = False,
) -> Iterator[tuple[Row, dict[str, list[Row]]]]:
    """The rows of articles, sorted by id, each with the rows of its parts by table.

    The comments of an article, where they are asked for, stand in the order of their ids.
    """
    parts = {table.name: _Parts(db, table.name, condition, values) for table in PARTS}
    if with_comments:
        parts[COMMENTS.name] = _Parts(db, COMMENTS.name, condition, values, order="id")
    for row in db.query(f"SELECT * FROM articles WHERE {condition} ORDER BY id", values):  # noqa: S608
        yield row, {table: groups.of(row["id"]) for table, groups in parts.items()}


class _Parts:
    """The rows of one table, given out article by article in one pass over it."""

    def __init__(
        self,
        db: Database,
        table: str,
        condition: str,
        values: Sequence[str],
        order: str = "position",
    ) -> None:
        asked = f"SELECT id FROM articles WHERE {condition}"  # noqa: S608
        own = "1" if condition == "1" else f"article_id IN ({asked})"
        query = f"SELECT * FROM {table} WHERE {own} ORDER BY article_id, {order}"  # noqa: S608
        found = db.query(query, values)
        self._groups = groupby(found, key=itemgetter("article_id"))
        self._next = next(self._groups, None)

    def of(self, article: int) -> list[Row]:
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

"""A loaded archive: its tables as frames, its links as a graph, its search, its texts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self, SupportsIndex

import networkx as nx
import pandas as pd
from sqlite_utils import Database

from archiver.body.markdown.maths import content_of
from archiver.reading.analysis.archive_choice import chosen_file
from archiver.reading.analysis.dataset_error import DatasetError
from archiver.reading.analysis.frames import columns_of, frame_of
from archiver.reading.analysis.jsonl_archive import make_index, read_jsonl
from archiver.reading.analysis.link_graph import link_graph
from archiver.reading.search import Filters, Hit, search
from archiver.store.column import Column, Format, Table
from archiver.store.errors import StoreError
from archiver.store.read_only import open_for_reading
from archiver.store.schema import (
    ARTICLES,
    CHANGES,
    COMMENTS,
    FORMULAS,
    LINKS,
    PICTURES,
    READER_COUNTS,
)

#: The columns that make a frame large.
_BODIES: Final = ("excerpt", "body_html", "body_text", "body_markdown")
#: What is told of an article that a search has found; marks as ``scrapy search`` has them.
_FOUND: Final = (
    *(ARTICLES.column(name) for name in ("id", "title", "published", "status", "url")),
    Column("text", Format.TEXT, "text around the hits"),
)
_MARKS: Final = ("⟦", "⟧")
_JSON_LINES: Final = frozenset({".jsonl", ".ndjson", ".json"})

Values = Sequence[Any] | Mapping[str, Any]


class Dataset:
    """An archive for reading, which ``archiver.load`` makes; ``path`` is the file it was read from.

    What one call returns is of one moment. A crawl may write meanwhile, and the next call shows
    what it has stored. ``DatasetError`` is raised where the archive cannot be read (any more).
    """

    def __init__(self, db: Database, path: Path, *, is_jsonl: bool) -> None:
        self.path: Final = path
        self._db = db
        self._is_jsonl = is_jsonl
        self._has_index = not is_jsonl

    # --- Tables ---------------------------------------------------------------------------------

    def articles(self, *, bodies: bool = True) -> pd.DataFrame:
        """The articles, sorted by id, which is the index; columns as in docs/data-format.md.

        ``published`` is a day (``datetime64[s]``), the other times have their zone, counts are
        ``Int64``, ``tags`` lists, ``category`` and ``status`` categories. ``bodies`` false leaves
        out excerpt, HTML, text and Markdown. From a JSONL file ``last_seen`` and ``fetched_at``
        are ``NaT``: it does not have them.

        >>> articles = archiver.load().articles()
        >>> articles.loc[6583, "tags"]
        ['GAN', '动力学', '优化']
        >>> articles.category.value_counts().loc["数学研究"].item()
        11
        """
        frame = self._table(ARTICLES, without=() if bodies else _BODIES)
        return frame.astype({"category": "category"}).set_index("id")

    def readers(self) -> pd.DataFrame:
        """The reader counts over time: ``article_id``, ``seen_at`` (UTC) and ``readers``.

        Sorted by article and time. A JSONL file does not have them: ``DatasetError``.
        """
        self._refuse_jsonl("reader counts over time")
        return self._table(READER_COUNTS)

    def links(self) -> pd.DataFrame:
        """The links of all articles, in their order; ``target_id`` is ``Int64``.

        >>> links = archiver.load().links()
        >>> links[links.target_id == 7006].article_id.to_list()
        [8084, 10850]
        """
        return self._table(LINKS)

    def formulas(self, *, delimiters: bool = True) -> pd.DataFrame:
        r"""The formulas of all articles, in their order; ``display`` is ``bool``.

        ``delimiters`` false takes away ``$``, ``$$``, ``\(`` or ``\[`` and white space at the
        ends. An environment and a reference have none and stay whole.

        >>> formulas = archiver.load().formulas(delimiters=False)
        >>> formulas[formulas.article_id == 7006].latex.iloc[0]
        'H=-\\sum_i p_i\\log p_i'
        """
        frame = self._table(FORMULAS)
        if not delimiters:
            bare = frame.latex.map(lambda latex: content_of(latex).strip())
            frame["latex"] = bare.astype(frame.latex.dtype)
        return frame

    def pictures(self) -> pd.DataFrame:
        """The pictures of all articles, in their order."""
        return self._table(PICTURES)

    def comments(self) -> pd.DataFrame:
        """The comments of all articles, by their id; ``parent_id`` is ``Int64``.

        A JSONL file is not asked for them: ``DatasetError``.
        """
        self._refuse_jsonl("comments")
        return self._table(COMMENTS).set_index("id")

    def changes(self) -> pd.DataFrame:
        """What has happened to the articles, by number; ``fields`` are lists.

        A JSONL file does not have it: ``DatasetError``.
        """
        self._refuse_jsonl("changes")
        return self._table(CHANGES).set_index("id")

    # --- Graph, search, texts -------------------------------------------------------------------

    def graph(self) -> nx.DiGraph[int]:
        """The articles and the links between them; ``link_graph`` says what nodes and edges have.

        >>> graph = archiver.load().graph()
        >>> graph.nodes[7006]["category"], sorted(graph.predecessors(7006))
        ('信息时代', [8084, 10850])
        """
        with self._moment() as connection:
            return link_graph(connection)

    def search(
        self,
        query: str,
        *,
        year: int | None = None,
        category: str | None = None,
        tag: str | None = None,
        since: str | None = None,
        series: str | None = None,
        limit: int | None = 20,
    ) -> pd.DataFrame:
        """What ``scrapy search`` finds, the best first, by id; ``text`` has the hits marked.

        ``limit`` is the number of rows, ``None`` for all; ``attrs["total"]`` how many articles
        were found. ``since`` is a day (``YYYY-MM-DD``), ``series`` a name or an id. Of a JSONL
        file the first search makes an index in memory.

        >>> archiver.load().search("熵 -模型").title.to_dict()
        {7006: '最小熵原理(五):“层层递进”之社区发现与聚类'}
        """
        filters = Filters(year=year, category=category, tag=tag, since=since, series=series)
        with self._moment("search") as connection:
            if not self._has_index:
                make_index(self._db)
                self._has_index = True
            found = search(connection, query, filters, limit)
        frame = frame_of(_FOUND, map(_row, found.hits)).set_index("id")
        frame.attrs["total"] = found.total
        return frame

    def text(self, article: SupportsIndex) -> str:
        """The plain text of an article; ``DatasetError`` where the archive has none.

        >>> archiver.load().text(7006)[:14]
        '图书管理员要给一屋子书编号，'
        """
        return self._body("body_text", article)

    def markdown(self, article: SupportsIndex) -> str:
        """The Markdown of an article; ``DatasetError`` where the archive has none."""
        return self._body("body_markdown", article)

    def sql(self, query: str, values: Values = ()) -> pd.DataFrame:
        """The rows of a query in SQL, in the types that pandas finds; ``values`` are for its marks.

        Raises ``DatasetError`` for what SQLite does not understand, or would have to write.

        >>> archiver.load().sql("SELECT count(*) AS n FROM articles WHERE id < ?", [100]).n.item()
        4
        """
        with self._moment("run the query on") as connection:
            cursor = connection.execute(query, values)
            names = [name for name, *_ in cursor.description or ()]
            rows = cursor.fetchall()
        if not names:
            raise DatasetError("the query returns no rows; give one that begins with SELECT")
        return pd.DataFrame.from_records(rows, columns=names)

    # --- The end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the archive; it can be closed again."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """What it is, for the output of a notebook."""
        return f"<archive {self.path}>"

    # --- Reading --------------------------------------------------------------------------------

    @contextmanager
    def _moment(self, what: str = "read") -> Iterator[sqlite3.Connection]:
        """The archive as it is at one moment; raises ``DatasetError`` for what SQLite refuses."""
        connection = self._db.conn
        try:
            connection.execute("BEGIN")
            yield connection
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise DatasetError(f"cannot {what} {self.path}: {error}") from error
        finally:
            with suppress(sqlite3.Error):  # it is closed
                connection.rollback()

    def _table(self, table: Table, without: Sequence[str] = ()) -> pd.DataFrame:
        columns = columns_of(table, without)
        names = ", ".join(column.name for column in columns)
        keys = ", ".join(column.name for column in columns if column.key)
        with self._moment() as connection:
            sql = f"SELECT {names} FROM {table.name} ORDER BY {keys}"  # noqa: S608
            rows = connection.execute(sql).fetchall()
        try:
            return frame_of(columns, rows)
        except ValueError as error:
            raise DatasetError(f"{table.name} in {self.path} is damaged: {error}") from error

    def _body(self, column: str, article: SupportsIndex) -> str:
        with self._moment() as connection:
            sql = f"SELECT {column} FROM articles WHERE id = ?"  # noqa: S608
            row = connection.execute(sql, [int(article)]).fetchone()
        if row is None:
            raise DatasetError(f"there is no article {article} in {self.path}")
        if row[0] is None:
            raise DatasetError(f"{self.path} has no {column} of article {article}")
        return str(row[0])

    def _refuse_jsonl(self, what: str) -> None:
        if self._is_jsonl:
            raise DatasetError(f"{self.path} has no {what}; load the database beside it")


def _row(hit: Hit) -> tuple[Any, ...]:
    """A hit in the columns of ``_FOUND``."""
    text = hit.text.marked(*_MARKS)
    return (hit.id, hit.title.text, hit.published, hit.status, hit.url, text)


def load_dataset(path: str | os.PathLike[str] | None = None) -> Dataset:
    """The archive at a path, as ``archiver.load`` describes it; raises ``DatasetError``."""
    file = chosen_file(path)
    if _is_jsonl(file):
        return Dataset(read_jsonl(file), file, is_jsonl=True)
    try:
        db = open_for_reading(file)
    except StoreError as error:
        raise DatasetError(str(error)) from error
    db.conn.rollback()  # a notebook is open for days: a crawl must be able to shorten its log
    return Dataset(db, file, is_jsonl=False)


def _is_jsonl(file: Path) -> bool:
    """True when a file has JSON lines by its first bytes, or its name where it is empty."""
    if not file.is_file():
        raise DatasetError(f"{file} is no file")
    try:
        with file.open("rb") as opened:
            start = opened.read(1)
    except OSError as error:
        raise DatasetError(f"cannot read {file}: {error.strerror}") from error
    return start == b"{" or (start != b"S" and file.suffix in _JSON_LINES)

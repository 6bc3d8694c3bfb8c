"""``scrapy export parquet DIR``: typed tables in files by year, written by DuckDB."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from glob import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.owned_folder import OwnedFolder, owned_folder
from archiver.store.column import Column, Format
from archiver.store.errors import StoreError
from archiver.store.records import Row
from archiver.store.schema import ARTICLES, PARTS, READER_COUNTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: The types of DuckDB for the forms of values that JSONL has; any other is a text.
_TYPES: Final = {
    Format.NUMBER: "BIGINT",
    Format.COUNT: "BIGINT",
    Format.PARSER_VERSION: "BIGINT",
    Format.FLAG: "BOOLEAN",
    Format.STRINGS: "VARCHAR[]",
    Format.DAY: "DATE",
    Format.BLOG_TIME: "TIMESTAMPTZ",
    Format.UTC: "TIMESTAMPTZ",
}
#: The year in the names of folders where there is no day; readers of such folders take it for null.
_NO_YEAR: Final = "__HIVE_DEFAULT_PARTITION__"
#: Rows that DuckDB holds at once.
_GROUP: Final = 2048
#: Bytes. DuckDB has room for a row of this size at once, and more where a longer one comes.
_LONGEST_ROW: Final = 1 << 24


def write_parquet(job: Job) -> Outcome:
    """Write the tables ``articles`` and ``reader_counts``; raises ``StoreError``."""
    if find_spec("duckdb") is None:
        raise StoreError(
            "Parquet is written by DuckDB, which is not installed: pip install"
            " 'kexue-archiver[export]', or with pipx: pipx inject kexue-archiver duckdb",
            wrong_use=True,
        )
    if not _is_utf8(job.target):
        raise StoreError(
            f"DuckDB takes folders with names in UTF-8 only, not {job.target}; give another",
            wrong_use=True,
        )
    import duckdb  # noqa: PLC0415 - an extra

    with owned_folder(job, "parquet") as folder:
        try:
            # With one thread the same rows give the same bytes.
            with duckdb.connect(":memory:", config={"threads": 1}) as engine:
                writer = _Writer(folder, engine)
                _write_articles(job, writer)
                _write_reader_counts(job, writer)
        except duckdb.Error as error:
            raise StoreError(
                f"cannot write to {job.target}: {_reason(error)}; what is whole stays, the next"
                " export goes on"
            ) from error
        return folder.finish()


def _reason(error: Exception) -> str:
    """What DuckDB says is wrong, on one line; the words of the system where it gives its number."""
    number = re.search(r'"errno":"([0-9]+)"', str(error))
    return os.strerror(int(number[1])) if number else " ".join(str(error).split())


def _is_utf8(path: Path) -> bool:
    """True when the name of a path is UTF-8."""
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


class _Writer:
    """Makes Parquet files of rows in the form of JSONL."""

    def __init__(self, folder: OwnedFolder, engine: DuckDBPyConnection) -> None:
        self._folder = folder
        self._engine = engine

    def write(self, table: str, year: str | None, types: str, rows: Iterable[Row]) -> None:
        """Write the rows of a table and year; ``types`` is a struct of DuckDB in its text form."""
        lines, made = self._folder.workshop / "rows.jsonl", self._folder.workshop / "rows.parquet"
        longest = _write_lines(lines, rows)
        self._engine.execute(
            f"COPY (SELECT * FROM read_json($lines, format = 'newline_delimited',"  # noqa: S608
            f" columns = {types}, maximum_object_size = {max(longest + 1, _LONGEST_ROW)}))"
            f" TO '{_quoted(made)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})",
            {"lines": escape(str(lines))},
        )
        lines.unlink()
        self._folder.take(f"{table}/year={year or _NO_YEAR}/{table}.parquet", made)


def _write_lines(path: Path, rows: Iterable[Row]) -> int:
    """Write rows as JSONL; returns the size of the longest line in bytes.

    A half of a surrogate pair, which no Parquet file can have, is ``?``, as in the body of a note.
    """
    longest = 0
    with path.open("wb") as file:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
            longest = max(longest, file.write(line + b"\n"))
    return longest


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _write_articles(job: Job, writer: _Writer) -> None:
    condition, values = job.selection.condition()
    query = f"SELECT DISTINCT substr(published, 1, 4) FROM articles WHERE {condition} ORDER BY 1"  # noqa: S608
    years = [year for (year,) in job.db.execute(query, values).fetchall()]
    advance, quote = _counted(job), job.db.quote
    for year in years:
        own = f"substr(published, 1, 4) IS {quote(year)}"
        writer.write(
            "articles", year, _article_types(), advance(job.selection.records(job.db, own))
        )


def _counted(job: Job) -> Callable[[Iterable[Row]], Iterator[Row]]:
    """A function that passes rows on, and tells the job of each."""
    count, done = job.selection.count(job.db), 0

    def passed(rows: Iterable[Row]) -> Iterator[Row]:
        nonlocal done
        for row in rows:
            yield row
            done += 1
            job.advance(done, count)

    return passed


def _write_reader_counts(job: Job, writer: _Writer) -> None:
    condition, values = job.selection.condition()
    own = f"article_id IN (SELECT id FROM articles WHERE {condition})"  # noqa: S608
    years = job.db.execute(
        f"SELECT DISTINCT substr(seen_at, 1, 4) FROM reader_counts WHERE {own} ORDER BY 1",  # noqa: S608
        values,
    ).fetchall()
    types = _struct(READER_COUNTS.columns)
    for (year,) in years:
        rows = job.db.query(
            f"SELECT * FROM reader_counts WHERE {own} AND seen_at LIKE ?"  # noqa: S608
            " ORDER BY article_id, seen_at",
            [*values, f"{year}-%"],
        )
        writer.write("reader_counts", year, types, rows)


def _article_types() -> str:
    """The columns of an article with their types: those of JSONL, in its order."""
    columns = [column for column in ARTICLES.filled if column.in_jsonl]
    parts = {table.name: f"{_nested(table.filled)}[]" for table in PARTS}
    return _struct(columns, parts)


def _struct(columns: Iterable[Column], parts: dict[str, str] | None = None) -> str:
    types = {column.name: _TYPES.get(column.format, "VARCHAR") for column in columns}
    entries = [f"'{name}': '{kind}'" for name, kind in {**types, **(parts or {})}.items()]
    return f"{{{', '.join(entries)}}}"


def _nested(columns: Iterable[Column]) -> str:
    """The type of a part of an article, as ``STRUCT(latex VARCHAR, …)``."""
    fields = (f'"{column.name}" {_TYPES.get(column.format, "VARCHAR")}' for column in columns)
    return f"STRUCT({', '.join(fields)})"

"""Exported Parquet: typed, by year, the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from glob import escape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from archived import DAY1, DAY2, DAY3, an_article
from sqlite_utils import Database

from archiver.reading.exports import parquet_folder
from archiver.reading.exports.job import Job
from archiver.reading.exports.parquet_folder import write_parquet
from archiver.reading.exports.selection import Selection
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.jsonl import records
from archiver.store.schema import ARTICLES, PARTS


@pytest.fixture
def archive(db: Database) -> Database:
    """Articles of two years and one without a day, with reader counts of two days."""
    for day in (DAY1, DAY2):
        readers = 100 if day == DAY1 else 120
        save_article(db, an_article(1, published="2019-05-03", readers=readers), day)
        save_article(db, an_article(2, published="2022-01-18", readers=readers), day)
        save_article(db, an_article(3, published=None, readers=None, tags=[], author=None), day)
    return db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a name that DuckDB could take for a pattern, or for the end of a text."""
    return tmp_path / "it's [here]*"


def ask(sql: str, folder: Path, table: str = "articles") -> list[tuple[Any, ...]]:
    """The answer of DuckDB to a query of a table."""
    with duckdb.connect(":memory:") as engine:
        engine.execute("SET TimeZone = 'UTC'")
        files = f"{escape(str(folder / table))}/**/*.parquet".replace("'", "''")
        source = f"read_parquet('{files}', hive_partitioning = true)"
        return engine.execute(sql.replace("TABLE", source)).fetchall()


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*.parquet"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_columns_have_their_types(archive: Database, folder: Path) -> None:
    """In the order of JSONL; the year is that of the folder's name."""
    write_parquet(Job(archive, folder))
    types = {name: kind for name, kind, *_ in ask("DESCRIBE SELECT * FROM TABLE", folder)}
    assert list(types) == [
        *(column.name for column in ARTICLES.filled if column.in_jsonl),
        *(table.name for table in PARTS),
        "year",
    ]
    assert types["published"] == "DATE"
    assert types["published_at"] == types["first_seen"] == "TIMESTAMP WITH TIME ZONE"
    assert types["readers"] == types["year"] == "BIGINT"
    assert types["tags"] == "VARCHAR[]"
    assert types["status"] == "VARCHAR"
    assert types["formulas"] == 'STRUCT(latex VARCHAR, display BOOLEAN, "label" VARCHAR)[]'
    assert types["links"].startswith("STRUCT(url VARCHAR, ")


def test_rows_are_those_of_jsonl(archive: Database, folder: Path) -> None:
    write_parquet(Job(archive, folder))
    keys = ["id", "title", "published", "tags", "formulas", "links", "first_seen"]
    found = ask(f"SELECT {', '.join(keys)}, year FROM TABLE ORDER BY id", folder)
    for row, entry in zip(found, records(archive), strict=True):
        day = entry["published"]
        expected = [entry[key] for key in keys]
        expected[2] = date.fromisoformat(day) if day else None
        expected[-1] = datetime.fromisoformat(DAY1)
        assert list(row) == [*expected, int(day[:4]) if day else None]
    ((latex,),) = ask("SELECT f.latex FROM TABLE, unnest(formulas) AS u(f) WHERE id = 1", folder)
    assert latex == "$x$"


def test_reader_counts_are_a_table_of_their_own(archive: Database, folder: Path) -> None:
    write_parquet(Job(archive, folder))
    found = ask("SELECT * FROM TABLE ORDER BY ALL", folder, "reader_counts")
    days = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (1, 2)]
    assert found == [
        (article, day, readers, 2026)
        for article in (1, 2)
        for day, readers in zip(days, (100, 120), strict=True)
    ]


def test_only_changed_years_are_rewritten(archive: Database, folder: Path) -> None:
    """Of an article, and of the year in which its readers were counted."""
    assert write_parquet(Job(archive, folder)).written == 4
    before = files(folder)
    assert set(before) == {
        "articles/year=2019/articles.parquet",
        "articles/year=2022/articles.parquet",
        "articles/year=__HIVE_DEFAULT_PARTITION__/articles.parquet",
        "reader_counts/year=2026/reader_counts.parquet",
    }
    assert write_parquet(Job(archive, folder)).unchanged == 4
    save_article(archive, an_article(2, published="2022-01-18", readers=130), DAY3)
    outcome = write_parquet(Job(archive, folder))
    assert (outcome.written, outcome.unchanged) == (2, 2)
    after = files(folder)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "articles/year=2022/articles.parquet",
        "reader_counts/year=2026/reader_counts.parquet",
    }


def test_a_year_that_has_become_empty_goes(archive: Database, folder: Path) -> None:
    write_parquet(Job(archive, folder))
    assert write_parquet(Job(archive, folder, Selection(since="2020-01-01"))).removed == 2
    assert not (folder / "articles" / "year=2019").exists()
    assert ask("SELECT DISTINCT article_id FROM TABLE", folder, "reader_counts") == [(2,)]


def test_a_text_longer_than_the_buffer_of_duckdb(
    archive: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_folder, "_LONGEST_ROW", 1000)
    long = "字\x00😀" * 100_000
    save_article(archive, an_article(4, text=long), DAY1)
    write_parquet(Job(archive, folder))
    assert ask("SELECT body_text FROM TABLE WHERE id = 4", folder) == [(long,)]


def test_half_a_surrogate_pair_is_a_question_mark(archive: Database, folder: Path) -> None:
    """SQLite has it in no text, but JSON can say it."""
    with archive.conn:
        archive.execute("UPDATE articles SET tags = ? WHERE id = 2", [r'["a\ud800b"]'])
    write_parquet(Job(archive, folder))
    assert ask("SELECT tags FROM TABLE WHERE id = 2", folder) == [(["a?b"],)]


def test_an_empty_archive_gives_no_files(db: Database, folder: Path) -> None:
    assert write_parquet(Job(db, folder)).written == 0
    assert files(folder) == {}


def test_without_duckdb_the_extra_is_named(
    archive: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_folder, "find_spec", lambda _: None)
    with pytest.raises(StoreError, match=r"pip install 'kexue-archiver\[export\]'") as refused:
        write_parquet(Job(archive, folder))
    assert refused.value.wrong_use
    assert not folder.exists()


def test_a_full_disk_is_one_sentence(
    archive: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the words of DuckDB it has met."""
    message = 'IO Error: Async write failed: {"exception_type":"IO","errno":"28"}'
    for said, shown in ((message, "No space left on device"), ("a\nb", "a b")):
        monkeypatch.setattr(parquet_folder, "_write_lines", raiser(duckdb.IOException(said)))
        with pytest.raises(StoreError, match=f": {shown}; what is whole stays"):
            write_parquet(Job(archive, folder))


def raiser(error: Exception) -> Callable[..., int]:
    def fail(*_: object) -> int:
        raise error

    return fail


def test_a_folder_whose_name_is_no_utf8_is_refused(archive: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="DuckDB takes folders with names in UTF-8 only"):
        write_parquet(Job(archive, tmp_path / "\udcff"))


@pytest.mark.parametrize(
    ("column", "value"),
    [("published", "2022-13-77"), ("published", "../'x"), ("tags", "[1]"), ("tags", "{}")],
)
def test_a_damaged_row_is_named(archive: Database, folder: Path, column: str, value: str) -> None:
    with archive.conn:
        archive.execute(f"UPDATE articles SET {column} = ? WHERE id = 2", [value])
    with pytest.raises(StoreError, match="article 2 has a day or tags that cannot be"):
        write_parquet(Job(archive, folder))

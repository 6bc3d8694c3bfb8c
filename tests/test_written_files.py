"""JSONL and feed are written only where they would be others, and always where they would be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from archived import URL, an_article

from archiver.extraction.series.recognition import recognise
from archiver.extraction.series.renewal import renew_series
from archiver.items import IndexEntry, ListingEntry
from archiver.planning.plan import Plan
from archiver.run.run import Run
from archiver.store.change_feed import feed_text
from archiver.store.jsonl import write_jsonl
from archiver.store.series_tables import Rows, links, rows_of, stored_rows, titles
from archiver.store.sqlite import close_archive, open_archive

NAMES = {"database": "kexue.db", "jsonl": "kexue.jsonl", "changes": "changes.xml"}


def crawl(folder: Path, *, with_counts: bool = True) -> None:
    """A run in which the index and one article are read, as they were before."""
    run = Run({kind: folder / name for kind, name in NAMES.items()}, with_counts=with_counts)
    run.begin(Plan())
    run.archive.save_index([IndexEntry(6583, "标题", published="2022-01-18")])
    run.archive.save_article(an_article(), URL)
    assert run.finish("finished", {}).problem is None


def written(folder: Path) -> tuple[int, int]:
    """Which files there are: one that is written anew is another."""
    return (folder / "kexue.jsonl").stat().st_ino, (folder / "changes.xml").stat().st_ino


def execute(folder: Path, sql: str) -> None:
    """Change the database as any other program would."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection, connection:
        connection.execute(sql)


def is_right(folder: Path) -> bool:
    """True when both files are as the database would have them written."""
    db = open_archive(folder / "kexue.db")
    write_jsonl(db, folder / "other.jsonl")
    feed = feed_text(db, "0.1.0")
    close_archive(db)
    both = [(folder / name).read_bytes() for name in ("kexue.jsonl", "other.jsonl")]
    return both[0] == both[1] and (folder / "changes.xml").read_text("utf-8") == feed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    crawl(tmp_path)
    return tmp_path


def test_a_run_without_a_change_writes_no_file(folder: Path) -> None:
    before = written(folder)
    crawl(folder)
    crawl(folder)
    assert written(folder) == before
    assert is_right(folder)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE articles SET category = '数学'",
        "UPDATE articles SET comment_count = 7",
        "UPDATE links SET text = 'x'",
        "DELETE FROM formulas",
        "UPDATE changes SET seen_at = '2026-11-20T03:00:00+00:00'",
        "UPDATE revisions SET author = 'x'",
        "INSERT INTO pictures (article_id, position, url, alt) VALUES (6583, 9, 'u', 'a')",
    ],
)
def test_what_a_file_shows_is_written_whoever_changes_it(folder: Path, sql: str) -> None:
    before = written(folder)
    execute(folder, sql)
    crawl(folder)
    assert written(folder) != before
    assert is_right(folder)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE revisions SET capture_id = NULL",
        "UPDATE revisions SET seen_at = '2026-11-20T03:00:00+00:00'",
        "UPDATE articles SET fetched_at = '2026-11-20T03:00:00+00:00'",
    ],
)
def test_what_no_file_shows_writes_none(folder: Path, sql: str) -> None:
    before = written(folder)
    execute(folder, sql)
    crawl(folder)
    assert written(folder) == before
    assert is_right(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "kexue.jsonl").unlink(),
        lambda folder: (folder / "changes.xml").unlink(),
        lambda folder: (folder / "kexue.jsonl").write_bytes(b""),
        lambda folder: (folder / "changes.xml").write_bytes(b"<feed/>"),
        lambda folder: execute(folder, "UPDATE written_files SET sha256 = 'x'"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_written_again(
    folder: Path, change: Callable[[Path], object]
) -> None:
    change(folder)
    crawl(folder)
    assert is_right(folder)


def test_other_options_give_another_file(folder: Path) -> None:
    crawl(folder, with_counts=False)
    assert '"readers"' not in (folder / "kexue.jsonl").read_text("utf-8")
    crawl(folder)
    assert is_right(folder)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE articles SET title = '熵的故事（一）' WHERE id = 6583",
        "DELETE FROM series",
        "UPDATE written_files SET made_with = '{}'",
    ],
)
def test_series_are_recognised_again_where_they_may_be_others(folder: Path, sql: str) -> None:
    execute(folder, "UPDATE articles SET title = '熵的故事（二）' WHERE id = 6583")
    renew(folder)
    before = series(folder)
    assert before[0]
    execute(folder, sql)
    renew(folder)
    found, expected = series(folder), recognised(folder)
    assert found == expected
    assert (found == before) is ("title" not in sql)


def renew(folder: Path) -> None:
    db = open_archive(folder / "kexue.db")
    renew_series(db)
    close_archive(db)


def series(folder: Path) -> Rows:
    db = open_archive(folder / "kexue.db")
    try:
        return stored_rows(db)
    finally:
        close_archive(db)


def recognised(folder: Path) -> Rows:
    db = open_archive(folder / "kexue.db")
    try:
        return rows_of(recognise(titles(db), links(db)))
    finally:
        close_archive(db)


def test_what_a_killed_run_has_changed_is_written_by_the_next(folder: Path) -> None:
    run = Run({kind: folder / name for kind, name in NAMES.items()})
    run.begin(Plan())
    run.archive.save_listing_entry(ListingEntry(6583, title="标题", readers=4711))
    run.archive.db.close()
    assert not is_right(folder)
    crawl(folder)
    assert is_right(folder)

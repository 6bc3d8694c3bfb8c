"""The tables of the series are what titles and links say at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from archived import DAY1, an_article, rows
from sqlite_utils import Database

from archiver.extraction.series.recognition import recognise
from archiver.planning.plan import Plan
from archiver.run.run import Run
from archiver.store import run_records
from archiver.store.articles import save_article
from archiver.store.read_only import open_for_reading
from archiver.store.series_tables import links, save_series, stored_rows, titles
from archiver.store.sqlite import open_archive
from archiver.verify.checks import Checks
from archiver.verify.series_rows import check_series


def fill(db: Database, *names: str) -> None:
    """Articles of these titles, from id 1 on."""
    for number, title in enumerate(names, 1):
        save_article(db, an_article(number, title=title), DAY1)


def refresh(db: Database) -> bool:
    return save_series(db, recognise(titles(db), links(db)))


def test_the_tables(db: Database) -> None:
    fill(db, "熵（二）", "熵", "原理（一）：甲", "原理（四）", "原理（二）", "别的")
    assert refresh(db)
    assert rows(db, "SELECT * FROM series") == [(3, "原理", 3, "[3]")]
    assert rows(db, "SELECT * FROM series_articles ORDER BY position") == [
        (3, 3, 1, 0),
        (3, 5, 2, 1),
        (3, 4, 4, 2),
    ]
    assert rows(db, "PRAGMA foreign_key_check") == []


def test_nothing_is_written_where_nothing_changed(db: Database) -> None:
    """So a run with nothing new leaves the pages of the database as they are."""
    fill(db, "原理（一）", "原理（二）")
    assert refresh(db)
    before = db.conn.total_changes
    assert not refresh(db)
    assert db.conn.total_changes == before


def test_a_series_that_is_none_any_more_goes(db: Database) -> None:
    fill(db, "原理（一）", "原理（二）")
    refresh(db)
    fill(db, "改了名", "又改了")
    assert refresh(db)
    assert stored_rows(db) == ([], [])


def test_a_run_fills_the_tables_of_a_migrated_archive(path: Path) -> None:
    """Whatever it reads; the second of two runs without news finds them right."""
    db = open_archive(path)
    fill(db, "原理（一）", "原理（二）")
    db.close()
    files = {"database": path, "jsonl": path.with_suffix(".jsonl"), "changes": path.parent / "c"}
    for _ in range(2):
        run = Run(files)
        run.begin(Plan.parse(readers="1"))
        report = run.finish("finished", {})
        assert report.ending == "finished"
        with open_for_reading(path).conn as connection:
            assert connection.execute("SELECT id, parts FROM series").fetchall() == [(1, 2)]


# --- Verify ---------------------------------------------------------------------------------------


def test_verify_finds_rows_that_titles_do_not_make(db: Database) -> None:
    fill(db, "原理（一）", "原理（二）")
    refresh(db)
    point = check_series(db)
    assert (point.compared, point.differ) == (3, 0)
    db.execute("UPDATE series_articles SET number = 3 WHERE article_id = 2")
    point = check_series(db)
    assert point.differ == 2
    assert point.first is not None
    assert "series_articles lacks the row (1, 2, 2, 1); the next crawl mends it" in point.first


def test_verify_waits_for_the_end_of_a_run(db: Database) -> None:
    """A run writes the tables at its end, so after one that was killed they are older."""
    fill(db, "原理（一）", "原理（二）")
    run_records.start_run(db, "normal", DAY1)
    point = check_series(db)
    assert (point.differ, point.first) == (0, None)
    assert "series is not counted" in (point.remark or "")


@pytest.mark.parametrize("table", ["series", "series_articles"])
def test_verify_names_what_it_cannot_check(db: Database, path: Path, table: str) -> None:
    db.execute(f"ALTER TABLE {table} RENAME TO lost")
    checks = Checks(db, None)
    checks.of_files(path.with_suffix(".jsonl"))
    assert "series" in checks.left_out

"""Two archives are compared row by row, and each difference is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archived import DAY1, DAY2, an_article
from rig.commands import run
from sqlite_utils import Database

from archiver.store.articles import save_article
from archiver.store.schema import ARTICLES
from archiver.store.sqlite import close_archive, open_archive
from archiver.verify.archive_comparison import COMPARED, compare_archives, find_differences


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    """An archive with the same two articles as ``db``."""
    made = open_archive(tmp_path / "other" / "kexue.db")
    fill(made)
    yield made
    close_archive(made)


def fill(db: Database) -> None:
    save_article(db, an_article(1, title="一"), DAY1)
    save_article(db, an_article(2, title="二"), DAY1)


def named(db: Database, other: Database) -> dict[str, str | None]:
    return {point.name: point.first for point in compare_archives(db, other) if point.differ}


def test_equal_archives(db: Database, other: Database) -> None:
    fill(db)
    points = compare_archives(db, other)
    assert [point.name for point in points] == [table.name for table in COMPARED]
    assert named(db, other) == {}
    assert points[0].compared == 2


def test_a_value_that_differs(db: Database, other: Database) -> None:
    """Table, key, column and both values are named; a text from the place where it differs."""
    fill(db)
    with other.atomic():
        other.execute("UPDATE articles SET title = ? WHERE id = 2", ["字" * 80 + "乙"])
        db.execute("UPDATE articles SET title = ? WHERE id = 2", ["字" * 80 + "甲"])
    db.conn.commit()
    assert named(db, other) == {
        "articles": f"2: title is …'{'字' * 10}甲' here and …'{'字' * 10}乙' there".replace(
            "'…", "…'"
        )
    }


def test_a_value_that_is_null_on_one_side(db: Database, other: Database) -> None:
    fill(db)
    with other.atomic():
        other.execute("UPDATE articles SET author = NULL WHERE id = 1")
    assert named(db, other) == {"articles": "1: author is '苏剑林' here and None there"}


def test_rows_that_one_of_them_lacks(db: Database, other: Database) -> None:
    """A row in the middle shifts no other, and every one of them is named."""
    fill(db)
    save_article(db, an_article(3, title="三"), DAY2)
    with other.atomic():
        other.execute("INSERT INTO failures VALUES ('u', NULL, ?, ?, 1, 'r')", [DAY1, DAY1])
    found = named(db, other)
    assert found["articles"] == "3: only here"
    assert found["failures"] == "u: only there"
    assert list(find_differences(other, db, ARTICLES)) == ["3: only there"]


def test_a_table_of_another_version(db: Database, other: Database) -> None:
    fill(db)
    with other.atomic():
        other.execute("DROP TABLE series_articles")
        other.execute("ALTER TABLE failures ADD COLUMN more TEXT")
        for one in (db, other):
            one.execute(
                "INSERT INTO failures (url, first_seen, last_seen, tries, reason)"
                " VALUES ('u', ?, ?, 1, 'r')",
                [DAY1, DAY1],
            )
    db.conn.commit()
    assert named(db, other) == {
        "series_articles": "no such table there",
        "failures": "u: more: no such column here",
    }


def test_the_command(db: Database, other: Database, path: Path) -> None:
    """Exit status 0 and 1; of a folder the database is found; wrong use is one sentence."""
    fill(db)
    folder = Path(other.conn.execute("PRAGMA database_list").fetchone()[2]).parent
    here = ["-s", f"KEXUE_DATA_DIR={path.parent}"]
    assert run("verify", "--against", folder, *here).returncode == 0
    assert run("verify", "--against", folder / "kexue.db", *here).returncode == 0
    with other.atomic():
        other.execute("UPDATE articles SET title = 'x' WHERE id = 2")
    told = run("verify", "--against", folder, *here)
    assert told.returncode == 1
    assert "  2: title is '二' here and 'x' there" in told.stdout
    assert told.stderr.endswith("kexue.db differs: articles\n")
    for words in (["--against", path.parent / "none.db"], ["--against", folder, "--fidelity"]):
        refused = run("verify", *words, *here)
        assert refused.returncode == 2
        assert len(refused.stderr.splitlines()) == 1


def test_a_folder_without_a_database(db: Database, path: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with closing(db):
        refused = run(
            "verify", "--against", tmp_path / "empty", "-s", f"KEXUE_DATA_DIR={path.parent}"
        )
    assert refused.returncode == 2
    assert "no database there; give the file" in refused.stderr

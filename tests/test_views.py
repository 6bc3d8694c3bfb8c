"""The views: what they show of an archive with known rows, and that indexes carry them."""

from __future__ import annotations

from typing import Any

import pytest
from archived import DAY1, DAY2, a_protected, an_article, rows
from sqlite_utils import Database

from archiver.items import Formula, Link
from archiver.store.articles import save_article
from archiver.store.schema import VIEWS
from archiver.store.tombstones import mark_gone

URL = "https://kexue.fm/archives"


@pytest.fixture
def filled(db: Database) -> Database:
    """1 links to 2 twice, to itself and to 9, which is not archived; 3 to 2; 4 has a password."""
    to_two, to_nine = Link(f"{URL}/2", "二", 2), Link(f"{URL}/9", "九", 9)
    to_itself, away = Link(f"{URL}/1#a", "上", 1), Link("https://a.example/", "外", None)
    save_article(db, an_article(1, links=[to_two, to_itself, to_two, to_nine, away]), DAY1)
    save_article(db, an_article(2, title="二", links=[], readers=50, published=None), DAY1)
    save_article(db, an_article(3, title="三", links=[to_two], readers=None), DAY1)
    save_article(db, a_protected(4), DAY1)
    save_article(db, an_article(2, "新的正文，也有$x$", title="二", links=[], readers=60), DAY2)
    return db


def test_article_list(filled: Database) -> None:
    listed = "SELECT id, year, readers, characters, versions, cited, status FROM article_list"
    assert rows(filled, listed) == [
        (1, 2022, 100, 11, 1, 0, "published"),
        (2, 2022, 60, 10, 2, 2, "published"),
        (3, 2022, None, 11, 1, 0, "published"),
        (4, None, None, None, 0, 0, "protected"),
    ]


def test_a_suspicious_version_is_not_counted(db: Database) -> None:
    save_article(db, an_article(1, "很长的正文" * 40 + "$x$"), DAY1)
    save_article(db, an_article(1, ""), DAY2)
    assert rows(db, "SELECT count(*) FROM revisions") == [(2,)]
    assert rows(db, "SELECT versions FROM article_list") == [(1,)]


def test_cited_by(filled: Database) -> None:
    assert rows(filled, "SELECT * FROM cited_by ORDER BY article_id, citing_id") == [
        (2, "二", "2022-01-18", 1, "标题", "2022-01-18", 2),
        (2, "二", "2022-01-18", 3, "三", "2022-01-18", 1),
        (9, None, None, 1, "标题", "2022-01-18", 1),
    ]


def test_values_are_of_the_declared_types(filled: Database) -> None:
    """And null only where the declaration says so."""
    save_article(filled, an_article(5, formulas=[Formula(r"$$x\label{a}$$", display=True)]), DAY2)
    types = {"INTEGER": "integer", "TEXT": "text", "REAL": "real"}
    for view in VIEWS:
        found = [f"typeof({name})" for name in view.names]
        shown = rows(filled, f"SELECT {', '.join(found)} FROM {view.name}")
        assert shown, view.name
        for column, values in zip(view.columns, zip(*shown, strict=True), strict=True):
            allowed = {types[column.format.sql_type], "null" if column.null else ""}
            assert set(values) <= allowed, f"{view.name}.{column.name}"


# --- Readers --------------------------------------------------------------------------------------


def count(db: Database, article: int, *counts: tuple[str, int]) -> None:
    """An article with these counts and no other; the last is the one that it shows."""
    save_article(db, an_article(article, readers=counts[-1][1]), DAY1)
    db.execute("DELETE FROM reader_counts WHERE article_id = ?", [article])
    db.conn.executemany(
        "INSERT INTO reader_counts VALUES (?, ?, ?)",
        [(article, f"{time}:00+00:00", readers) for time, readers in counts],
    )


MOST_READ = "SELECT id, readers, days, readers_per_day FROM most_read"


def test_most_read(db: Database) -> None:
    """The age is counted in days of the blog to the last count: in UTC it would be 9."""
    count(db, 1, ("2022-01-20T03:00", 400), ("2022-01-27T16:00", 500))
    count(db, 2, ("2022-01-18T03:00", 70))
    count(db, 3, ("2022-01-19T03:00", 80))
    save_article(db, an_article(4, readers=None), DAY1)
    assert rows(db, MOST_READ) == [(1, 500, 10, 50.0), (3, 80, 1, 80.0), (2, 70, 1, 70.0)]


def test_an_article_of_tomorrow_is_a_day_old(db: Database) -> None:
    """The day of publication is what the blog says; it may lie ahead."""
    count(db, 1, ("2022-01-16T03:00", 7))
    assert rows(db, MOST_READ) == [(1, 7, 1, 7.0)]


def test_without_a_day_there_is_no_age(db: Database) -> None:
    save_article(db, an_article(1, published=None), DAY1)
    assert rows(db, MOST_READ) == [(1, 100, None, None)]


def test_gone_articles_do_not_age(db: Database) -> None:
    count(db, 1, ("2022-01-28T03:00", 500))
    mark_gone(db, 1, DAY2)
    assert rows(db, f"{MOST_READ} WHERE status = 'gone'") == [(1, 500, 10, 50.0)]


def growth(db: Database) -> list[tuple[Any, ...]]:
    return rows(db, "SELECT month, readers, counts, growth FROM readers_by_month ORDER BY month")


def test_readers_by_month(db: Database) -> None:
    count(
        db, 1, ("2026-01-05T03:00", 100), ("2026-01-31T15:59", 110), ("2026-02-11T03:00", 150),
        ("2026-04-01T03:00", 190), ("2026-04-02T03:00", 200), ("2026-05-01T03:00", 180),
    )  # fmt: skip
    assert growth(db) == [
        ("2026-01", 110, 2, None),
        ("2026-02", 150, 1, 40),
        ("2026-04", 200, 2, None),  # March is not known
        ("2026-05", 180, 1, -20),
    ]
    previous = "SELECT previous_at FROM readers_by_month WHERE month = '2026-02'"
    assert rows(db, previous) == [("2026-01-31T15:59:00+00:00",)]


def test_months_are_those_of_the_blog(db: Database) -> None:
    """Midnight in Asia/Shanghai is 16:00 in UTC; a year ends there too."""
    count(db, 1, ("2025-11-30T16:00", 1), ("2025-12-31T15:59", 3), ("2026-01-01T16:00", 7))
    assert growth(db) == [("2025-12", 3, 2, None), ("2026-01", 7, 1, 4)]


def test_a_count_of_the_next_month_ends_none(db: Database) -> None:
    """The last day of a month in UTC has eight hours of the blog's next month."""
    count(db, 1, ("2026-01-30T03:00", 1), ("2026-01-31T16:00", 5))
    assert growth(db) == [("2026-01", 1, 1, None), ("2026-02", 5, 1, 4)]


# --- Formulas -------------------------------------------------------------------------------------


def test_formulas_by_label(db: Database) -> None:
    """A reference counts in the article of the label only, and for no longer name."""
    texts = (
        r"$$x\label{a}$$", r"\eqref{a}", r"$y$", r"$由\ref{a}与\eqref{ab}$", r"\eqref{ab}",
        r"$$z\label{b}$$",
    )  # fmt: skip
    formulas = [Formula(text, display=False) for text in texts]
    save_article(db, an_article(1, formulas=formulas), DAY1)
    save_article(db, an_article(2, formulas=[Formula(r"\eqref{b}", display=False)]), DAY1)
    found = "SELECT label, article_id, position, referring FROM formulas_by_label ORDER BY label"
    assert rows(db, found) == [("a", 1, 0, "[1,3]"), ("b", 1, 5, "[]")]


# --- Speed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM article_list ORDER BY published DESC LIMIT 100",
        "SELECT * FROM article_list WHERE id = 1",
        "SELECT * FROM cited_by WHERE article_id = 1",
        "SELECT * FROM cited_by WHERE citing_id = 1",
        "SELECT * FROM readers_by_month WHERE article_id = 1",
        "SELECT * FROM formulas_by_label WHERE label = 'a'",
    ],
)
def test_no_table_is_read_whole(db: Database, query: str) -> None:
    """Whatever is asked of one article, or of the newest, finds its rows by an index."""
    plan = rows(db, f"EXPLAIN QUERY PLAN {query}")
    scans = [words for *_, words in plan if words.startswith("SCAN") and "INDEX" not in words]
    assert [words for words in scans if words.split()[1] not in FOUND] == []


#: The names of what a view has found already, and sorts or groups then.
FOUND = {"m", "counted", "cited_by"}

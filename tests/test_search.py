"""Search finds the articles that contain the terms, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.reading import search as module
from archiver.reading.search import Filters, Results, search, trigram_index
from archiver.reading.search.folding import fold
from archiver.reading.search.query import Query
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.text_index import take_in_texts

#: Characters that are folded, that FTS5's language knows, that end lines, that are in no plane.
ALPHABET = "编編码碼熵乾干GgＧ𝐠ｇσςΣ1①１²ßİ\"'*-+(){}[]:^\\/_.，,…½ \n\t\u3000ÄäaA的𠮷"
TEXTS = st.text(ALPHABET, max_size=12) | st.sampled_from(
    ["编码注意力", "編碼", "C++ don't x^2", "ＧＡＮ gan GaN", '"AND OR NOT', "码", "", "aaaa"]
)


@dataclass
class Archive:
    """An archive of articles that have a title and a text only."""

    connection: sqlite3.Connection

    def fill(self, texts: list[tuple[str, str | None]], waiting: int = 0) -> None:
        """Put these articles, from id 1 on, in place of all others.

        The texts of the last ones wait to be taken into the index.
        """
        for table in ("series_articles", "series", "articles"):
            self.connection.execute(f"DELETE FROM {table}")
        indexed = max(len(texts) - waiting, 0)
        for number, (title, text) in enumerate(texts, 1):
            self.add(number, title, text)
            if number == indexed:
                take_in_texts(Database(self.connection))

    def add(self, number: int, title: str, text: str | None, **columns: str | None) -> None:
        """Put an article in."""
        row = {
            "id": number, "url": f"https://kexue.fm/archives/{number}", "title": title,
            "body_text": text, "tags": "[]", "formula_count": 0, "picture_count": 0,
            "content_sha256": "", "license": "", "status": "published", "first_seen": "",
            "last_seen": "", "fetched_at": "", "parser_version": 1, "published": "2020-01-01",
            **columns,
        }  # fmt: skip
        marks = ", ".join("?" * len(row))
        self.connection.execute(
            f"INSERT INTO articles ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
        )

    def find(self, text: str, **filters: int | str) -> list[int]:
        """The ids of what a query finds, the best first."""
        found = self.search(text, **filters)
        assert found.total == len(found.hits)
        return [hit.id for hit in found.hits]

    def search(self, text: str, **filters: int | str) -> Results:
        """All that a query finds."""
        return search(self.connection, text, Filters(**filters), limit=None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    db = open_archive(tmp_path_factory.mktemp("search") / "kexue.db")
    db.conn.isolation_level = None
    db.conn.execute("BEGIN")
    yield Archive(db.conn)
    db.conn.execute("ROLLBACK")
    close_archive(db)


@pytest.fixture(autouse=True, scope="module")
def by_the_index() -> Iterator[None]:
    """The archives of these tests are so small that the index would not be asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW", 0)
        yield


def scan(texts: list[tuple[str, str | None]], query: Query) -> set[int]:
    """What a query must find, by a look at every text."""
    folded = {n: (fold(title), fold(text or "")) for n, (title, text) in enumerate(texts, 1)}
    if not query.wanted and not query.unwanted:
        return set()
    return {
        number
        for number, both in folded.items()
        if all(any(term in one for one in both) for term in query.wanted)
        and not any(term in one for term in query.unwanted for one in both)
    }


@settings(deadline=None)
@given(
    texts=st.lists(st.tuples(TEXTS.filter(bool), TEXTS | st.none()), max_size=6),
    query=TEXTS | st.lists(TEXTS, min_size=2, max_size=3).map(" ".join),
    most=st.sampled_from([(0, 0), (0, 3), (1, 1), (3, 3), (6_000, 25_000)]),
    few=st.sampled_from([0, 0, 1, 2, 6]),
    waiting=st.sampled_from([0, 0, 1, 2, 6]),
)
def test_exact(
    archive: Archive,
    texts: list[tuple[str, str | None]],
    query: str,
    most: tuple[int, int],
    few: int,
    waiting: int,
) -> None:
    """Also where a term is too frequent for its places to be read, or even counted (``most``).

    Or where the texts of the articles that are left are read in place of the index (``few``), or a
    crawl has not taken the last texts into the index yet (``waiting``).
    """
    archive.fill(texts, waiting)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW", few)
        patch.setattr(module, "_MOST_PLACES", most[0])
        patch.setattr(trigram_index, "_EVERYWHERE", most[1])
        patch.setattr(trigram_index, "_EVERYWHERE_EACH", 0)
        found = archive.search(query)
    assert {hit.id for hit in found.hits} == scan(texts, Query.parse(query))
    for hit in found.hits:
        for piece in (hit.title, hit.text):
            for start, stop in piece.hits:
                assert fold(piece.text[start:stop]) in fold(query) or stop - start > 1


#: What articles have besides their texts: day, category, tag, and the series that they are in.
KINDS = st.tuples(
    st.sampled_from([None, "2019-12-31", "2020-01-01"]),
    st.sampled_from([None, "AI", "数学"]),
    st.sampled_from(["熵", "A'"]),
    st.sampled_from([None, 1, 2]),
)


@settings(deadline=None)
@given(
    articles=st.lists(st.tuples(TEXTS.filter(bool), TEXTS, KINDS), max_size=5),
    query=TEXTS,
    year=st.none() | st.sampled_from([2019, 2020]),
    since=st.none() | st.sampled_from(["2020-01-01"]),
    category=st.none() | st.sampled_from(["AI", "ai"]),
    tag=st.none() | st.sampled_from(["熵", "A"]),
    series=st.none() | st.sampled_from(["1", "编码", "編碼 ", "3", "\udcff"]),
)
def test_exact_with_filters(
    archive: Archive,
    articles: list[tuple[str, str, tuple[str | None, str | None, str, int | None]]],
    query: str,
    year: int | None,
    since: str | None,
    category: str | None,
    tag: str | None,
    series: str | None,
) -> None:
    archive.fill([])
    archive.connection.execute("INSERT INTO series VALUES (1, '编码', 1, '[]'), (2, 'b', 1, '[]')")
    expected = scan([(title, text) for title, text, _ in articles], Query.parse(query))
    for number, (title, text, (day, kind, label, group)) in enumerate(articles, 1):
        archive.add(number, title, text, published=day, category=kind, tags=json.dumps([label]))
        if group:
            archive.connection.execute(
                "INSERT INTO series_articles VALUES (?, ?, NULL, ?)", (group, number, number)
            )
        passes = (
            (year is None or (day is not None and day.startswith(str(year))))
            and (since is None or (day is not None and day >= since))
            and (category is None or kind == category)
            and (tag is None or label == tag)
            and (series is None or (group == 1 and series not in {"3", "\udcff"}))
        )
        if not passes:
            expected.discard(number)
    found = search(
        archive.connection, query, Filters(year, category, tag, since, series), limit=None
    )
    assert {hit.id for hit in found.hits} == expected


@settings(deadline=None)
@given(text=st.text(ALPHABET, min_size=1, max_size=40), data=st.data())
def test_any_part_of_a_text_is_found_as_written(
    archive: Archive, text: str, data: st.DataObject
) -> None:
    """No part is too short, too odd or too near to the end, also in other spellings."""
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    archive.fill([("t", text)])
    if (words := part.split()) and not any(word.startswith(("-", '"')) for word in words):
        assert archive.find(" ".join(words)) == [1]


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("编码 注意力", ("编码", "注意力"), ()),
        ("熵 -模型", ("熵",), ("模型",)),
        ('"two words" GAN', ("two words", "gan"), ()),
        ('-"two words"', (), ("two words",)),
        ("C++ don't x^2 \\boldsymbol x_i", ("c++", "don't", "x^2", "\\boldsymbol", "x_i"), ()),
        ('" "" "a - -- NOT', ('"', '""', '"a', "-", "--", "not"), ()),
        ("a A ａ", ("a",), ()),
        ("  \n ", (), ()),
        ("", (), ()),
    ],
)
def test_queries(text: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
    assert Query.parse(text) == Query(wanted, unwanted)


def test_title_before_body_then_often_then_near(archive: Archive) -> None:
    archive.fill(
        [
            ("t", "编码" + "的" * 50 + "注意力"),  # 1
            ("编码", "注意力"),  # 2: one term in the title
            ("t", "编码注意力" + "的" * 45),  # 3: nearer than 1
            ("t", "编码" * 30 + "的" * 50 + "注意力" * 30),  # 4: more often than 3
            ("t", "编码"),  # not both
        ]
    )
    assert archive.find("编码 注意力") == [2, 4, 3, 1]


def test_filters(archive: Archive) -> None:
    archive.fill([])
    archive.add(1, "熵", "", published="2019-12-31", category="数学", tags='["信息", "熵"]')
    archive.add(2, "熵", "", published="2020-01-01", category="AI", tags='["信息"]')
    archive.add(3, "熵", None, published=None)
    assert archive.find("熵") == [2, 1, 3]
    assert archive.find("熵", year=2019) == [1]
    assert archive.find("熵", category="AI") == [2]
    assert archive.find("熵", tag="熵") == [1]
    assert archive.find("熵", tag="信息", since="2020-01-01") == [2]


def test_snippets_show_the_hits(archive: Archive) -> None:
    archive.fill([("关于编碼", "前" * 500 + "编码\n与ＧＡＮ" + "后" * 500), ("t", "编码")])
    first, second = archive.search("编码").hits
    assert first.title.marked("[", "]") == "关于[编碼]"
    assert first.text.marked("[", "]") == "…" + "前" * 30 + "[编码] 与ＧＡＮ" + "后" * 83 + "…"
    assert second.text.marked("[", "]") == "[编码]"
    (both,) = archive.search("gan 编码").hits
    assert "[编码] 与[ＧＡＮ]" in both.text.marked("[", "]")
    archive.fill([("t", "前" * 500 + "码")])
    assert archive.search("码").hits[0].text.marked("[", "]") == "…" + "前" * 119 + "[码]"


def test_a_long_query(archive: Archive) -> None:
    text = "".join(chr(0x4E00 + number % 3000) for number in range(10_000))
    archive.fill([("t", text), ("t", text[:-1])])
    assert archive.find(text) == [1]


@pytest.mark.parametrize(
    "query",
    [
        "\0",
        "编码\0",
        "-\0 zz",
        "\ud800",
        "编 \ud800",
        "\udcff编码码",
        '"',
        '""',
        "* ( AND NOT ) :^",
        "㍿",
    ],
)
def test_what_no_text_holds_is_not_found(archive: Archive, query: str) -> None:
    """Nor is it an error of SQLite, of FTS5's language or of UTF-8."""
    archive.fill([("编码码", "…½"), ("t", None)])
    assert archive.find(query) == []


def test_a_term_without_a_place_is_left_out_of_what_must_not_occur(archive: Archive) -> None:
    archive.fill([("编码", "…"), ("t", "½")])
    assert archive.find("编码 -\ud800 -㍿ -½") == [1]
    assert archive.find("-\ud800") == [2, 1]
    assert archive.find("…") == [1]
    assert archive.find("½") == [2]


def test_what_stands_everywhere_is_not_counted(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the title counts, and the day."""
    archive.fill([("t", "的" * 9), ("的", "x"), ("t", "的的")])
    assert archive.find("的") == [2, 1, 3]
    monkeypatch.setattr(module, "_MOST_PLACES", 1)
    monkeypatch.setattr(trigram_index, "_EVERYWHERE", 2)
    monkeypatch.setattr(trigram_index, "_EVERYWHERE_EACH", 0)
    assert archive.find("的") == [2, 3, 1]
    assert archive.search("的").hits[1].text.marked("[", "]") == "[的][的]"


def test_few_articles_are_read_in_place_of_the_index(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is found, the order and the snippets are the same."""
    archive.fill(
        [("编码", "a的编码注意力"), ("t", "aaa编码" * 9 + "注意力"), ("t", "的aa"), ("aa", "a")]
    )
    queries = ("编码", "编码 注意力", "aa -的", "aa", "-编码", "\ud800", "编码 -\ud800")
    by_index = [archive.search(query) for query in queries]
    monkeypatch.setattr(module, "FEW", 40)
    assert [archive.search(query) for query in queries] == by_index


def test_a_search_reads_no_rows_but_those_that_it_shows(archive: Archive) -> None:
    """The days and the ends of texts come from indexes of their own."""
    for sql in (
        "SELECT id, published FROM articles WHERE true",
        "SELECT id FROM articles WHERE substr(body_text, -1) = '码'",
        "SELECT id FROM articles WHERE substr(title, -2) >= '码' AND substr(title, -2) < '码z'",
    ):
        plan = archive.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        assert "INDEX articles_" in plan[0][3]


def test_no_archive() -> None:
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.Error):
        search(db, "熵")

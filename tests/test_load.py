"""`archiver.load`: frames with the declared types, the same from database and JSONL file."""

from __future__ import annotations

import doctest
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from archived import DAY1, DAY2, DAY3, a_protected, an_article
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from rig.commands import run
from sqlite_utils import Database

import archiver
from archiver.items import Comment, CommentPage, Formula, Picture
from archiver.reading.analysis import loaded
from archiver.reading.analysis.dataset_error import DatasetError
from archiver.reading.analysis.frames import frame_of
from archiver.reading.analysis.loaded import Dataset
from archiver.store.articles import save_article
from archiver.store.column import Format
from archiver.store.jsonl import write_jsonl
from archiver.store.schema import ARTICLES, LINKS, TABLES
from archiver.store.sqlite import close_archive, open_archive


def fill(db: Database) -> None:
    """Two articles that link to each other, and one without a text, over three days."""
    article = an_article(
        published_at="2022-01-18T00:00:01+08:00",
        formulas=[Formula(r"$$ x \label{a} $$", display=True), Formula("$y$", display=False)],
        pictures=[Picture("https://kexue.fm/a.png", "图", "说明")],
    )
    save_article(db, article, DAY1)
    save_article(db, replace(article, readers=150, title="新标题"), DAY2)
    other = an_article(7006, readers=None, published=None, category=None, tags=[])
    save_article(db, other, DAY2)
    save_article(db, a_protected(7), DAY3)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A database and its JSONL file."""
    folder = tmp_path_factory.mktemp("load")
    db = open_archive(folder / "kexue.db")
    fill(db)
    write_jsonl(db, folder / "kexue.jsonl")
    close_archive(db)
    return folder / "kexue.db", folder / "kexue.jsonl"


@pytest.fixture
def database(files: tuple[Path, Path]) -> Iterator[Dataset]:
    with archiver.load(files[0]) as data:
        yield data


@pytest.fixture
def lines(files: tuple[Path, Path]) -> Iterator[Dataset]:
    with archiver.load(files[1]) as data:
        yield data


# --- What the frames hold -------------------------------------------------------------------------


def test_articles_have_the_declared_types(database: Dataset) -> None:
    found = database.articles()
    times = {"first_seen", "last_seen", "fetched_at", "gone_at"}
    counts = {"readers", "comment_count", "formula_count", "picture_count"}
    kinds = {name: str(kind) for name, kind in found.dtypes.items()}
    assert str(found.index.dtype) == "int64"
    assert {kinds.pop(name) for name in times} == {"datetime64[s, UTC]"}
    assert {kinds.pop(name) for name in counts} == {"Int64"}
    others = ("published", "published_at", "tags", "category", "status", "parser_version")
    assert [kinds.pop(name) for name in others] == [
        *("datetime64[s]", "datetime64[s, Asia/Shanghai]", "object"),
        *("category", "category", "int64"),
    ]
    assert set(kinds.values()) == {"string"}


def test_articles_have_the_stored_values(database: Dataset) -> None:
    found = database.articles(bodies=False)
    assert found.index.to_list() == [7, 6583, 7006]
    row = found.loc[6583]
    assert row["title"] == "新标题"
    assert row["published"] == pd.Timestamp("2022-01-18")
    assert row["published_at"] == pd.Timestamp("2022-01-17T16:00:01Z")
    assert (row["readers"], row["tags"], row["status"]) == (150, ["损失"], "published")
    assert found.loc[7006, ["published", "readers", "category"]].isna().all()
    assert found["status"].cat.categories.to_list() == ["published", "protected", "gone"]
    assert "body_text" not in found.columns


def test_reader_counts(database: Dataset) -> None:
    found = database.readers()
    seen = pd.DatetimeIndex([DAY1, DAY2]).as_unit("s")
    assert found.article_id.to_list() == [6583, 6583]
    assert (found.seen_at == seen).all()
    assert found.readers.to_list() == [100, 150]


def test_formulas_with_and_without_delimiters(database: Dataset) -> None:
    assert database.formulas().latex.to_list() == [r"$$ x \label{a} $$", "$y$", "$x$"]
    found = database.formulas(delimiters=False)
    assert found.latex.to_list() == [r"x \label{a}", "y", "x"]
    assert found.display.to_list() == [True, False, False]
    assert found.label.to_list() == ["a", pd.NA, pd.NA]


def test_pictures_links_and_changes(database: Dataset) -> None:
    assert database.pictures()[["article_id", "alt", "caption"]].to_numpy().tolist() == [
        [6583, "图", "说明"]
    ]
    assert database.links().target_id.to_list() == [7006, 7006]
    changes = database.changes()
    assert changes.kind.to_list() == ["new", "edited", "new", "new"]
    assert changes.fields.to_list() == [[], ["title"], [], []]


def test_the_graph_has_the_links_between_articles(database: Dataset) -> None:
    """7006 links to itself only, which is no edge."""
    graph = database.graph()
    assert list(graph.edges(data=True)) == [(6583, 7006, {"weight": 1})]
    assert {node: graph.nodes[node] for node in graph} == {
        7: {"title": "此内容被密码保护", "category": ""},
        6583: {"title": "新标题", "category": "信息时代"},
        7006: {"title": "标题", "category": ""},
    }


def test_search(database: Dataset, lines: Dataset) -> None:
    """The index of a JSONL file is made once."""
    for data in (database, lines, lines):
        found = data.search("五六 -熵", limit=1)
        assert found.attrs == {"total": 2}
        assert found.title.to_dict() == {6583: "新标题"}
        assert found.text.to_list() == ["一二三四⟦五六⟧七八$x$"]
        assert data.search("标题", year=2022).index.to_list() == [6583]
        assert data.search("", tag="损失").empty


def test_a_search_in_a_series(path: Path, db: Database) -> None:
    """A JSONL file has no series; they are recognised in its titles."""
    for number, title in enumerate(("原理（一）", "原理（二）", "别的原理"), 1):
        save_article(db, an_article(number, title=title), DAY1)
    write_jsonl(db, path.with_suffix(".jsonl"))
    with archiver.load(path.with_suffix(".jsonl")) as data:
        assert sorted(data.search("原理", series="原理").index) == [1, 2]
        assert data.search("原理", series="别的").empty
        assert data.sql("SELECT id, parts FROM series").to_numpy().tolist() == [[1, 2]]


def test_texts_and_queries(database: Dataset) -> None:
    assert database.text(6583) == "一二三四五六七八$x$"
    assert database.markdown(np.int64(7006)) == "一二三四五六七八$x$"
    found = database.sql("SELECT id, readers AS n FROM articles WHERE id > :id", {"id": 7})
    assert found.columns.to_list() == ["id", "n"]
    assert found.id.to_list() == [6583, 7006]


# --- Database and JSONL file ----------------------------------------------------------------------


def test_jsonl_gives_the_frames_of_the_database(database: Dataset, lines: Dataset) -> None:
    """But for the times and files that it leaves out."""
    ours, theirs = database.articles(), lines.articles()
    left_out = ["last_seen", "fetched_at"]
    assert theirs[left_out].isna().all(axis=None)
    assert_frame_equal(theirs.drop(columns=left_out), ours.drop(columns=left_out))
    assert_frame_equal(lines.links(), database.links())
    assert_frame_equal(lines.formulas(), database.formulas())
    files = ["file_url", "sha256", "path", "status"]
    assert lines.pictures()[files].isna().all(axis=None)
    assert_frame_equal(
        lines.pictures().drop(columns=files), database.pictures().drop(columns=files)
    )
    assert lines.graph().adj == database.graph().adj
    assert lines.text(6583) == database.text(6583)


@pytest.mark.parametrize("frame", ["readers", "changes"])
def test_jsonl_says_what_it_does_not_have(lines: Dataset, frame: str) -> None:
    with pytest.raises(DatasetError, match=r"kexue\.jsonl has no .*; load the database beside it"):
        getattr(lines, frame)()


def test_jsonl_without_counts(files: tuple[Path, Path], tmp_path: Path) -> None:
    with closing(Database(files[0])) as db:
        write_jsonl(db, tmp_path / "kexue.jsonl", with_counts=False)
    assert archiver.load(tmp_path).articles().readers.isna().all()


VALUES = {
    Format.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    Format.NUMBER: st.integers(0, 2**53),
}
LINK = st.fixed_dictionaries(
    {
        column.name: VALUES[column.format] | (st.none() if column.null else st.nothing())
        for column in LINKS.filled
    }
)


@given(links=st.lists(LINK, max_size=4))
def test_jsonl_reads_back_what_was_written(
    links: list[dict[str, Any]], files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever texts and numbers stand in it, in lines as a crawl writes them."""
    entry = json.loads(files[1].read_text("utf-8").splitlines()[0]) | {"links": links}
    path = tmp_path_factory.mktemp("lines") / "kexue.jsonl"
    path.write_text(json.dumps(entry, ensure_ascii=False) + "\n", "utf-8")
    with archiver.load(path) as data:
        found = data.links()
    for column in LINKS.filled:
        values = [None if pd.isna(value) else value for value in found[column.name]]
        assert values == [link[column.name] for link in links]


# --- Which archive is loaded ----------------------------------------------------------------------


def make(*paths: Path) -> None:
    """Archives without articles."""
    for path in paths:
        close_archive(open_archive(path))


def test_the_one_archive_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the demo where there is no other; by name where there are several."""
    monkeypatch.setenv("KEXUE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("KEXUE_NAME", raising=False)
    with pytest.raises(DatasetError, match=r"there is no archive in .*; crawl first"):
        archiver.load()
    (tmp_path / "demo.jsonl").touch()
    assert archiver.load().path.name == "demo.jsonl"
    make(tmp_path / "demo.db")
    assert archiver.load().path.name == "demo.db"
    make(tmp_path / "demo-days.db")
    assert archiver.load().path.name == "demo-days.db"
    make(tmp_path / "kexue.db")
    assert archiver.load().path.name == "kexue.db"
    make(tmp_path / "other.db")
    with pytest.raises(DatasetError, match=r"several archives \(kexue\.db, other\.db\)"):
        archiver.load()
    monkeypatch.setenv("KEXUE_NAME", "other")
    assert archiver.load().path.name == "other.db"
    monkeypatch.setenv("KEXUE_NAME", "third")
    with pytest.raises(DatasetError, match="there is no archive third in"):
        archiver.load()


def test_data_is_the_folder_without_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEXUE_DATA_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError, match="there is no archive at data; crawl first"):
        archiver.load()


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(DatasetError, match=r"cannot read a+: File name too long"):
        archiver.load("a" * 5000)


# --- What is no archive, or not one to be read ----------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        archiver.load(path)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_comments(path: Path) -> None:
    """From a JSONL file they are not read, also where it has them."""
    words: dict[str, Any] = {
        "author": "甲",
        "published_at": "2022-06-28T05:43:38+08:00",
        "text": "好",
    }
    shown = [Comment(7, **words), Comment(9, parent_id=7, by_author=True)]
    db = open_archive(path)
    save_article(db, an_article(comments=CommentPage(6583, shown, count=2)), DAY1)
    write_jsonl(db, path.with_suffix(".jsonl"), with_comments=True)
    close_archive(db)
    with archiver.load(path) as data, archiver.load(path.with_suffix(".jsonl")) as lines:
        frame = data.comments()
        assert frame.index.to_list() == [7, 9]
        assert frame.parent_id.to_list() == [pd.NA, 7]
        assert frame.by_author.to_list() == [False, True]
        assert str(frame.published_at.iloc[0]) == "2022-06-28 05:43:38+08:00"
        assert lines.articles().index.to_list() == [6583]
        with pytest.raises(DatasetError, match="has no comments; load the database"):
            lines.comments()


def test_an_empty_archive_gives_empty_frames(path: Path) -> None:
    """With the types of a full one."""
    make(path)
    path.with_suffix(".jsonl").touch()
    with archiver.load(path) as data, archiver.load(path.with_suffix(".jsonl")) as lines:
        for frame in (data.articles(), lines.articles()):
            assert len(frame) == 0
            assert str(frame.published_at.dtype) == "datetime64[s, Asia/Shanghai]"
        for frame in (data.readers(), data.links(), data.formulas(delimiters=False)):
            assert len(frame) == 0
        assert len(data.changes()) == len(data.pictures()) == len(data.graph()) == 0
        assert data.search("熵").empty


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.db", b"", "a.db is empty"),
        ("a.db", b"SQLite format 3\0" + bytes(200), "a.db is damaged"),
        ("a.jsonl", b'{"id": 1\n', "a.jsonl, line 1 is broken or cut off: Expecting"),
        ("a.jsonl", b"\xff\n", "a.jsonl, line 1 is broken or cut off: 'utf-8' codec"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl, line 1 is broken or cut off: maximum recursion"),
        ("a.jsonl", b"[1]\n", "a.jsonl, line 1 is no article"),
        ("a.jsonl", b'{"title": "x"}\n', "a.jsonl, line 1 is no article"),
        ("a.txt", b'{"id": null}\n', "a.txt, line 1 is no article"),
        ("a.txt", b'{"id": 1, "links": 5}\n', "NOT NULL constraint failed: articles.url"),
    ],
)
def test_what_is_no_archive_is_named(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert sentence in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"readers": "viele"}, "cannot store TEXT value in INTEGER column articles.readers"),
        ({"title": None}, "NOT NULL constraint failed: articles.title"),
        ({"title": "\ud800"}, "line 3 is no article of an archive"),
        ({"readers": 2**70}, "line 3 is no article of an archive"),
        ({"links": [5]}, "line 3 is no article of an archive"),
        ({"tags": {"a": 1}}, "line 3 is no article of an archive"),
        ({"id": 7}, "UNIQUE constraint failed: articles.id"),
    ],
)
def test_a_broken_line_is_named(
    files: tuple[Path, Path], tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    """A lone half of a surrogate pair cannot be written by a crawl, but stand in a file."""
    entries = files[1].read_text("utf-8").splitlines()
    entries[2] = json.dumps(json.loads(entries[2]) | change)
    (tmp_path / "a.jsonl").write_text("\n".join(entries), "utf-8")
    said = refusal(tmp_path / "a.jsonl")
    assert said.startswith("a.jsonl, line 3 is no article of an archive")
    assert sentence in said


def test_foreign_and_older_databases(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("CREATE TABLE articles (id)")
    assert refusal(tmp_path / "a.db").startswith("a.db is a database of another program")
    make(tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as db, db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm004%'")
    assert refusal(tmp_path / "b.db").startswith("b.db was written by an older version")
    assert refusal(tmp_path / "c.db") == (
        "there is no archive at c.db; crawl first, or give another path"
    )
    assert refusal(Path("/dev/null")) == "null is no file"


def test_tags_that_are_no_json(path: Path, db: Database) -> None:
    save_article(db, an_article(), DAY1)
    db.execute("UPDATE articles SET tags = '['")
    db.conn.commit()
    with (
        archiver.load(path) as data,
        pytest.raises(DatasetError, match=r"articles in .* is damaged"),
    ):
        data.articles()


def test_a_day_that_is_none_is_not_guessed(path: Path, db: Database) -> None:
    save_article(db, an_article(published="2022-02-30", published_at="gestern"), DAY1)
    with archiver.load(path) as data:
        assert data.articles()[["published", "published_at"]].isna().all(axis=None)


def test_a_read_only_folder(path: Path) -> None:
    make(path)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with archiver.load(path) as data:
            assert data.articles().empty
        assert [file.name for file in path.parent.iterdir()] == [path.name]
    finally:
        path.parent.chmod(0o700)


def test_a_crawl_goes_on_beside_a_notebook(path: Path, db: Database) -> None:
    """Its writes are seen by the next call, and its log can be shortened meanwhile."""
    save_article(db, an_article(), DAY1)
    with archiver.load(path) as data:
        assert len(data.articles()) == 1
        save_article(db, an_article(7006), DAY2)
        assert len(data.articles()) == 2
        (is_busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not is_busy


# --- Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("DELETE FROM articles", "attempt to write a readonly database"),
        ("SELECT nonsense", "no such column: nonsense"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("SELECT '\ud800'", "surrogates not allowed"),
        ("-- nothing", "the query returns no rows"),
    ],
)
def test_a_query_that_cannot_be_run(
    database: Dataset, lines: Dataset, query: str, sentence: str
) -> None:
    """Nor does it disturb what is asked next."""
    for data in (database, lines):
        with pytest.raises(DatasetError, match=sentence):
            data.sql(query)
        assert len(data.articles()) == 3


def test_texts_that_are_not_there(database: Dataset) -> None:
    with pytest.raises(DatasetError, match="there is no article 8 in"):
        database.text(8)
    with pytest.raises(DatasetError, match="has no body_markdown of article 7"):
        database.markdown(7)
    assert database.search("\ud800").empty


def test_a_closed_archive(files: tuple[Path, Path]) -> None:
    with archiver.load(files[0]) as data:
        pass
    data.close()
    with pytest.raises(DatasetError, match="Cannot operate on a closed database"):
        data.articles()


def test_jupyter_shows_the_sentence_alone() -> None:
    assert DatasetError("x is y")._render_traceback_() == ["DatasetError: x is y"]


def test_without_pandas_the_extra_is_named() -> None:
    """And the package itself needs nothing that its users may lack."""
    code = """
import sys
import archiver
print(*sorted(name for name in sys.modules if name.startswith("archiver")))
sys.modules["pandas"] = None
try:
    archiver.load()
except Exception as error:
    print(type(error).__name__, error)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "archiver",
        "DatasetError archiver.load needs the extra notebooks (import of pandas halted; None in"
        " sys.modules): pip install '.[notebooks]' in the project's folder, or pip install"
        " 'kexue-archiver[notebooks] @ git+<address>'",
    ]


# --- All columns, and the examples ----------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_has_a_type_for_frames(table: Any) -> None:
    """Also one that is declared later."""
    found = frame_of(table.columns, [])
    assert found.columns.to_list() == list(table.names)
    assert len(found) == 0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo archive."""
    folder = tmp_path_factory.mktemp("demo")
    assert run("demo", "-s", f"KEXUE_DATA_DIR={folder}").returncode == 0
    return folder


def test_the_examples_of_the_docstrings(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEXUE_DATA_DIR", str(demo))
    monkeypatch.delenv("KEXUE_NAME", raising=False)
    tried = 0
    for module in (archiver, loaded):
        found = doctest.testmod(module, extraglobs={"archiver": archiver})
        assert found.failed == 0
        tried += found.attempted
    assert tried == 13


def test_the_columns_of_the_demo(demo: Path) -> None:
    """The whole of a real archive, once from each file."""
    with archiver.load(demo / "demo.db") as data, archiver.load(demo / "demo.jsonl") as lines:
        left_out = ["last_seen", "fetched_at"]
        ours, theirs = data.articles(), lines.articles()
        assert_frame_equal(theirs.drop(columns=left_out), ours.drop(columns=left_out))
        assert_frame_equal(lines.formulas(), data.formulas())
        assert ours.columns.to_list() == [name for name in ARTICLES.names if name != "id"]
        found = data.search("注意力", limit=None).index
        assert lines.search("注意力", limit=None).index.to_list() == found.to_list()

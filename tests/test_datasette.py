"""An archive in Datasette: the metadata, the plug-in and the queries, without a server."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from archived import DAY1, DAY2, a_protected, an_article
from conftest import ROOT
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st

from archiver.items import Formula, Link
from archiver.reading.datasette.archive_file import is_archive
from archiver.reading.datasette.canned_queries import QUERIES
from archiver.reading.datasette.metadata import metadata_json
from archiver.reading.datasette.table_options import OPTIONS
from archiver.store.articles import save_article
from archiver.store.schema import TABLES, VIEWS
from archiver.store.sqlite import close_archive, open_archive

FILE = "archiver/reading/datasette/metadata.json"
HARM = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 links to 2, to 9, which is not archived, and elsewhere; 3 has a password."""
    path = tmp_path_factory.mktemp("datasette") / "some.db"
    db = open_archive(path)
    links = [
        Link("https://kexue.fm/archives/2", "二", 2),
        Link("https://kexue.fm/archives/9", "九", 9),
    ]
    formulas = [Formula(r"$$x\label{eq:x}$$", display=True), Formula("$y$", display=False)]
    tags = ["A&B", "熵"]
    first = an_article(1, title="热力学的熵", links=links, formulas=formulas, tags=tags)
    save_article(db, first, DAY1)
    text = f"{HARM} 100%的熵 x_i C:\\d"
    save_article(db, an_article(2, text, title=f"{HARM}二", links=[]), DAY2)
    save_article(db, a_protected(3), DAY2)
    close_archive(db)
    return path


@pytest.fixture(scope="module")
def datasette(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """It serves the archive, and a database that is none but has the same names."""
    other = tmp_path_factory.mktemp("other") / "other.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE links (target_id INTEGER, tags TEXT)")
        db.execute("""INSERT INTO links VALUES (2, '["A"]')""")
        db.commit()
    return Datasette([str(path), str(other)])


def page(datasette: Datasette, address: str, **values: str) -> str:
    """The HTML, or JSON, of an address."""
    query = f"?{urlencode(values)}" if values else ""
    response = asyncio.run(datasette.client.get(address + query))
    assert response.status_code == 200, response.text
    return str(response.text)


def cells(datasette: Datasette, query: str, **values: str) -> list[list[Any]]:
    """The rows of a canned query."""
    response = asyncio.run(datasette.client.get(f"/some/{query}.json?{urlencode(values)}"))
    assert response.status_code == 200, response.text
    rows: list[list[Any]] = response.json()["rows"]
    return rows


# --- Metadata -------------------------------------------------------------------------------------


def test_the_file_is_that_of_the_declarations() -> None:
    again = f"python -m archiver.reading.datasette.metadata > {FILE}"
    assert (ROOT / FILE).read_text("utf-8") == metadata_json("kexue"), f"make it anew: {again}"


def test_options_name_what_there_is() -> None:
    """Datasette says nothing of a facet or label that it does not find."""
    columns = {relation.name: set(relation.names) for relation in (*TABLES, *VIEWS)}
    for name, options in OPTIONS.items():
        if options.get("hidden"):
            continue
        facets = [f if isinstance(f, str) else f["array"] for f in options.get("facets", [])]
        single = [options[key] for key in ("sort_desc", "label_column") if key in options]
        named = {*facets, *single, *options.get("sortable_columns", ()), *options.get("units", ())}
        assert named <= columns[name], name


def test_every_table_and_column_is_described(datasette: Datasette) -> None:
    for relation in (*TABLES, *VIEWS):
        shown = page(datasette, f"/some/{relation.name}", _size="1")
        assert shown.count("<dt>") == len(relation.columns), relation.name


def test_the_database_has_title_licence_and_source(datasette: Datasette) -> None:
    shown = page(datasette, "/some")
    for words in ("<h1>科学空间", "CC BY-NC-ND 2.5 CN", 'href="https://kexue.fm"'):
        assert words in shown


@pytest.mark.parametrize("name", ["sightings", "articles_fts", "_sqlite_migrations"])
def test_internals_are_hidden(datasette: Datasette, name: str) -> None:
    tables = asyncio.run(datasette.client.get("/some.json")).json()["tables"]
    assert [table["hidden"] for table in tables if table["name"] == name] == [True]


def test_tags_are_a_facet(datasette: Datasette) -> None:
    shown = asyncio.run(datasette.client.get("/some/article_list.json")).json()
    facet = shown["facet_results"]["tags"]["results"]
    assert {value["value"]: value["count"] for value in facet} == {"损失": 1, "A&B": 1, "熵": 1}


def test_metadata_of_the_user_goes_before_ours(path: Path) -> None:
    given = {"databases": {"some": {"title": "Mine"}}}
    shown = page(Datasette([str(path)], metadata=given), "/some")
    assert "<h1>Mine" in shown
    assert "CC BY-NC-ND" in shown


def test_a_datasette_of_archives_is_named_as_a_whole(path: Path, datasette: Datasette) -> None:
    assert "<h1>科学空间" in page(Datasette([str(path)]), "/")
    assert "<h1>科学空间" not in page(datasette, "/"), "it serves others too"


# --- Cells ----------------------------------------------------------------------------------------


def test_a_link_leads_to_the_article(datasette: Datasette) -> None:
    shown = page(datasette, "/some/links")
    title = f"{HARM}二".replace("<", "&lt;").replace(">", "&gt;")
    assert f'<a href="/some/articles/2">{title}</a>&nbsp;<em>2</em>' in shown
    assert "/some/articles/9" not in shown, "it is not archived"


@pytest.mark.parametrize(
    "address",
    ["article_list", "cited_by", "most_read", "citing_articles?article_id=2", "search?words=热"],
)
def test_ids_of_views_and_queries_lead_to_the_article(datasette: Datasette, address: str) -> None:
    assert '<a href="/some/articles/1">1</a>' in page(datasette, f"/some/{address}")


def test_tags_lead_to_their_articles(datasette: Datasette) -> None:
    shown = page(datasette, "/some/article_list")
    assert '<a href="/some/article_list?tags__arraycontains=A%26B">A&amp;B</a>, <a' in shown
    assert '"title": "热力学的熵"' not in shown
    found = page(datasette, "/some/article_list", tags__arraycontains="A&B")
    assert "1 row where tags contains" in found


def test_the_page_of_an_article_runs_nothing(datasette: Datasette) -> None:
    shown = page(datasette, "/some/articles/2")
    assert HARM not in shown
    assert "&lt;p&gt;&lt;script&gt;" in shown
    assert '<link rel="stylesheet" href="/-/kexue.css">' in shown
    assert 'td.col-body_text:before { content: "body_text"; }' in page(datasette, "/-/kexue.css")


def test_other_databases_are_left_alone(datasette: Datasette) -> None:
    shown = page(datasette, "/other/links")
    for ours in ("/articles/2", 'arraycontains=A"', "kexue.css", "CC BY"):
        assert ours not in shown


def test_archives_are_known_by_their_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("KXFM")
    assert is_archive(str(path))
    assert not is_archive(str(tmp_path / "text"))
    assert not is_archive(str(tmp_path / "missing"))


# --- Queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_takes_empty_values(datasette: Datasette, name: str) -> None:
    """As its page does before anything is filled in."""
    assert "<h1 style" in page(datasette, f"/some/{name}")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("熵", [1, 2]), ("的熵", [1, 2]), ("熵 Alert", [2]), (" alert　熵 ", [2]), ("100%", [2]),
        ("1%0", []), ("x_i", [2]), ("xyi", []), (r"C:\d", [2]), ("c:\\D", [2]), ('"', []),
        ("", []), (" ", []), ("此内容", [3]),
    ],
)  # fmt: skip
def test_search(datasette: Datasette, words: str, found: list[int]) -> None:
    """The article with the first word in its title comes first."""
    assert [row[0] for row in cells(datasette, "search", words=words)] == found


def test_other_queries(datasette: Datasette) -> None:
    assert [row[2:4] for row in cells(datasette, "article_formulas", article_id="1")] == [
        [0, r"$$x\label{eq:x}$$"],
        [1, "$y$"],
    ]
    assert [row[1:3] for row in cells(datasette, "new_since", day="2026-11-02")] == [
        ["new", 3],
        ["new", 2],
    ]
    assert cells(datasette, "growth_in_month", month="2026-11")[0][:4] == [
        1, "热力学的熵", "2026-11", None,
    ]  # fmt: skip
    assert len(cells(datasette, "readers_of_article", article_id="1")) == 1
    assert [row[0] for row in cells(datasette, "citing_articles", article_id="2")] == [1]


@pytest.fixture(scope="module")
def texts() -> Iterator[sqlite3.Connection]:
    """A table with the columns that a search reads."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(
            "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, published TEXT,"
            " category TEXT, readers INTEGER, body_text TEXT)"
        )
        yield db


PIECES = st.text("熵aA%_\\\"'[]　 ,", max_size=4)


@given(title=PIECES, body=st.none() | PIECES, words=PIECES)
def test_search_is_exact(
    texts: sqlite3.Connection, title: str, body: str | None, words: str
) -> None:
    """It finds what contains every word, whatever signs are in it."""
    texts.execute("DELETE FROM articles")
    texts.execute("INSERT INTO articles (title, body_text) VALUES (?, ?)", (title, body))
    found = texts.execute(QUERIES["search"]["sql"], {"words": words}).fetchall()
    wanted = words.replace("　", " ").lower().split(" ")
    shown = [text.lower() for text in (title, body or "")]
    is_there = all(any(word in text for text in shown) for word in wanted)
    assert bool(found) == (is_there and any(wanted))

"""The declared tables and views: migrations, items and docs/data-format.md agree with them.

Each message says what to do; docs/adding-a-field.md has the steps.
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from itertools import zip_longest
from pathlib import Path

import pytest
from archived import DAY1, DAY2, a_protected, an_article, row_of
from conftest import ROOT
from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.extraction.saved_page import extract
from archiver.items import Article, Formula, Link, Picture
from archiver.reading.history.versions import COLUMN_NAMES
from archiver.store import migrations as package
from archiver.store.articles import save_article
from archiver.store.column import Column, ItemColumn, Relation, Role, Table, View
from archiver.store.migrations import MODULES, migrations
from archiver.store.schema import ARTICLES, DERIVED, EDITS, PARTS, TABLES, VERSIONED, VIEWS

DECLARATION = "archiver/store/schema.py"
PAGE = "docs/data-format.md"
TOOLS = ("sqlite_", "_sqlite", "articles_fts")
ITEMS = {
    "articles": Article(1, body_html="<p>x</p>"),
    "links": Link("https://kexue.fm/", "x"),
    "pictures": Picture("https://kexue.fm/a.png", "x"),
    "formulas": Formula("$x$", display=False),
}

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
each_relation = pytest.mark.parametrize("table", [*TABLES, *VIEWS], ids=lambda table: table.name)


# --- Migrations -----------------------------------------------------------------------------------


@cache
def migrated() -> Database:
    """A database that has gone through all migrations."""
    db = Database(memory=True)
    migrations.apply(db)
    return db


def in_one_form(sql: str) -> str:
    """A declaration without what makes no difference: white space and quotes around names."""
    return re.sub(r'\s*([(),])\s*|"', lambda match: match[1] or "", " ".join(sql.split()))


@each_table
def test_migrations_make_the_declared_columns(table: Table) -> None:
    made = [column.name for column in migrated()[table.name].columns]
    missing = [column for column in table.columns if column.name not in made]
    alter = [f"ALTER TABLE {table.name} ADD COLUMN {column.sql()}" for column in missing]
    assert alter == [], "no migration makes this: add one to archiver/store/migrations"
    undeclared = [name for name in made if name not in table.names]
    assert undeclared == [], f"a migration makes these: declare them in {DECLARATION}"
    assert made == list(table.names), f"the order of {DECLARATION}: a new column stands last"


@each_table
def test_migrations_make_the_declared_table(table: Table) -> None:
    """Types, keys, references, defaults, checks and options too."""
    assert in_one_form(migrated()[table.name].schema) == in_one_form(table.sql())


def test_a_run_writes_the_files_again_for_every_column() -> None:
    (sql,) = (
        migrated()
        .execute("SELECT sql FROM sqlite_master WHERE name = 'written_articles_update'")
        .fetchone()
    )
    shown = [column.name for column in ARTICLES.filled if column.in_jsonl]
    lacking = [name for name in shown if f"old.{name} IS NOT new.{name}" not in sql]
    assert lacking == [], "let a migration make written_articles_update anew"


def test_every_table_is_declared() -> None:
    made = [name for name in migrated().table_names() if not name.startswith(TOOLS)]
    assert set(made) == {table.name for table in TABLES}, f"declare it in {DECLARATION}"


@each_view
def test_migrations_make_the_declared_view(view: View) -> None:
    made = [column[0] for column in migrated().execute(f"SELECT * FROM {view.name}").description]
    assert made == list(view.names), f"let a migration make it so, or declare it in {DECLARATION}"


def test_every_view_is_declared() -> None:
    assert set(migrated().view_names()) == {view.name for view in VIEWS}, f"see {DECLARATION}"


def test_every_migration_is_applied() -> None:
    files = sorted(path.stem for path in Path(package.__path__[0]).glob("m[0-9]*.py"))
    names = [module.__name__.rpartition(".")[2] for module in MODULES]
    assert names == files, "add it at the end of MODULES in archiver/store/migrations/__init__.py"


# --- Items ----------------------------------------------------------------------------------------

#: But for the times at which the archive saw an article: test_store.py shows them.
FILLED = [
    (table, column)
    for table in (ARTICLES, *PARTS)
    for column in table.filled
    if column.role is not Role.ARCHIVE or column.value is not None
]


@pytest.mark.parametrize(("table", "column"), FILLED, ids=lambda part: part.name)
def test_an_item_fills_the_column(table: Table, column: ItemColumn) -> None:
    item = ITEMS[table.name]
    has_field = column.value is not None or hasattr(item, column.name)
    kind = type(item).__name__
    words = f"give {kind} in archiver/items.py a field {column.name}, or the column a value"
    assert has_field, words


def test_extraction_fills_every_derived_column() -> None:
    page = ROOT / "fixtures" / "cases" / "article-plain" / "page.html"
    (found,) = extract(page.read_bytes()).rows
    empty = [name for name in DERIVED if found[name] is None]
    assert empty == [], "nothing fills it; see fill_text in archiver/extraction/article_body.py"


#: Fields of ``Article`` that are read on the way to the archive, and not stored.
ON_THE_WAY = {
    *("date_text", "readers_text", "feed_text"),  # as the page says it
    *("body", "document", "asked_url", "capture", "is_read", "reading", "excerpt_at_mark"),
    "comments",  # rows of their own, with a past of their own: tests/test_comment_rows.py
    *("shows_no_comments", "excerpt_known", "excerpt_of_page", "is_damaged"),
}


def test_every_field_of_an_article_is_stored() -> None:
    stored = {*ARTICLES.names, *(part.name for part in PARTS)}
    lost = [field.name for field in fields(Article) if field.name not in stored | ON_THE_WAY]
    assert lost == [], f"declare it in {DECLARATION}, or name it in ON_THE_WAY"


def test_a_derived_column_has_a_parser_version() -> None:
    """Rows of earlier versions lack it, and are read again for it."""
    later = [column.name for column in ARTICLES.filled if column.since > PARSER_VERSION]
    assert later == [], "raise PARSER_VERSION in archiver/__init__.py to its since"


def test_a_password_takes_nothing_away(db: Database) -> None:
    """A column that one function forgot was once lost here, silently."""
    article = an_article(excerpt="摘要", excerpt_known=True)
    for column in ARTICLES.filled:
        if column.name in DERIVED and column.of(article) is None:
            setattr(article, column.name, 7)
    save_article(db, article, DAY1)
    before = row_of(db)
    assert [name for name in DERIVED if before[name] is None] == []
    save_article(db, a_protected(), DAY2)
    seen = {"status": "protected", "last_seen": DAY2, "fetched_at": DAY2}
    assert row_of(db) == {**before, **seen}


def test_history_tells_of_all_that_makes_a_version() -> None:
    told = {*COLUMN_NAMES, "content_sha256"}
    assert told == {*VERSIONED}, "reading/history/versions.py: COLUMN_NAMES and its queries"


# --- docs/data-format.md --------------------------------------------------------------------------


@cache
def section(heading: str) -> str:
    """What stands between a heading of two or three marks and the next one."""
    text = (ROOT / PAGE).read_text("utf-8")
    sections = [part.partition("\n") for part in re.split(r"^##+ +", text, flags=re.MULTILINE)]
    found = [body for name, _, body in sections if name.strip("` ") == heading]
    assert found, f"{PAGE} has no heading ## {heading}"
    return found[0]


@cache
def described(heading: str) -> list[list[str]]:
    """The cells of the first table below ``## <heading>``, without its head."""
    table = re.search(r"(?:^\|.*\n)+", section(heading), re.MULTILINE)
    assert table, f"{PAGE}, ## {heading}, has no table"
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def type_of(table: Relation, column: Column) -> str:
    """The type of a column in the words of the page."""
    keys = [each.name for each in table.columns if each.key]
    place = f" {keys.index(column.name) + 1}" if column.key and len(keys) > 1 else ""
    key = f", primary key{place}" if column.key else ""
    reference = f", → `{column.refers_to}.id`" if column.refers_to else ""
    return f"{column.format.sql_type}{key}{reference}"


def line_for(table: Relation, column: Column) -> str:
    """The line that the page needs."""
    null = "never" if column.null is None else column.null
    return f"| `{column.name}` | {type_of(table, column)} | {column.meaning} | {null} |"


def is_described(found: list[str], wanted: str) -> bool:
    """True when a line has the declared name and type, and begins as declared otherwise."""
    name, kind, meaning, null = (cell.strip() for cell in wanted.split("|")[1:-1])
    return found[:2] == [name, kind] and found[2].startswith(meaning) and found[3].startswith(null)


@each_relation
def test_the_page_says_what_the_rows_are(table: Relation) -> None:
    """In the words of the declaration, which Datasette shows too."""
    assert table.meaning, f"say in {DECLARATION} what a row of {table.name} is"
    found = section(table.name).strip().startswith(table.meaning)
    assert found, f"{PAGE}, ## {table.name}, begins with: {table.meaning}"


@each_relation
def test_the_page_describes_every_column(table: Relation) -> None:
    rows = described(table.name)
    wanted = [line_for(table, column) for column in table.columns]
    for line, found in zip_longest(wanted, rows):
        assert line, f"{PAGE}, ## {table.name}: a column that is not declared: {found}"
        is_right = found is not None and is_described(found, line)
        assert is_right, f"{PAGE}, ## {table.name}, needs at its place: {line}"


def json_type(column: Column) -> str:
    return column.format.json_type + ("" if column.null is None else " or null")


def test_the_page_describes_every_key_of_the_jsonl_file() -> None:
    columns = [column for column in ARTICLES.filled if column.in_jsonl]
    wanted = [[f"`{c.name}`", json_type(c), f"`articles.{c.name}`"] for c in columns]
    wanted += [
        [f"`{part.name}`", "array of objects", f"the rows of `{part.name}`"] for part in PARTS
    ]
    for line, found in zip_longest(wanted, described("JSONL")):
        assert line is not None, f"{PAGE}, ## JSONL: a key that is not declared: {found}"
        assert found is not None, f"{PAGE}, ## JSONL lacks | {' | '.join(line)} |"
        assert found[:2] == line[:2], f"{PAGE}, ## JSONL needs | {' | '.join(line)} | here"
        assert found[2].startswith(line[2])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_page_describes_every_key_of_a_part(part: Table) -> None:
    (cell,) = [cells[2] for cells in described("JSONL") if cells[0] == f"`{part.name}`"]
    keys = re.findall("`([a-z0-9_]+)`", cell)[1:]
    assert keys == list(part.select(lambda column: column.in_jsonl)), f"{PAGE}, ## JSONL"


def test_the_page_names_the_columns_that_an_edit_changes() -> None:
    (cell,) = [cells[2] for cells in described("changes") if cells[0] == "`fields`"]
    assert re.findall("`([a-z_]+)`", cell)[1:] == list(EDITS), f"{PAGE}, ## changes, `fields`"


def test_the_page_describes_the_search_index() -> None:
    assert [cells[0] for cells in described("articles_fts")] == ["`title`", "`body_text`"]

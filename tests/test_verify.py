"""``scrapy verify`` finds damage of every kind in an archive, and changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from replica import make_post
from rig.commands import run
from sqlite_utils import Database

from archiver import PARSER_VERSION, site
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extraction.refine import refine
from archiver.items import Article, Status
from archiver.pages.article import parse_article
from archiver.store.articles import save_article
from archiver.store.change_feed import write_feed
from archiver.store.errors import StoreError
from archiver.store.jsonl import records, write_jsonl
from archiver.store.read_only import open_for_reading
from archiver.store.schema import content_sha256
from archiver.store.sqlite import close_archive, open_archive
from archiver.tree.document import parse_fragment, parse_page
from archiver.verify.bodies import audit_archive, count_old
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point

NOW = "2026-11-23T08:00:00+00:00"
BODY = "<p>设 $x_1$，见<a href='/archives/12'>前文</a>。</p><p><img src='/a.png' alt='图'></p>"
CLEAN = [
    *("database", "schema", "references", "hashes", "revisions", "columns", "comments", "series"),
    *("digests", "search", "JSONL"),
]


def an_article(number: int) -> Article:
    """An article as a crawl extracts it."""
    post = make_post(number, body=BODY)
    page = answer(Blog((post,)), f"/archives/{number}").body.decode("utf-8")
    article = parse_article(parse_page(page), site.article_url(number))
    refine(article)
    return article


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small sound archive: articles 11 and 12, and 13, which is protected."""
    folder = tmp_path_factory.mktemp("archive")
    db = open_archive(folder / "kexue.db")
    for number in (11, 12):
        save_article(db, an_article(number), NOW)
    save_article(db, Article(13, title="密", status=Status.PROTECTED), NOW)
    write_jsonl(db, folder / "kexue.jsonl")
    write_feed(db, folder / "changes.xml")
    close_archive(db)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    for file in original.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def damage(folder: Path, *statements: str) -> None:
    """Change the database behind the archive's back: no triggers, no foreign keys."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()


def execute(folder: Path, *statements: str) -> None:
    """Change the database as any other program would."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def rewrite_jsonl(folder: Path) -> None:
    """Write the file as the next run would: it then says the same as the damaged database."""
    with closing(Database(folder / "kexue.db")) as db:
        write_jsonl(db, folder / "kexue.jsonl")


@pytest.fixture
def reading(folder: Path) -> Iterator[Database]:
    db = open_for_reading(folder / "kexue.db")
    yield db
    db.close()


def checks(folder: Path, ids: frozenset[int] | None = None) -> dict[str, Point]:
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = Checks(db, ids).of_files(folder / "kexue.jsonl")
    return {point.name: point for point in points}


def differing(folder: Path) -> dict[str, str | None]:
    return {name: point.first for name, point in checks(folder).items() if point.differ}


# --- The file -------------------------------------------------------------------------------------


def test_sound_archive(folder: Path) -> None:
    points = checks(folder)
    assert list(points) == CLEAN
    assert differing(folder) == {}
    del points["database"], points["schema"]
    # 2 links, 2 pictures, 2 formulas, 2 versions, 2 counts of readers, 3 changes, and 3 comments
    # on 2 pages
    assert {name: point.compared for name, point in points.items()} == {
        "references": 18,
        "hashes": 3,
        "revisions": 2,
        "columns": 3,
        "comments": 3,
        "series": 0,
        "digests": 0,
        "search": 3,
        "JSONL": 3,
    }


def test_nothing_is_changed(folder: Path) -> None:
    """Neither a byte of the archive, nor a file beside it."""

    def state() -> dict[str, tuple[str, int]]:
        return {
            file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
            for file in folder.iterdir()
        }

    before = state()
    checks(folder)
    assert state() == before


def test_reads_beside_a_crawl(folder: Path) -> None:
    """While another connection has the archive open and writes, one moment is read."""
    writer = open_archive(folder / "kexue.db")
    with closing(open_for_reading(folder / "kexue.db")) as db:
        before = [row["title"] for row in db["articles"].rows]
        save_article(writer, an_article(14), NOW)
        assert [row["title"] for row in db["articles"].rows] == before
        points = Checks(db, None).of_files(folder / "kexue.jsonl")
        assert [point.first for point in points if point.differ] == []
    close_archive(writer)


def test_changed_body(folder: Path) -> None:
    damage(folder, "UPDATE articles SET body_html = replace(body_html, '前文', '后文') WHERE id=12")
    found = differing(folder)
    assert list(found) == ["hashes", "JSONL"]
    assert found["hashes"] == "article 12: title or body is not the one that was hashed"
    assert str(found["JSONL"]).startswith("article 12: body_html, behind ")
    assert "后文" in str(found["JSONL"])


def test_changed_revision(folder: Path) -> None:
    damage(folder, "UPDATE revisions SET title = title || '！' WHERE article_id = 11")
    assert list(differing(folder)) == ["revisions"]


def test_missing_revision_of_the_current_version(folder: Path) -> None:
    """docs/data-format.md: every distinct version, the current one too."""
    damage(folder, "DELETE FROM revisions WHERE article_id = 11")
    rewrite_jsonl(folder)
    assert differing(folder) == {"revisions": "article 11: its current version is missing"}


def test_body_changed_with_its_hash(folder: Path) -> None:
    """A text that was written with a new hash beside it is no version that was seen."""
    body = "<p>别的文字</p>"
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        (title,) = connection.execute("SELECT title FROM articles WHERE id = 12").fetchone()
    damage(
        folder,
        f"UPDATE articles SET body_html = '{body}',"
        f" content_sha256 = '{content_sha256(title, body)}' WHERE id = 12",
    )
    rewrite_jsonl(folder)
    assert differing(folder) == {"revisions": "article 12: its current version is missing"}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE articles SET content_sha256 = NULL WHERE id = 11", "article 11: the hash is mis"),
        ("UPDATE articles SET content_sha256 = 'a' WHERE id = 13", "13: there is a hash, but no b"),
    ],
)
def test_hash_without_its_body(folder: Path, statement: str, words: str) -> None:
    damage(folder, statement)
    assert words in str(differing(folder)["hashes"])


def test_title_that_is_no_utf8(folder: Path) -> None:
    """It is not the text that was hashed; the other articles are compared."""
    damage(folder, "UPDATE articles SET title = CAST(x'ff41' AS TEXT) WHERE id = 12")
    points = checks(folder)
    assert points["hashes"].first == "article 12: title or body is not the one that was hashed"
    assert points["JSONL"].differ == 1


# --- The schema -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "words", "left_out"),
    [
        ("DROP TRIGGER articles_au", "trigger articles_au is missing", []),
        ("DROP INDEX links_by_target", "index links_by_target is missing", []),
        (
            "DROP TABLE reader_counts",
            "table reader_counts is missing; index reader_counts_by_day is missing",
            ["references", "digests"],
        ),
        (
            "DROP TRIGGER written_articles_update; ALTER TABLE articles DROP COLUMN body_html",
            "column articles.body_html is missing",
            ["hashes", "revisions", "columns", "digests", "JSONL", "fidelity"],
        ),
        (
            "ALTER TABLE links DROP COLUMN problem",
            "column links.problem is missing",
            ["digests", "JSONL", "fidelity"],
        ),
        ("ALTER TABLE pictures ADD COLUMN more TEXT", "table pictures is declared otherwise", []),
        ("CREATE TRIGGER t AFTER DELETE ON runs BEGIN SELECT 1; END", "trigger t is none of", []),
        ("DROP VIEW cited_by", "view cited_by is missing", []),
        ("DROP TABLE articles_fts", "table articles_fts is missing", ["search"]),
        ("DROP TABLE articles_fts_data", "table articles_fts_data is missing", ["search"]),
        ("DROP TABLE _sqlite_migrations", "table _sqlite_migrations is missing", []),
    ],
)
def test_other_schema(folder: Path, statement: str, words: str, left_out: list[str]) -> None:
    """Nothing but the schema is blamed, and what cannot be checked is named."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        connection.executescript(statement)
    with closing(open_for_reading(folder / "kexue.db")) as db:
        checks = Checks(db, None)
        points = [*checks.of_files(folder / "kexue.jsonl"), *checks.of_fidelity().results()]
    ((name, first),) = [(point.name, point.first) for point in points if point.differ]
    assert (name, checks.left_out) == ("schema", left_out)
    assert str(first).startswith(words)


def test_a_changed_view_is_named(folder: Path) -> None:
    execute(folder, "DROP VIEW most_read", "CREATE VIEW most_read AS SELECT id FROM articles")
    with closing(open_for_reading(folder / "kexue.db")) as db:
        first = Checks(db, None).of_files(folder / "kexue.jsonl")[1].first
    assert str(first).startswith("view most_read is declared otherwise")


def test_tables_of_others_do_no_harm(folder: Path) -> None:
    execute(
        folder,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)",
        "CREATE INDEX articles_by_author ON articles (author)",
        "CREATE VIEW titles AS SELECT id, title FROM articles",
        "VACUUM",
    )
    assert differing(folder) == {}


# --- The columns ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("url = 'http://kexue.fm/archives/11'", "url: expected «https://kexue.fm/archives/11», f"),
        ("title = ' '", "title is empty: « »"),
        ("published = '2019-5-3'", "published is no day from 2009 to tomorrow: «2019-5-3»"),
        ("published = '1970-01-01'", "published is no day from 2009 to tomorrow: «1970-01-01»"),
        ("published = '2019-02-30'", "published is no day from 2009 to tomorrow: «2019-02-30»"),
        ("published_at = '2019-05-03'", "published_at is no time like"),
        ("published_at = '2019-05-03T01:02:03+00:00'", "published_at is no time like"),
        ("published_at = '2009-01-01T01:02:03+08:00'", "published_at is not of the day published"),
        ("first_seen = '2026-11-23 08:00:00'", "first_seen is no time in UTC like"),
        ("last_seen = '2026-11-23T08:00:00+08:00'", "last_seen is no time in UTC like"),
        ("fetched_at = '2026-13-23T08:00:00+00:00'", "fetched_at is no time in UTC like"),
        ("tags = '甲, 乙'", "tags is no JSON array of strings: «甲, 乙»"),
        ("tags = '[1]'", "tags is no JSON array of strings: «[1]»"),
        ("tags = '{}'", "tags is no JSON array of strings: «{}»"),
        ("readers = -1", "readers is negative: -1"),
        ("comment_count = -3", "comment_count is negative: -3"),
        ("picture_count = -3", "picture_count is negative: -3"),
        ("license = ''", "license is empty: «»"),
        (f"parser_version = {PARSER_VERSION + 1}", "parser_version is none from 1 to"),
        ("body_text = NULL", "body_text is missing, while there is a body"),
        ("picture_count = NULL", "picture_count is missing, while there is a body"),
        (
            "body_html = NULL, body_text = NULL, body_markdown = NULL, formula_count = NULL,"
            " picture_count = NULL, content_sha256 = NULL",
            "there is no body (status published), while a revision holds one",
        ),
    ],
)
def test_column_with_another_value(folder: Path, assignment: str, words: str) -> None:
    """Found in the database alone: the JSONL file says the same."""
    damage(folder, f"UPDATE articles SET {assignment} WHERE id = 11")
    with contextlib.suppress(StoreError):
        rewrite_jsonl(folder)
    assert str(differing(folder)["columns"]).startswith(f"article 11: {words}")


def test_body_that_was_never_read(folder: Path) -> None:
    """Only a protected article may have none, and then nothing is made from it."""
    damage(
        folder,
        "UPDATE articles SET status = 'published' WHERE id = 13",
        "UPDATE articles SET formula_count = 0 WHERE id = 13",
    )
    point = checks(folder)["columns"]
    assert point.differ == 2
    assert point.first == "article 13: there is no body, while the status is published"


def test_tags_that_are_no_json(folder: Path) -> None:
    """Named by article and column; the other lines are compared, and no file is written."""
    damage(folder, "UPDATE articles SET tags = '甲' WHERE id = 11")
    found = differing(folder)
    assert list(found) == ["revisions", "columns", "JSONL"]
    assert str(found["JSONL"]).startswith("article 11: its line cannot be compared, as the column")
    before = (folder / "kexue.jsonl").read_bytes()
    with pytest.raises(StoreError, match="article 11: its tags are no JSON"):
        rewrite_jsonl(folder)
    assert (folder / "kexue.jsonl").read_bytes() == before
    assert not (folder / "kexue.jsonl.part").exists()


def test_index_out_of_step(folder: Path) -> None:
    damage(folder, "UPDATE articles SET body_text = '别的文字' WHERE id = 11")
    assert "rebuild-fts" in str(differing(folder)["search"])


def test_row_without_its_article(folder: Path) -> None:
    damage(folder, "INSERT INTO links VALUES (99, 0, 'https://a.b', '', NULL, NULL, NULL)")
    assert differing(folder) == {"references": "links has rows of article 99, which is not there"}


@pytest.mark.parametrize("table", ["links", "pictures", "formulas"])
def test_row_without_its_article_hides_no_other(folder: Path, table: str) -> None:
    """What stands behind it belongs to other articles, and is still theirs."""
    damage(folder, f"UPDATE {table} SET article_id = 5 WHERE article_id = 11")
    with closing(open_for_reading(folder / "kexue.db")) as db:
        assert [len(entry[table]) for entry in records(db)] == [0, 1, 0]
    found = differing(folder)
    assert found["references"] == f"{table} has rows of article 5, which is not there"
    assert str(found["JSONL"]).startswith(f"article 11: {table}, position 0: expected nothing, ")
    assert checks(folder)["JSONL"].differ == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"id": 12,', '"id": 15,', "article 12 is missing"),
        ('"readers": 1011,', '"readers": 7,', "article 11: readers: expected 1011, found 7"),
        ('"readers": 1011,', "", "article 11: readers is missing"),
        ('"readers": 1011,', '"readers":1011,', "article 11: its line is written otherwise"),
        ('{"id": 12,', '{"id', "a line that does not belong there"),
    ],
)
def test_other_jsonl(folder: Path, old: str, new: str, words: str) -> None:
    file = folder / "kexue.jsonl"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8", newline="\n")
    assert words in str(differing(folder)["JSONL"])


def test_short_jsonl(folder: Path) -> None:
    file = folder / "kexue.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], lines[1][:-20]]))
    point = checks(folder)["JSONL"]
    assert point.differ == 2
    assert point.first == "article 12: its line is cut off"


def test_missing_and_old_jsonl(folder: Path) -> None:
    file = folder / "kexue.jsonl"
    damage(
        folder,
        "UPDATE articles SET readers = 5 WHERE id = 11",
        f"INSERT INTO runs (started_at, finished_at, mode, versions)"
        f" VALUES ('{NOW}', '{NOW}', 'normal', '{{}}')",
    )
    os.utime(file, (0, 0))
    assert str(differing(folder)["JSONL"]).startswith("the file is older than the last run")
    file.unlink()
    assert "is missing" in str(differing(folder)["JSONL"])


@pytest.mark.parametrize("is_missing", [False, True])
def test_jsonl_of_an_unfinished_run(folder: Path, is_missing: bool) -> None:
    """A crawl writes the file at its end: until then it is older, which is no damage."""
    save = "INSERT INTO runs (started_at, mode, versions) VALUES ('2026-11-23', 'normal', '{}')"
    damage(folder, "UPDATE articles SET readers = 5 WHERE id = 11", save)
    if is_missing:
        (folder / "kexue.jsonl").unlink()
    point = checks(folder)["JSONL"]
    assert (point.differ, point.first) == (0, None)
    assert str(point.remark).startswith("JSONL is not counted: the last run has not finished")


def test_text_around_the_first_difference_in_jsonl(folder: Path) -> None:
    """Not the beginning, which is the same."""
    damage(folder, "UPDATE articles SET body_html = replace(body_html, '前文', '后文') WHERE id=12")
    words = str(differing(folder)["JSONL"])
    wanted, found = words.split("expected ")[1].split(", found ")
    assert "后文" in wanted
    assert "前文" in found


def test_ids_limit_the_checks(folder: Path) -> None:
    damage(folder, "UPDATE articles SET title = '改' WHERE id = 12")
    points = checks(folder, frozenset({11}))
    assert {name: points[name].compared for name in ("hashes", "revisions", "JSONL")} == {
        "hashes": 1,
        "revisions": 1,
        "JSONL": 1,
    }
    assert points["hashes"].differ == points["JSONL"].differ == 0


@pytest.mark.parametrize(
    ("content", "words", "wrong_use"),
    [
        (None, "there is no archive at", True),
        (b"", "is empty", True),
        (b"no database at all, but long enough to be read as one" * 20, "is damaged", False),
    ],
)
def test_no_archive(tmp_path: Path, content: bytes | None, words: str, wrong_use: bool) -> None:
    path = tmp_path / "kexue.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=words) as caught:
        open_for_reading(path)
    assert caught.value.wrong_use is wrong_use
    assert path.exists() == (content is not None)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ((), ""),
        (("demo.db", "demo.jsonl"), "; here is demo.db: -s KEXUE_NAME=demo"),
        (("my own.db",), "; here is my own.db: -s KEXUE_NAME='my own'"),
        (("d.db", "c.db", "b.db", "a.db"), "; here is a.db, b.db, c.db, …: -s KEXUE_NAME=a"),
    ],
)
def test_archives_of_another_name_are_named(
    tmp_path: Path, files: tuple[str, ...], named: str
) -> None:
    """After the demo the name of its archive is what a person lacks."""
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(StoreError) as caught:
        open_for_reading(tmp_path / "kexue.db")
    assert str(caught.value).endswith(f"or set KEXUE_DATA_DIR and KEXUE_NAME{named}")


def test_foreign_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kexue.db")) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    with pytest.raises(StoreError, match="another program"):
        open_for_reading(tmp_path / "kexue.db")


def test_archive_of_an_older_version(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm003%'")
        connection.commit()
    with pytest.raises(StoreError, match="older version; the next crawl"):
        open_for_reading(folder / "kexue.db")


# --- Fidelity -------------------------------------------------------------------------------------


def test_fidelity_of_a_sound_archive(reading: Database) -> None:
    totals = audit_archive(reading, None)
    points = {point.name: point for point in totals.results()}
    assert {name: point.first for name, point in points.items() if point.differ} == {}
    assert (totals.articles, totals.without_body) == (2, 1)
    assert points["formulas"].compared == 2
    assert points["extraction"].compared == 2


def test_fidelity_names_the_article(folder: Path) -> None:
    damage(
        folder,
        "UPDATE articles SET body_markdown = replace(body_markdown, 'x_1', 'x\\_1') WHERE id = 12",
        "DELETE FROM pictures WHERE article_id = 11",
    )
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = {point.name: point for point in audit_archive(db, None).results()}
        only = [
            point.name for point in audit_archive(db, frozenset({12})).results() if point.differ
        ]
    assert only == ["markdown", "derived"]
    assert str(points["markdown"].first).startswith("article 12: body_markdown, position 1, form")
    assert str(points["pictures"].first).startswith("article 11: pictures, position 0, expected «")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE articles SET body_text = replace(body_text, '，', '，' || char(10))"
            " WHERE id = 12",
            "body_text, expected «",
        ),
        (
            "UPDATE articles SET body_markdown = replace(body_markdown, '。', '。  ')"
            " WHERE id = 12",
            "body_markdown, ",
        ),
        ("UPDATE formulas SET label = 'eq:a' WHERE article_id = 12", "formulas, position 0, label"),
        (
            "UPDATE pictures SET position = 1 WHERE article_id = 12",
            "pictures, position 0, position: expected 0, found 1",
        ),
        ("UPDATE links SET text = ' 前文' WHERE article_id = 12", "links, position 0, text, expec"),
        (
            "INSERT INTO links VALUES (12, 1, 'https://a.b', '', NULL, NULL, NULL)",
            "links, position 1: expected nothing, found «https://a.b",
        ),
        ("UPDATE articles SET formula_count = NULL WHERE id = 12", "formula_count: expected 1, fo"),
    ],
)
def test_all_is_exactly_what_the_body_gives(folder: Path, statement: str, words: str) -> None:
    """White space, labels and positions too, which the six points do not look at."""
    damage(folder, statement)
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = {point.name: point for point in audit_archive(db, None).results()}
    assert points["derived"].differ == 1
    assert str(points["derived"].first).startswith(f"article 12: {words}")


def test_link_that_leads_to_a_copy_of_the_blog(folder: Path) -> None:
    """``KEXUE_BASE_URL`` decides what an article of the blog is; without it is right as well."""
    url = "http://127.0.0.1:8000/archives/12"
    body = f'<p>见<a href="{url}">前文</a>。</p>'
    article = an_article(12)
    article.body = parse_fragment(body)
    refine(article)
    db = open_archive(folder / "kexue.db")
    save_article(db, article, NOW, accept=True)
    for target in (None, 12):
        db.execute("UPDATE links SET target_id = ? WHERE article_id = 12", [target])
        points = audit_archive(db, frozenset({12}), site.Base.parse("http://127.0.0.1:8000"))
        assert [point.first for point in points.results() if point.differ] == []
    db.execute("UPDATE links SET target_id = 13 WHERE article_id = 12")
    points = audit_archive(db, frozenset({12}), site.Base.parse("http://127.0.0.1:8000"))
    assert [point.name for point in points.results() if point.differ] == ["links", "derived"]
    close_archive(db)


def test_older_extraction_has_no_markdown_yet(folder: Path) -> None:
    damage(
        folder,
        f"UPDATE articles SET parser_version = {PARSER_VERSION - 1}, body_markdown = NULL"
        " WHERE id = 12",
    )
    with closing(open_for_reading(folder / "kexue.db")) as db:
        assert (count_old(db, None), count_old(db, frozenset({11}))) == (1, 0)
        points = {point.name: point for point in audit_archive(db, None).results()}
    assert (points["extraction"].compared, points["extraction"].differ) == (2, 1)
    assert "scrapy crawl kexue -a full=1" in str(points["extraction"].first)
    assert points["markdown"].differ == 0


# --- The command ----------------------------------------------------------------------------------


def run_verify(folder: Path, *words: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    return run("verify", "-s", f"KEXUE_DATA_DIR={folder}", *words, **streams)


def test_command(folder: Path) -> None:
    done = run_verify(folder, "--fidelity")
    assert (done.returncode, done.stderr) == (0, "")
    first, remark, second, note = done.stdout.split("\n\n")
    assert remark == "digests: there are none to compare with; the next run keeps them"
    assert [line.split()[0] for line in first.splitlines()[1:]] == [
        *CLEAN,
        *("feed", "WARC", "captures", "pages", "files", "file"),
    ]
    assert [line.split()[0] for line in second.splitlines()[1:]] == [
        *("text", "formulas", "markdown", "links", "pictures", "safety", "derived"),
        *("extraction", "comments"),
    ]
    assert note == "1 without a copy of the body (protected): not compared\n"


def test_command_tells_what_differs(folder: Path) -> None:
    damage(folder, "UPDATE articles SET parser_version = 1, tags = '[\"改\"]' WHERE id = 11")
    done = run_verify(folder, "--ids", "11,99")
    assert done.returncode == 1
    assert "scrapy verify: not in the archive: 99" in done.stderr
    assert "article 11: tags, position 0, expected «改», found «" in done.stdout
    assert "1 article was extracted by an older version" in done.stdout
    assert "Traceback" not in done.stderr


def test_command_names_what_it_left_out(folder: Path) -> None:
    execute(folder, "DROP TABLE articles_fts")
    done = run_verify(folder)
    assert (done.returncode, done.stderr) == (1, "scrapy verify: differs: schema\n")
    assert done.stdout.endswith("\nleft out, as the schema differs: search\n")
    assert "rebuild-fts" not in done.stdout


def test_command_on_an_archive_without_articles(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "kexue.db")
    write_jsonl(db, tmp_path / "kexue.jsonl")
    write_feed(db, tmp_path / "changes.xml")
    close_archive(db)
    done = run_verify(tmp_path, "--fidelity")
    assert done.returncode == 1
    assert done.stderr == (
        "scrapy verify: the archive has no articles yet; scrapy crawl kexue fills it\n"
    )


def test_command_beside_a_crawl(folder: Path) -> None:
    execute(
        folder,
        f"INSERT INTO runs (started_at, mode, versions) VALUES ('{NOW}', 'normal', '{{}}')",
    )
    (folder / "kexue.jsonl").unlink()
    done = run_verify(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nJSONL is not counted: the last run has not finished" in done.stdout


def test_command_whose_reader_goes_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``scrapy verify | head -1``: exit status 1 and not a word, also with stderr to the same."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "")
    damage(folder, "UPDATE articles SET title = '改' WHERE id = 12")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run_verify(folder, stdout=writing)
        same = run_verify(folder, "--ids", "12", stdout=writing, stderr=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
    assert same.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_command_on_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "")
    with Path("/dev/full").open("wb") as full:
        done = run_verify(folder, stdout=full.fileno())
    assert done.returncode == 1
    assert done.stderr == (
        "scrapy verify: cannot write to standard output: No space left on device\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--fidelty"], 2, "unknown option --fidelty"),
        (["--ids", "11;12"], 2, "give article numbers with commas"),
        (["extra"], 2, "verify takes options only"),
        (["-s", "KEXUE_NAME=other"], 2, "there is no archive at"),
    ],
)
def test_command_refuses(folder: Path, words: list[str], status: int, sentence: str) -> None:
    done = run_verify(folder, *words)
    assert done.returncode == status
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_command_on_a_damaged_file(folder: Path) -> None:
    file = folder / "kexue.db"
    content = bytearray(file.read_bytes())
    content[5_000:40_000] = bytes(35_000)
    file.write_bytes(content)
    done = run_verify(folder)
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((folder / "kexue.jsonl").read_text("utf-8").splitlines()[0])["id"] == 11

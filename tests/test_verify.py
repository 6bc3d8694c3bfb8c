"""``scrapy verify`` finds damage of every kind in an archive, and changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT
from replica import make_post
from scrapy.utils.project import get_project_settings
from sqlite_utils import Database

from archiver import PARSER_VERSION, site
from archiver.audit.archive import check_database, open_for_reading
from archiver.audit.comparing import Point
from archiver.audit.fidelity import audit_archive, count_old
from archiver.audit.jsonl import check_jsonl
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extracting import Extractor
from archiver.items import Article, Status
from archiver.pages.article import parse_article
from archiver.pages.document import parse_page
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.jsonl import write_jsonl
from archiver.store.sqlite import close_archive, open_archive

NOW = "2026-11-23T08:00:00+00:00"
BODY = "<p>设 $x_1$，见<a href='/archives/12'>前文</a>。</p><p><img src='/a.png' alt='图'></p>"
CLEAN = ["database", "references", "hashes", "revisions", "search", "JSONL"]


def an_article(number: int) -> Article:
    """An article as a crawl extracts it."""
    post = make_post(number, body=BODY)
    page = answer(Blog((post,)), f"/archives/{number}").body.decode("utf-8")
    article = parse_article(parse_page(page), site.article_url(number))
    for pipeline in Extractor(get_project_settings()).pipelines:
        pipeline.process_item(article)
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
        for name in ("articles_au", "articles_ad", "articles_ai"):
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def reading(folder: Path) -> Iterator[Database]:
    db = open_for_reading(folder / "kexue.db")
    yield db
    db.close()


def checks(folder: Path, ids: frozenset[int] | None = None) -> dict[str, Point]:
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = [*check_database(db, ids), check_jsonl(db, folder / "kexue.jsonl", ids)]
    return {point.name: point for point in points}


def differing(folder: Path) -> dict[str, str | None]:
    return {name: point.first for name, point in checks(folder).items() if point.differ}


# --- The file -------------------------------------------------------------------------------------


def test_sound_archive(folder: Path) -> None:
    points = checks(folder)
    assert list(points) == CLEAN
    assert differing(folder) == {}
    compared = {name: point.compared for name, point in points.items() if name != "database"}
    # 2 links, 2 pictures, 2 formulas, 2 versions and 2 counts of readers
    assert compared == {"references": 10, "hashes": 3, "revisions": 2, "search": 3, "JSONL": 3}


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
        assert [point.first for point in check_database(db, None) if point.differ] == []
    close_archive(writer)


def test_changed_body(folder: Path) -> None:
    damage(folder, "UPDATE articles SET body_html = replace(body_html, '前文', '后文') WHERE id=12")
    found = differing(folder)
    assert list(found) == ["hashes", "JSONL"]
    assert str(found["hashes"]).startswith("article 12: expected ")
    assert str(found["JSONL"]).startswith("article 12: body_html: expected «")


def test_changed_revision(folder: Path) -> None:
    damage(folder, "UPDATE revisions SET title = title || '！' WHERE article_id = 11")
    assert list(differing(folder)) == ["revisions"]


def test_index_out_of_step(folder: Path) -> None:
    damage(folder, "UPDATE articles SET body_text = '别的文字' WHERE id = 11")
    assert "rebuild-fts" in str(differing(folder)["search"])


def test_row_without_its_article(folder: Path) -> None:
    damage(folder, "INSERT INTO links VALUES (99, 0, 'https://a.b', '', NULL, NULL)")
    assert differing(folder)["references"] == "a row of links has no row in articles"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"id": 12,', '"id": 15,', "article 12 is missing"),
        ('"readers": 1011,', '"readers": 7,', "article 11: readers: expected «1011», found «7»"),
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
        f"INSERT INTO runs (started_at, mode, versions) VALUES ('{NOW}', 'normal', '{{}}')",
    )
    os.utime(file, (0, 0))
    assert str(differing(folder)["JSONL"]).startswith("the file is older than the last run")
    file.unlink()
    assert "is missing" in str(differing(folder)["JSONL"])


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
        (only,) = [
            point.name for point in audit_archive(db, frozenset({12})).results() if point.differ
        ]
    assert only == "markdown"
    assert str(points["markdown"].first).startswith("article 12: body_markdown, number 2")
    assert str(points["pictures"].first).startswith("article 11: pictures, number 1")


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


def run_verify(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "verify", "-s", f"KEXUE_DATA_DIR={folder}", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_command(folder: Path) -> None:
    done = run_verify(folder, "--fidelity")
    assert (done.returncode, done.stderr) == (0, "")
    first, second, note = done.stdout.split("\n\n")
    assert [line.split()[0] for line in first.splitlines()[1:]] == CLEAN
    assert [line.split()[0] for line in second.splitlines()[1:]] == [
        *("text", "formulas", "markdown", "links", "pictures", "safety", "extraction"),
    ]
    assert note == "1 without a body: nothing to compare\n"


def test_command_tells_what_differs(folder: Path) -> None:
    damage(folder, "UPDATE articles SET parser_version = 1, tags = '[\"改\"]' WHERE id = 11")
    done = run_verify(folder, "--ids", "11,99")
    assert done.returncode == 1
    assert "scrapy verify: not in the archive: 99" in done.stderr
    assert "article 11: tags: expected «['改']»" in done.stdout
    assert "1 article was extracted by an older version" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
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

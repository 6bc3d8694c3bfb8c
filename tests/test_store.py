"""The archive on disk: real SQLite files, literal rows."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.items import Article, Formula, Link, ListingEntry, Picture, Status
from archiver.store import articles, failures
from archiver.store import run_records as runs
from archiver.store.articles import save_article, save_sighting
from archiver.store.errors import StoreError
from archiver.store.jsonl import write_jsonl
from archiver.store.merge import Change
from archiver.store.migrations import migrations
from archiver.store.schema import APPLICATION_ID, content_sha256
from archiver.store.sqlite import (
    check_archive,
    close_archive,
    connect_for_reading,
    open_archive,
)
from archiver.store.text_index import take_in_texts

DAY1, DAY1_LATER = "2026-11-23T08:00:00+00:00", "2026-11-23T20:00:00+00:00"
DAY2, DAY3 = "2026-11-24T08:00:00+00:00", "2026-11-25T08:00:00+00:00"


def an_article(article: int = 6583, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "title": "多任务学习漫谈",
        "author": "苏剑林",
        "published": "2022-01-18",
        "readers": 100,
        "category": "信息时代",
        "tags": ["损失", "优化"],
        "comment_count": 3,
        "excerpt": "摘要",
        "excerpt_known": True,
        "body_html": "<p>注意力机制与旋转</p>",
        "body_text": "注意力机制与旋转",
        "body_markdown": "注意力**机制**与旋转",
        "links": [Link("https://kexue.fm/archives/7006", "另一篇", 7006)],
        "pictures": [Picture("https://kexue.fm/a.png", "图", "说明")],
        "formulas": [Formula(r"\begin{align}x\label{eq:a}\end{align}", display=True)],
    }
    return Article(article, **{**values, **changes})


def rows(db: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(sql).fetchall()]


def found(db: Database, words: str) -> list[int]:
    take_in_texts(db)
    sql = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid"
    return [row[0] for row in db.execute(sql, [f'"{words}"'])]


# --- Articles -------------------------------------------------------------------------------------


def test_new_article(db: Database) -> None:
    assert save_article(db, an_article(), DAY1).change is Change.NEW
    assert articles.get_article(db, 6583) == {
        "id": 6583,
        "url": "https://kexue.fm/archives/6583",
        "title": "多任务学习漫谈",
        "author": "苏剑林",
        "published": "2022-01-18",
        "published_at": None,
        "readers": 100,
        "category": "信息时代",
        "tags": '["损失", "优化"]',
        "comment_count": 3,
        "excerpt": "摘要",
        "body_html": "<p>注意力机制与旋转</p>",
        "body_text": "注意力机制与旋转",
        "body_markdown": "注意力**机制**与旋转",
        "formula_count": 1,
        "picture_count": 1,
        "content_sha256": content_sha256("多任务学习漫谈", "<p>注意力机制与旋转</p>"),
        "license": "CC BY-NC-ND 2.5 CN",
        "status": "published",
        "first_seen": DAY1,
        "last_seen": DAY1,
        "fetched_at": DAY1,
        "parser_version": PARSER_VERSION,
        "gone_at": None,
    }
    assert rows(db, "SELECT * FROM links") == [
        (6583, 0, "https://kexue.fm/archives/7006", "另一篇", 7006, None, None)
    ]
    assert rows(db, "SELECT * FROM pictures") == [
        (6583, 0, "https://kexue.fm/a.png", "图", "说明", *[None] * 3, "https://kexue.fm/a.png")
    ]
    assert rows(db, "SELECT * FROM formulas") == [
        (6583, 0, r"\begin{align}x\label{eq:a}\end{align}", 1, "eq:a")
    ]
    assert rows(db, "SELECT * FROM reader_counts") == [(6583, DAY1, 100)]
    assert rows(db, "SELECT article_id, seen_at, title, body_html FROM revisions") == [
        (6583, DAY1, "多任务学习漫谈", "<p>注意力机制与旋转</p>")
    ]


def test_content_sha256_is_of_title_and_body() -> None:
    digest = "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138"
    assert content_sha256("a", "b") == digest
    assert content_sha256(None, "b") != content_sha256("b", None)


def test_unchanged_article(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    before = articles.get_article(db, 6583)
    assert before is not None
    assert (
        save_article(db, an_article(readers=150, comment_count=4), DAY2).change is Change.UNCHANGED
    )
    counts = {"readers": 150, "comment_count": 4, "last_seen": DAY2, "fetched_at": DAY2}
    assert articles.get_article(db, 6583) == {**before, **counts}
    assert rows(db, "SELECT count(*) FROM revisions") == [(1,)]
    assert rows(db, "SELECT seen_at, readers FROM reader_counts") == [(DAY1, 100), (DAY2, 150)]


def test_changed_article_keeps_the_old_text(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    nothing: dict[str, Any] = {"links": [], "pictures": [], "formulas": []}
    edited = an_article(body_html="<p>改过</p>", body_text="改过", **nothing)
    assert save_article(db, edited, DAY2).suspicious == "it has lost 75 % of its text"
    assert save_article(db, edited, DAY2, accept=True).change is Change.CHANGED
    assert rows(db, "SELECT number, seen_at, body_html FROM revisions ORDER BY number") == [
        (1, DAY1, "<p>注意力机制与旋转</p>"),
        (2, DAY2, "<p>改过</p>"),
    ]
    assert rows(db, "SELECT body_html, first_seen, last_seen FROM articles") == [
        ("<p>改过</p>", DAY1, DAY2)
    ]
    for table in nothing:
        assert db.table(table).count == 0


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM formulas",
        "DELETE FROM links",
        "DELETE FROM revisions",
        "UPDATE formulas SET latex = 'x'",
        "UPDATE links SET position = position + 1",
        "UPDATE articles SET body_text = 'x'",
        "UPDATE articles SET body_markdown = NULL",
        "UPDATE articles SET formula_count = 7",
    ],
)
def test_what_a_damage_took_comes_back_with_the_next_reading(db: Database, damage: str) -> None:
    """A page that says the same as before is no change, and makes good what the file has lost."""
    save_article(db, an_article(), DAY1)
    tables = ("articles", "revisions", "links", "pictures", "formulas")
    seen = ("last_seen", "fetched_at", "seen_at")

    def contents() -> list[list[dict[str, Any]]]:
        found = ([*db.query(f"SELECT * FROM {table}")] for table in tables)
        return [[{k: v for k, v in row.items() if k not in seen} for row in t] for t in found]

    before = contents()
    with db.atomic():
        db.execute(damage)
    assert contents() != before
    assert save_article(db, an_article(), DAY2).change is Change.UNCHANGED
    assert contents() == before
    assert rows(db, "SELECT kind FROM changes") == [("new",)]


def test_a_new_parser_fills_what_the_old_one_lacked(db: Database) -> None:
    """An archive of an earlier version gets Markdown, formulas and pictures without a revision."""
    save_article(db, an_article(), DAY1)
    with db.atomic():
        db.execute("UPDATE articles SET parser_version = 1, body_markdown = NULL")
        db.execute("DELETE FROM formulas")
    assert save_article(db, an_article(), DAY2).change is Change.UNCHANGED
    sql = "SELECT body_markdown, parser_version, first_seen FROM articles"
    assert rows(db, sql) == [("注意力**机制**与旋转", PARSER_VERSION, DAY1)]
    assert rows(db, "SELECT label FROM formulas") == [("eq:a",)]
    assert rows(db, "SELECT count(*) FROM revisions") == [(1,)]


def test_an_archive_of_the_first_version_is_migrated(path: Path) -> None:
    old = Database(path)
    migrations.apply(old, stop_before="m003_formulas_and_pictures")
    assert "formulas" not in old.table_names()
    old.close()
    db = open_archive(path)
    assert save_article(db, an_article(), DAY1).change is Change.NEW
    close_archive(db)


def test_text_that_comes_back_makes_no_third_revision(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(body_html="<p>改过</p>"), DAY2)
    assert save_article(db, an_article(), DAY3).change is Change.CHANGED
    assert rows(db, "SELECT count(*) FROM revisions") == [(2,)]


@pytest.mark.parametrize(
    ("changes", "revisions"),
    [
        ({"title": "新题"}, 2),
        ({"category": "数学研究"}, 2),
        ({"tags": []}, 2),
        ({"author": "访客"}, 2),
        ({"published": "2022-01-19"}, 2),
        ({"excerpt": None}, 1),
    ],
)
def test_what_counts_as_a_change(db: Database, changes: dict[str, Any], revisions: int) -> None:
    save_article(db, an_article(), DAY1)
    assert save_article(db, an_article(**changes), DAY2).change is Change.CHANGED
    assert rows(db, "SELECT count(*) FROM revisions") == [(revisions,)]


@pytest.mark.parametrize(
    "changes",
    [
        {"readers": None, "comment_count": None},
        {"published": None},
        {"author": None, "category": None},
        {"excerpt": None, "excerpt_known": False},
        {"published_at": None},
    ],
)
def test_nothing_known_is_replaced_by_not_told(db: Database, changes: dict[str, Any]) -> None:
    first = an_article(published_at="2022-01-18T10:00:00+08:00")
    save_article(db, first, DAY1)
    before = articles.get_article(db, 6583)
    assert before is not None
    again = an_article(**{"published_at": "2022-01-18T10:00:00+08:00", **changes})
    assert save_article(db, again, DAY2).change is Change.UNCHANGED
    assert articles.get_article(db, 6583) == {**before, "last_seen": DAY2, "fetched_at": DAY2}


def test_a_new_day_does_not_keep_the_old_time(db: Database) -> None:
    save_article(db, an_article(published_at="2022-01-18T10:00:00+08:00"), DAY1)
    save_article(db, an_article(published="2022-01-19"), DAY2)
    assert rows(db, "SELECT published, published_at FROM articles") == [("2022-01-19", None)]


def test_protected_keeps_the_body(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    hidden = Article(6583, title="此内容被密码保护", status=Status.PROTECTED, readers=120)
    assert save_article(db, hidden, DAY2).change is Change.CHANGED
    assert rows(db, "SELECT title, body_html, body_text, status, readers FROM articles") == [
        ("多任务学习漫谈", "<p>注意力机制与旋转</p>", "注意力机制与旋转", "protected", 120)
    ]
    assert rows(db, "SELECT count(*) FROM revisions") == [(1,)]
    assert rows(db, "SELECT count(*) FROM links") == [(1,)]
    assert found(db, "注意力") == [6583]
    assert save_article(db, an_article(), DAY3).change is Change.CHANGED
    assert rows(db, "SELECT status FROM articles") == [("published",)]


def test_protected_from_the_first_day(db: Database) -> None:
    hidden = Article(6583, title="此内容被密码保护", status=Status.PROTECTED)
    assert save_article(db, hidden, DAY1).change is Change.NEW
    assert rows(db, "SELECT body_html, content_sha256, status FROM articles") == [
        (None, None, "protected")
    ]
    assert rows(db, "SELECT count(*) FROM revisions") == [(0,)]
    assert save_article(db, an_article(), DAY2).change is Change.CHANGED
    assert rows(db, "SELECT count(*) FROM revisions") == [(1,)]
    assert rows(db, "SELECT count(*) FROM links") == [(1,)]


def test_one_reader_count_a_day(db: Database) -> None:
    for now, readers in ((DAY1, 100), (DAY1_LATER, 110), (DAY2, 120)):
        save_article(db, an_article(readers=readers), now)
    expected = [(DAY1_LATER, 110), (DAY2, 120)]
    assert rows(db, "SELECT seen_at, readers FROM reader_counts") == expected
    save_article(db, an_article(readers=None), DAY3)
    assert rows(db, "SELECT seen_at, readers FROM reader_counts") == expected
    assert rows(db, "SELECT readers FROM articles") == [(120,)]


def test_sighting(db: Database) -> None:
    entry = ListingEntry(6583, title="别的题", readers=130, comment_count=9)
    assert save_sighting(db, entry, DAY1) is False
    save_article(db, an_article(), DAY1)
    assert save_sighting(db, entry, DAY2) is True
    sql = "SELECT title, readers, comment_count, last_seen, fetched_at FROM articles"
    assert rows(db, sql) == [("多任务学习漫谈", 130, 9, DAY2, DAY1)]
    assert rows(db, "SELECT readers FROM reader_counts") == [(100,), (130,)]


def test_a_failed_save_leaves_nothing(db: Database) -> None:
    broken = an_article(links=[Link("x", "y"), Link("z", None)])  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        save_article(db, broken, DAY1)
    for table in ("articles", "links", "revisions", "reader_counts"):
        assert db.table(table).count == 0
    assert found(db, "注意力") == []


# --- Search ---------------------------------------------------------------------------------------


def test_search_follows_the_text(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(7006, body_html="<p>b</p>", body_text="别的内容"), DAY1)
    assert found(db, "注意力") == [6583]
    assert found(db, "多任务") == [6583, 7006]
    edited = an_article(body_html="<p>概率图模型与采样</p>", body_text="概率图模型与采样")
    save_article(db, edited, DAY2)
    assert (found(db, "注意力"), found(db, "概率图")) == ([], [6583])
    db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")


def test_search_is_not_written_again_for_the_same_text(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    assert take_in_texts(db) == 1
    before = rows(db, "SELECT * FROM articles_fts_data ORDER BY id")
    save_article(db, an_article(readers=500), DAY2)
    save_article(db, an_article(category="数学研究"), DAY2)
    save_sighting(db, ListingEntry(6583, readers=501), DAY3)
    assert take_in_texts(db) == 0
    assert rows(db, "SELECT * FROM articles_fts_data ORDER BY id") == before


# --- Failures and runs ----------------------------------------------------------------------------


def test_failures(db: Database) -> None:
    url, other = "https://kexue.fm/archives/1", "http://www.kexue.fm/archives/1"
    failures.save_failure(db, url, 1, "HTTP 503", DAY1)
    failures.save_failure(db, url, 1, "HTTP 404", DAY2)
    failures.save_failure(db, other, 1, "HTTP 500", DAY2)
    failures.save_failure(db, "https://kexue.fm/page/2/", None, "HTTP 500", DAY2)
    assert failures.failed_addresses(db) == {url: 1, other: 1, "https://kexue.fm/page/2/": None}
    assert tuple(next(iter(db["failures"].rows)).values()) == (url, 1, DAY1, DAY2, 2, "HTTP 404")
    failures.clear_failure(db, url, 1)
    assert [row["url"] for row in db["failures"].rows] == ["https://kexue.fm/page/2/"]
    failures.clear_failure(db, "https://kexue.fm/page/2/")
    assert list(db["failures"].rows) == []


def test_runs(db: Database) -> None:
    assert runs.start_run(db, "normal", DAY1) == 1
    runs.finish_run(db, 1, {"finished_at": DAY1_LATER, "outcome": "ok", "new": 3})
    assert runs.start_run(db, "full", DAY2) == 2
    assert rows(db, "SELECT id, mode, finished_at, outcome, new, failed FROM runs") == [
        (1, "normal", DAY1_LATER, "ok", 3, None),
        (2, "full", None, None, None, None),
    ]
    versions = json.loads(rows(db, "SELECT versions FROM runs")[0][0])
    assert versions.keys() == {"archiver", "parser", "scrapy", "python", "sqlite"}


# --- Opening and closing --------------------------------------------------------------------------


def test_open_makes_an_archive(path: Path) -> None:
    db = open_archive(path)
    assert rows(db, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert rows(db, "PRAGMA foreign_keys") == [(1,)]
    assert rows(db, "PRAGMA journal_mode") == [("wal",)]
    close_archive(db)
    check_archive(path)


def test_close_leaves_one_file(path: Path) -> None:
    db = open_archive(path)
    save_article(db, an_article(), DAY1)
    close_archive(db)
    assert [file.name for file in path.parent.iterdir()] == ["kexue.db"]
    again = open_archive(path)
    assert again["articles"].count == 1
    close_archive(again)
    assert [file.name for file in path.parent.iterdir()] == ["kexue.db"]


def test_every_table_has_a_primary_key(db: Database) -> None:
    for table in db.tables:
        if not table.name.startswith(("articles_fts", "sqlite_")):
            assert table.pks != ["rowid"], table.name


def test_foreign_keys_are_enforced(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError), db.atomic():
        db.execute("INSERT INTO links VALUES (1, 0, 'u', 't', NULL, NULL, NULL)")


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
    connection.close()


def newer_schema(path: Path) -> None:
    close_archive(open_archive(path))
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(_sqlite_migrations)")]
        values = {"migration_set": "kexue", "name": "m999_later", "applied_at": DAY1}
        known = {column: values[column] for column in columns if column in values}
        connection.execute(
            f"INSERT INTO _sqlite_migrations ({', '.join(known)})"
            f" VALUES ({', '.join('?' for _ in known)})",
            list(known.values()),
        )
    connection.close()


def damaged_pages(path: Path) -> None:
    db = open_archive(path)
    for number in range(1, 60):
        save_article(db, an_article(number, body_html=f"<p>{'文' * 400}{number}</p>"), DAY1)
    close_archive(db)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 20480] = b"\xa5" * 20480
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    damaged_pages(path)
    path.write_bytes(path.read_bytes()[: 4096 * 3 + 100])


def no_database(path: Path) -> None:
    path.write_bytes("这不是数据库\n".encode() * 500)


@pytest.mark.parametrize(
    ("make", "words", "wrong_use"),
    [
        (foreign_database, "database of another program", True),
        (newer_schema, "newer version (m999_later)", True),
        (damaged_pages, "is damaged", False),
        (cut_off, "is damaged", False),
        (no_database, "is damaged", False),
    ],
)
def test_refused_and_untouched(path: Path, make: Any, words: str, wrong_use: bool) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        open_archive(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.wrong_use is wrong_use
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["kexue.db"]


def test_empty_file_becomes_an_archive(path: Path) -> None:
    path.touch()
    close_archive(open_archive(path))
    check_archive(path)


@pytest.mark.parametrize("below", ["file/kexue.db", "file/deeper/kexue.db"])
def test_folder_that_cannot_be_made(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="KEXUE_DATA_DIR") as caught:
        open_archive(tmp_path / below)
    assert caught.value.wrong_use
    assert (tmp_path / "file").read_text() == "x"


def test_database_that_is_a_folder(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError):
        open_archive(path)


# --- JSONL ----------------------------------------------------------------------------------------


def test_jsonl(db: Database, tmp_path: Path) -> None:
    save_article(db, an_article(7006, links=[]), DAY1)
    save_article(db, an_article(6583), DAY1)
    file = tmp_path / "kexue.jsonl"
    assert write_jsonl(db, file) == 2
    text = file.read_bytes().decode()
    first, second = map(json.loads, text.splitlines())
    assert text.endswith("}\n")
    assert "\r" not in text
    assert "注意力机制与旋转" in text
    assert [first["id"], second["id"]] == [6583, 7006]
    assert list(first) == [
        *("id", "url", "title", "author", "published", "published_at", "readers", "category"),
        *("tags", "comment_count", "excerpt", "body_html", "body_text", "body_markdown"),
        *("formula_count", "picture_count", "content_sha256", "license", "status", "first_seen"),
        *("parser_version", "gone_at", "links", "pictures", "formulas"),
    ]
    assert first["tags"] == ["损失", "优化"]
    assert first["links"] == [
        {
            "url": "https://kexue.fm/archives/7006",
            "text": "另一篇",
            "target_id": 7006,
            "problem": None,
        }
    ]
    assert first["pictures"] == [
        {"url": "https://kexue.fm/a.png", "alt": "图", "caption": "说明"},
    ]
    assert first["formulas"] == [
        {"latex": r"\begin{align}x\label{eq:a}\end{align}", "display": True, "label": "eq:a"}
    ]
    assert second["links"] == []


def test_jsonl_of_the_same_content_has_the_same_bytes(db: Database, tmp_path: Path) -> None:
    one, two = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    for article in (3, 1, 2):
        save_article(db, an_article(article), DAY1)
    write_jsonl(db, one)
    for article in (2, 3, 1):
        save_article(db, an_article(article), DAY2)
    write_jsonl(db, two)
    assert one.read_bytes() == two.read_bytes()


def test_jsonl_of_an_empty_archive(db: Database, tmp_path: Path) -> None:
    assert write_jsonl(db, tmp_path / "kexue.jsonl") == 0
    assert (tmp_path / "kexue.jsonl").read_bytes() == b""


def test_jsonl_is_the_old_one_or_the_new_one(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "kexue.jsonl"
    write_jsonl(db, file)
    save_article(db, an_article(), DAY1)
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StoreError, match="No space left on device"):
        write_jsonl(db, file)
    assert file.read_bytes() == b""
    assert sorted(tmp_path.glob("*.jsonl*")) == [file]
    monkeypatch.undo()
    assert write_jsonl(db, file) == 1


def test_jsonl_of_a_lost_database_is_kept(db: Database, tmp_path: Path) -> None:
    """A database that was lost has no say: the file may be the only copy that is left."""
    file = tmp_path / "kexue.jsonl"
    lines = '{"id": 6583, "url": "…"}\n{"id": 7006, "url": "…"}\n{"id": 7006'
    file.write_text(lines, encoding="utf-8")
    save_article(db, an_article(), DAY1)
    with pytest.raises(StoreError, match="it holds 1 article that the database does not have"):
        write_jsonl(db, file)
    assert file.read_text(encoding="utf-8") == lines
    save_article(db, an_article(7006), DAY1)
    assert write_jsonl(db, file) == 2


# --- Media that cannot be written to --------------------------------------------------------------


def test_a_read_only_mount_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    with pytest.raises(StoreError, match="Read-only file system") as caught:
        open_archive(tmp_path / "kexue.db")
    assert caught.value.wrong_use
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=0))
    with pytest.raises(StoreError, match="Permission denied"):
        open_archive(tmp_path / "kexue.db")


def test_an_archive_on_such_a_medium_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be made beside it there."""
    path = tmp_path / "kexue.db"
    close_archive(open_archive(path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with closing(connect_for_reading(path)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(0,)]
        assert [file.name for file in tmp_path.iterdir()] == ["kexue.db"]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM articles")
    check_archive(path)


def test_a_reading_connection_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "kexue.db"
    close_archive(open_archive(path))
    with closing(connect_for_reading(path)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(0,)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM articles")
    assert [file.name for file in tmp_path.iterdir()] == ["kexue.db"]

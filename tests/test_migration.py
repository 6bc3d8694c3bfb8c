"""An archive of the schema before versions were kept: migrated whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archived import (
    BODY,
    DAY1,
    DAY2,
    DAY3,
    DAY4,
    an_article,
    row_of,
    rows,
)
from sqlite_utils import Database

from archiver.store import run_records as runs
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.migrations import m004_memory, migrations
from archiver.store.revisions import save_revision
from archiver.store.sqlite import check_archive, close_archive, open_archive

_OLD_ARTICLE = """
    INSERT INTO articles (id, url, title, author, published, tags, body_html, body_text,
      content_sha256, license, status, first_seen, last_seen, fetched_at, parser_version)
    VALUES (:id, 'u', :title, '苏剑林', '2022-01-18', '["损失"]', :body, :body, :sha, 'CC', :status,
      :first, :last, :last, 2)
"""
_OLD_RUN = "INSERT INTO runs (started_at, finished_at, mode, outcome, versions) VALUES (?,?,?,?,'')"


@pytest.fixture
def old(path: Path) -> Path:
    """An archive of the version before: two versions of 1, a protected 2, a run that was killed."""
    with closing(Database(sqlite3.connect(path))) as db:
        migrations.apply(db, stop_before="m004_memory")
        with db.atomic():
            fill(db)
    return path


def fill(db: Database) -> None:
    an_old_article(db, 1, "新", "sha-新", DAY1, DAY3)
    an_old_article(db, 2, None, None, DAY1, DAY3, status="protected")
    an_old_article(db, 3, "三", "sha-三", DAY3, DAY3)
    # Written in another order than they were seen.
    for article, sha, day, body in ((1, "sha-新", DAY2, "新"), (1, "sha-旧", DAY1, "旧"),
                                    (3, "sha-三", DAY3, "三")):  # fmt: skip
        db.execute(
            "INSERT INTO revisions VALUES (?, ?, ?, ?, ?)",
            [article, sha, day, f"题{article}", body],
        )
    for run in ((DAY1, DAY1, "normal", "ok"), (DAY2, DAY2, "full", "1 failed"),
                (DAY3, None, "normal", None)):  # fmt: skip
        db.execute(_OLD_RUN, run)


def an_old_article(
    db: Database,
    article: int,
    body: str | None,
    sha: str | None,
    first: str,
    last: str,
    status: str = "published",
) -> None:
    values = {"id": article, "title": f"题{article}", "body": body, "sha": sha, "status": status}
    db.execute(_OLD_ARTICLE, {**values, "first": first, "last": last})


def test_migration(old: Path) -> None:
    db = open_archive(old)
    known = ("苏剑林", "2022-01-18", None, '["损失"]', None)
    assert rows(db, "SELECT * FROM revisions ORDER BY article_id, number") == [
        (1, 1, "sha-旧", DAY1, "题1", "旧", None, None, None, None, None, None),
        (1, 2, "sha-新", DAY2, "题1", "新", *known, None),
        (3, 1, "sha-三", DAY3, "题3", "三", *known, None),
    ]
    assert rows(db, "SELECT * FROM changes") == [
        (1, 1, DAY1, "new", 1, "[]", None),
        (2, 2, DAY1, "new", None, "[]", None),
        (3, 3, DAY3, "new", 1, "[]", None),
        (4, 1, DAY2, "edited", 2, "[]", None),
    ]
    assert rows(db, "SELECT id, status, body_html, gone_at FROM articles") == [
        (1, "published", "新", None),
        (2, "protected", None, None),
        (3, "published", "三", None),
    ]
    assert rows(db, "SELECT finished_at, outcome, ending, suspicious, unread FROM runs") == [
        (DAY1, "ok", "finished", None, None),
        (DAY2, "1 failed", None, None, None),
        (None, None, None, None, None),
    ]
    assert db.table("sightings").count == 0
    assert rows(db, "SELECT rowid FROM articles_fts WHERE articles_fts MATCH '题1'") == []
    assert rows(db, "PRAGMA foreign_key_check") == []
    close_archive(db)
    check_archive(old)


def test_a_migrated_archive_is_gone_on_with(old: Path) -> None:
    """The killed run is closed; the same page is no new version, another one is."""
    db = open_archive(old)
    now = runs.start_run(db, "normal", DAY4)
    assert rows(db, "SELECT ending, finished_at FROM runs WHERE id = 3") == [("killed", DAY3)]
    assert runs.session_start(db, now, "normal") == DAY3
    number, is_new = save_revision(db, row_of(db, 1), DAY4)
    assert (number, is_new) == (2, False)
    save_article(db, an_article(1, BODY), DAY4)
    assert [row[0] for row in rows(db, "SELECT number FROM revisions WHERE article_id = 1")] == [
        1,
        2,
        3,
    ]
    close_archive(db)


def test_a_run_of_an_older_archive_is_no_session(old: Path) -> None:
    """It went to its end with one failure: ``full=1`` begins anew."""
    db = open_archive(old)
    now = runs.start_run(db, "full", DAY4)
    assert runs.session_start(db, now, "full") is None
    close_archive(db)


STATEMENTS = m004_memory.STATEMENTS


def full_disk(statements: int) -> Iterator[str]:
    """So many statements of the migration, then no more room."""
    yield from STATEMENTS[:statements]
    raise sqlite3.OperationalError("database or disk is full")


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_migration_that_breaks_off_leaves_the_old_archive(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every one of its statements; then, with room on the disk, it works."""
    before = dump(old)
    for left in range(len(STATEMENTS)):
        with monkeypatch.context() as patch:
            patch.setattr(m004_memory, "STATEMENTS", full_disk(left))
            with pytest.raises(StoreError) as caught:
                open_archive(old)
        sentence = f"cannot open the database {old}: database or disk is full"
        assert str(caught.value) == sentence
        assert dump(old) == before
    db = open_archive(old)
    assert rows(db, "SELECT count(*) FROM revisions") == [(3,)]
    assert rows(db, "SELECT count(*) FROM changes") == [(4,)]
    close_archive(db)

"""What every table held at the end of a run, and what is found when something else changes it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from archived import URL, an_article
from sqlite_utils import Database

from archiver import clock
from archiver.items import (
    Article,
    Comment,
    CommentPage,
    Formula,
    IndexEntry,
    Link,
    Picture,
    Problem,
)
from archiver.planning.plan import Plan
from archiver.run.run import Run
from archiver.store.archive import Archive
from archiver.store.comment_corrections import (
    CommentCorrection,
    load_comments,
    save_comment_correction,
)
from archiver.store.digests import COUNTED, covered_tables, digest_of, kept_digests
from archiver.store.migrations import migrations
from archiver.store.read_only import open_for_reading
from archiver.store.schema import TABLES
from archiver.store.sqlite import close_archive, open_archive
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point

SEARCH = {f"articles_fts_{part}" for part in ("data", "idx", "docsize", "config")}


def files_in(folder: Path) -> dict[str, Path]:
    names = {"database": "kexue.db", "jsonl": "kexue.jsonl", "changes": "changes.xml"}
    return {kind: folder / name for kind, name in names.items()}


def crawl(folder: Path, *articles: Article) -> Run:
    """A run that reads an article, or these, and ends."""
    run = Run(files_in(folder))
    run.begin(Plan())
    run.archive.save_index([IndexEntry(6583, "标题", published="2022-01-18")])
    for article in articles or [an_article()]:
        run.archive.save_article(article, URL)
    run.finish("finished", {})
    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    crawl(tmp_path)
    return tmp_path


def execute(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        connection.execute(sql)
        connection.commit()


def check(folder: Path) -> Point:
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = Checks(db, None).of_files(folder / "kexue.jsonl")
    return next(point for point in points if point.name == "digests")


def test_all_tables_are_covered(folder: Path) -> None:
    declared = {table.name for table in TABLES} - {"digests"}
    others = {"_sqlite_migrations", "sqlite_master", *SEARCH, *declared}
    assert set(covered_tables()) == others
    point = check(folder)
    assert (point.compared, point.findings, point.remark) == (len(others), [], None)
    crawl(folder)
    assert check(folder).findings == []


def test_anybody_can_make_a_digest(folder: Path) -> None:
    """As docs/data-format.md says, from the database alone."""
    crawl(folder, an_article(7006))
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        rows = connection.execute(
            "SELECT quote(article_id) || ',' || quote(seen_at) || ',' || quote(readers)"
            " FROM reader_counts ORDER BY article_id, seen_at"
        ).fetchall()
        kept = connection.execute(
            "SELECT rows, sha256 FROM digests WHERE name = 'reader_counts'"
        ).fetchone()
    total = sum(int(hashlib.sha256(line.encode()).hexdigest(), 16) for (line,) in rows)
    assert kept == (2, f"{total % 2**256:064x}")


def test_a_table_without_a_digest_is_told(folder: Path) -> None:
    """A reparse that was killed leaves none: nothing else has changed the tables then."""
    execute(folder, "DELETE FROM digests WHERE name = 'links'")
    point = check(folder)
    assert (point.findings, point.remark) == (
        [], "digests: 1 table without one; the next run keeps it"
    )  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE articles SET last_seen = '2026-11-01T03:00:01+00:00'",
        "UPDATE sightings SET asked = 1",
        "UPDATE reader_counts SET readers = readers + 1",
        "UPDATE revisions SET seen_at = '2026-11-01T03:00:01+00:00'",
        "UPDATE changes SET fields = '[1]'",
        "UPDATE runs SET bytes = 7",
        "DELETE FROM links",
        "UPDATE articles_fts_data SET block = block || x'00' WHERE id > 10",
        "UPDATE _sqlite_migrations SET applied_at = 'x'",
        "INSERT INTO failures VALUES ('u', NULL, 'a', 'b', 1, 'c')",
    ],
)
def test_a_change_by_something_else_is_named(folder: Path, sql: str) -> None:
    """And still is after the next run, until somebody accepts it."""
    execute(folder, sql)
    table = sql.replace("INSERT INTO", "UPDATE").replace("DELETE FROM", "UPDATE").split()[1]
    for article in (an_article(), an_article(title="新题"), an_article(7006)):
        (words,) = check(folder).findings
        assert words.startswith(f"{table}: changed by something else than this program")
        assert words.endswith("sqlite-utils FILE 'DELETE FROM digests' accepts what you have"
                              " changed yourself")  # fmt: skip
        crawl(folder, article)
    execute(folder, "DELETE FROM digests")
    point = check(folder)
    assert (point.findings, point.compared) == ([], 0)
    assert point.remark == "digests: there are none to compare with; the next run keeps them"
    crawl(folder)
    assert (check(folder).findings, check(folder).remark) == ([], None)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE digests SET sha256 = 'ab' WHERE name = 'links'", "links: changed by something"),
        ("UPDATE digests SET rows = 9 WHERE name = 'links'", "changed by something else"),
        (
            "UPDATE digests SET taken_at = 'x' WHERE name = 'links'",
            "links: its digest is of x, and",
        ),
        ("UPDATE digests SET changed_at = 'x' WHERE name = 'links'", "written to, at x"),
        ("INSERT INTO digests VALUES ('y', 1, 'a', 'b', NULL)", "y: no table of the archive has"),
    ],
)
def test_a_changed_digest_is_named(folder: Path, sql: str, words: str) -> None:
    execute(folder, sql)
    (found,) = check(folder).findings
    assert words in found


def test_a_run_says_what_it_found_changed(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the search index, before it writes to it."""
    execute(folder, "UPDATE articles_fts_data SET block = block || x'00' WHERE id > 10")
    crawl(folder, an_article(7006))
    words = "changed by something else than this program: articles_fts_data; see"
    assert words in caplog.text
    caplog.clear()
    monkeypatch.setattr(clock, "utc_now", lambda: "2126-11-02T03:00:00+00:00")
    crawl(folder, an_article(7007))
    assert words not in caplog.text


def test_a_run_that_was_killed_has_kept_digests(folder: Path) -> None:
    """But of the search index: until the next one has ended it has none."""
    archive = Archive.open(folder / "kexue.db")
    archive.runs.start("normal", "2026-11-02T03:00:00+00:00")
    archive.save_article(an_article(title="新题"), URL)
    archive.index_texts()
    archive.db.close()
    point = check(folder)
    assert (point.findings, point.compared) == ([], len(covered_tables()) - len(SEARCH))
    execute(folder, "UPDATE revisions SET seen_at = 'x' WHERE number = 1")
    assert check(folder).findings[0].startswith("revisions: changed by something else")
    execute(folder, "DELETE FROM digests WHERE name = 'revisions'")
    crawl(folder)
    assert (check(folder).findings, check(folder).remark) == ([], None)


def test_lines_made_without_sql_are_those_of_quote(tmp_path: Path) -> None:
    """Of rows with quotation marks, a NUL, which ends what ``quote()`` writes, and null."""
    odd = "a'b''\N{PILE OF POO}\0'c"
    article = an_article(
        title=odd, author=None, body_html=odd, body_text=odd, category="", tags=[odd],
        links=[Link(f"https://kexue.fm/{odd}", odd, 7), Link(odd, "", problem=Problem.HOST)],
        pictures=[Picture(odd, odd, odd), Picture("DATA:,", "")],
        formulas=[Formula(rf"\label{{{odd}}}", display=True), Formula("", display=False)],
        comments=CommentPage(6583, [Comment(8, 7, author=odd), Comment(7)], count=2),
    )  # fmt: skip
    archive = Archive.open(tmp_path / "kexue.db")
    archive.runs.start("normal", "2026-11-02T03:00:00+00:00")
    archive.save_article(article, URL)
    archive.save_article(replace(article, title="新题", formulas=[]), URL)
    kept = kept_digests(archive.db)
    assert sorted(COUNTED) == [
        "articles", "comments", "formulas", "links", "pictures", "revisions"
    ]  # fmt: skip
    for table in COUNTED:
        assert kept[table].digest == digest_of(archive.db, table), table
    assert kept["revisions"].digest.rows == 2
    close_archive(archive.db)


def test_comments_that_are_corrected_are_in_their_digest(folder: Path) -> None:
    """Those that were overlooked too, of which an answer comes before what it answers."""
    archive = Archive.open(folder / "kexue.db")
    archive.save_article(an_article(comments=CommentPage(6583, [Comment(9)], count=1)), URL)
    (row,) = load_comments(archive.db, 6583).rows.values()
    rows = (
        {**row, "parent_id": 8, "text": "新"},
        {**row, "id": 8, "parent_id": 7},
        {**row, "id": 7},
    )
    with archive.db.atomic():
        save_comment_correction(archive.db, CommentCorrection(rows))
    assert load_comments(archive.db, 6583).rows == {row["id"]: row for row in rows}
    assert kept_digests(archive.db)["comments"].digest == digest_of(archive.db, "comments")
    close_archive(archive.db)


def test_what_is_rolled_back_is_in_no_digest(folder: Path) -> None:
    db = open_archive(folder / "kexue.db")
    db.conn.execute("BEGIN")
    db.execute("UPDATE sightings SET asked = 1")
    db.conn.execute("SAVEPOINT part")
    db.execute("DELETE FROM links")
    db.conn.execute("ROLLBACK TO part")
    db.conn.execute("COMMIT")
    db.conn.execute("BEGIN")
    db.execute("DELETE FROM reader_counts")
    db.conn.execute("ROLLBACK")
    close_archive(db)
    assert check(folder).findings == []


def test_captures_that_are_forgotten_between_runs_are_no_foreign_change(folder: Path) -> None:
    archive = Archive.open(folder / "kexue.db")
    insert = (
        "INSERT INTO captures (url, fetched_at, warc, offset, length, run_id)"
        " VALUES ('u', 't', 'w', 0, 10, 1)"
    )
    run = archive.runs.start("normal", "2026-11-02T03:00:00+00:00")
    archive.db.execute(insert)
    archive.runs.finish(run, {}, keeps_digests=True)
    assert archive.forget_lost_captures("w", 5) == 1
    close_archive(archive.db)
    assert check(folder).findings == []


@pytest.fixture
def older(tmp_path: Path) -> Database:
    """An archive with digests to which the newest migration has not been applied."""
    db = open_archive(tmp_path / "kexue.db")
    db.execute("INSERT INTO digests (name, rows, sha256, taken_at) VALUES ('links', 1, 'a', 'b')")
    close_archive(db)
    return Database(sqlite3.connect(tmp_path / "kexue.db"))


def test_a_migration_forgets_the_digests(tmp_path: Path, older: Database) -> None:
    """It changes what they are of."""
    older.execute("DELETE FROM _sqlite_migrations WHERE name = 'm005_moments_of_entries'")
    older.execute("ALTER TABLE sightings DROP COLUMN entry_at")
    older.conn.commit()
    assert len(list(migrations.pending(older))) == 1
    older.close()
    db = open_archive(tmp_path / "kexue.db")
    assert kept_digests(db) == {}
    close_archive(db)


def test_bytes_that_are_no_utf8_stop_no_run(folder: Path) -> None:
    """They are hashed as they are."""
    with closing(Database(folder / "kexue.db")) as db:
        before = digest_of(db, "failures")
        db.execute("INSERT INTO failures VALUES (CAST(x'ff' AS TEXT), NULL, 'a', 'b', 1, 'c')")
        assert digest_of(db, "failures") != before
        db.conn.commit()
    crawl(folder)
    (words,) = check(folder).findings
    assert words.startswith("failures: ")


def test_what_this_program_writes_outside_a_run_is_no_foreign_change(folder: Path) -> None:
    archive = Archive.open(folder / "kexue.db")
    archive.save_article(an_article(body_html="<p>x</p>", body_text="x"), URL)
    archive.runs.keep_digests()
    close_archive(archive.db)
    assert check(folder).findings == []


def test_an_archive_without_a_run_has_no_digests(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "kexue.db")
    archive.runs.keep_digests()
    assert kept_digests(archive.db) == {}
    close_archive(archive.db)

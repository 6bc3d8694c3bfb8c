"""``scrapy status`` says what is wrong with an archive, and nothing when nothing is."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import termios
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rig.commands import run
from sqlite_utils import Database

from archiver.reading.status.status_lines import status_lines
from archiver.reading.status.summary import Summary, read_summary
from archiver.reading.times import seconds_between
from archiver.store.change_log import note_change
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive, open_archive
from archiver.terminal.durations import format_age, parse_age
from archiver.terminal.plural import plural
from archiver.terminal.printable import one_line
from archiver.terminal.text_tables import layout_table
from archiver.terminal.text_width import cut, screen_width, width, wrap

DAY1, DAY2, DAY3 = (f"2026-11-{day}T08:00:00+00:00" for day in (20, 21, 22))
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An archive that is as it should be: articles 1 and 2, and a run that was ok."""
    db = open_archive(tmp_path / "kexue.db")
    add_article(db, 1, fetched_at=DAY1)
    add_article(db, 2, fetched_at=DAY2)
    add_run(db)
    yield db
    close_archive(db)


def add_article(db: Database, article: int, **values: Any) -> None:
    row = {
        "id": article,
        "url": f"https://kexue.fm/archives/{article}",
        "title": f"第{article}篇",
        "license": "CC BY-NC-ND 2.5 CN",
        "status": "published",
        "first_seen": DAY1,
        "last_seen": DAY3,
        "fetched_at": DAY2,
        "parser_version": 4,
    }
    db.table("articles").insert({**row, **values})
    add_sighting(db, article)


def add_sighting(db: Database, article: int, **values: Any) -> None:
    row = {"article_id": article, "title": f"第{article}篇", "first_seen": DAY1, "last_seen": DAY3}
    db.table("sightings").insert({**row, **values})


def add_run(db: Database, **values: Any) -> None:
    row = {
        "started_at": DAY3,
        "finished_at": "2026-11-22T08:01:15+00:00",
        "mode": "normal",
        "ending": "finished",
        "outcome": "ok",
        "versions": "{}",
        **dict.fromkeys(("requests", "bytes", "new", "changed", "gone", "failed"), 0),
    }
    db.table("runs").insert({**row, **values})


def add_failure(db: Database, url: str, article: int | None, reason: str) -> None:
    row = {"first_seen": DAY1, "last_seen": DAY2, "tries": 2}
    db.table("failures").insert({"url": url, "article_id": article, "reason": reason, **row})


def add_suspicious(db: Database, article: int, seen_at: str, reason: str | None) -> None:
    row = {"article_id": article, "number": 2, "content_sha256": "0", "seen_at": seen_at}
    db.table("revisions").insert({**row, "title": "", "suspicious": reason})
    note_change(db, article, seen_at, "suspicious", 2)


def summary_of(db: Database, now: datetime = NOW) -> Summary:
    path = Path(db.execute("PRAGMA database_list").fetchone()[2])
    files = {
        "database": path,
        "jsonl": path.with_name("kexue.jsonl"),
        "changes": path.with_name("changes.xml"),
    }
    return read_summary(db, files, now)


def problems(db: Database, max_age: int | None = None) -> list[str]:
    return list(summary_of(db).problems(max_age))


def text_of(db: Database) -> str:
    return "\n".join(status_lines(summary_of(db), 80))


# --- What is wrong --------------------------------------------------------------------------------


def test_sound_archive(db: Database) -> None:
    summary = summary_of(db)
    assert problems(db, 86_400) == []
    assert summary.counts == {
        "known": 2,
        "archived": 2,
        "protected": 0,
        "gone": 0,
        "missing": 0,
        "suspicious": 0,
        "failed": 0,
    }
    assert summary.oldest_check == {
        "id": 1,
        "title": "第1篇",
        "fetched_at": DAY1,
        "age": 3 * 86_400,
    }
    assert summary.last_success == {
        "id": 1,
        "mode": "normal",
        "finished_at": "2026-11-22T08:01:15+00:00",
        "age": 86_400 - 75,
    }
    assert summary.running is None


def test_protected_and_gone(db: Database) -> None:
    """Both are archived; a tombstone is not read again, so it has no check to be old."""
    add_article(db, 3, status="protected")
    add_article(db, 4, status="gone", fetched_at="2020-01-01T00:00:00+00:00", gone_at=DAY1)
    summary = summary_of(db)
    assert [summary.counts[key] for key in ("archived", "protected", "gone")] == [4, 1, 1]
    assert summary.oldest_check is not None
    assert summary.oldest_check["id"] == 1
    assert problems(db) == []


def test_missing(db: Database) -> None:
    add_sighting(db, 11)
    add_sighting(db, 12, title=None, entry='{"id": 12, "title": "自列表"}')
    add_sighting(db, 13, title="", entry="no JSON")
    add_sighting(db, 14, absent=1)
    add_failure(db, "https://kexue.fm/archives/11", 11, "HTTP 503 (Service Unavailable)")
    summary = summary_of(db)
    assert summary.missing == [
        {"id": 11, "title": "第11篇", "reason": "HTTP 503 (Service Unavailable)"},
        {"id": 12, "title": "自列表", "reason": None},
        {"id": 13, "title": None, "reason": None},
    ]
    assert summary.counts["known"] == 6
    assert problems(db) == ["the archive is not complete: 3 missing, 1 failed"]


def test_articles_that_were_only_asked_for_are_not_known(db: Database) -> None:
    """``-a ids=99`` notes that it asks, whatever the answer is."""
    add_sighting(db, 99, title=None, absent=1, asked=1)
    summary = summary_of(db)
    assert (summary.counts["known"], summary.missing) == (2, [])


def test_failures(db: Database) -> None:
    add_failure(db, "https://kexue.fm/page/3/", None, "no answer in time")
    assert summary_of(db).failures == [
        {
            "url": "https://kexue.fm/page/3/",
            "article_id": None,
            "reason": "no answer in time",
            "first_seen": DAY1,
            "last_seen": DAY2,
            "tries": 2,
        }
    ]
    assert problems(db) == ["the archive is not complete: 1 failed"]


@pytest.mark.parametrize(
    ("seen_at", "reason", "failure", "count"),
    [
        (DAY1, "it has lost its body", None, 0),  # read well since then
        (DAY2, "it has lost its body", None, 1),
        (DAY3, "it has lost its body", None, 1),
        (DAY3, None, None, 0),  # accepted since then
        (DAY1, "it has lost its body", "suspicious: it has lost its body", 1),  # came again
        (DAY1, "it has lost its body", "HTTP 503 (Service Unavailable)", 0),
    ],
)
def test_suspicious(
    db: Database, seen_at: str, reason: str | None, failure: str | None, count: int
) -> None:
    add_suspicious(db, 2, seen_at, reason)
    if failure:
        add_failure(db, "https://kexue.fm/archives/2", 2, failure)
    row = {"id": 2, "title": "第2篇", "reason": reason, "since": seen_at}
    assert summary_of(db).suspicious == [row] * count
    found = "; ".join(problems(db))
    assert ("1 suspicious" in found) == bool(count)
    assert ("1 failed" in found) == bool(failure)


def test_suspicious_article_is_named_once_with_its_last_reason(db: Database) -> None:
    add_suspicious(db, 2, DAY2, "it has lost 80 % of its text")
    db.execute("UPDATE revisions SET number = 3")
    db.execute("UPDATE changes SET revision = 3")
    add_suspicious(db, 2, DAY3, "it has lost its body")
    (row,) = summary_of(db).suspicious
    assert (row["reason"], row["since"]) == ("it has lost its body", DAY3)
    db.execute("UPDATE articles SET status = 'gone' WHERE id = 2")
    assert summary_of(db).suspicious == []


# --- Runs -----------------------------------------------------------------------------------------


def test_last_run_that_was_not_ok(db: Database) -> None:
    add_run(db, mode="ids", outcome="the archive is\nnot complete: 1 failed")
    expected = ["the last run was not ok: the archive is not complete: 1 failed"]
    assert problems(db) == expected
    add_run(db, outcome=None, finished_at=None, ending=None)
    assert problems(db) == expected, "the run that goes on does not hide the one before"
    add_run(db)
    assert problems(db) == []


def test_run_that_goes_on(db: Database) -> None:
    add_run(db, outcome=None, finished_at=None, ending=None, requests=None, new=None)
    summary = summary_of(db)
    assert [run["state"] for run in summary.runs] == ["running", "ok"]
    assert summary.running is not None
    assert problems(db, 86_400) == []
    text = text_of(db)
    assert "\nnow           running since 2026-11-22 08:00 UTC, or killed\n" in text
    assert any(line.endswith("  running") for line in text.splitlines())


@pytest.mark.parametrize(
    "row",
    [
        {"ending": "killed", "outcome": "the run was killed"},
        {"ending": None, "outcome": None, "finished_at": None},
    ],
)
def test_killed_run(db: Database, row: dict[str, Any]) -> None:
    add_run(db, **row)
    add_run(db, mode="ids", finished_at=None, ending=None, outcome=None)
    assert [run["state"] for run in summary_of(db).runs] == ["running", "killed", "ok"]
    (problem,) = problems(db)
    assert problem.startswith("the last run was not ok: ")
    assert problem.endswith("killed")


def test_run_of_an_older_version_that_ended_early(db: Database) -> None:
    """It has an outcome and an end, but no ``ending``: it is not going on."""
    add_run(db, ending=None, outcome="the run ended early (shutdown)")
    assert summary_of(db).runs[0]["state"] == "not ok"


@pytest.mark.parametrize("mode", ["ids", "partial", "readers"])
def test_success_is_of_the_whole_blog(db: Database, mode: str) -> None:
    add_run(db, mode=mode, finished_at="2026-11-23T07:00:00+00:00")
    success = summary_of(db).last_success
    assert success is not None
    assert success["id"] == 1
    db.execute("DELETE FROM runs WHERE id = 1")
    assert problems(db) == ["no run over the whole blog has succeeded yet"]


@pytest.mark.parametrize(
    ("max_age", "expected"),
    [
        (None, []),
        (86_400, []),
        (86_325, []),
        (86_324, ["the last success is 23 hours old, older than --max-age"]),
        (0, ["the last success is 23 hours old, older than --max-age"]),
    ],
)
def test_max_age(db: Database, max_age: int | None, expected: list[str]) -> None:
    assert problems(db, max_age) == expected


def test_success_at_an_unreadable_time(db: Database) -> None:
    db.execute("UPDATE runs SET finished_at = 'yesterday'")
    assert problems(db) == []
    assert problems(db, 10**9) == ["the last success is of an unknown time, older than --max-age"]
    assert "last success  yesterday UTC\n" in text_of(db)


def test_new_archive(tmp_path: Path) -> None:
    """A first run has begun and read nothing yet."""
    with closing(open_archive(tmp_path / "kexue.db")) as db:
        add_run(db, outcome=None, finished_at=None, ending=None)
        summary = summary_of(db)
        assert summary.oldest_check is None
        assert problems(db) == ["no run over the whole blog has succeeded yet"]
        assert "articles      0 known, 0 archived\n" in text_of(db)


# --- The screen -----------------------------------------------------------------------------------


def test_screen(db: Database, tmp_path: Path) -> None:
    (tmp_path / "kexue.jsonl").write_bytes(b"a" * 2_500_000)
    add_article(db, 3, status="protected")
    add_article(db, 4, status="gone", gone_at=DAY1)
    add_sighting(db, 7006)
    add_suspicious(db, 2, DAY3, "it has lost its body")
    add_failure(db, "https://kexue.fm/page/3/", None, "no answer in time")
    outcome = "the archive is not complete: 1 listed but missing, 1 failed (named above)"
    add_run(db, mode="full", outcome=outcome, new=1234, requests=1400, failed=1)
    lines = text_of(db).splitlines()
    size = f"{(tmp_path / 'kexue.db').stat().st_size / 1000:.1f} kB"
    assert lines[0] == f"archive       {tmp_path / 'kexue.db'}"
    assert lines[4].startswith(f"on disk       kexue.db {size}, kexue.jsonl 2.5 MB")
    assert [*lines[1:4], *lines[5:]] == [
        "articles      5 known, 4 archived (1 protected, 1 gone), 1 missing, 1 suspicious",
        "last success  2026-11-22 08:01 UTC, 23 hours ago",
        "oldest check  2026-11-20 08:00 UTC, 3 days ago: 1 第1篇",
        "",
        "missing",
        "  7006  第7006篇  not read yet",
        "",
        "suspicious, not taken",
        "  2  第2篇  it has lost its body",
        "",
        "failures",
        "  since 2026-11-20  https://kexue.fm/page/3/  no answer in time",
        "",
        "last runs",
        "  started           time        mode      new  changed  gone  failed  outcome",
        "  2026-11-22 08:00  1 min 15 s  full    1,234        0     0       1  not ok",
        "  2026-11-22 08:00  1 min 15 s  normal      0        0     0       0  ok",
    ]


@pytest.mark.parametrize("columns", [80, 132, 40])
def test_screen_is_no_wider_than_the_terminal(db: Database, columns: int) -> None:
    long = "很长的题目" * 30
    add_article(db, 5, title=long, fetched_at="2019-01-01T00:00:00+00:00")
    for article in range(100, 125):
        add_sighting(db, article, title=long)
        add_failure(db, f"https://kexue.fm/archives/{article}", article, long)
    add_suspicious(db, 5, DAY3, long)
    for _ in range(7):
        add_run(db, outcome=long, new=123_456, requests=12_345_678)
    archive, *lines = status_lines(summary_of(db), columns)
    assert archive.endswith("kexue.db")
    assert max(map(width, lines)) in {columns, columns - 1}, "a wide character may not fit"
    assert lines.count("  … and 5 more") == 1, "20 of the 25 missing articles are named"
    assert lines.count("  … and 15 more") == 1, "10 of the 25 failures are named"
    assert len([line for line in lines if line.startswith("  2026-11-22 08:00")]) == 5


def test_screen_obeys_no_title(db: Database) -> None:
    """A title from the web must not move the cursor or begin a line."""
    add_sighting(db, 9, title="a\x1b[2J\nb\u202ec\x07")
    assert "\n  9  a[2J bc  not read yet\n" in text_of(db)


def test_screen_says_nothing_twice(db: Database) -> None:
    """What stands on stderr (``problems``) is not in the table, nor an older run's same words."""
    for outcome in ("the disk is full", "the disk is full", "no network", "no network"):
        add_run(db, outcome=outcome)
    said = f"{text_of(db)}\n{'; '.join(problems(db))}"
    assert said.count("the disk is full") == said.count("no network") == 1
    assert said.endswith("the last run was not ok: no network")


def test_what_is_missing_is_said_once(db: Database) -> None:
    """The last run has said the same, with other words."""
    add_sighting(db, 11)
    add_run(db, outcome="the archive is not complete: 1 listed but missing (…)", missing=1)
    assert problems(db) == ["the archive is not complete: 1 missing"]


@pytest.mark.parametrize(
    "cell",
    [
        *("题目", "abc", "e\u0301", "“①·…”", "한글", "Ｆｕｌｌ", "a\u200bb", "a\nb\tc\u2028d"),
        *("\U0001f469\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f"),  # a family, a red heart
    ],
)
def test_table_stands_straight(cell: str) -> None:
    """Wide characters, marks without width, emoji, ambiguous ones (narrow, as terminals draw)."""
    lines = layout_table([("1", cell, "behind"), ("22", "一二三四五六", "behind")], "rll")
    assert {width(line.removesuffix("behind")) for line in lines} == {2 + 2 + 12 + 2}
    assert lines[0].startswith(" 1  ")


def test_table_of_nothing() -> None:
    assert layout_table([], "ll") == []


def test_indented_table() -> None:
    """Every line is indented; nothing stands at its end."""
    assert layout_table([("a", "1"), ("bc", "")], "lr", "  ") == ["  a   1", "  bc"]


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 articles"), (1, "1 article"), (2, "2 articles"), (1340, "1,340 articles")],
)
def test_plural(count: int, words: str) -> None:
    assert plural(count, "article") == words


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("题目", 4, "题目"),
        ("题目长", 5, "题目…"),
        ("题目长", 4, "题…"),
        ("a 题目", 4, "a…"),
        ("题", 1, "…"),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("\U0001f469\u200d\U0001f467x", 2, "…"),
        ("\u2764\ufe0f\u2764\ufe0f", 3, "\u2764\ufe0f…"),
    ],
)
def test_cut(text: str, columns: int, expected: str) -> None:
    assert cut(text, columns) == expected
    assert width(expected) <= columns


def test_wrap() -> None:
    """Words stay whole; a Chinese character takes two columns."""
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("归档 还不 完整", 9) == ["归档 还不", "完整"]
    assert wrap("https://kexue.fm/archives/6583 x", 10) == [
        "https://kexue.fm/archives/6583",
        "x",
    ]


def test_screen_width() -> None:
    """Of the terminal; 80 of a pipe, of a closed stream, and of a terminal that does not tell."""
    terminal, other_end = pty.openpty()
    try:
        with os.fdopen(other_end, "w") as stream:
            assert screen_width(stream) == 80
            termios.tcsetwinsize(terminal, (24, 132))
            assert screen_width(stream) == 132
    finally:
        os.close(terminal)
    assert screen_width(io.StringIO()) == screen_width(None) == 80


def test_one_line() -> None:
    assert one_line(" a\n\t题\u3000目\x00\u200b ") == "a 题 目"


# --- Ages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("36h", 129_600), ("3d", 259_200), ("2w", 1_209_600), ("0d", 0)],
)
def test_parse_age(text: str, seconds: int) -> None:
    assert parse_age(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "3", "d", "3 d", "-3d", "3D", "1.5d", "3days", "３d", "3d\n", "9999999999d"]
)
def test_parse_age_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no age: give a number and a unit, as in 90m, 36h"):
        parse_age(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
        (10**9, "11,574 days"),
    ],
)
def test_format_age(seconds: int, words: str) -> None:
    assert format_age(seconds) == words


@pytest.mark.parametrize(
    ("start", "seconds"),
    [
        ("2026-11-23T07:59:00+00:00", 60),
        ("2026-11-23T15:59:00+08:00", 60),
        ("2026-11-23T07:59:00", 60),
        ("2026-11-24T08:00:00+00:00", 0),
        ("", None),
        ("soon", None),
        (None, None),
    ],
)
def test_seconds_between(start: str | None, seconds: int | None) -> None:
    assert seconds_between(start, NOW) == seconds


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def folder(db: Database, tmp_path: Path) -> Path:
    """The sound archive, with a run that has ended just now."""
    now = datetime.now(UTC)
    times = {"started_at": now - timedelta(minutes=5), "finished_at": now}
    add_run(db, **{name: time.isoformat(timespec="seconds") for name, time in times.items()})
    return tmp_path


def run_status(folder: Path, *words: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    return run("status", "-s", f"KEXUE_DATA_DIR={folder}", *words, **streams)


def test_command(folder: Path) -> None:
    done = run_status(folder, "--max-age", "1h")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"archive       {folder / 'kexue.db'}\narticles      2 known, ")


def test_command_says_what_is_wrong(folder: Path, db: Database) -> None:
    add_sighting(db, 11)
    add_run(db, outcome="2 failed")
    done = run_status(folder)
    assert done.returncode == 1
    assert done.stderr == (
        "scrapy status: the archive is not complete: 1 missing; the last run was not ok: 2 failed\n"
    )
    assert "\n  11  第11篇  not read yet\n" in done.stdout


def test_command_whose_success_is_too_old(folder: Path, db: Database) -> None:
    db.execute("DELETE FROM runs WHERE id > 1")
    done = run_status(folder, "--max-age", "2h")
    assert done.returncode == 1
    assert done.stderr.startswith("scrapy status: the last success is ")
    assert done.stderr.endswith(" old, older than --max-age\n")


def test_json(folder: Path, db: Database) -> None:
    add_sighting(db, 11)
    add_run(db, outcome=None, finished_at=None, ending=None)
    done = run_status(folder, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert list(found) == [
        *("checked_at", "database", "ok", "problems", "counts", "comments", "last_success"),
        *("oldest_check", "running_since", "missing", "suspicious", "failures", "runs", "files"),
        *("pictures", "linked_files", "without_file", "uncaptured", "to_reparse"),
    ]
    assert found["ok"] is False
    assert found["problems"] == ["the archive is not complete: 1 missing"]
    assert done.stderr == "scrapy status: the archive is not complete: 1 missing\n"
    assert found["missing"] == [{"id": 11, "title": "第11篇", "reason": None}]
    assert "第11篇" in done.stdout
    assert found["running_since"] == DAY3
    assert list(found["runs"][0]) == [
        *("id", "started_at", "finished_at", "mode", "ending", "outcome", "requests", "bytes"),
        *("listed", "new", "changed", "unchanged", "protected", "gone", "missing", "failed"),
        *("suspicious", "unread", "state", "seconds"),
    ]
    assert [run["seconds"] for run in found["runs"]] == [None, 300, 75]
    assert found["files"]["kexue.db"] == (folder / "kexue.db").stat().st_size
    assert found["files"]["kexue.jsonl"] is None
    assert datetime.fromisoformat(found["checked_at"]).utcoffset() == timedelta(0)


def test_json_names_all_that_is_described(folder: Path) -> None:
    """The docstring of the command is the contract of its keys."""
    from archiver.commands.status import Command

    found = json.loads(run_status(folder, "--json").stdout)
    for keys in (found, found["counts"], found["last_success"], found["oldest_check"]):
        assert [key for key in keys if f"``{key}``" not in str(Command.__doc__)] == []


def test_articles_without_a_capture_are_counted(folder: Path, db: Database) -> None:
    """Until all have one; one that is gone cannot get one, and without WARC files none does."""
    done = run_status(folder)
    assert "\ncaptures      2 of 2 articles have no capture yet\n" in done.stdout
    assert json.loads(run_status(folder, "--json").stdout)["uncaptured"] == 2
    without = json.loads(run_status(folder, "--json", "-s", "KEXUE_WARC=0").stdout)
    assert without["uncaptured"] is None
    with db.atomic():
        db.execute(
            "INSERT INTO captures (url, fetched_at, warc, offset, length, run_id, article_id)"
            " VALUES ('u', 't', 'w', 0, 1, 1, 1)"
        )
    assert read_summary(db, {"database": folder}, NOW, keeps_captures=True).uncaptured == 1
    with db.atomic():
        db.execute("UPDATE articles SET status = 'gone', gone_at = 't' WHERE id = 2")
    assert read_summary(db, {"database": folder}, NOW, keeps_captures=True).uncaptured == 0
    assert "no capture" not in run_status(folder).stdout


def test_command_beside_a_writer(folder: Path, db: Database) -> None:
    """A crawl that is in the middle of a transaction neither waits nor makes it wait."""
    with db.atomic():
        add_sighting(db, 11)
        done = run_status(folder, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["counts"]["known"] == 2
    assert json.loads(done.stdout)["files"]["kexue.db-wal"] > 0


def test_nothing_is_written(folder: Path, db: Database) -> None:
    close_archive(db)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run_status(folder).returncode == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_command_whose_reader_goes_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run_status(folder, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--max-age", "3"], "--max-age: '3' is no age: give a number and a unit, as in 90m"),
        (["--max-age=-3d"], "'-3d' is no age"),
        (["--max"], "expected one argument"),
        (["--jsno"], "unknown option --jsno"),
        (["extra"], "extra: status takes options only"),
        (["-s", "KEXUE_NAME=other"], "there is no archive at"),
    ],
)
def test_command_refuses(folder: Path, words: list[str], sentence: str) -> None:
    done = run_status(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_command_on_a_table_that_is_not_there(folder: Path, db: Database) -> None:
    db.execute("DROP TABLE sightings")
    done = run_status(folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"scrapy status: cannot read {folder / 'kexue.db'}: no such tabl")


def test_summary_of_an_archive_that_is_open_for_reading(folder: Path) -> None:
    """What the command opens cannot be written to, so no query may try."""
    with closing(open_for_reading(folder / "kexue.db")) as db:
        assert summary_of(db).counts["known"] == 2


def test_every_file_is_told_with_its_size(db: Database) -> None:
    """What the files need is not cut off at the edge of the screen: it goes on in the next line."""
    sizes = {"kexue.db": 31_400_000, "changes.xml": 52_000, "warc": 142_000_000, "files": 900}
    lines = list(status_lines(replace(summary_of(db), files=sizes), 44))
    at = next(at for at, line in enumerate(lines) if line.startswith("on disk"))
    assert lines[at : at + 3] == [
        "on disk       kexue.db 31.4 MB,",
        "              changes.xml 52.0 kB,",
        "              warc 142.0 MB, files 900 bytes",
    ]

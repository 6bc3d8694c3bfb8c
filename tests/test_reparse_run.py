"""``scrapy reparse`` on an archive of several articles: report, processes, interruption, errors."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from captured import Captured, note_older_version
from conftest import few_at_first
from crawling import Archive as Crawled
from replica import make_post
from rig.commands import Command, is_alive
from rig.commands import run as run_command

from archiver import PARSER_VERSION
from archiver.processes import Killed
from archiver.run import reparse_run
from archiver.run.reparse_report import ReparseReport
from archiver.run.reparse_run import Wanted, reparse
from archiver.store.lock import locked
from archiver.store.read_only import open_for_reading
from archiver.verify.checks import Checks
from archiver.verify.result_table import is_clean, table

COUNT = 20
IDS = list(range(101, 101 + COUNT))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An archive by an earlier version that lost the tags, and the same one by this version."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("older", "wanted")}
    for name, folder in folders.items():
        with pytest.MonkeyPatch.context() as patch, Captured(folder) as kept:
            if name == "older":
                note_older_version(patch)
                patch.setattr("archiver.pages.fields.parse_tags", lambda tools: [])
            for article in IDS:
                kept.post = make_post(article)
                kept.read()
            kept.edit(tags=("新",))
    return folders


@pytest.fixture
def folder(made: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the archive by the earlier version."""
    return Path(shutil.copytree(made["older"], tmp_path / "data"))


def paths_of(folder: Path) -> dict[str, Path]:
    names = {"database": "kexue.db", "jsonl": "kexue.jsonl", "changes": "changes.xml"}
    return {kind: folder / name for kind, name in names.items()}


def read(
    folder: Path,
    processes: int = 1,
    advance: Callable[[int, int], None] = lambda *_: None,
    **wanted: Any,
) -> ReparseReport:
    paths, warc = paths_of(folder), folder / "warc"
    return reparse(paths, warc, Wanted(**wanted), processes, advance=advance)


def content(folder: Path) -> dict[str, list[Any]]:
    """All that is in the archive, but for the numbers of changes and the times of reading."""
    queries = {
        "articles": "SELECT id, title, tags, body_text, parser_version, first_seen FROM articles",
        "revisions": "SELECT * FROM revisions ORDER BY article_id, number",
        "changes": "SELECT article_id, seen_at, kind, revision, fields, capture_id FROM changes"
        " ORDER BY article_id, seen_at",
        "captures": "SELECT id, article_id, parser_version FROM captures",
    }
    with closing(sqlite3.connect(folder / "kexue.db")) as db:
        return {name: db.execute(query).fetchall() for name, query in queries.items()}


def options_of(folder: Path) -> list[str]:
    return ["-s", f"KEXUE_DATA_DIR={folder}"]


def damage(folder: Path, article: int) -> None:
    """Change a byte of the captures of an article."""
    query = "SELECT warc, offset, length FROM captures WHERE article_id = ?"
    with closing(sqlite3.connect(folder / "kexue.db")) as db:
        warc, offset, length = db.execute(query, [article]).fetchone()
    path = folder / "warc" / warc
    stored = bytearray(path.read_bytes())
    stored[offset + length // 2] ^= 255
    path.write_bytes(stored)


# --- The work -------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [1, 2])
def test_all_that_an_earlier_version_has_read_is_read_again(
    made: dict[str, Path], folder: Path, processes: int
) -> None:
    said: list[tuple[int, int]] = []
    report = read(folder, processes, advance=lambda *counts: said.append(counts))
    assert report.problem is None
    assert [each.article for each in report.corrected] == IDS
    assert (report.unchanged, report.withdrawn, report.found) == (0, 0, 1)
    assert said[-1] == (COUNT, COUNT)
    assert content(folder) == content(made["wanted"])
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = Checks(db, None).of_files(folder / "kexue.jsonl", with_counts=True)
        assert is_clean(points), "\n".join(table(points))
    assert "archives/120/changes/" in (folder / "changes.xml").read_text("utf-8")


def test_the_second_time_nothing_is_due(folder: Path) -> None:
    read(folder)
    again = read(folder)
    assert (again.planned, again.done) == (0, 0)
    everything = read(folder, all=True)
    assert (everything.planned, everything.unchanged) == (COUNT, COUNT)


def test_named_articles_are_read_whatever_has_read_them(folder: Path) -> None:
    report = read(folder, ids=[103, 7])
    assert [each.article for each in report.corrected] == [103]
    assert [(each.article, each.reason) for each in report.refused] == [(7, "not in the archive")]
    assert report.problem == "1 article stays as it is; the first is 7: not in the archive"
    assert read(folder).planned == COUNT - 1
    assert read(folder, ids=[103]).unchanged == 1


def test_a_damaged_capture_keeps_no_other_article_from_being_read(folder: Path) -> None:
    damage(folder, 105)
    before = content(folder)
    report = read(folder)
    assert report.exit_status == 1
    assert len(report.corrected) == COUNT - 1
    assert str(report.problem).startswith("1 article stays as it is; the first is 105: the page of")
    of_article = [row for row in before["articles"] if row[0] == 105]
    assert of_article == [row for row in content(folder)["articles"] if row[0] == 105]
    assert read(folder).planned == 1


def test_a_defect_is_named_and_ends_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("archiver.reparsing.reparsed_article.load_article", fail)
    report = read(folder)
    assert len(report.refused) == COUNT
    assert report.refused[0].reason == "a defect of the archiver: RecursionError('too deep')"


# --- Interrupted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [1, 2])
def test_interrupted_it_goes_on(made: dict[str, Path], folder: Path, processes: int) -> None:
    def interrupt(done: int, count: int) -> None:
        assert (done, count) == (16, COUNT)
        raise KeyboardInterrupt

    report = read(folder, processes, advance=interrupt)
    assert report.problem == (
        "ended early (interrupted); 4 not read yet; scrapy reparse goes on from there"
    )
    assert (folder / "kexue.jsonl").exists()
    again = read(folder, processes)
    assert (again.problem, again.planned) == (None, 4)
    assert content(folder) == content(made["wanted"])


def test_a_process_that_is_killed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: object) -> Any:
        raise Killed("a process in the pool was terminated abruptly")

    monkeypatch.setattr(reparse_run, "read_articles", end)
    report = read(folder)
    assert str(report.problem).startswith("ended early (a process was killed; is there too little")


def test_a_database_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("archiver.store.archive.Archive.save_corrections", fail)
    report = read(folder)
    assert "the database cannot be written: database or disk is full" in str(report.problem)
    assert report.planned == COUNT


#: Each transaction takes so long that a signal meets it.
SLOW = """
import time
from archiver.store.archive import Archive
save = Archive.save_corrections
def save_slowly(self, corrected):
    save(self, corrected)
    time.sleep(0.5)
Archive.save_corrections = save_slowly
"""


@pytest.mark.parametrize("number", few_at_first([signal.SIGKILL, signal.SIGTERM, signal.SIGINT], 2))
def test_a_signal_at_any_moment(
    made: dict[str, Path], folder: Path, number: signal.Signals
) -> None:
    """Nothing is lost, the next one ends the work, and no process stays behind."""
    words = ["reparse", "--processes", "2", *options_of(folder)]
    with Command(*words, program=SLOW) as command:
        wait_until(lambda: due(folder) < COUNT)
        children = children_of(command.pid)
        command.send_signal(number)
        status = command.wait()
        stderr = command.stderr.decode()
    wait_until(lambda: not any(map(is_alive, children)))
    assert "Traceback" not in stderr
    if number != signal.SIGKILL:
        assert status == 1
        assert "ended early (interrupted)" in stderr
    again = run_command(*words)
    assert again.returncode == 0, again.stderr
    assert content(folder) == content(made["wanted"])


def due(folder: Path) -> int:
    query = (
        f"SELECT count(DISTINCT article_id) FROM captures WHERE parser_version < {PARSER_VERSION}"
    )
    with closing(sqlite3.connect(folder / "kexue.db")) as db:
        return int(db.execute(query).fetchone()[0])


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it takes too long")


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(word) for word in text.split()]


# --- The command ----------------------------------------------------------------------------------


def test_what_it_prints(folder: Path) -> None:
    damage(folder, 105)
    status = run_command("status", *options_of(folder))
    assert f"extraction    {COUNT} by an earlier version; scrapy reparse reads" in status.stdout
    ended = run_command("reparse", "--verbose", *options_of(folder))
    lines = ended.stdout.splitlines()
    assert lines[0].split() == ["read", "again", "20"]
    assert lines[2].split() == ["corrected", "19"]
    assert "  corrected: 101: tags, revisions" in lines
    assert "  corrected: 120: tags, revisions, changes; 1 edit found" in lines
    assert lines[-1].startswith("  not readable: 105: the page of 2026-11-01T")
    assert ended.returncode == 1
    assert ended.stderr.startswith("scrapy reparse: 1 article stays as it is; the first is 105: ")


def test_json(folder: Path) -> None:
    ended = run_command("reparse", "--ids", "101,102", "--json", *options_of(folder))
    found = json.loads(ended.stdout)
    assert found.pop("seconds") >= 0
    corrected = {"differs": ["tags", "revisions"], "withdrawn": 0, "found": 0}
    assert found == {
        "ok": True,
        "problem": None,
        "ending": "finished",
        "planned": 2,
        "read": 2,
        "unchanged": 0,
        "corrected": [{"article": n, **corrected} for n in (101, 102)],
        "withdrawn": 0,
        "found": 0,
        "not_readable": [],
    }


def test_while_another_run_writes(folder: Path) -> None:
    with locked(folder):
        ended = run_command("reparse", *options_of(folder))
    assert ended.returncode == 2
    assert f"another run is writing to the data folder {folder}" in ended.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "there is no archive at "),
        (["--processes", "0"], "--processes 0: give a number from 1 to 256"),
        (["--processes", "many"], "--processes many: give a number from 1 to 256"),
        (["--ids", "x"], "--ids x: give article numbers with commas between them"),
        (["--accept"], "--accept goes with --ids"),
        (["6583"], "6583: reparse takes options only"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, words: list[str], sentence: str) -> None:
    ended = run_command("reparse", *words, *options_of(tmp_path))
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_after_a_crawl_nothing_differs(tmp_path: Path) -> None:
    """With listings, feed, gate, a password and a deletion; the blog is a copy on another host."""
    with Crawled.complete(tmp_path, 12) as archive:
        archive.replica.protect(103)
        archive.replica.edit(104, title="新题")
        archive.replica.delete(105)
        assert archive.crawl("full=1").status == 0
        before = (archive.folder / "kexue.jsonl").read_bytes()
        again = archive.run("reparse", "--all", "--verbose")
        assert (again.status, again.paths) == (0, [])
        assert again.count("unchanged") == 12
        assert again.count("corrected") == 0
        assert (archive.folder / "kexue.jsonl").read_bytes() == before
        archive.assert_sound()

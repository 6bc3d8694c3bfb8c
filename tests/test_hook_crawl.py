"""The report of every run reaches the hook, also that of a run that went wrong."""

from __future__ import annotations

import json
import shlex
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
from crawling import Archive, Outcome, options_of
from replica import make_post, make_posts
from rig.commands import run

from archiver.store.lock import LOCK_NAME, locked

FILES: Final = {"kexue.db", "kexue.jsonl", "changes.xml", "warc", LOCK_NAME}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Where the hook command writes what it gets."""
    return tmp_path / "report.json"


def command(report: Path) -> str:
    return f"cat > {shlex.quote(str(report))}"


def test_the_command_gets_the_report(tmp_path: Path, report: Path) -> None:
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.crawl(KEXUE_HOOK_COMMAND=command(report))
    told = json.loads(report.read_text("utf-8"))
    assert (told["exit_status"], told["outcome"], told["mode"]) == (0, "ok", "normal")
    assert told["archived"] == 12
    assert (told["counts"]["new"], told["counts"]["unread"]) == (12, 0)
    kinds = ("missing", "failed", "suspicious", "without", "comments", "pictures")
    assert told["named"] == {kind: [] for kind in kinds}
    assert told["files"]["database"] == str(tmp_path / "data" / "kexue.db")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_of_a_run_whose_report_cannot_be_printed(tmp_path: Path, report: Path) -> None:
    """The hook is told the status with which the process ends."""
    with Archive(tmp_path, make_posts(1)) as archive, Path("/dev/full").open("wb") as full:
        options = {"KEXUE_HOOK_COMMAND": command(report), "KEXUE_HOOK_WHEN": "failure"}
        words = options_of(archive.replica.base_url, archive.folder, **options)
        done = run("crawl", "kexue", *words, stdout=full.fileno())
    told = json.loads(report.read_text("utf-8"))
    assert done.returncode == told["exit_status"] == 1
    assert told["outcome"] == "the report cannot be printed"
    assert "No space left on device" in done.stderr


def test_of_a_failing_run_too(tmp_path: Path, report: Path) -> None:
    """With the sentence that stderr has, and the names of what is missing, failed, suspicious."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.fault("^/archives/110$", kind="status", code=500)
        archive.replica.edit(105, body="")
        archive.crawl(KEXUE_HOOK_COMMAND=command(report), KEXUE_HOOK_WHEN="failure")
        url = archive.replica.base_url
    told = json.loads(report.read_text("utf-8"))
    assert told["exit_status"] == 1
    assert told["outcome"].startswith("the archive is not complete: 1 failed, 1 suspicious")
    assert told["named"] == {
        "missing": [],
        "failed": [
            {
                "url": f"{url}/archives/110",
                "article": 110,
                "reason": "HTTP 500 (Internal Server Error)",
            }
        ],
        "suspicious": [
            {"url": f"{url}/archives/105", "article": 105, "reason": "it has lost its body"}
        ],
        "without": [],
        "comments": [],
        "pictures": [],
    }


def test_of_a_run_that_nobody_answers(tmp_path: Path, report: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        archive.replica.closed()
        outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report))
    told = json.loads(report.read_text("utf-8"))
    assert (outcome.status, told["exit_status"]) == (1, 1)
    assert outcome.sentence == f"scrapy crawl: {told['outcome']}"
    assert "robots.txt cannot be read" in told["outcome"]


def test_of_an_archive_that_is_damaged(tmp_path: Path, report: Path) -> None:
    """There is no run then, so only the status and the sentence."""
    with Archive.complete(tmp_path, 3) as archive:
        (archive.folder / "kexue.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
        outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report))
    told = json.loads(report.read_text("utf-8"))
    assert (outcome.status, told["exit_status"]) == (1, 1)
    assert outcome.sentence == f"scrapy crawl: {told['outcome']}"


def test_a_good_run_is_no_case_for_failure(tmp_path: Path, report: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report), KEXUE_HOOK_WHEN="failure")
    assert outcome.status == 0
    assert not report.exists()


def test_a_hook_that_fails_changes_no_exit_status(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        outcome = archive.crawl(KEXUE_HOOK_COMMAND="exit 3")
    assert outcome.status == 0
    assert outcome.sentence == (
        "scrapy crawl: the hook command ended with status 3 (KEXUE_HOOK_COMMAND)"
    )


class Service(HTTPServer):
    """Keeps what is posted to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.told: list[dict[str, Any]] = []


class Listener(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Service)
        length = int(self.headers["Content-Length"])
        self.server.told.append(json.loads(self.rfile.read(length)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_address_gets_the_report(tmp_path: Path, service: Service) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        address = f"http://127.0.0.1:{service.server_port}/secret"
        outcome = archive.crawl(KEXUE_HOOK_URL=address)
    assert outcome.status == 0
    assert "secret" not in outcome.said
    assert [told["counts"]["new"] for told in service.told] == [3]


# --- Ends of a run that never began ---------------------------------------------------------------


def assert_told(report: Path, outcome: Outcome, status: int) -> None:
    told = json.loads(report.read_text("utf-8"))
    assert (outcome.status, told["exit_status"]) == (status, status), outcome.said
    assert told["outcome"] in outcome.stderr.splitlines()[-1]


def test_of_a_run_that_finds_another_one(tmp_path: Path, report: Path) -> None:
    with Archive.complete(tmp_path, 3) as archive, locked(archive.folder):
        outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report), KEXUE_HOOK_WHEN="failure")
        assert archive.replica.paths == []
    assert "another run is writing" in outcome.sentence
    assert_told(report, outcome, 2)


def test_of_a_database_of_another_program(tmp_path: Path, report: Path) -> None:
    with Archive.complete(tmp_path, 3) as archive:
        (archive.folder / "kexue.db").unlink()
        with closing(sqlite3.connect(archive.folder / "kexue.db")) as other:
            other.execute("CREATE TABLE theirs (a)")
        outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report))
    assert "is a database of another program" in outcome.sentence
    assert_told(report, outcome, 2)


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        ((), {"KEXUE_RECHECK": "many"}, "KEXUE_RECHECK=many is not"),
        (("limit=0",), {}, "limit=0"),
    ],
)
def test_of_a_wrong_setting(
    tmp_path: Path, report: Path, arguments: tuple[str, ...], settings: dict[str, str], words: str
) -> None:
    """A timer has nobody who reads what the command says."""
    with Archive(tmp_path, make_posts(3)) as archive:
        outcome = archive.crawl(*arguments, KEXUE_HOOK_COMMAND=command(report), **settings)
    assert words in outcome.stderr
    assert_told(report, outcome, 2)


def test_a_wrong_setting_of_the_hook_is_named_once(tmp_path: Path, report: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report), KEXUE_HOOK_WHEN="now")
    assert outcome.status == 2
    assert outcome.stderr.count("KEXUE_HOOK_WHEN=now is neither") == 1
    assert not report.exists()


# --- A reader -------------------------------------------------------------------------------------


def test_a_reader_stops_no_run(tmp_path: Path, report: Path) -> None:
    """One that has begun to read before the run, and goes on behind it, from its own moment."""
    with Archive.complete(tmp_path, 3) as archive:
        with closing(sqlite3.connect(archive.folder / "kexue.db")) as reader:
            reader.execute("BEGIN")
            before = reader.execute("SELECT count(*) FROM articles").fetchall()
            archive.replica.publish(make_post(201, 40))
            outcome = archive.crawl(KEXUE_HOOK_COMMAND=command(report))
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == before == [(3,)]
            reader.rollback()
            assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(4,)]
        assert outcome.status == 0, outcome.said
        assert archive.rows("SELECT outcome FROM runs ORDER BY id DESC LIMIT 1") == [("ok",)]
        assert set(outcome.records) == {101, 102, 103, 201}
        assert archive.crawl().status == 0
        assert {path.name for path in archive.folder.iterdir()} == FILES
    assert_told_ok(report)


@pytest.mark.soak
def test_a_half_read_query_stops_no_run(tmp_path: Path) -> None:
    """As a notebook leaves one behind, in a connection that cannot write."""
    with Archive.complete(tmp_path, 30) as archive:
        database = f"{(archive.folder / 'kexue.db').as_uri()}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as reader:
            cursor = reader.execute("SELECT * FROM articles")
            assert cursor.fetchone() is not None
            archive.replica.publish(make_post(201, 40))
            outcome = archive.crawl()
            assert len(cursor.fetchall()) == 29
        assert outcome.status == 0, outcome.said
        archive.assert_sound()


def assert_told_ok(report: Path) -> None:
    assert json.loads(report.read_text("utf-8"))["outcome"] == "ok"

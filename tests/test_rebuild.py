"""``scrapy reparse --rebuild``: the same archive again, from nothing but the WARC files."""

from __future__ import annotations

import gzip
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from crawling import Archive, Outcome, options_of, rows_of
from replica import make_post, make_posts
from rig.commands import run
from sqlite_utils import Database

from archiver.verify.archive_comparison import COMPARED, find_differences


def rebuild(folder: Path, target: Path, *words: object, program: str = "") -> Outcome:
    """Rebuild the archive of a folder into another one."""
    options = ["-s", f"KEXUE_DATA_DIR={folder}", *words]
    if "--processes" not in words:
        options += ["--processes", "1"]
    ended = run("reparse", "--rebuild", target, *options, program=program)
    assert "Traceback" not in ended.stdout + ended.stderr, ended.stderr
    return Outcome(ended.returncode, ended.stdout, ended.stderr, target)


def differences(one: Path, other: Path) -> list[str]:
    with (
        closing(Database(one / "kexue.db")) as here,
        closing(Database(other / "kexue.db")) as there,
    ):
        return [
            f"{table.name} {words}"
            for table in COMPARED
            for words in find_differences(here, there, table)
        ]


def assert_rebuilt(archive: Archive, target: Path, *words: object) -> None:
    made = rebuild(archive.folder, target, *words)
    assert (made.status, made.stderr) == (0, ""), made.said
    assert differences(archive.folder, target) == []
    for name in ("kexue.jsonl", "changes.xml"):
        assert (target / name).read_bytes() == (archive.folder / name).read_bytes()


def test_all_that_a_blog_does(tmp_path: Path) -> None:
    """News, an edit, a deletion, a password, a gate, and runs of every mode, in every table."""
    with Archive(tmp_path, make_posts(12), gate="script") as archive:
        assert archive.crawl().status == 0
        archive.replica.edit(105, readers=9999)
        archive.replica.edit(106, title="改过的题目")
        archive.replica.publish(make_post(130, day=20))
        archive.replica.delete(107)
        archive.crawl("readers=1")
        archive.crawl("ids=104,999")
        archive.replica.protect(108)
        archive.crawl("full=1")
        archive.crawl("limit=2", KEXUE_RECHECK=5)
        kinds = {kind for (kind,) in archive.rows("SELECT kind FROM changes")}
        assert kinds == {"new", "edited", "gone", "protected"}
        assert_rebuilt(archive, tmp_path / "again", "--processes", "2")
        told = run(
            "verify", "--against", tmp_path / "again", "-s", f"KEXUE_DATA_DIR={archive.folder}"
        )
        assert told.returncode == 0, told.stdout


def test_the_demo_with_its_pictures(tmp_path: Path) -> None:
    """What is fetched besides pages is made again too: rows and files."""
    options = ["-s", f"KEXUE_DATA_DIR={tmp_path / 'data'}"]
    assert run("demo", *options).returncode == 0
    options += ["-s", "KEXUE_NAME=demo"]
    made = run("reparse", "--rebuild", tmp_path / "again", "--processes", "1", *options)
    assert (made.returncode, made.stderr) == (0, "")
    told = run("verify", "--against", tmp_path / "again", *options)
    assert told.returncode == 0, told.stdout
    here, there = (contents(tmp_path / name / "demo-files") for name in ("data", "again"))
    assert here == there
    assert len(here) > 10


#: What somebody has written, and what it becomes.
OLD, NEW = "第三段有个错别字".encode(), "第四段有个错别字".encode()


def test_comments_of_several_runs(tmp_path: Path) -> None:
    """New, edited and deleted ones, on all their pages, with pictures and runs of other kinds."""
    posts = [make_post(104, 3, comments=90), make_post(103, 2, comments=60), make_post(102, 1)]
    files = {"KEXUE_ATTACHMENTS": 1, "KEXUE_PICTURES_PER_RUN": 2}
    with Archive(tmp_path, posts) as archive:
        assert archive.crawl("comments=1", **files).status == 0
        archive.replica.edit(104, comments=84)
        archive.replica.fault("/archives/10", kind="swap", old=OLD, new=NEW)
        archive.crawl("ids=104", "comments=1")
        archive.replica.edit(103, comments=63)
        archive.crawl("readers=1", **files)
        archive.crawl("limit=1", "comments=1", **files)
        archive.crawl("pictures=1")
        for counted in ("comments WHERE gone_at IS NOT NULL", "comment_revisions"):
            assert archive.rows(f"SELECT count(*) FROM {counted}") != [(0,)]
        assert_rebuilt(archive, tmp_path / "again")
        told = run(
            "verify", "--against", tmp_path / "again", "-s", f"KEXUE_DATA_DIR={archive.folder}"
        )
        assert told.returncode == 0, told.stdout


def test_pages_of_comments_that_this_version_does_not_ask_for(tmp_path: Path) -> None:
    """What was recorded is read all the same, when all else has been."""
    with Archive(tmp_path, [make_post(104, 3, comments=90)]) as archive:
        assert archive.crawl("comments=1").status == 0
        program = (
            "from archiver.planning.comment_agenda import CommentAgenda\n"
            "CommentAgenda.next_page = lambda agenda: None\n"
        )
        made = rebuild(archive.folder, tmp_path / "again", program=program)
        assert (made.status, made.stderr) == (0, ""), made.said
        assert differences(archive.folder, tmp_path / "again") == []


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != ".run.lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


FAULTS = dict.fromkeys(
    ["reset", "cut", "503", "length", "after", "cut-clean", "invalid-utf8", "not-html", "swap",
     "odd-header", "other-host", "captive", "wrong", "404", "403", "500", "new-cookie", "drop"],
    0.02,
)  # fmt: skip


def test_a_storm_of_faults(tmp_path: Path) -> None:
    """Whatever went wrong goes wrong in the same way: tries, failures, the end of the run."""
    with Archive(tmp_path, make_posts(14), gate="header") as archive:
        for seed in (3, 4, 8):
            archive.replica.storm(seed, FAULTS)
            archive.crawl("full=1", DOWNLOAD_TIMEOUT=2, KEXUE_BREAKER=0)
        assert archive.rows("SELECT count(*) FROM captures WHERE truncated IS NOT NULL") != [(0,)]
        assert archive.rows("SELECT count(*) FROM failures") != [(0,)]
        assert_rebuilt(archive, tmp_path / "again")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """Nothing came back, not even a connection: that is recorded, and happens again."""
    archive = Archive(tmp_path, make_posts(2))
    with archive:
        options = options_of(archive.replica.base_url, archive.folder, ROBOTSTXT_OBEY=0)
    assert run("crawl", "kexue", *options).returncode == 1
    reasons = rows_of(archive.folder, "SELECT DISTINCT reason FROM failures")
    assert reasons == [("the host refuses connections",)]
    assert_rebuilt(archive, tmp_path / "again")


@pytest.mark.parametrize("pattern", ["^/page/2/$", "^/archives/105$"])
def test_a_run_that_was_killed(tmp_path: Path, pattern: str) -> None:
    """The next run goes on with what it has left, then and now; its record is as it was."""
    with Archive(tmp_path, make_posts(14)) as archive:
        assert archive.crawl_until(pattern, signal.SIGKILL).status == -signal.SIGKILL
        assert archive.crawl().status == 0
        assert archive.rows("SELECT ending FROM runs") == [("killed",), ("finished",)]
        assert_rebuilt(archive, tmp_path / "again")


def test_a_run_that_was_interrupted(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(8)) as archive:
        assert archive.crawl_until("^/archives/104$", signal.SIGTERM).status == 1
        assert archive.crawl().status == 0
        assert_rebuilt(archive, tmp_path / "again")


# --- One archive for what does not change it ------------------------------------------------------


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of two runs."""
    with Archive(tmp_path_factory.mktemp("crawled"), make_posts(8)) as archive:
        assert archive.crawl().status == 0
        archive.replica.edit(105, readers=9999)
        assert archive.crawl("full=1").status == 0
        yield archive


@pytest.fixture
def copied(crawled: Archive, tmp_path: Path) -> Path:
    """The WARC files of that archive, to be spoilt."""
    shutil.copytree(crawled.folder / "warc", tmp_path / "data" / "warc")
    return tmp_path / "data" / "warc"


DIES = """
import os
from archiver.replay import rebuild
check, seen = rebuild._check_stored, []
def die(crawler):
    check(crawler)
    seen.append(crawler)
    if len(seen) == {number}:
        os._exit(9)
rebuild._check_stored = die
"""


def test_interrupted(crawled: Archive, tmp_path: Path) -> None:
    """It goes on behind the last whole run, and counts nothing twice."""
    target = tmp_path / "again"
    assert rebuild(crawled.folder, target, program=DIES.format(number=2)).status == 9
    assert not (target / "kexue.db").exists()
    made = rebuild(crawled.folder, target)
    assert made.status == 0
    assert "2 runs (1 of them made before)" in made.stdout
    assert differences(crawled.folder, target) == []


SELECTS_NOTHING = """
from archiver.planning import agenda
agenda.select_articles = lambda *arguments: []
"""


def test_a_page_that_is_not_asked_for_is_not_left_out(crawled: Archive, tmp_path: Path) -> None:
    """Another version may ask for other pages; what was received is read all the same."""
    made = rebuild(crawled.folder, tmp_path / "again", program=SELECTS_NOTHING)
    assert made.status == 0, made.stderr
    query = "SELECT id, fetched_at, title, body_html, readers FROM articles"
    assert rows_of(made.folder, query) == rows_of(crawled.folder, query)
    count = "SELECT count(*) FROM captures"
    assert rows_of(made.folder, count) == rows_of(crawled.folder, count)


def test_no_network_is_used(crawled: Archive, tmp_path: Path) -> None:
    asked = len(crawled.replica.paths)
    assert rebuild(crawled.folder, tmp_path / "again").status == 0
    assert len(crawled.replica.paths) == asked


def first_file(folder: Path) -> Path:
    return min(folder.glob("*.warc.gz"))


def test_a_torn_end(copied: Path, tmp_path: Path) -> None:
    path = first_file(copied)
    path.write_bytes(path.read_bytes()[:-20])
    made = rebuild(copied.parent, tmp_path / "again")
    assert made.status == 1
    assert "the file ends in half a record" in made.stderr
    assert rows_of(made.folder, "SELECT count(*) FROM articles") == [(8,)]


def test_a_damaged_record(crawled: Archive, copied: Path, tmp_path: Path) -> None:
    """The page in it is missing and named; later ones are there."""
    query = "SELECT offset, length FROM captures WHERE article_id = 105 AND run_id = 1"
    ((offset, length),) = crawled.rows(query)
    path = first_file(copied)
    data = bytearray(path.read_bytes())
    data[offset + length // 2] ^= 0xFF
    path.write_bytes(data)
    made = rebuild(copied.parent, tmp_path / "again")
    assert made.status == 1
    assert f"byte {offset:,}: damaged" in made.stderr
    assert rows_of(made.folder, "SELECT count(*) FROM articles") == [(8,)]
    captures = "SELECT count(*) FROM captures"
    assert rows_of(made.folder, captures) == [(crawled.rows(captures)[0][0] - 1,)]
    lost = "SELECT readers FROM reader_counts WHERE article_id = 105 ORDER BY seen_at DESC"
    assert rows_of(made.folder, lost)[0] == (9999,)


def test_a_damaged_head(crawled: Archive, copied: Path, tmp_path: Path) -> None:
    """The end of a run tells once more how it began."""
    path = first_file(copied)
    data = bytearray(path.read_bytes())
    data[30] ^= 0xFF
    path.write_bytes(data)
    made = rebuild(copied.parent, tmp_path / "again")
    assert made.status == 1
    assert "the record of the settings of run 1 is damaged" in made.stderr
    assert differences(crawled.folder, made.folder) == []


def test_files_of_another_program(copied: Path, tmp_path: Path) -> None:
    """They are left out and named; the others are used."""
    block = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    block += b"WARC-Target-URI: https://example.org/\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    (copied / "2026-01-01-1.warc.gz").write_bytes(gzip.compress(block))
    (copied / "2026-01-01-2.warc.gz").write_bytes(b"no WARC file")
    (copied / "2026-01-01-3.warc.gz").touch()
    made = rebuild(copied.parent, tmp_path / "again")
    assert made.status == 1
    assert "2026-01-01-1.warc.gz: 1 record" in made.stderr
    assert "2026-01-01-2.warc.gz, byte 0: damaged" in made.stderr
    assert "2026-01-01-3" not in made.stderr
    assert rows_of(made.folder, "SELECT count(*) FROM articles") == [(8,)]


def test_files_of_two_archives(crawled: Archive, copied: Path, tmp_path: Path) -> None:
    """All their pages are used, and the sentence says what has happened."""
    with Archive(tmp_path / "other", make_posts(3, first_id=501)) as other:
        assert other.crawl().status == 0
        shutil.copy(first_file(other.folder / "warc"), copied / "2030-01-01-1.warc.gz")
    made = rebuild(copied.parent, tmp_path / "again")
    assert made.status == 1
    assert "do the files of two archives lie in this folder?" in made.stderr
    assert rows_of(made.folder, "SELECT count(*) FROM articles") == [(8 + 3,)]
    assert rows_of(made.folder, "SELECT id FROM runs") == [(1,), (2,), (3,)]
    assert rows_of(made.folder, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("itself", "is the folder of the archive itself"),
        ("archive", "has an archive already"),
        ("full", "is not empty"),
        ("file", "is no folder"),
        ("link", "is a symbolic link"),
        ("nothing", "there are no WARC files in"),
    ],
)
def test_wrong_use(crawled: Archive, tmp_path: Path, what: str, words: str) -> None:
    target, source = tmp_path / "again", crawled.folder
    if what == "itself":
        target = crawled.folder
    elif what == "link":
        target.symlink_to(tmp_path / "missing")
    elif what == "file":
        target.touch()
    elif what == "nothing":
        source = tmp_path
    else:
        target.mkdir()
        (target / ("old.db" if what == "archive" else "letter.txt")).touch()
    refused = rebuild(source, target)
    assert refused.status == 2
    assert words in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", ["0", "x", "-1", "99999"])
def test_a_wrong_number_of_processes(crawled: Archive, tmp_path: Path, number: str) -> None:
    refused = rebuild(crawled.folder, tmp_path / "again", "--processes", number)
    assert refused.status == 2
    assert f"--processes {number}: give a number from 1 to 256" in refused.stderr


def test_a_full_disk(crawled: Archive, tmp_path: Path) -> None:
    """One sentence, and nothing that a later rebuild would stumble over."""
    target = tmp_path / "again"
    options = ["--processes", "1", "-s", f"KEXUE_DATA_DIR={crawled.folder}"]
    ended = run("reparse", "--rebuild", target, *options, largest_file=300_000)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    (sentence,) = ended.stderr.splitlines()
    assert "the database cannot be written" in sentence or "cannot write" in sentence
    assert not (target / "kexue.db").exists()
    assert rebuild(crawled.folder, target).status == 0
    assert differences(crawled.folder, target) == []

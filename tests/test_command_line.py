"""What the commands say before and beside their work: wrong use, help, log, other encodings."""

from __future__ import annotations

import argparse
import json
import os
import pty
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from conftest import ROOT
from crawling import Archive, options_of
from replica import Replica, make_posts
from rig.commands import Command, run, run_bytes, run_cold, surroundings
from scrapy.commands import ScrapyHelpFormatter
from scrapy.settings import Settings

from archiver.commands.command_line import own_commands
from archiver.planning.plan import ARGUMENTS
from archiver.setting_names import find_unknown, own_settings

START: Final = r"[-\d]+ [:\d]+ \[archiver\.commands\.crawl\] INFO: kexue-archiver \S+: {} into {}"


def say(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command says that needs no blog."""
    return run(*words, "-s", f"KEXUE_DATA_DIR={folder / 'data'}")


# --- Wrong use ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("crawl", "give the name of the spider: scrapy crawl kexue"),
        ("crawl kexeu", "there is no spider kexeu; there is kexue"),
        ("crawl kexue other", "other: give one spider and options only"),
        ("crawl kexue --full", "--full: give it as -a full=1"),
        ("crawl kexue -full", "-full: give it as -a full=1"),
        ("crawl kexue full=1", "full=1: give it as -a full=1"),
        ("crawl kexue --ids 6583,7006", "--ids: give it as -a ids=6583,7006"),
        ("crawl kexue --ids=1,2", "--ids=1,2: give it as -a ids=1,2"),
        ("crawl --since 2020-01-01 kexue", "--since: give it as -a since=2020-01-01"),
        ("crawl kexue --limit", "--limit: give it as -a limit=10"),
        ("crawl kexue --readers", "--readers: give it as -a readers=1"),
        ("crawl kexue -a pictures=1 -a limit=3", "pictures=1 fetches pictures only; give no other"),
        ("crawl kexue --ids 5 --accept", "--ids: give it as -a ids=5"),
        ("crawl kexue --accept", "--accept: give it as -a accept=1"),
        ("crawl kexue --jsno", "unknown option --jsno"),
        ("crawl kexue -x", "unknown option -x"),
        ("crawl kexue -a full", "-a full: give a name and a value, as in -a full=1"),
        ("crawl kexue -a =1", "-a =1: give a name and a value, as in -a full=1"),
        (
            "crawl kexue -a colour=red",
            "no argument colour; there are full, ids, since, limit, readers, accept",
        ),
        (
            "crawl kexue -a KEXUE_RECHECK=5",
            "KEXUE_RECHECK is a setting: give it as -s KEXUE_RECHECK=…",
        ),
        ("crawl kexue -s full=1", "full is a spider argument: give it as -a full=1"),
        (
            "crawl kexue -s DOWNLOAD_DELAY",
            "-s DOWNLOAD_DELAY: give a name and a value, as in -s DOWNLOAD_DELAY=5",
        ),
        (
            "crawl kexue -s DOWNLAOD_DELAY=1",
            "there is no setting DOWNLAOD_DELAY; did you mean DOWNLOAD_DELAY?",
        ),
        (
            "crawl kexue -s download_delay=1",
            "there is no setting download_delay; did you mean DOWNLOAD_DELAY?",
        ),
        (
            "crawl kexue -s KEXUE_RECHEKC=1",
            "there is no setting KEXUE_RECHEKC; did you mean KEXUE_RECHECK?",
        ),
        ("crawl kexue -s KEXUE_COLOUR=red", "there is no setting KEXUE_COLOUR"),
        (
            "crawl kexue -s ADDONS={}",
            "ADDONS lacks archiver.network.retry_policy.RetryPolicy; add yours to those of",
        ),
        ("crawl kexue -L loud", "loud is no log level; there are DEBUG, INFO, WARNING, ERROR,"),
        ("crawl kexue --logfile /nonexistent/x", "/nonexistent/x: No such file or directory"),
        ("crawl kexue -s LOG_FILE=/nonexistent/x", "/nonexistent/x: No such file or directory"),
        ("crawl kexue --pidfile /nonexistent/x", "/nonexistent/x: No such file or directory"),
        ("crawl kexue -L INFO -a limit=0", "limit=0 is not a number of articles from 1 on"),
        ("crawl kexue -L DEBUG -s DOWNLOAD_DELAY=x", "DOWNLOAD_DELAY=x is not a number from 0 on"),
        ("status -s DOWNLAOD_DELAY=1", "there is no setting DOWNLAOD_DELAY; did you mean DOWNLOA"),
        ("status --jsno", "unknown option --jsno"),
        ("history", "give the number of an article, e.g. 6583"),
        ("history 6583 --html --xml", "unknown option --xml"),
        ("verify -s KEXUE_NAEM=x", "there is no setting KEXUE_NAEM; did you mean KEXUE_NAME?"),
        ("verify -a full=1", "unknown option -a"),
        ("extract --htlm x", "unknown option --htlm"),
        ("extract -s KEXUE_NAEM=x x", "there is no setting KEXUE_NAEM; did you mean KEXUE_NAME?"),
        ("demo extra", "extra: demo takes options only"),
        ("demo -a limit=x", "limit=x is not a number of articles from 1 on"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, words: str, sentence: str) -> None:
    """No usage, no line of a log, no traceback; nothing is written."""
    said = say(tmp_path, *words.split())
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"scrapy {words.split(maxsplit=1)[0]}: {sentence}")
    assert said.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("command", "option"),
    [
        *(("crawl", option) for option in ("-a", "-s", "-L", "--logfile")),
        *(("status", "--max-age"), ("verify", "--ids"), ("extract", "--url"), ("demo", "-s")),
    ],
)
def test_missing_value_is_one_sentence(tmp_path: Path, command: str, option: str) -> None:
    ended = run(command, option)
    assert (ended.returncode, ended.stdout) == (2, "")
    sentence = rf"scrapy {command}: argument \S*{option}\S*: expected one argument\n"
    assert re.fullmatch(sentence, ended.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "items.json"),
        ("-O", "items.json:json"),
        ("--output", "-"),
        ("--overwrite-output=items.csv",),
        ("-o",),
        ("-a", "full=x", "-o", "items.json"),
        ("-s", 'FEEDS={"items.json": {"format": "json"}}'),
        ("-s", "FEEDS=items.json"),
    ],
)
def test_items_are_written_from_the_database_only(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = say(tmp_path, "crawl", *words, "kexue")
    assert said.returncode == 2
    assert said.stderr == (
        "scrapy crawl: -o, -O and FEEDS write nothing here: every run writes the JSONL file in the"
        " data folder, from the database\n"
    )


def test_setting_of_an_extension_is_named_and_taken(tmp_path: Path) -> None:
    said = say(tmp_path, "status", "-s", "SENTRY_DSN=x")
    first, second = said.stderr.splitlines()
    assert first == "scrapy status: nothing here reads the setting SENTRY_DSN"
    assert second.startswith("scrapy status: there is no archive")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DOWNLOAD_DELAYS", "DOWNLOAD_DELAY"),
        ("DOWNLOADDELAY", "DOWNLOAD_DELAY"),
        ("KEXUE_BASEURL", "KEXUE_BASE_URL"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("RETRY_TIME", "RETRY_TIMES"),
        ("ROBOTSTXT_OBAY", "ROBOTSTXT_OBEY"),
        ("SENTRY_DSN", None),
        ("REDIS_URL", None),
        ("PLAYWRIGHT_BROWSER_TYPE", None),
        ("", None),
    ],
)
def test_near_names(settings: Settings, name: str, meant: str | None) -> None:
    changed = settings.copy()
    changed.set(name, "1", priority="cmdline")
    (unknown,) = find_unknown(changed)
    assert (unknown.name, unknown.meant, unknown.is_given) == (name, meant, True)


def test_slip_in_the_settings_of_the_project(settings: Settings) -> None:
    changed = settings.copy()
    changed.set("DOWNLAOD_DELAY", 1, priority="project")
    assert [unknown.meant for unknown in find_unknown(changed)] == ["DOWNLOAD_DELAY"]
    assert list(find_unknown(settings)) == []


# --- Help -----------------------------------------------------------------------------------------


def test_help_names_arguments_and_settings(tmp_path: Path) -> None:
    said = say(tmp_path, "crawl", "--help")
    words = " ".join(said.stdout.split())
    assert said.returncode == 0
    for entry in ARGUMENTS:
        assert f" -a {entry.name}={entry.example} {entry.meaning} " in words
    for setting in own_settings():
        assert f" -s {setting.name}=" in words
        assert setting.meaning in words
    assert " -s KEXUE_RECHECK=20 " in words
    assert "--output" not in words
    assert max(map(len, said.stdout.splitlines())) <= 80


_HEADINGS: Final = {
    "Usage", "Options", "Global Options", "Spider Arguments", "Settings, With Their Defaults",
}  # fmt: skip


def test_no_help_of_an_option_is_a_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrapy makes a heading of each line that ends with a colon, also of a wrapped one."""
    monkeypatch.setenv("COLUMNS", "80")
    for name, command in own_commands().items():
        parser = argparse.ArgumentParser(
            formatter_class=ScrapyHelpFormatter, conflict_handler="resolve"
        )
        command.settings = Settings()
        command.add_options(parser)
        headings = re.findall(r"^(.*)\n==", parser.format_help(), re.MULTILINE)
        assert [line for line in headings if line not in _HEADINGS] == [], name


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_readme_names_arguments_and_settings(settings: Settings, page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = {setting.name for setting in own_settings()}
    assert named == {name for name in settings if name.startswith("KEXUE_")}
    assert [name for name in named if f"`{name}" not in text] == []
    assert [entry.name for entry in ARGUMENTS if f"`{entry.name}=" not in text] == []


# --- The log --------------------------------------------------------------------------------------


def test_log_of_a_crawl_is_one_line(tmp_path: Path) -> None:
    """As cron gets it: version, address and archive, then the report on standard output."""
    with Archive.complete(tmp_path, 3) as archive:
        outcome = archive.crawl()
        database = re.escape(str(archive.folder / "kexue.db"))
        assert re.fullmatch(START.format(archive.replica.base_url, database), outcome.stderr[:-1])
        assert outcome.said.count("  listed  ") == 1


@pytest.mark.parametrize("words", [("-L", "INFO"), ("-s", "LOG_LEVEL=INFO")])
def test_level_that_was_asked_for_shows_all(tmp_path: Path, words: tuple[str, ...]) -> None:
    with Archive.complete(tmp_path, 3) as archive:
        outcome = archive.run("crawl", "kexue", *words)
    for line in ("[scrapy.utils.log] INFO: Scrapy ", "Enabled extensions", "Spider closed"):
        assert line in outcome.stderr


def test_warnings_stay(tmp_path: Path) -> None:
    """Scrapy's own, and those of this project."""
    with Archive.complete(tmp_path, 3) as archive:
        archive.replica.fault("^/archives/102$", kind="status", code=500)
        archive.replica.fault(
            "^/archives/103$", kind="odd-header", name="Content-Encoding", value="zip"
        )
        archive.replica.fault("^/archives/101$", kind="cut")
        outcome = archive.crawl("full=1")
    assert "unsupported encoding(s) 'zip'" in outcome.stderr
    assert "DATALOSS" not in outcome.stderr, "the run names it, without Scrapy's advice"
    assert re.search(r"\[archiver\.run\] WARNING: \S+/archives/102: ", outcome.stderr)
    assert "[scrapy.middleware]" not in outcome.stderr


def test_log_on_a_terminal(tmp_path: Path) -> None:
    """Each line takes the place of the line of progress, and has the time of day only."""
    with Replica(make_posts(3)) as replica:
        replica.fault("^/archives/102$", kind="status", code=500)
        terminal, other_end = pty.openpty()
        options = options_of(replica.base_url, tmp_path)
        with Command("crawl", "kexue", *options, files=(None, None, other_end)) as command:
            os.close(other_end)
            shown = b"".join(iter(lambda: read(terminal), b"")).decode("utf-8")
            assert command.wait() == 1
        os.close(terminal)
    first, *lines = shown.split("\r\n")
    erased = re.escape("\r\x1b[K")
    assert re.fullmatch(rf"{erased}\d\d:\d\d:\d\d INFO: kexue-archiver \S+: \S+ into \S+", first)
    warnings = [line for line in lines if "WARNING" in line]
    assert warnings
    for line in warnings:
        assert re.search(rf"{erased}\d\d:\d\d:\d\d WARNING: \S", line)


def read(terminal: int) -> bytes:
    """What comes from the other end of a terminal; nothing once it is closed."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


# --- Encodings ------------------------------------------------------------------------------------

TITLE: Final = "注意力 α₁ 之测"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one article."""
    folder = tmp_path_factory.mktemp("encodings")
    (post,) = make_posts(1)
    with Archive(folder, [replace(post, title=TITLE)]) as archive:
        assert archive.crawl().status == 0
        return archive.folder


def run_in_locale(locale: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """A cold start: the interpreter asks for the locale when it begins."""
    kept = {name: value for name, value in surroundings().items() if name not in FORGOTTEN}
    return run_cold(*words, env={**kept, "PYTHONUTF8": "0", "LC_ALL": locale})


FORGOTTEN: Final = {"PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "LC_CTYPE", "LANG"}


@pytest.mark.parametrize("locale", ["C", "POSIX"])
@pytest.mark.parametrize("words", [("history", "101"), ("history", "101", "--json"), ("status",)])
def test_ascii_locale_shows_chinese(archive: Path, locale: str, words: tuple[str, ...]) -> None:
    done = run_in_locale(locale, *words, "-s", f"KEXUE_DATA_DIR={archive}")
    assert (done.returncode, done.stderr) == (0, b"")
    assert TITLE in done.stdout.decode("utf-8")


def test_crawl_in_an_ascii_locale(tmp_path: Path) -> None:
    """Its names, its log and its sentence are readable."""
    folder = tmp_path / "数据"
    with Replica(make_posts(2)) as replica:
        replica.fault("^/archives/102$", kind="status", code=500)
        words = options_of(replica.base_url, folder)
        done = run_in_locale("C", "crawl", "kexue", *words)
    assert done.returncode == 1
    assert f"  {folder}/kexue.db\n" in done.stdout.decode("utf-8")
    assert f" into {folder}/kexue.db\n" in done.stderr.decode("utf-8")
    assert b"Traceback" not in done.stderr
    assert (folder / "kexue.jsonl").stat().st_size > 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_other_encodings(archive: Path, encoding: str) -> None:
    """A table has escapes for what there is not; JSON stays JSON; a text is whole or refused."""
    environment = {"PYTHONIOENCODING": encoding}
    history = ("history", "101", "-s", f"KEXUE_DATA_DIR={archive}")
    table = run_bytes(*history, env=environment)
    assert table.returncode == 0
    assert TITLE.encode(encoding, "backslashreplace") in table.stdout
    found = json.loads(run_bytes(*history, "--json", env=environment).stdout)
    assert found["title"] == TITLE
    text = run_bytes(*history, "1", env=environment)
    expected = run(*history, "1").stdout
    try:
        assert text.stdout == expected.encode(encoding)
    except UnicodeEncodeError:
        assert (text.returncode, text.stdout) == (1, b"")
        assert (
            text.stderr
            == (
                f"scrapy history: standard output takes {encoding} only;"
                " set PYTHONIOENCODING=utf-8\n"
            ).encode()
        )


def test_demo_in_an_ascii_locale(tmp_path: Path) -> None:
    """The queries at its end are another program's, which must be told."""
    done = run_in_locale("C", "demo", "-s", f"KEXUE_DATA_DIR={tmp_path}")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("utf-8").count("注意力") >= 4


@pytest.mark.parametrize("words", [("demo",), ("crawl", "kexue", "-s", "RETRY_TIMES=0")])
def test_reader_that_goes_away(tmp_path: Path, words: tuple[str, ...]) -> None:
    """``scrapy demo | head -1``: not a word about it."""
    reading, writing = os.pipe()
    os.close(reading)
    with Replica(make_posts(1)) as replica:
        done = run(*words, *options_of(replica.base_url, tmp_path), stdout=writing)
    os.close(writing)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr


def test_wrong_use_in_another_encoding() -> None:
    said = run("crawl", "kexue", "-a", "颜色=红").stderr
    assert said.startswith("scrapy crawl: no argument 颜色; there are full, ")
    done = run_bytes("crawl", "kexue", "-a", "颜色=红", env={"PYTHONIOENCODING": "ascii"})
    assert done.stderr.startswith(rb"scrapy crawl: no argument \u989c\u8272; there are full, ")

"""Ctrl-C, SIGTERM and SIGHUP end a run within five seconds, with its report and no traceback."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest
from conftest import ROOT
from replica import Replica, make_posts

#: The promise, in seconds from the signal to the end of the process.
PROMISE: Final = 5.0
#: What a run asks for first, after robots.txt.
FIRST: Final = "/content.html"

HANG = """
import asyncio

class Hang:
    async def process_spider_output(self, response, result):
        await asyncio.sleep(1000)
        async for part in result:
            yield part
"""

SLOW_LOOKUP = """
import socket
import sys
import time

def look_up(name):
    print("looking up", name, file=sys.stderr, flush=True)
    time.sleep(60)

socket.gethostbyname = look_up

class Hang:
    pass
"""


class Crawl:
    """A crawl that goes on; what it says on standard error can be waited for."""

    def __init__(self, base_url: str, folder: Path, settings: dict[str, object]) -> None:
        self.folder = folder
        values = {
            "KEXUE_BASE_URL": base_url,
            "KEXUE_DATA_DIR": folder,
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": 0,
            **settings,
        }
        options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "kexue", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(folder), "no_proxy": "*"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(self.process.stderr)

    def has_said(self, words: str) -> bool:
        return any(words in line for line in list(self.said))

    def end(self, number: signal.Signals) -> tuple[str, str]:
        """Send a signal; returns what the command printed, all of it in time and in order."""
        self.process.send_signal(number)
        self.process.wait(timeout=PROMISE)
        self._reader.join(timeout=PROMISE)
        assert self.process.stdout is not None
        return self.process.stdout.read(), "".join(self.said)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "kexue.db")) as connection:
            return connection.execute(sql).fetchall()


@contextmanager
def crawling(base_url: str, folder: Path, **settings: object) -> Iterator[Crawl]:
    crawl = Crawl(base_url, folder, settings)
    try:
        yield crawl
    finally:
        if crawl.process.poll() is None:
            crawl.process.kill()
        crawl.process.wait()


def until(condition: Callable[[], bool]) -> None:
    """Come back when a condition holds; fails when it does not within a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def assert_well_ended(crawl: Crawl, number: signal.Signals, *, in_order: bool = True) -> None:
    stdout, stderr = crawl.end(number)
    assert crawl.process.returncode == 1, stderr
    for words in ("Traceback", "Task was destroyed", "Unhandled", "never retrieved"):
        assert words not in stderr
    assert "interrupted" in stderr.splitlines()[-1]
    assert ("something does not end; it is left behind" not in stderr) is in_order
    assert stdout.startswith("  listed"), stdout
    assert crawl.rows("SELECT finished_at IS NULL FROM runs") == [(0,)]
    ((outcome,),) = crawl.rows("SELECT outcome FROM runs")
    assert "interrupted" in str(outcome)


BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


@BOTH
def test_in_the_middle_of_a_slow_answer(tmp_path: Path, number: signal.Signals) -> None:
    with Replica(make_posts(3)) as replica:
        replica.fault(f"^{FIRST}$", kind="slow", seconds=8)
        with crawling(replica.base_url, tmp_path) as crawl:
            until(lambda: FIRST in replica.paths)
            assert_well_ended(crawl, number)


@BOTH
def test_in_the_middle_of_a_wait(tmp_path: Path, number: signal.Signals) -> None:
    with Replica(make_posts(3)) as replica:
        replica.fault(f"^{FIRST}$", kind="status", code=503, retry_after=200)
        with crawling(replica.base_url, tmp_path) as crawl:
            until(lambda: crawl.has_said("waiting 3 min"))
            assert_well_ended(crawl, number)
        assert replica.paths == ["/robots.txt", FIRST]


def test_in_the_middle_of_a_wait_for_the_gate(tmp_path: Path) -> None:
    with (
        Replica(make_posts(3), gate="never") as replica,
        crawling(replica.base_url, tmp_path, KEXUE_GATE_DELAY=100) as crawl,
    ):
        until(lambda: len(replica.paths) == 2)
        assert_well_ended(crawl, signal.SIGINT)


def test_in_the_middle_of_a_long_crawl_delay(tmp_path: Path) -> None:
    rules = b"User-agent: *\nCrawl-delay: 100\n"
    with Replica(make_posts(3)) as replica:
        replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=rules)
        with crawling(replica.base_url, tmp_path) as crawl:
            until(lambda: crawl.has_said("robots.txt asks for 100 s"))
            assert_well_ended(crawl, signal.SIGINT)
        assert replica.paths == ["/robots.txt"]


def test_in_the_middle_of_a_lookup(tmp_path: Path) -> None:
    """The system may take a minute to find that there is no network."""
    (tmp_path / "hang.py").write_text(SLOW_LOOKUP)
    middlewares = '{"hang.Hang": 10}'
    with crawling("http://kexue.invalid", tmp_path, SPIDER_MIDDLEWARES=middlewares) as crawl:
        until(lambda: crawl.has_said("looking up kexue.invalid"))
        assert_well_ended(crawl, signal.SIGINT)


def test_an_answer_on_its_way_is_not_lost(tmp_path: Path) -> None:
    """What arrives soon after the signal is stored; the next run goes on from there."""
    with Replica(make_posts(3)) as replica:
        replica.fault("^/archives/102$", kind="slow", seconds=1)
        with crawling(replica.base_url, tmp_path) as crawl:
            until(lambda: "/archives/102" in replica.paths)
            assert_well_ended(crawl, signal.SIGINT)
            assert crawl.rows("SELECT id FROM articles ORDER BY id") == [(102,), (103,)]
        assert replica.paths[-1] == "/archives/102"


def test_what_does_not_end_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "hang.py").write_text(HANG)
    middlewares = '{"hang.Hang": 10}'
    with (
        Replica(make_posts(3)) as replica,
        crawling(replica.base_url, tmp_path, SPIDER_MIDDLEWARES=middlewares) as crawl,
    ):
        until(lambda: FIRST in replica.paths)
        assert_well_ended(crawl, signal.SIGINT, in_order=False)


# --- Before the run, and behind it ----------------------------------------------------------------

#: A crawl in this process, with what is written in front of it.
COMMAND = """
import os, signal, sys
sys.argv = ["bin/scrapy", "crawl", *sys.argv[1:]]
{first}
from scrapy.cmdline import execute
execute()
"""
AT_IMPORT = """
import archiver.commands
os.kill(os.getpid(), signal.{name})
"""
AT_OPENING = """
import archiver.commands.crawl as command
def open_archive(path):
    os.kill(os.getpid(), signal.{name})
command.open_archive = open_archive
"""
IGNORED = """
signal.signal(signal.SIGHUP, signal.SIG_IGN)
import archiver.spiders.kexue as spiders
def page_requested(self, request):
    os.kill(os.getpid(), signal.SIGHUP)
spiders.KexueSpider.page_requested = page_requested
"""


def command(first: str, base_url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    values = {
        "KEXUE_BASE_URL": base_url,
        "KEXUE_DATA_DIR": folder / "data",
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": 0,
        "KEXUE_HOOK_COMMAND": f"cat > {folder / 'report'}",
    }
    options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
    return subprocess.run(
        [sys.executable, "-c", COMMAND.format(first=first), "kexue", *options],
        cwd=ROOT,
        env={**os.environ, "no_proxy": "*"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@BOTH
def test_during_the_imports(tmp_path: Path, number: signal.Signals) -> None:
    ended = command(AT_IMPORT.format(name=number.name), "http://127.0.0.1:9", tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "scrapy: interrupted; no run is under way\n"


@BOTH
def test_while_the_archive_is_opened(tmp_path: Path, number: signal.Signals) -> None:
    """The hook is told, too."""
    ended = command(AT_OPENING.format(name=number.name), "http://127.0.0.1:9", tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    sentence = "interrupted before the run has begun"
    assert ended.stderr.splitlines()[-1] == f"scrapy crawl: {sentence}"
    assert sentence in (tmp_path / "report").read_text()


def test_nohup(tmp_path: Path) -> None:
    """A SIGHUP that was ignored from the start stays so."""
    with Replica(make_posts(3)) as replica:
        ended = command(IGNORED, replica.base_url, tmp_path)
        assert "/archives/101" in replica.paths
    assert ended.returncode == 0, ended.stderr

"""Ctrl-C, SIGTERM and SIGHUP end a run within five seconds, with its report and no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from conftest import ROOT, few_at_first
from crawling import options_of, rows_of
from replica import Replica, make_posts
from rig.commands import Command, run

#: The promise, in seconds from the signal to the end of the process, on a machine that has time.
PROMISE: Final = 5.0
#: On a busy one everything takes longer: as much as so many commands that have nothing to do. On a
#: quiet one that is a second.
ALLOWANCE: Final = 20
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


class Crawl(Command):
    """A crawl that goes on; what it says on standard error can be waited for."""

    def __init__(self, base_url: str, folder: Path, **settings: object) -> None:
        self.folder = folder
        options = options_of(base_url, folder, **settings)
        super().__init__("crawl", "kexue", *options, env={"PYTHONPATH": str(folder)})

    def has_said(self, words: str) -> bool:
        return words in self.stderr.decode()

    def end(self, number: signal.Signals) -> tuple[str, str]:
        """Send a signal; returns what the command printed, all of it in time and in order."""
        start = time.monotonic()
        run("version")
        allowed = PROMISE + ALLOWANCE * (time.monotonic() - start)
        self.send_signal(number)
        self.wait(allowed)
        return self.stdout.decode(), self.stderr.decode()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return rows_of(self.folder, sql)


def until(condition: Callable[[], bool]) -> None:
    """Come back when a condition holds; fails when it does not within a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def assert_well_ended(crawl: Crawl, number: signal.Signals, *, in_order: bool = True) -> None:
    stdout, stderr = crawl.end(number)
    assert crawl.returncode == 1, stderr
    for words in ("Traceback", "Task was destroyed", "Unhandled", "never retrieved"):
        assert words not in stderr
    assert "interrupted" in stderr.splitlines()[-1]
    assert ("something does not end; it is left behind" not in stderr) is in_order
    assert stdout.startswith("  listed"), stdout
    assert crawl.rows("SELECT finished_at IS NULL FROM runs") == [(0,)]
    ((outcome,),) = crawl.rows("SELECT outcome FROM runs")
    assert "interrupted" in str(outcome)


BOTH = pytest.mark.parametrize(
    "number", few_at_first([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], first=2)
)


@BOTH
def test_in_the_middle_of_a_slow_answer(tmp_path: Path, number: signal.Signals) -> None:
    with Replica(make_posts(3)) as replica:
        replica.fault(f"^{FIRST}$", kind="slow", seconds=8)
        with Crawl(replica.base_url, tmp_path) as crawl:
            until(lambda: FIRST in replica.paths)
            assert_well_ended(crawl, number)


@BOTH
def test_in_the_middle_of_a_wait(tmp_path: Path, number: signal.Signals) -> None:
    with Replica(make_posts(3)) as replica:
        replica.fault(f"^{FIRST}$", kind="status", code=503, retry_after=200)
        with Crawl(replica.base_url, tmp_path) as crawl:
            until(lambda: crawl.has_said("waiting 3 min"))
            assert_well_ended(crawl, number)
        assert replica.paths == ["/robots.txt", FIRST]


def test_in_the_middle_of_a_wait_for_the_gate(tmp_path: Path) -> None:
    with (
        Replica(make_posts(3), gate="never") as replica,
        Crawl(replica.base_url, tmp_path, KEXUE_GATE_DELAY=100) as crawl,
    ):
        until(lambda: len(replica.paths) == 2)
        assert_well_ended(crawl, signal.SIGINT)


def test_in_the_middle_of_a_long_crawl_delay(tmp_path: Path) -> None:
    rules = b"User-agent: *\nCrawl-delay: 100\n"
    with Replica(make_posts(3)) as replica:
        replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=rules)
        with Crawl(replica.base_url, tmp_path) as crawl:
            until(lambda: crawl.has_said("robots.txt asks for 100 s"))
            assert_well_ended(crawl, signal.SIGINT)
        assert replica.paths == ["/robots.txt"]


def test_in_the_middle_of_a_lookup(tmp_path: Path) -> None:
    """The system may take a minute to find that there is no network."""
    (tmp_path / "hang.py").write_text(SLOW_LOOKUP)
    middlewares = '{"hang.Hang": 10}'
    with Crawl("http://kexue.invalid", tmp_path, SPIDER_MIDDLEWARES=middlewares) as crawl:
        until(lambda: crawl.has_said("looking up kexue.invalid"))
        assert_well_ended(crawl, signal.SIGINT)


def test_an_answer_on_its_way_is_not_lost(tmp_path: Path) -> None:
    """What arrives soon after the signal is stored; the next run goes on from there."""
    with Replica(make_posts(3)) as replica:
        replica.fault("^/archives/102$", kind="slow", seconds=1)
        with Crawl(replica.base_url, tmp_path) as crawl:
            until(lambda: "/archives/102" in replica.paths)
            assert_well_ended(crawl, signal.SIGINT)
            assert crawl.rows("SELECT id FROM articles ORDER BY id") == [(102,), (103,)]
        assert replica.paths[-1] == "/archives/102"


def test_what_does_not_end_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "hang.py").write_text(HANG)
    middlewares = '{"hang.Hang": 10}'
    with (
        Replica(make_posts(3)) as replica,
        Crawl(replica.base_url, tmp_path, SPIDER_MIDDLEWARES=middlewares) as crawl,
    ):
        until(lambda: FIRST in replica.paths)
        assert_well_ended(crawl, signal.SIGINT, in_order=False)


# --- Before the run, and behind it ----------------------------------------------------------------

#: A cold start, which is over when the first of its own modules is imported.
AT_IMPORT = """
import os, signal, sys
sys.argv = ["bin/scrapy", "crawl", "kexue"]
import archiver.commands
os.kill(os.getpid(), signal.{name})
"""
AT_OPENING = """
import os, signal
import archiver.commands.crawl as command
def check_writable(path, warc):
    os.kill(os.getpid(), signal.{name})
command.check_writable = check_writable
"""
IGNORED = """
import os, signal
signal.signal(signal.SIGHUP, signal.SIG_IGN)
import archiver.spiders.kexue as spiders
def page_requested(self, request):
    os.kill(os.getpid(), signal.SIGHUP)
spiders.KexueSpider.page_requested = page_requested
"""


def options(base_url: str, folder: Path) -> list[str]:
    hook = f"cat > {folder / 'report'}"
    return options_of(base_url, folder / "data", KEXUE_HOOK_COMMAND=hook)


@BOTH
def test_during_the_imports(number: signal.Signals) -> None:
    program = AT_IMPORT.format(name=number.name)
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == "scrapy: interrupted; no run is under way\n"


@BOTH
def test_while_the_archive_is_opened(tmp_path: Path, number: signal.Signals) -> None:
    """The hook is told, too."""
    program = AT_OPENING.format(name=number.name)
    ended = run("crawl", "kexue", *options("http://127.0.0.1:9", tmp_path), program=program)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    sentence = "interrupted before the run has begun"
    assert ended.stderr.splitlines()[-1] == f"scrapy crawl: {sentence}"
    assert sentence in (tmp_path / "report").read_text()


def test_nohup(tmp_path: Path) -> None:
    """A SIGHUP that was ignored from the start stays so."""
    with Replica(make_posts(3)) as replica:
        words = options(replica.base_url, tmp_path)
        ended = run("crawl", "kexue", *words, program=IGNORED)
        assert "/archives/101" in replica.paths
    assert ended.returncode == 0, ended.stderr

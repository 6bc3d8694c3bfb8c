"""Crawls for end-to-end tests: the real command, a local blog, and what the command leaves."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from replica import Replica, make_posts
from rig.commands import Command, run

from archiver import clock
from archiver.demo.posts import Post
from archiver.reading.status.summary import read_summary
from archiver.site import Base
from archiver.store.read_only import open_for_reading
from archiver.verify.checks import Checks
from archiver.verify.result_table import is_clean, table

QUICK = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "0",
    "KEXUE_GATE_DELAY": "0.01",
    "KEXUE_BACKOFF": "0.01",
    "KEXUE_BACKOFF_MOST": "0.05",
    "RETRY_TIMES": "1",
    "KEXUE_PICTURES": "0",  # most tests are about articles
    "WARN_ON_GENERATOR_RETURN_VALUE": "0",  # reads the source of each callback
}
#: What every run asks for first.
FIRST: Final = ["/robots.txt", "/content.html", "/"]
_ARTICLE: Final = re.compile(r"/archives/(\d+)/?")
#: The columns with moments, which a test may push into the past.
_MOMENTS: Final = {
    "articles": ("first_seen", "last_seen", "fetched_at", "gone_at"),
    "reader_counts": ("seen_at",),
    "revisions": ("seen_at",),
    "changes": ("seen_at",),
    "sightings": ("first_seen", "last_seen"),
    "failures": ("first_seen", "last_seen"),
    "comments": ("first_seen", "gone_at"),
    "comment_revisions": ("replaced_at",),
    "comment_pages": ("read_at",),
    "files": ("first_seen",),
    "file_addresses": ("asked_at",),
    "runs": ("started_at", "finished_at"),
}
_IDS: Final = "SELECT id FROM articles"
#: Further than any test goes: a day of the past must not meet one that is still to be pushed there.
_FAR: Final = 36500


@dataclass
class Outcome:
    """What a finished command has said and left."""

    status: int
    stdout: str
    stderr: str
    folder: Path
    #: The requests that the blog has seen, where it was asked to note them.
    paths: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        return self.stdout + self.stderr

    @property
    def sentence(self) -> str:
        """The one line on standard error that says which promise does not hold."""
        names = ("scrapy crawl: ", "scrapy demo: ")
        lines = [line for line in self.stderr.splitlines() if line.startswith(names)]
        assert len(lines) == 1, self.stderr
        return lines[0]

    @property
    def articles(self) -> list[int]:
        """The articles whose pages were asked for, in their order."""
        return article_ids(self.paths)

    @property
    def listings(self) -> list[str]:
        """The listing pages that were asked for, in their order, without the first one."""
        return [path for path in self.paths if path.startswith("/page/")]

    @property
    def jsonl(self) -> bytes:
        return (self.folder / "kexue.jsonl").read_bytes()

    @property
    def records(self) -> dict[int, dict[str, Any]]:
        return records_of(self.folder)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return rows_of(self.folder, sql)

    def count(self, name: str) -> int:
        """A number of the table at the end."""
        line = next(x for x in self.stdout.splitlines() if x.startswith(f"  {name}  "))
        return int(line.removeprefix(f"  {name}").strip().replace(",", ""))


def article_ids(paths: Iterable[str]) -> list[int]:
    """The articles of those paths that are of articles."""
    return [int(found[1]) for path in paths if (found := _ARTICLE.fullmatch(path))]


def rows_of(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query of the archive in a folder gives."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        return connection.execute(sql).fetchall()


def records_of(folder: Path) -> dict[int, dict[str, Any]]:
    """The objects of the JSONL file in a folder, by id."""
    lines = (folder / "kexue.jsonl").read_bytes().splitlines()
    return {(entry := json.loads(line))["id"]: entry for line in lines}


# --- Commands -------------------------------------------------------------------------------------


def options_of(base_url: str, folder: Path, **settings: object) -> list[str]:
    """The settings of a quick crawl as words of a command line."""
    values = {**QUICK, "KEXUE_BASE_URL": base_url, "KEXUE_DATA_DIR": folder, **settings}
    return [word for name, value in values.items() for word in ("-s", f"{name}={value}")]


def crawl(base_url: str, folder: Path, *arguments: str, **settings: object) -> Outcome:
    """Run ``scrapy crawl kexue``; ``arguments`` are spider arguments as ``full=1``."""
    words = [word for argument in arguments for word in ("-a", argument)]
    ended = run("crawl", "kexue", *words, *options_of(base_url, folder, **settings))
    assert "Traceback" not in ended.stdout + ended.stderr, ended.stderr
    return Outcome(ended.returncode, ended.stdout, ended.stderr, folder)


# --- A blog and its archive ----------------------------------------------------------------------


class Archive:
    """Context manager: a local blog, and the folder of its archive. Commands are forked: quick."""

    def __init__(self, folder: Path, posts: Iterable[Post], **options: Any) -> None:
        self.folder = folder / "data"
        self.replica = Replica(posts, **options)

    @classmethod
    def complete(cls, folder: Path, count: int, **options: Any) -> Self:
        """A blog of so many articles, all of them archived by one run."""
        archive = cls(folder, make_posts(count), **options)
        shutil.copytree(_archived(count), archive.folder)
        return archive

    def __enter__(self) -> Self:
        self.replica.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.replica.__exit__(*exc_info)

    def crawl(self, *arguments: str, **settings: object) -> Outcome:
        """Run ``scrapy crawl kexue``; the outcome has the requests of this run."""
        words = [word for argument in arguments for word in ("-a", argument)]
        return self.run("crawl", "kexue", *words, **settings)

    def run(self, *words: str, **settings: object) -> Outcome:
        """Run a command of ``scrapy`` on the archive."""
        asked = len(self.replica.paths)
        options = options_of(self.replica.base_url, self.folder, **settings)
        ended = run(*words, *options)
        assert "Traceback" not in ended.stdout + ended.stderr, ended.stderr
        paths = self.replica.paths[asked:]
        return Outcome(ended.returncode, ended.stdout, ended.stderr, self.folder, paths)

    @property
    def records(self) -> dict[int, dict[str, Any]]:
        return records_of(self.folder)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return rows_of(self.folder, sql)

    def assert_sound(self, *, whole: bool = True, with_counts: bool = True) -> None:
        """What ``scrapy verify`` checks is right, and what ``scrapy status`` tells is ``whole``."""
        database, jsonl = self.folder / "kexue.db", self.folder / "kexue.jsonl"
        with closing(open_for_reading(database)) as db:
            checks = Checks(db, None)
            feed = self.folder / "changes.xml"
            points = checks.of_files(jsonl, feed, with_counts=with_counts)
            points += checks.of_warc(self.folder / "warc")
            points += checks.of_pictures(self.folder / "files")
            points += checks.of_pages(self.folder / "warc", Base.parse(self.replica.base_url))
            summary = read_summary(db, {"database": database, "jsonl": jsonl}, clock.now())
        assert is_clean(points), "\n".join(table(points))
        problems = list(summary.problems(max_age=None))
        assert (not problems) is whole, problems

    def assert_undamaged(self) -> None:
        """The database is whole, and so is each line of the JSONL file where there is one."""
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []
        if (self.folder / "kexue.jsonl").exists():
            assert self.records.keys() <= {article for (article,) in self.rows(_IDS)}

    def pass_days(self, days: int = 1) -> None:
        """Push everything that the archive remembers into the past."""
        with closing(sqlite3.connect(self.folder / "kexue.db")) as connection, connection:
            for of, columns in _MOMENTS.items():
                for shift in (f"-{_FAR + days} days", f"+{_FAR} days"):
                    values = ", ".join(
                        f"{name} = strftime('%Y-%m-%dT%H:%M:%S+00:00', {name}, '{shift}')"
                        for name in columns
                    )
                    connection.execute(f"UPDATE {of} SET {values}")
            connection.execute("DELETE FROM digests")  # as one who has changed it himself does

    def going_on(self, *arguments: str, **settings: object) -> Command:
        """A crawl that goes on beside the test, as a context manager that kills it at the end."""
        words = [word for argument in arguments for word in ("-a", argument)]
        options = options_of(self.replica.base_url, self.folder, **settings)
        return Command("crawl", "kexue", *words, *options)

    def crawl_until(
        self, pattern: str, number: signal.Signals, *arguments: str, times: int = 1
    ) -> Outcome:
        """Run a crawl that gets a signal when it asks for such a path for the ``times``th time."""
        asked = len(self.replica.paths)
        running: list[Command] = []
        met: list[None] = []

        def count() -> None:
            met.append(None)
            if len(met) == times:
                running[0].send_signal(number)

        self.replica.fault(pattern, kind="hook", times=times, call=count)
        with self.going_on(*arguments) as command:
            running.append(command)
            status = command.wait()
            stdout, stderr = command.stdout.decode(), command.stderr.decode()
        assert "Traceback" not in stderr, stderr
        assert len(met) == times, "the signal was never sent"
        return Outcome(status, stdout, stderr, self.folder, self.replica.paths[asked:])


@cache
def _archived(count: int) -> Path:
    """The data folder of a finished first run, for copying."""
    folder = Path(tempfile.mkdtemp(prefix="archived-"))
    atexit.register(shutil.rmtree, folder)
    with Archive(folder, make_posts(count)) as archive:
        first = archive.crawl()
        assert first.status == 0, first.said
    return archive.folder

"""What WARC files cost: processor time and disk, for a first crawl and for a year of daily runs.

How long ``scrapy verify`` takes after the first crawl is measured too: of all articles and of one.

The blog is one of 1,340 articles with pages of 67 kB, on the loopback interface, whose server
compresses as most do. The second day's run is measured twice: nothing has changed, and every page
shows another reader count, as on the real blog. The year is such a run, 365 times.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Final

from extract import FIRST_ID, build_posts

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.routes import Answer, answer
from archiver.demo.server import DemoServer

_ROOT: Final = Path(__file__).parents[1]
ARTICLES: Final = 1340
_SETTINGS: Final = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": 0,
    "KEXUE_PICTURES": 0,  # of pages, as docs/operating.md tells their cost
    "LOG_LEVEL": "ERROR",
}
#: As if no article had been read for a year: the next run reads as many again as it may.
_PASS_A_YEAR: Final = """
    UPDATE articles SET fetched_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', fetched_at, '-1 year')
"""


class CompressingServer(DemoServer):
    """Serves every page with gzip, without the gate; each is made when it is first asked for."""

    def __init__(self, posts: list[Post]) -> None:
        super().__init__(posts, gate=False)
        self._made: dict[str, Answer] = {}

    def show(self, posts: list[Post]) -> None:
        """Show other posts from now on."""
        self.blog = Blog(tuple(posts), site_url=self.blog.site_url)
        self._made.clear()

    def answer(self, target: str, cookies: str) -> Answer:  # noqa: ARG002 - there is no gate
        """The page at a path."""
        if target not in self._made:
            given = answer(self.blog, target)
            headers = (*given.headers, ("Content-Encoding", "gzip"))
            body = gzip.compress(given.body, 6, mtime=0)
            self._made[target] = replace(given, body=body, headers=headers)
        return self._made[target]


@dataclass(frozen=True)
class Cost:
    """Of one run: processor time in seconds, requests, bytes received and bytes of WARC added."""

    seconds: float
    requests: int
    received: int
    stored: int


def main() -> None:
    """Measure, and print the figures."""
    with tempfile.TemporaryDirectory() as name, blog_server() as (base, let_a_day_pass):
        without = crawl(base, Path(name) / "without", "KEXUE_WARC=0")
        folder = Path(name) / "with"
        first = crawl(base, folder)
        checks = {words: _verify(folder, *words.split()) for words in ("", f"--ids {FIRST_ID}")}
        _let_a_year_pass(folder)
        same = crawl(base, folder)
        _let_a_year_pass(folder)
        let_a_day_pass()
        later = crawl(base, folder)
    spent, more = (1000 * seconds / first.requests for seconds in _times(without, first))
    print(f"WARC: a first crawl, {first.requests:,} requests")
    print(f"  processor time a page, without    {spent:>8.1f} ms")
    print(f"  and with WARC, more               {more:>8.1f} ms")
    print(f"  received                          {first.received / 1e6:>8.1f} MB")
    print(f"  WARC files                        {first.stored / 1e6:>8.1f} MB")
    for title, cost in (("other reader counts", later), ("nothing has changed", same)):
        print(f"a later run, {cost.requests} requests, {title}")
        print(f"  WARC files                        {cost.stored / 1e3:>8.0f} kB")
        print(f"  365 times                         {cost.stored * 365 / 1e6:>8.0f} MB")
    print(f"{ARTICLES:,} articles")
    for words, seconds in checks.items():
        print(f"  {f'scrapy verify {words}':<34}{seconds:>8.1f} s")


def _times(without: Cost, first: Cost) -> tuple[float, float]:
    return without.seconds, first.seconds - without.seconds


def crawl(base: str, folder: Path, *settings: str) -> Cost:
    """Run the crawl to its end; stop when it fails."""
    values = [f"{name}={value}" for name, value in _SETTINGS.items()]
    values += [f"KEXUE_BASE_URL={base}", f"KEXUE_DATA_DIR={folder}", *settings]
    words = [word for value in values for word in ("-s", value)]
    before = _stored(folder)
    command = [sys.executable, "-m", "scrapy", "crawl", "kexue", *words]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # of this process alone
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the crawl ended with {process.returncode}")
    with closing(sqlite3.connect(folder / "kexue.db")) as db, db:
        query = "SELECT requests, bytes FROM runs ORDER BY id DESC LIMIT 1"
        requests, received = db.execute(query).fetchone()
    seconds = usage.ru_utime + usage.ru_stime
    return Cost(seconds, requests, received, _stored(folder) - before)


def _let_a_year_pass(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "kexue.db")) as db, db:
        db.execute(_PASS_A_YEAR)
        db.execute("DELETE FROM digests")  # it is changed on purpose


def _verify(folder: Path, *words: str) -> float:
    """The seconds of a check in which nothing is found; stop when something is."""
    command = [sys.executable, "-m", "scrapy", "verify", "-s", f"KEXUE_DATA_DIR={folder}", *words]
    start = perf_counter()
    subprocess.run(command, cwd=_ROOT, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def _stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("warc/*.warc.gz"))


# --- The server -----------------------------------------------------------------------------------


@contextmanager
def blog_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a server in a process of its own, and what lets a day pass there."""
    command = [sys.executable, __file__, "serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=_ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        coming, going = process.stdout, process.stdin

        def let_a_day_pass() -> None:
            going.write("a day\n")
            going.flush()
            coming.readline()

        yield coming.readline().strip(), let_a_day_pass
        process.communicate()


def serve() -> None:
    """Say where the blog is, and let a day pass there at each line of standard input."""
    posts = build_posts(ARTICLES)
    with CompressingServer(posts) as server:
        print(server.base_url, flush=True)
        for _ in sys.stdin:
            posts = [_read_once_more(post) for post in posts]
            server.show(posts)
            print("a day has passed", flush=True)


def _read_once_more(post: Post) -> Post:
    return replace(post, readers=(post.readers or 0) + 1)


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()

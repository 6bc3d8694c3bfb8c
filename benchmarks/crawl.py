"""Speed and memory of a crawl of the whole blog, on the loopback interface.

The spider ``kexue`` with its pipelines and its database, against 1,500 article pages of 67 kB from
a server in a process of its own. Beside it a bare spider that downloads the same addresses with
the same settings and does nothing with them.

A run is timed from the start of its process to its end, so the start of Python, the listing pages
and the writing of the files are inside. This file is also the file of the bare spider.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from extract import FIRST_ID, build_posts
from scrapy import Request, Spider

from archiver.demo.blog import Blog
from archiver.demo.routes import Answer, answer
from archiver.demo.server import DemoServer

_ROOT: Final = Path(__file__).parents[1]
_ARTICLES: Final = 1500
_LISTINGS: Final = 150
_TARGET_PAGES: Final = 80
_TARGET_MB: Final = 250
#: Impolite settings, for this server only.
_SETTINGS: Final = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": 0,
    "KEXUE_PICTURES": 0,
    "CONCURRENT_REQUESTS": 8,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "LOG_LEVEL": "WARNING",
}
#: ``ru_maxrss`` is in KiB, on macOS in bytes.
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024


class PrebuiltServer(DemoServer):
    """Serves pages that were rendered beforehand, without the gate."""

    def __init__(self, pages: dict[str, Answer]) -> None:
        super().__init__((), gate=False)
        self.pages = pages

    def answer(self, target: str, cookies: str) -> Answer:
        """The page at a path."""
        return self.pages.get(target) or super().answer(target, cookies)


class BareSpider(Spider):
    """Downloads all addresses of the server ``base`` and throws the pages away."""

    name = "bare"
    custom_settings = {  # noqa: RUF012 - Scrapy declares it so
        "DOWNLOADER_MIDDLEWARES": {},
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
    }
    base: str

    async def start(self) -> AsyncIterator[Any]:
        """A request for every address."""
        for path in paths():
            yield Request(self.base + path)

    def parse(self, response: Any, **_: Any) -> None:
        """Do nothing with a page."""


@dataclass(frozen=True)
class Measure:
    """Time and memory of a process."""

    seconds: float
    peak_mb: float


def main() -> None:
    """Measure both, and print the table."""
    with tempfile.TemporaryDirectory() as folder, _server() as base:
        kexue = _measure(
            ["crawl", "kexue", "-s", f"KEXUE_BASE_URL={base}", "-s", f"KEXUE_DATA_DIR={folder}"]
        )
        megabytes = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        bare = _measure(["runspider", str(Path(__file__)), "-a", f"base={base}"])
    print(f"crawl: {_ARTICLES:,} article pages, {megabytes:.0f} MB of archive")
    print(f"  {'':<22}{'pages/s':>9}{'target':>8}{'peak RSS':>12}{'target':>10}{'time':>10}")
    targets = (f"{_TARGET_PAGES}", f"{_TARGET_MB} MB")
    for name, measure, (pages, memory) in (
        ("kexue, with archive", kexue, targets),
        ("bare spider", bare, ("", "")),
    ):
        print(
            f"  {name:<22}{_ARTICLES / measure.seconds:>9.0f}{pages:>8}"
            f"{f'{measure.peak_mb:.0f} MB':>12}{memory:>10}{f'{measure.seconds:.1f} s':>10}"
        )


def paths() -> list[str]:
    """The paths that a crawl asks for: listing pages, index, feed, articles."""
    listings = ["/", *(f"/page/{number}/" for number in range(2, _LISTINGS + 1))]
    articles = [f"/archives/{FIRST_ID + number}" for number in range(_ARTICLES)]
    return [*listings, "/content.html", "/feed/", *articles]


def serve() -> None:
    """Render all pages, say where they are, and serve them until standard input ends."""
    blog = Blog(tuple(build_posts(_ARTICLES)))
    with PrebuiltServer({path: answer(blog, path) for path in paths()}) as server:
        print(server.base_url, flush=True)
        sys.stdin.read()


@contextmanager
def _server() -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        if not base:
            raise SystemExit("the server of the benchmark did not start")
        yield base
        process.communicate()


def _measure(arguments: list[str]) -> Measure:
    """Run ``scrapy`` to its end; stop when it fails."""
    settings = [word for name, value in _SETTINGS.items() for word in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", *arguments, *settings]
    start = perf_counter()
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)  # of this process alone
    seconds = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"scrapy {arguments[0]} ended with {process.returncode}")
    return Measure(seconds, usage.ru_maxrss * _RSS_UNIT / 1e6)


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()

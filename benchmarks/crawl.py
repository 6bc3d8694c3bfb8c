"""What an added article costs in a first crawl, above what a bare spider needs to download it.

    python benchmarks/crawl.py            # crawls of 200 and of 1,000 articles
    python benchmarks/crawl.py 1500 15000 # or of two other numbers; 15,000 take minutes

The spider ``kexue`` with its pipelines and its database, and a bare spider that downloads the same
addresses with the same settings and does nothing with them, against pages of 67 kB from a server in
a process of its own. The difference between two sizes has no start-up in it. This file is also the
file of the bare spider.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from blog_server import paths_of, serving
from commands import CRAWL_SETTINGS, Cost, least_of, scrapy
from figures import Figure, Measured, counts, program
from scrapy import Request, Spider

_SIZES: Final = (200, 1000)
_ROUNDS: Final = 2
_TARGET_MS: Final = 11
_TARGET_PAGES: Final = 80
_TARGET_MB: Final = 250
_SETTINGS: Final = {
    **CRAWL_SETTINGS, "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8
}  # fmt: skip


class BareSpider(Spider):
    """Downloads the addresses of ``count`` articles from the server ``base``."""

    name = "bare"
    custom_settings = {  # noqa: RUF012 - Scrapy declares it so
        "DOWNLOADER_MIDDLEWARES": {},
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
    }
    base: str
    count: str
    #: The pages that have come.
    received = 0

    async def start(self) -> AsyncIterator[Any]:
        """A request for every address."""
        for path in paths_of(int(self.count)):
            yield Request(self.base + path)

    def parse(self, response: Any, **_: Any) -> None:  # noqa: ARG002 - only that it is there
        """Do nothing with a page but count it."""
        self.received += 1

    def closed(self, reason: str) -> None:
        """End the program in error where pages are missing: Scrapy's exit status does not tell."""
        asked = len(paths_of(int(self.count)))
        if self.received < asked:
            print(f"{self.received} of {asked} pages came: {reason}", file=sys.stderr, flush=True)
            os._exit(1)


def measure(words: list[str]) -> Measured:
    """Both spiders with both sizes."""
    few, many = counts(words, *_SIZES)
    less, more = _crawls(few), _crawls(many)
    ours, bare = (
        1000 * (more[name].processor - less[name].processor) / (many - few)
        for name in ("kexue", "bare")
    )
    peaks = [costs["kexue"].peak_mb for costs in (less, more)]
    figures = (
        Figure("added", "an added article, above a bare spider", ours - bare, "ms", _TARGET_MS),
        Figure("kexue", "an added article", ours, "ms"),
        Figure("bare", "an added article, bare spider", bare, "ms"),
        Figure("pages", f"a first crawl of {many:,} articles", many / more["kexue"].seconds,
               "pages/s", _TARGET_PAGES),
        Figure("memory", f"its memory, {many:,} articles", peaks[1], "MB", _TARGET_MB),
        Figure("memory growth", f"its memory, {many:,} articles to {few:,}", peaks[1] / peaks[0],
               "×", 1.0),
    )  # fmt: skip
    how = (
        f"processor time of a crawl of {many:,} articles less that of one of {few:,}, divided by"
        f" the difference; the bare spider likewise; eight requests at a time for both, no delay,"
        f" no pictures; least of {_ROUNDS}; pages/s by the clock with start-up and end"
    )
    return Measured(how, figures)


def _crawls(count: int) -> dict[str, Cost]:
    """What both spiders take for so many articles."""
    with serving("prebuilt", count) as (base, _):
        return {
            "kexue": least_of(_ROUNDS, lambda: _crawl(base)),
            "bare": least_of(_ROUNDS, lambda: _bare(base, count)),
        }


def _crawl(base: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        place = {"KEXUE_BASE_URL": base, "KEXUE_DATA_DIR": folder}
        return scrapy("crawl", "kexue", settings={**_SETTINGS, **place})


def _bare(base: str, count: int) -> Cost:
    words = ("runspider", Path(__file__), "-a", f"base={base}", "-a", f"count={count}")
    return scrapy(*words, settings=_SETTINGS)


if __name__ == "__main__":
    program("crawl", measure)

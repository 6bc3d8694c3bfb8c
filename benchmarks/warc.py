"""What WARC files cost: processor time and disk, for a first crawl and for a year of daily runs.

    python benchmarks/warc.py         # 1,340 articles, as the blog has
    python benchmarks/warc.py 300     # or as many as the argument says

How long ``scrapy verify`` takes after the first crawl is measured too: of all articles and of one.

The blog has pages of 67 kB, on the loopback interface, and its server compresses as most do. The
second day's run is measured twice: nothing has changed, and every page shows another reader count,
as on the real blog. The year is such a run, 365 times.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import commands
from blog_server import serving
from figures import Figure, Measured, counts, program
from pages import FIRST_ID

ARTICLES: Final = 1340
#: As if no article had been read for a year: the next run reads as many again as it may.
_PASS_A_YEAR: Final = """
    UPDATE articles SET fetched_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', fetched_at, '-1 year')
"""


@dataclass(frozen=True)
class Cost:
    """Of one run: processor time in seconds, requests, bytes received and bytes of WARC added."""

    seconds: float
    requests: int
    received: int
    stored: int


def measure(words: list[str]) -> Measured:
    """A first crawl with and without WARC files, checks of it, and two later runs."""
    (count,) = counts(words, ARTICLES)
    with tempfile.TemporaryDirectory() as name, serving("compressed", count) as (base, next_day):
        without = crawl(base, Path(name) / "without", "KEXUE_WARC=0")
        folder = Path(name) / "with"
        first = crawl(base, folder)
        checks = (_verify(folder), _verify(folder, "--ids", FIRST_ID))
        _let_a_year_pass(folder)
        same = crawl(base, folder)
        _let_a_year_pass(folder)
        next_day()
        later = crawl(base, folder)
    how = (
        f"a first crawl of {count:,} articles from a server that compresses, {first.requests:,}"
        " requests, one at a time; processor time, once; a later run reads 20 pages again"
    )
    figures = (*_first_figures(without, first), *_later_figures(same, later))
    return Measured(how, (*figures, *_check_figures(count, checks)))


def _first_figures(without: Cost, first: Cost) -> Iterator[Figure]:
    a_page, more = (1000 * s / first.requests for s in (without.seconds, first.seconds))
    yield Figure("page", "a page without WARC files", a_page, "ms")
    yield Figure("more", "a page with them, more", more - a_page, "ms")
    yield Figure("received", "received", first.received / 1e6, "MB")
    yield Figure("stored", "WARC files of the first crawl", first.stored / 1e6, "MB")


def _later_figures(same: Cost, later: Cost) -> Iterator[Figure]:
    runs = (("readers", "other reader counts", later), ("same", "nothing has changed", same))
    for key, what, cost in runs:
        yield Figure(key, f"a later run's WARC files, {what}", cost.stored / 1e3, "kB")
        yield Figure(f"{key} a year", "that 365 times", cost.stored * 365 / 1e6, "MB")


def _check_figures(count: int, checks: tuple[commands.Cost, commands.Cost]) -> Iterator[Figure]:
    whole, one = checks
    what = f"verify, {count:,} articles with captures"
    yield Figure("verify", f"{what}, an article", 1000 * whole.processor / count, "ms")
    yield Figure("verify clock", f"{what}, by the clock", whole.seconds, "s")
    yield Figure("verify one", "verify --ids of one article, by the clock", one.seconds, "s")


def crawl(base: str, folder: Path, *settings: str) -> Cost:
    """Run the crawl to its end; stop when it fails."""
    given = dict(setting.split("=", 1) for setting in settings)
    place = {"KEXUE_BASE_URL": base, "KEXUE_DATA_DIR": folder}
    before = _stored(folder)
    cost = commands.scrapy("crawl", "kexue", settings={**commands.CRAWL_SETTINGS, **place, **given})
    with closing(sqlite3.connect(folder / "kexue.db")) as db, db:
        query = "SELECT requests, bytes FROM runs ORDER BY id DESC LIMIT 1"
        requests, received = db.execute(query).fetchone()
    return Cost(cost.processor, requests, received, _stored(folder) - before)


def _let_a_year_pass(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "kexue.db")) as db, db:
        db.execute(_PASS_A_YEAR)
        db.execute("DELETE FROM digests")  # it is changed on purpose


def _verify(folder: Path, *words: object) -> commands.Cost:
    """What a check takes in which nothing is found; stop when something is."""
    return commands.scrapy("verify", *words, settings={"KEXUE_DATA_DIR": folder})


def _stored(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("warc/*.warc.gz"))


if __name__ == "__main__":
    program("WARC", measure)

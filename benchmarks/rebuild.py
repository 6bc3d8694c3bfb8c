"""How fast an archive is made anew from its WARC files, with one process and with more.

    python benchmarks/rebuild.py         # 1,340 articles, as the blog has
    python benchmarks/rebuild.py 300     # or as many as the argument says

The archive is that of a first crawl of articles with pages of 67 kB, as in warc.py.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from blog_server import serving
from commands import scrapy
from figures import Figure, Measured, counts, program
from warc import ARTICLES, crawl

from archiver.processes import count_processors


def measure(words: list[str]) -> Measured:
    """The time of each number of processes."""
    (count,) = counts(words, ARTICLES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving("compressed", count) as (base, _):
            requests = crawl(base, folder / "crawled").requests
        most = count_processors()
        seconds = {n: _rebuild(folder, n) for n in range(1, most + 1)}
    figures = [
        Figure(f"processes {n}", f"rebuild with {n} process{'es' * (n > 1)}", spent, "s")
        for n, spent in seconds.items()
    ]
    figures += [
        Figure(f"ratio {n}", f"one process to {n}", seconds[1] / spent, "times as fast")
        for n, spent in seconds.items()
        if n > 1
    ]
    how = f"by the clock, once; {count:,} articles, {requests:,} recorded requests"
    return Measured(how, tuple(figures))


def _rebuild(folder: Path, processes: int) -> float:
    """The seconds of a rebuild; stops when it fails, or gives another archive."""
    target, source = folder / f"of-{processes}", {"KEXUE_DATA_DIR": folder / "crawled"}
    cost = scrapy("reparse", "--rebuild", target, "--processes", processes, settings=source)
    scrapy("verify", "--against", target, settings=source)
    return cost.seconds


if __name__ == "__main__":
    program("rebuild", measure)

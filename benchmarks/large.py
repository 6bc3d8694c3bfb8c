"""What commands take with a large archive in which all is as it should be.

    python benchmarks/large.py            # 1,500 and 15,000 articles
    python benchmarks/large.py 3000       # or as many as the arguments say

The archives are those of ``archives.py``, which makes them once: 15,000 articles take minutes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from archives import copy_of_archive, crawl, kept_archive
from blog_server import serving
from commands import Cost, least_of, scrapy
from figures import Figure, Measured, counts, program
from pages import FIRST_ID

_SIZES: Final = (1500, 15_000)
#: How many articles are checked with ``--fidelity``, and without for comparison.
_CHECKED: Final = 400
_ROUNDS: Final = 2
#: For a difference of two commands, which take turns: the pace of a machine changes.
_PAIRS: Final = 3
#: For the largest of the default sizes: seconds, seconds, seconds, megabytes.
_TARGETS: Final = {"no change": 5.0, "verify": 25.0, "status": 1.5, "memory": 120.0}


def measure(words: list[str]) -> Measured:
    """The figures of each size, and how they grow from the first to the last."""
    sizes = counts(words, *_SIZES)
    figures = [figure for size in sizes for figure in _figures_of(size)]
    figures.append(_fidelity(sizes[0]))
    how = (
        "processor time of the command's processes, start-up included, least of"
        f" {_ROUNDS}; 1,700 characters an article; the run finds nothing new and reads 20 articles"
        " again; memory is the peak of the resident set; --fidelity is the difference that it makes"
        f" to `verify --ids` of {_CHECKED} articles of the smallest archive, both in turn, least of"
        f" {_PAIRS}"
    )
    return Measured(how, (*figures, *_growth(figures, sizes)))


def _figures_of(size: int) -> Iterator[Figure]:
    """The figures of one archive, with the size in their names."""
    with copy_of_archive(size) as folder:
        yield from _bytes_of(folder, size)
        place = {"KEXUE_DATA_DIR": folder}
        yield _figure("status", size, "status", _least(lambda: scrapy("status", settings=place)))
        yield _figure("verify", size, "verify", _least(lambda: scrapy("verify", settings=place), 1))
        with serving("many", size) as (base, _):
            run = _least(lambda: _quiet_run(base, folder))
    yield _figure("no change", size, "no-change run", run)
    yield _memory(size, run)


def _least(measure_once: Callable[[], Cost], rounds: int = _ROUNDS) -> Cost:
    return least_of(rounds, measure_once)


def _figure(key: str, size: int, what: str, cost: Cost) -> Figure:
    return Figure(
        f"{key} {size}", f"{what}, {size:,} articles", cost.processor, "s", _target(key, size)
    )


def _memory(size: int, run: Cost) -> Figure:
    what = f"no-change run, {size:,} articles, memory"
    return Figure(f"memory {size}", what, run.peak_mb, "MB", _target("memory", size))


def _target(key: str, size: int) -> float | None:
    return _TARGETS[key] if size == _SIZES[-1] else None


def _quiet_run(base: str, folder: Path) -> Cost:
    """What a run takes; ends the program when it has found something."""
    cost = crawl(base, folder)
    query = "SELECT outcome, new, changed, failed FROM runs ORDER BY id DESC LIMIT 1"
    with closing(sqlite3.connect(folder / "kexue.db")) as db:
        found = db.execute(query).fetchone()
    if found != ("ok", 0, 0, 0):
        raise SystemExit(f"a run without news has found some: {found}; remove benchmarks/cache")
    return cost


def _fidelity(size: int) -> Figure:
    """What ``--fidelity`` adds for an article, with one process."""
    checked = min(_CHECKED, size)
    ids = ",".join(str(FIRST_ID + number) for number in range(checked))
    words = ("verify", "--ids", ids, "--processes", "1")
    place = {"KEXUE_DATA_DIR": kept_archive(size)}
    plain, more = [], []
    for _ in range(_PAIRS):
        plain.append(scrapy(*words, settings=place).processor)
        more.append(scrapy(*words, "--fidelity", settings=place).processor)
    value = 1000 * (min(more) - min(plain)) / checked
    return Figure("fidelity", "verify --fidelity, an article", value, "ms", 25)


def _bytes_of(folder: Path, size: int) -> Iterator[Figure]:
    for name, what in (("kexue.db", "database"), ("kexue.jsonl", "JSONL")):
        value = (folder / name).stat().st_size / size / 1000
        yield Figure(f"{what} {size}", f"{what}, {size:,} articles", value, "kB an article")


def _growth(figures: list[Figure], sizes: list[int]) -> Iterator[Figure]:
    """The memory of the run with the largest archive in units of that with the smallest."""
    if len(sizes) > 1:
        values = {figure.key: figure.value for figure in figures}
        ratio = values[f"memory {sizes[-1]}"] / values[f"memory {sizes[0]}"]
        what = f"memory of the run, {sizes[-1]:,} articles to {sizes[0]:,}"
        yield Figure("memory growth", what, ratio, "×", 1.0)


if __name__ == "__main__":
    program("large archives", measure)

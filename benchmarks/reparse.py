"""Time of ``scrapy reparse`` over captured articles, with one process and with two.

    python benchmarks/reparse.py         # 1,340 articles, as the blog has
    python benchmarks/reparse.py 300     # or as many as the argument says

The archive is crawled from the blog of ``warc.py``, with pages of 67 kB. Two states of it are read
again: nothing differs, and every article does (an earlier version has read all commas and full
stops otherwise), so that all texts, versions and the search index are written anew.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from blog_server import serving
from commands import Cost, scrapy
from figures import Figure, Measured, counts, program
from warc import ARTICLES, crawl

#: A second process is worth so much at least.
_TARGET: Final = 1.8
_OTHERWISE: Final = "replace(replace({0}, '，', ','), '。', '.')"
_TEXTS: Final = ("body_html", "body_text", "body_markdown")


def measure(words: list[str]) -> Measured:
    """Both states with one process and with two."""
    (count,) = counts(words, ARTICLES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "crawled"
        with serving("compressed", count) as (base, _):
            crawl(base, folder)
        figures = [figure for state in _STATES for figure in _figures(folder, count, state)]
    how = (
        f"reparse --all of {count:,} captured articles, each time in a copy of the archive; by the"
        " clock, start-up included, once; processor time with one process"
    )
    return Measured(how, tuple(figures))


def _figures(folder: Path, count: int, state: str) -> Iterator[Figure]:
    one, two = (_reparse(folder, _STATES[state], processes) for processes in (1, 2))
    yield Figure(
        f"{state} ratio",
        f"{state}: two processes against one",
        one.seconds / two.seconds,
        "times as fast",
        _TARGET,
    )
    yield Figure(f"{state} 1", f"{state}: one process", one.seconds, "s")
    yield Figure(f"{state} 2", f"{state}: two processes", two.seconds, "s")
    yield Figure(f"{state} article", f"{state}: an article", 1000 * one.processor / count, "ms")


def _reparse(folder: Path, prepare: Callable[[Path], None], processes: int) -> Cost:
    """What a reading of all articles takes in a copy of an archive."""
    copy = folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    prepare(copy / "kexue.db")
    words = ("reparse", "--all", "--processes", processes)
    return scrapy(*words, settings={"KEXUE_DATA_DIR": copy})


def _leave(database: Path) -> None:
    """Nothing differs."""


def _spoil(database: Path) -> None:
    """Every article differs."""
    columns = ", ".join(f"{text} = {_OTHERWISE.format(text)}" for text in _TEXTS)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(f"UPDATE articles SET {columns}")
        db.execute(f"UPDATE revisions SET body_html = {_OTHERWISE.format('body_html')}")


_STATES: Final = {"nothing differs": _leave, "every article differs": _spoil}

if __name__ == "__main__":
    program("reparse", measure)

"""Time of ``scrapy reparse`` over 1,340 captured articles, with one process and with two.

The archive is crawled from the blog of ``warc.py``, with pages of 67 kB. Two states of it are read
again: nothing differs, and every article does (an earlier version has read all commas and full
stops otherwise), so that all texts, versions and the search index are written anew.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Final

from warc import ARTICLES, blog_server, crawl

_ROOT: Final = Path(__file__).parents[1]
#: A second process is worth so much at least.
_TARGET: Final = 1.6
_OTHERWISE: Final = "replace(replace({0}, '，', ','), '。', '.')"
_TEXTS: Final = ("body_html", "body_text", "body_markdown")


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "crawled"
        if len(sys.argv) > 1:  # an archive that is there
            folder = Path(sys.argv[1])
        else:
            with blog_server() as (base, _):
                crawl(base, folder)
        print(f"reparse: {ARTICLES:,} articles, {os.cpu_count()} processors, seconds")
        print(f"  {'':<34}{'1 process':>10}{'2 processes':>13}{'times':>8}{'target':>8}")
        for title, prepare in (("nothing differs", _leave), ("every article differs", _spoil)):
            one, two = (_seconds(folder, Path(name) / "copy", prepare, n) for n in (1, 2))
            print(f"  {title:<34}{one:>10.1f}{two:>13.1f}{one / two:>8.2f}{_TARGET:>8}")


def _seconds(folder: Path, copy: Path, prepare: Callable[[Path], None], processes: int) -> float:
    """The time of a reading of all articles in a copy of an archive."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    prepare(copy / "kexue.db")
    words = ["reparse", "--all", "--processes", str(processes), "-s", f"KEXUE_DATA_DIR={copy}"]
    started = perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - started
    if ended.returncode or f"{ARTICLES:,}" not in ended.stdout:
        raise SystemExit(f"reparse ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return seconds


def _leave(database: Path) -> None:
    """Nothing differs."""


def _spoil(database: Path) -> None:
    """Every article differs."""
    columns = ", ".join(f"{text} = {_OTHERWISE.format(text)}" for text in _TEXTS)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(f"UPDATE articles SET {columns}")
        db.execute(f"UPDATE revisions SET body_html = {_OTHERWISE.format('body_html')}")


if __name__ == "__main__":
    main()

"""The days of ``scrapy demo --days``: which are left to be crawled, and a crawl of one of them."""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Final

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.demo.days import LAST_DAY, days_before, moment_of
from archiver.extraction.series.renewal import renew_series
from archiver.run.recorder import cannot_write
from archiver.store.errors import StoreError
from archiver.store.lock import locked
from archiver.store.paths import real_folders
from archiver.store.sqlite import check_folder, open_archive
from archiver.terminal.program import same_program

#: From one crawl to the next, in days.
_STEP: Final = 2
_MOST: Final = 366
_RUN: Final = """
    SELECT listed || ' listed, ' || new || ' new, ' || changed || ' changed, ' || gone || ' gone'
    FROM runs ORDER BY id DESC LIMIT 1
"""


def days_left(count: int, files: Mapping[str, Path]) -> list[date]:
    """Every second of the last ``count`` days that is later than all runs of the archive.

    A new archive is made, one of an earlier version brought up to date. Raises ``StoreError``.
    """
    database = files["database"]
    check_folder(database.parent)
    with locked(*real_folders(files.values())), closing(open_archive(database)) as db:
        try:
            (last,) = db.execute("SELECT max(started_at) FROM runs").fetchone()
            renew_series(db)  # which an earlier version has not kept, and no crawl may be left
        except sqlite3.Error as error:
            raise StoreError(f"{database}: {cannot_write(error)}") from error
    days = days_before(count, _STEP)
    return [day for day in days if last is None or moment_of(day) > datetime.fromisoformat(last)]


def crawl_as_of(day: date, opts: argparse.Namespace) -> int:
    """Crawl the demo blog as of one day in a process of its own; returns its exit status.

    What it prints is shown when it fails. Scrapy's reactor runs once in a process.
    """
    words = [*same_program(), "demo", "--as-of", day.isoformat(), *_repeated(opts)]
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "archiver.settings"}
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, check=False)  # noqa: S603
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
    return done.returncode


def words_for_last_run(database: Path) -> str:
    """What the last run of an archive has found."""
    with closing(Database(database)) as db:
        (words,) = db.execute(_RUN).fetchone()
    return str(words)


def parse_number(text: str | None) -> int | None:
    """A number of days; raises ``UsageError`` for anything else."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= _MOST):
        raise UsageError(f"--days {text}: give a number up to {_MOST}", print_help=False)
    return int(text)


def parse_day(text: str | None) -> date | None:
    """A day up to the last one of the demo blog; raises ``UsageError`` for anything else."""
    try:
        day = None if text is None else date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day is not None and day > LAST_DAY:
        raise UsageError(f"--as-of {text}: give a day up to {LAST_DAY}", print_help=False)
    return day


def _repeated(opts: argparse.Namespace) -> Iterator[str]:
    """The options of this crawl that hold for each day too."""
    for word in opts.set:
        yield from ("-s", word)
    for name, value in opts.spargs.items():
        yield from ("-a", f"{name}={value}")
    if opts.loglevel is not None:
        yield from ("-L", opts.loglevel)

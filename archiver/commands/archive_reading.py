"""Shared by the commands that only read an archive: opening it, and failing with one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.store.errors import StoreError
from archiver.terminal.output import checked_output, complain, flush
from archiver.verify.integrity import open_for_reading


def read_archive(
    command: ScrapyCommand, name: str, path: Path, use: Callable[[Database], None]
) -> None:
    """Call ``use`` with the archive at ``path`` as it is at one moment, while a crawl may go on.

    An archive that cannot be read, and a ``StoreError`` of ``use``, become one sentence on stderr
    and the exit status: 2 for wrong use, else 1. ``checked_output`` deals with closed output.
    """
    with checked_output(command, name):
        try:
            with closing(open_for_reading(path)) as db:
                use(db)
        except StoreError as error:
            fail(command, name, str(error), 2 if error.wrong_use else 1)
        except sqlite3.Error as error:
            fail(command, name, f"cannot read {path}: {error}")


def fail(command: ScrapyCommand, name: str, sentence: str, status: int = 1) -> None:
    """Print what is wrong on stderr, after all output, and set the exit status."""
    flush()
    complain(name, sentence)
    command.exitcode = status


def refuse_arguments(args: list[str], name: str) -> None:
    """Raise ``UsageError`` for arguments of a command that has options only."""
    if args and args[0].startswith("-"):
        raise UsageError(f"unknown option {args[0]}", print_help=False)
    if args:
        raise UsageError(f"{args[0]}: {name} takes options only", print_help=False)

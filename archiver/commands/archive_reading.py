"""What the commands that only read an archive share: how they open it, and how they fail."""

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
    """Let a command use an archive as it is at one moment; a crawl may write to it meanwhile.

    What is wrong with it, or with what is asked of it (``StoreError``), is one sentence on stderr
    and the exit status. Output that cannot be written is what ``checked_output`` makes of it.
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
    """Say what is wrong, behind what has been printed, and set the exit status."""
    flush()
    complain(name, sentence)
    command.exitcode = status


def refuse_arguments(args: list[str], name: str) -> None:
    """Raise ``UsageError`` for arguments of a command that has options only."""
    if args and args[0].startswith("-"):
        raise UsageError(f"unknown option {args[0]}", print_help=False)
    if args:
        raise UsageError(f"{args[0]}: {name} takes options only", print_help=False)

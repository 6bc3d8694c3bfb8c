"""Opening an archive for the commands that only read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archiver.store.errors import StoreError
from archiver.store.read_only import open_for_reading
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import checked_output


def read_archive(
    command: ProjectCommand,
    path: Path,
    use: Callable[[Database], None],
    *,
    is_whole_checked: bool = True,
) -> None:
    """Call ``use`` with the archive as it is at one moment; a crawl may write to it meanwhile.

    ``is_whole_checked`` is that of ``open_for_reading``.

    A ``StoreError`` and an error of SQLite become one sentence on stderr and the exit status:
    2 for wrong use, else 1. ``checked_output`` handles output that cannot be written.
    """
    with checked_output(command, command.name):
        try:
            with closing(open_for_reading(path, is_whole_checked=is_whole_checked)) as db:
                use(db)
        except StoreError as error:
            command.fail(str(error), 2 if error.wrong_use else 1)
        except sqlite3.Error as error:
            command.fail(f"cannot read {path}: {error}")
        except UnicodeDecodeError:  # the message of SQLite quotes what is damaged
            command.fail(f"{path} is damaged: what should be text is none")

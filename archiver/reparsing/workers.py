"""Reads articles again, on several processes; they change nothing and hand over what differs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.processes import Processes
from archiver.reparsing.event_replay import memory_database
from archiver.reparsing.reparsed_article import Refused, reparse_article
from archiver.store.corrections import Correction
from archiver.store.sqlite import connect_for_reading

#: For fewer articles it is quicker to start no process.
_FEW: Final = 8
#: So many a process is given at once: with those that wait behind them, it has enough to read while
#: the writer stores a transaction.
_PIECE: Final = 8

Outcome = Correction | Refused


@dataclass(frozen=True, slots=True)
class Task:
    """What is read; ``accept`` also takes a reading that has lost what the stored one has."""

    database: Path
    #: The folder of the WARC files.
    warc: Path
    accept: bool = False


class Reader:
    """Reads articles over a connection of its own, one after the other."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._db = Database(connect_for_reading(task.database))
        self._memory = memory_database()

    def read(self, article: int) -> Outcome:
        """What is to be corrected of an article, or why it stays as it is."""
        task = self._task
        try:
            return reparse_article(self._db, self._memory, task.warc, article, accept=task.accept)
        except sqlite3.Error as error:
            return Refused(article, f"the database cannot be read: {error}")

    def close(self) -> None:
        """Close the connections."""
        self._db.close()
        self._memory.close()


def read_articles(task: Task, articles: Sequence[int], processes: int) -> Iterator[Outcome]:
    """What is to be corrected of articles, in their order.

    Raises ``Killed`` when a process was killed.
    """
    if processes < 2 or len(articles) < _FEW:
        with closing(Reader(task)) as reader:
            yield from map(reader.read, articles)
        return
    with Processes(min(processes, len(articles)), _prepare, task) as workers:
        yield from workers.map(_read, articles, batch=_PIECE)


# --- In a process ---------------------------------------------------------------------------------

_readers: list[Reader] = []


def _prepare(task: Task) -> None:
    _readers.append(Reader(task))


def _read(article: int) -> Outcome:
    return _readers[0].read(article)

"""Reads articles again, on several processes; they change nothing and hand over what differs.

The processes are not forked from this one, which holds the lock and an open database, but from a
server that has loaded what they need. They end with the one that started them, also when that is
killed, and leave signals to it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.reparsing.event_replay import memory_database
from archiver.reparsing.reparsed_article import Refused, reparse_article
from archiver.store.corrections import Correction
from archiver.store.sqlite import connect_for_reading

#: Each process has so many articles waiting for it: it is never idle, and an interruption is quick.
_AHEAD: Final = 3
#: For fewer articles it is quicker to start no process.
_FEW: Final = 8

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

    Raises ``BrokenProcessPool`` when a process was killed.
    """
    if processes < 2 or len(articles) < _FEW:
        yield from _read_here(task, articles)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    executor = ProcessPoolExecutor(
        min(processes, len(articles)),
        mp_context=context,
        initializer=_prepare,
        initargs=(task,),
    )
    try:
        yield from _read_there(executor, articles, processes * _AHEAD)
    finally:
        executor.shutdown(cancel_futures=True)


def _read_here(task: Task, articles: Sequence[int]) -> Iterator[Outcome]:
    reader = Reader(task)
    try:
        for article in articles:
            yield reader.read(article)
    finally:
        reader.close()


def _read_there(
    executor: ProcessPoolExecutor, articles: Sequence[int], ahead: int
) -> Iterator[Outcome]:
    waiting: deque[Future[Outcome]] = deque()
    for article in articles:
        waiting.append(executor.submit(_read, article))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


# --- In a process ---------------------------------------------------------------------------------

_readers: list[Reader] = []


def _prepare(task: Task) -> None:
    """Set up a process of the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _readers.append(Reader(task))


def _end_with_parent() -> None:
    """End this process at once when the one that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _read(article: int) -> Outcome:
    return _readers[0].read(article)

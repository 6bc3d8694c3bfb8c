"""Calls functions for many values, on several processors."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any, Final, Self, TypeVar

from archiver.store.errors import StoreError

_V = TypeVar("_V")
_R = TypeVar("_R")

#: Batches that wait for each process: what is not yet worked on is held in memory.
_WAITING: Final = 3


def count_processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes:
    """So many processes, which begin when they are first needed; one is this process itself.

    It is a context, at whose end they are gone.
    """

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def map(
        self, function: Callable[[_V], _R], values: Iterable[_V], *, batch: int = 1
    ) -> Iterator[_R]:
        """The results of a function, in the order of the values, of which a few are taken ahead.

        ``batch`` values are given to a process at once. The function must be one of a module.
        Raises ``StoreError`` when a process is killed, and what the function raises.
        """
        if self.count == 1:
            yield from map(function, values)
            return
        try:
            yield from self._results(function, iter(values), batch)
        except BrokenExecutor as error:
            raise StoreError(
                "a process of the check was killed; is there too little memory? Try with"
                " --processes 1"
            ) from error

    def _results(
        self, function: Callable[[_V], _R], values: Iterator[_V], batch: int
    ) -> Iterator[_R]:
        if self._pool is None:
            # Not forked: this process has an open database.
            how = get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, how, _leave_interrupts_to_the_parent)
        waiting: deque[Future[list[_R]]] = deque()
        while True:
            while len(waiting) < self.count * _WAITING and (taken := list(islice(values, batch))):
                waiting.append(self._pool.submit(_call, function, taken))
            if not waiting:
                return
            yield from waiting.popleft().result()


def _call(function: Callable[[Any], _R], values: list[Any]) -> list[_R]:
    return [function(value) for value in values]


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

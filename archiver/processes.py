"""Calls functions on several processors, in processes that end with the one that needs them."""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import Any, Final, Self, TypeAlias, TypeVar

_V = TypeVar("_V")
_R = TypeVar("_R")
_Prepare: TypeAlias = Callable[..., object]

#: What a function raises, or its future, when one of the processes was killed.
Killed: TypeAlias = BrokenExecutor

#: Batches that wait for each process: what is not yet worked on is held in memory, and an
#: interruption waits for what is.
_WAITING: Final = 3
#: New objects after which a process looks for garbage in circles. A page makes thousands of objects
#: and leaves few circles; more would take memory, as a circle may hold a tree.
_GARBAGE: Final = 10_000


def count_processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes:
    """So many processes, which begin when they are first needed; one is this process itself.

    It is a context, at whose end they are gone. They end with this process, also when that is
    killed, and leave Ctrl-C to it. In each, ``prepare`` is called first, with the values that
    follow. Functions must be those of a module, and what they take and return can be pickled.
    """

    def __init__(self, count: int = 1, prepare: _Prepare | None = None, *values: Any) -> None:
        self.count = count
        self._prepare = prepare
        self._values = values
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self, *, wait: bool = True) -> None:
        """End the processes; ``wait`` until they have done what they are at."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = None

    def submit(self, function: Callable[[_V], _R], value: _V) -> Future[_R]:
        """Let another process call a function, also where the count is one.

        Raises ``Killed``, as the future does, when a process was killed.
        """
        return self._started(function).submit(function, value)

    def map(
        self, function: Callable[[_V], _R], values: Iterable[_V], *, batch: int = 1
    ) -> Iterator[_R]:
        """The results of a function, in the order of the values, of which a few are taken ahead.

        ``batch`` values are given to a process at once. Raises ``Killed`` when a process was
        killed, and what the function raises.
        """
        if self.count == 1:
            return map(function, values)
        return self._results(function, iter(values), batch)

    def _results(
        self, function: Callable[[_V], _R], values: Iterator[_V], batch: int
    ) -> Iterator[_R]:
        pool = self._started(function)
        waiting: deque[Future[list[_R]]] = deque()
        while True:
            while len(waiting) < self.count * _WAITING and (taken := list(islice(values, batch))):
                waiting.append(pool.submit(_call, function, taken))
            if not waiting:
                return
            yield from waiting.popleft().result()

    def _started(self, function: Callable[..., object]) -> ProcessPoolExecutor:
        """The pool. Its processes are forked from a server that has loaded what they need.

        They are not forked from this process, which has locks and an open database.
        """
        if self._pool is None:
            context = get_context("forkserver")
            module = getattr(function, "func", function).__module__
            # With the script that was started, which each process would load for itself otherwise.
            context.set_forkserver_preload(["__main__", module])
            arguments = (self._prepare, self._values)
            self._pool = ProcessPoolExecutor(self.count, context, _set_up, arguments)
        return self._pool


# --- In a process ---------------------------------------------------------------------------------


def _call(function: Callable[[Any], _R], values: list[Any]) -> list[_R]:
    return [function(value) for value in values]


def _set_up(prepare: _Prepare | None, values: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*values)
    # What is loaded stays: that the collector need not look at it again and again.
    gc.freeze()
    gc.set_threshold(_GARBAGE, *gc.get_threshold()[1:])


def _end_with_parent() -> None:
    """End this process at once when the one that started it is gone."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)

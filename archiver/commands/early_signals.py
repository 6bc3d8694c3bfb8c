"""Signals to a crawl before its reactor runs and after it has stopped.

While it runs, ``archiver.network.interrupt`` deals with them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CRAWLS: Final = frozenset({"crawl", "demo"})


def on_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    """Let SIGINT, SIGTERM and SIGHUP call ``handler``; an ignored one stays ignored (``nohup``)."""
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def leave(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - of every handler
    """End the process at once with status 1 and a sentence: nothing has to be tidied up yet."""
    os.write(2, b"scrapy: interrupted; no run is under way\n")
    os._exit(1)


def is_crawl(words: list[str]) -> bool:
    """True when a process with this ``sys.argv`` is a crawl of the command line."""
    program = Path(words[0]) if words else Path()
    return "scrapy" in {program.name, program.parent.name} and not _CRAWLS.isdisjoint(words[1:])


def leave_at_signals() -> None:
    """Let signals end a crawl during its imports, which take longer than all its checks."""
    if is_crawl(sys.argv):
        on_signals(leave)

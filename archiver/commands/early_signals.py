"""Signals to a crawl before the reactor runs, and after it.

While it runs ``archiver.network.interrupt`` handles them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

from archiver.terminal.program import program_name, program_of

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CRAWLS: Final = frozenset({"crawl", "demo"})


def handle_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    """Let Ctrl-C, SIGTERM and SIGHUP call ``handler``; what is ignored stays so (``nohup``)."""
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def exit_now(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - of every handler
    """The handler that ends the process at once with a sentence; nothing needs tidying up."""
    os.write(2, f"{program_name()}: interrupted; no run is under way\n".encode())
    os._exit(1)


def is_crawl(words: list[str]) -> bool:
    """True when a process with this ``sys.argv`` is a crawl of the command line."""
    program = program_of(words[0]) if words else None
    return program is not None and not _CRAWLS.isdisjoint(words[1:])


def exit_at_signals() -> None:
    """Handle signals of a crawl during the imports, which take longer than all checks."""
    if is_crawl(sys.argv):
        handle_signals(exit_now)

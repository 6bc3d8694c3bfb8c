"""A line on a terminal that says how far something is, and is rewritten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final, TextIO

from archiver.terminal.printable import ERASE_LINE
from archiver.terminal.text_width import cut, screen_width

_INTERVAL: Final = 0.2


class ProgressLine:
    """Shows ``120/1340 articles`` on a terminal; elsewhere it shows nothing."""

    def __init__(
        self, stream: TextIO | None, noun: str, clock: Callable[[], float] = monotonic
    ) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._noun = noun
        self._clock = clock
        self._said = clock()

    def advance(self, done: int, count: int) -> None:
        """Show how many are done of how many, at most five times a second."""
        if self._stream is None or self._clock() - self._said < _INTERVAL:
            return
        self._said = self._clock()
        line = f"{done:,}/{count:,} {self._noun}"
        self._write(f"{ERASE_LINE}{cut(line, screen_width(self._stream) - 1)}")

    def clear(self) -> None:
        """Make the line empty for what is printed next."""
        if self._stream is not None:
            self._write(ERASE_LINE)

    def _write(self, text: str) -> None:
        if self._stream is not None:
            with suppress(OSError):  # the terminal is gone, the work is not
                self._stream.write(text)
                self._stream.flush()

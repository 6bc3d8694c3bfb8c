"""Whether work is in proportion to what it is done on, on a machine that does other work too."""

from __future__ import annotations

import gc
from time import process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES = 4


def is_in_proportion(work: Callable[[int], object], size: int) -> bool:
    """Whether four times ``size`` takes some four times the time; what is quadratic takes sixteen.

    One try of four is enough: other work on the same processor makes this seem longer, and never
    shorter.
    """
    return any(_seconds(work, 4 * size) < 8 * _seconds(work, size) + 0.5 for _ in range(_TRIES))


def takes_less_than(seconds: float, work: Callable[[], object]) -> bool:
    """Whether one try of four takes less processor time, for work that takes a tenth of it."""
    return any(_seconds(lambda _: work(), 0) < seconds for _ in range(_TRIES))


def _seconds(work: Callable[[int], object], size: int) -> float:
    # A collection looks at what all tests before have left, which takes longer than the work.
    gc.disable()
    try:
        start = process_time()
        work(size)
        return process_time() - start
    finally:
        gc.enable()

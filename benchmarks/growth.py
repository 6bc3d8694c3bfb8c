"""How the time of extraction grows with the page, from 1 kB of body to a page of 2 MB.

The slope is that of a straight line through the logarithms of size and time: 1 is linear.
"""

from __future__ import annotations

from functools import partial
from math import log
from statistics import linear_regression
from typing import Final

from commands import processor_ms
from figures import Figure, Measured, program
from pages import page_of_size

from archiver.extraction.saved_page import extract

#: Bytes of a page, and how often it is extracted.
_SIZES: Final = {
    1_000: 15, 10_000: 15, 20_000: 15, 50_000: 10, 100_000: 8, 200_000: 5, 500_000: 3,
    1_000_000: 2, 2_000_000: 2,
}  # fmt: skip
#: Smaller pages are mostly the theme around the body.
_FROM: Final = 20_000
_TARGET: Final = 1.1


def measure(_: list[str]) -> Measured:
    """The time of each size, and the slope."""
    times = dict(_least_ms(size, rounds) for size, rounds in _SIZES.items())
    large = [(log(size), log(ms)) for size, ms in times.items() if size >= _FROM]
    slope = linear_regression(*zip(*large, strict=True)).slope
    figures = (
        Figure("slope", f"slope of the time from {_FROM // 1000} kB to 2 MB, in logarithms", slope,
               "", _TARGET),
        *(
            Figure(f"size {wanted}", f"page of {size / 1000:,.0f} kB", ms, "ms")
            for wanted, (size, ms) in zip(_SIZES, times.items(), strict=True)
        ),
    )  # fmt: skip
    how = (
        "one page of each size, of the demo blog's bodies; processor time, least of 2 to 15; a page"
        " without a body has some kilobytes of theme"
    )
    return Measured(how, figures)


def _least_ms(wanted: int, rounds: int) -> tuple[int, float]:
    """The bytes of a page of a size, and the least time of its extraction."""
    url, page = page_of_size(wanted)
    return len(page), min(processor_ms(partial(extract, page, url)) for _ in range(rounds))


if __name__ == "__main__":
    program("growth", measure)

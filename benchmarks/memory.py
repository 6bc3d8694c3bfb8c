"""Memory for the extraction of one page of a megabyte, in units of its size.

    python benchmarks/memory.py                    # all kinds of pages
    python benchmarks/memory.py dollars entities   # or these

Each page is extracted in a process of its own; the memory it had before is not counted.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
from dataclasses import replace
from typing import Final

from commands import RSS_UNIT
from figures import Figure, Measured, program
from pages import models, page_of_size

from archiver.demo.blog import Blog
from archiver.demo.theme import render_article
from archiver.extraction.saved_page import extract
from archiver.tree.unexpected import UnexpectedPage

_TARGET: Final = 60
_SIZE: Final = 1_000_000
_ONE: Final = "--one"
_DENSE: Final = "dense page"
#: The text that a body repeats, from ordinary pages to the worst ones.
_UNITS: Final = {
    "text": "普通的文字，没有公式。",
    "paragraphs with formulas": "<p>设$x_1$与$y$满足方程，则有如下的结论，读者可以自行推导。</p>\n",
    "entities": "&",
    "line breaks": "<br>",
    "short paragraphs": "<p>x</p>",
    "dollars": "$",
    "formulas across line breaks": "$<br>",
}


def measure(words: list[str]) -> Measured:
    """The memory of each kind of page."""
    kinds = words or [_DENSE, *_UNITS]
    figures = tuple(
        Figure(kind, f"page of {_SIZE // 1_000_000} MB: {kind}", _in_own_process(kind),
               "× its size", _TARGET)
        for kind in kinds
    )  # fmt: skip
    how = (
        "peak of the resident set while one page is extracted, above that before, divided by the"
        " bytes of the page; a page that is refused counts with what it took until then"
    )
    return Measured(how, figures)


def _in_own_process(kind: str) -> float:
    done = subprocess.run(
        [sys.executable, __file__, _ONE, kind], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{kind}: {done.stderr.strip()[-300:]}")
    return float(done.stdout)


def measure_one(kind: str) -> float:
    """Peak memory of extracting a page, above what the process had before, by the page's size."""
    extract(_page(kind, 1000))  # what is loaded at the first page is not the page's
    page = _page(kind, _SIZE)
    before = _peak()
    with contextlib.suppress(UnexpectedPage):
        extract(page)
    return (_peak() - before) / len(page)


def _page(kind: str, size: int) -> bytes:
    if kind == _DENSE:
        return page_of_size(size)[1]
    unit = _UNITS[kind]
    post = replace(models()[0], body=unit * (size // len(unit.encode())))
    return render_article(Blog((post,)), post).encode()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


if __name__ == "__main__":
    if sys.argv[1:2] == [_ONE]:
        print(measure_one(sys.argv[2]))
    else:
        program("memory", measure)

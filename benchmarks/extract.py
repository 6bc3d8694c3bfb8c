"""Time of extraction per article page: all fields, everything but the store.

``lxml.html.document_fromstring`` of the same page, in the same run, is the measure of the machine.
"""

from __future__ import annotations

from functools import partial
from statistics import median
from typing import Final

from commands import processor_ms
from figures import Figure, Measured, counts, program
from lxml.html import document_fromstring
from pages import Page, dense_pages

from archiver.extraction.saved_page import extract

_PAGES: Final = 200
_WARM_UP: Final = 20
_TARGET: Final = 9
#: What an article must have: a wrong page would be fast.
_WANTED: Final = (
    "title", "author", "published", "readers", "category", "excerpt", "body_text",
    "formula_count", "links", "pictures",
)  # fmt: skip


def measure(words: list[str]) -> Measured:
    """The times of so many pages as the command line says."""
    (count,) = counts(words, _PAGES)
    pages = dense_pages(count + _WARM_UP)
    _check(pages[0])
    ours: list[float] = []
    parses: list[float] = []
    for url, page in pages:
        ours.append(processor_ms(partial(extract, page, url)))
        parses.append(processor_ms(partial(document_fromstring, page)))
    size = median(len(page) for _, page in pages) / 1000
    ours_ms, parse_ms = median(ours[_WARM_UP:]), median(parses[_WARM_UP:])
    how = (
        f"dense pages of {size:.0f} kB, no two the same; processor time, median of {count} pages"
        f" after {_WARM_UP} to warm up; the parse is lxml.html.document_fromstring of the same page"
    )
    return Measured(
        how,
        (
            Figure("dense parses", "dense page, all fields, in parses", ours_ms / parse_ms, "×",
                   _TARGET),
            Figure("dense ms", "dense page, all fields", ours_ms, "ms"),
            Figure("parse ms", "its parse by lxml", parse_ms, "ms"),
        ),
    )  # fmt: skip


def _check(page: Page) -> None:
    """End the program unless the page gives what an article has."""
    url, body = page
    (article,) = extract(body, url).rows
    if empty := [key for key in _WANTED if not article[key]]:
        raise SystemExit(f"the page of the benchmark gives no {', '.join(empty)}")


if __name__ == "__main__":
    program("extract", measure)

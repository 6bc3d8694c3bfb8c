"""The Markdown of other libraries beside that of the archive, of the same pages: time and losses.

Needs the extra bench. The archive's time is that of all fields, its Markdown among them. What a
library keeps is counted in its Markdown: a formula with its TeX to the letter and its delimiters
(white space does not count), a link or a picture with its address as the page has it, or in full.
They are counted against what the archive has extracted, and the formulas against MathJax's own list
too, where the extra browser and Chromium are there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Final

from commands import processor_ms
from figures import Figure, Measured, program
from kept import count_formulas, count_links, count_pictures
from mathjax_list import formulas_of
from pages import REAL, Page, demo_pages, dense_pages, real_pages

from archiver.extraction.saved_page import extract

_ROUNDS: Final = 12
_ARCHIVE: Final = "archive"
#: The library whose time is the measure, and how much of it the archive may take.
_RIVAL: Final = "trafilatura"
_TARGET: Final = 0.33
_PACKAGES: Final = (
    "trafilatura", "markdownify", "html-to-markdown", "readability-lxml", "html2text"
)  # fmt: skip

#: Makes Markdown of a page; takes its text and its address.
Convert = Callable[[str, str], str]


@dataclass(frozen=True)
class PageSet:
    """Pages that are measured together, and what the archive has extracted of each."""

    name: str
    what: str
    pages: list[Page]
    articles: list[dict[str, Any]]
    #: MathJax's formulas of each page; ``None`` where it is not at hand.
    mathjax: list[list[str]] | None

    @classmethod
    def of(cls, name: str, what: str, pages: list[Page]) -> PageSet:
        """A set with what is extracted of its pages."""
        articles = [extract(page, url).rows[0] for url, page in pages]
        return cls(name, what, pages, articles, formulas_of([page for _, page in pages]))


def measure(_: list[str]) -> Measured:
    """Time and losses of each library, on the dense page and on shorter ones."""
    libraries = {_ARCHIVE: _archive, **_libraries()}
    figures = [figure for pages in _page_sets() for figure in _set_figures(pages, libraries)]
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    how = (
        "the whole page in, Markdown out (trafilatura and readability look for the article"
        " themselves, the archive extracts all fields); processor time of all pages of a set,"
        f" divided by their number, least of {_ROUNDS}, the libraries in turn; what is kept is"
        " counted against what the archive extracts, and where MathJax is at hand against its list"
        f" too; {packages}"
    )
    return Measured(how, tuple(figures))


def _set_figures(pages: PageSet, libraries: dict[str, Convert]) -> list[Figure]:
    """The figures of each library for one set, those of the archive beside trafilatura's first."""
    texts = [(page.decode(), url) for url, page in pages.pages]
    outputs = {library: [libraries[library](*text) for text in texts] for library in libraries}
    for library, made in outputs.items():
        if not all(made):
            raise SystemExit(f"{library} makes nothing of the {pages.what}")
    times = _times(libraries, texts)
    what = f"{pages.what}, {_ARCHIVE} to {_RIVAL}"
    ratio = times[_ARCHIVE] / times[_RIVAL]
    figures = [Figure(f"{pages.name} ratio", what, ratio, "× its time", _TARGET)]
    for library, made in outputs.items():
        key, what = f"{pages.name} {library}", f"{pages.what}, {library}"
        figures.append(Figure(f"{key} ms", what, times[library], "ms a page"))
        figures += _kept_figures(pages, made, key, what)
    return figures


def _times(libraries: dict[str, Convert], texts: list[tuple[str, str]]) -> dict[str, float]:
    """The least milliseconds that a page takes each library.

    The libraries take turns: the pace of a machine changes from one minute to the next.
    """
    rounds: dict[str, list[float]] = {library: [] for library in libraries}
    for _ in range(_ROUNDS):
        for library, convert in libraries.items():
            rounds[library].append(processor_ms(partial(_convert_all, convert, texts)))
    return {library: min(spent) / len(texts) for library, spent in rounds.items()}


def _convert_all(convert: Convert, texts: list[tuple[str, str]]) -> None:
    for text in texts:
        convert(*text)


def _page_sets() -> list[PageSet]:
    modern = ("real", "real articles", real_pages) if REAL.is_dir() else (
        "demo", "articles of the demo", demo_pages
    )  # fmt: skip
    return [
        PageSet.of("dense", "dense page", dense_pages(1)),
        PageSet.of(modern[0], f"five {modern[1]}", modern[2]()),
    ]


# --- Libraries ------------------------------------------------------------------------------------


def _archive(page: str, url: str) -> str:
    return str(extract(page.encode(), url).rows[0]["body_markdown"])


def _libraries() -> dict[str, Convert]:
    """The libraries by name; ends the program with a sentence where one is not installed."""
    try:
        import html2text  # noqa: PLC0415 - an extra
        import html_to_markdown  # noqa: PLC0415
        import markdownify  # noqa: PLC0415
        import readability  # noqa: PLC0415
        import trafilatura  # noqa: PLC0415
    except ImportError as error:
        raise SystemExit(f"{error}: python -m pip install -e '.[bench]'") from error

    def by_trafilatura(page: str, url: str) -> str:
        text = trafilatura.extract(
            page, url=url, output_format="markdown", include_links=True, include_images=True
        )
        return text or ""

    def by_readability(page: str, _: str) -> str:
        return str(html2text.HTML2Text(bodywidth=0).handle(readability.Document(page).summary()))

    return {
        "trafilatura": by_trafilatura,
        "markdownify": lambda page, _: str(markdownify.markdownify(page)),
        "html-to-markdown": lambda page, _: str(html_to_markdown.convert(page).content),
        "readability and html2text": by_readability,
    }


# --- What a library keeps -------------------------------------------------------------------------


def _kept_figures(pages: PageSet, outputs: list[str], key: str, what: str) -> list[Figure]:
    """How many formulas, links and pictures of a set are in the outputs, in percent."""
    pairs = list(zip(pages.articles, outputs, strict=True))
    counted = {
        "formulas": [count_formulas(_latex(article), output) for article, output in pairs],
        "links": [count_links(article["links"], output) for article, output in pairs],
        "pictures": [count_pictures(article["pictures"], output) for article, output in pairs],
    }
    if pages.mathjax is not None:
        lists = zip(pages.mathjax, outputs, strict=True)
        counted["MathJax's formulas"] = [count_formulas(*pair) for pair in lists]
    return [
        _share(f"{key} {name}", f"{what}: {name} kept", counts) for name, counts in counted.items()
    ]


def _share(key: str, what: str, counts: list[tuple[int, int]]) -> Figure:
    kept, of = (sum(column) for column in zip(*counts, strict=True))
    return Figure(key, f"{what}, of {of:,}", 100 * kept / of if of else 100.0, "%")


def _latex(article: dict[str, Any]) -> list[str]:
    return [formula["latex"] for formula in article["formulas"]]


if __name__ == "__main__":
    program("peers", measure)

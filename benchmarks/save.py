"""What it takes to save an article and to put it into the search index.

Articles are saved one by one in the order of a first crawl, the newest first, until the archive is
closed. A run has begun, so the digests of the tables go with what is written. The program ends with
a sentence when the index does not find all of them.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from archive_posts import many_articles
from commands import processor_ms
from figures import Figure, Measured, counts, program
from pages import dense_pages

from archiver import clock, site
from archiver.extraction.refine import refine
from archiver.extraction.saved_page import scrape
from archiver.items import Article
from archiver.reading.search import search
from archiver.store.archive import Archive
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive

_ARTICLES: Final = 600
_TARGET: Final = 4
#: Every article has it.
_QUERY: Final = "的"


def measure(words: list[str]) -> Measured:
    """The time of so many articles as the command line says, dense ones and ordinary ones."""
    (count,) = counts(words, _ARTICLES)
    figures = (
        Figure("dense", "save and index, an article with a page of 67 kB",
               _save(_dense(count)) / count, "ms", _TARGET),
        Figure("ordinary", "save and index, an article of 1,700 characters",
               _save(list(many_articles(count))) / count, "ms"),
    )  # fmt: skip
    how = (
        f"processor time of Archive.save_article in a run, for {count} extracted articles into an"
        " empty archive, the newest first, each a transaction, until it is closed; divided by their"
        " count"
    )
    return Measured(how, figures)


def _dense(count: int) -> list[Article]:
    """The articles of dense pages as a crawl extracts them."""
    articles = []
    for url, page in dense_pages(count):
        _, (article,) = scrape(page.decode(), url)
        assert isinstance(article, Article)
        refine(article)
        articles.append(article)
    return articles


def _save(articles: list[Article]) -> float:
    """The milliseconds that it takes to save them all."""
    articles.sort(key=lambda article: article.id, reverse=True)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "kexue.db"
        archive = Archive.open(path)
        archive.runs.start("normal", clock.utc_now())
        spent = processor_ms(lambda: _fill(archive, articles))
        _check(path, len(articles))
    return spent


def _fill(archive: Archive, articles: list[Article]) -> None:
    for article in articles:
        archive.save_article(article, site.article_url(article.id))
    close_archive(archive.db)


def _check(path: Path, count: int) -> None:
    with closing(open_for_reading(path)) as db:
        found = search(db.conn, _QUERY).total
    if found != count:
        raise SystemExit(f"the search finds {found} of {count} saved articles")


if __name__ == "__main__":
    program("save", measure)

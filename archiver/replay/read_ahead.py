"""Reads pages of articles ahead, in other processes: most of the time goes into their bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from archiver import clock, site
from archiver.extraction.article_body import read_ahead
from archiver.items import Article
from archiver.pages.article import parse_article
from archiver.pages.decoding import open_page, read_page
from archiver.processes import Killed, Processes
from archiver.replay.answers import read_block
from archiver.replay.article_pages import ArticlePage
from archiver.tree.unexpected import UnexpectedPage
from archiver.warc.record_reading import as_record, first_record, read_payload, unpack
from archiver.warc.recorded_runs import RecordedExchange

#: Pages that are read ahead for each process.
_AHEAD: Final = 8
#: So many pages that nobody has asked for yet are kept; behind them nothing is read ahead.
_MOST_KEPT: Final = 64


class ReadAhead:
    """Gives out articles that were read ahead, in about the order of ``pages``.

    With one process nothing is: the crawl reads each page itself.
    """

    def __init__(self, pages: Iterable[ArticlePage], processes: int) -> None:
        self._pages: Iterator[ArticlePage] = iter(pages)
        self._ready: dict[int, Future[Article | None]] = {}
        self._room = _AHEAD * processes
        self._workers = None if processes < 2 else Processes(processes)

    def take(self, capture: int | None) -> Article | None:
        """The article of a capture, its body read; ``None`` where the caller must read it.

        Pages with something odd are left to the caller, as is all that goes wrong.
        """
        if self._workers is None or capture is None:
            return None
        while capture not in self._ready and len(self._ready) < _MOST_KEPT and self._add_one():
            pass
        future = self._ready.pop(capture, None)
        while len(self._ready) < self._room and self._add_one():
            pass
        if future is None:
            return None
        try:
            return future.result()
        except Exception:  # noqa: BLE001 - a process died, or the article cannot be sent
            return None

    def forget(self, exchanges: Iterable[RecordedExchange]) -> None:
        """Give up what nobody has asked for of some exchanges."""
        for exchange in exchanges:
            future = self._ready.pop(exchange.capture, None)
            if future is not None:
                future.cancel()

    def close(self) -> None:
        """End the processes."""
        if self._workers is not None:
            self._workers.close(wait=False)
        self._workers = None

    def _add_one(self) -> bool:
        page = next(self._pages, None)
        if page is None or self._workers is None:
            return False
        try:
            self._ready[page.capture] = self._workers.submit(_read, page)
        except Killed:
            self.close()  # a process died: from here on the crawl reads all pages itself
        return True


def _read(page: ArticlePage) -> Article | None:
    """The article of a page, its body read; ``None`` for a page that is not as it should be."""
    clock.set_to(datetime.fromisoformat(page.received_at))
    base = site.Base.parse(page.base_url)
    url = site.article_url(page.article)
    try:
        record = first_record(as_record(read_block(page.path, page.place)))
        body = unpack(read_payload(record), record, page.most)
        article, places = read_page(body, lambda text: parse_article(open_page(text), url, base))
        if places:
            return None
        read_ahead(article, base)
    except (OSError, UnexpectedPage):
        return None
    return article

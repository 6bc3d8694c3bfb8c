"""An archive whose articles were made of captures, without a crawl: pages in, rows out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import pytest
from archived import rows
from replica import make_post
from scrapy import Request
from test_warc_files import ABOUT

from archiver import PARSER_VERSION, clock
from archiver.demo.blog import Blog
from archiver.demo.routes import Answer, answer
from archiver.extraction.article_page import read_article
from archiver.extraction.refine import refine
from archiver.items import Article
from archiver.network.requests import CAPTURE
from archiver.network.stop import Stop
from archiver.pages.completion import complete_from_listing
from archiver.pages.decoding import decode_page, open_page
from archiver.pages.listing import parse_listing
from archiver.reparsing.event_replay import memory_database
from archiver.reparsing.reparsed_article import Refused, reparse_article
from archiver.run.capture_log import CaptureLog
from archiver.run.earlier_readings import EarlierReadings
from archiver.run.warc_options import WarcOptions
from archiver.site import article_url
from archiver.store import articles
from archiver.store.archive import Archive
from archiver.store.articles import Saved
from archiver.store.corrections import Correction
from archiver.store.schema import ARTICLES, COMMENTS, PARTS
from archiver.store.sqlite import close_archive
from archiver.warc.exchange import Exchange

ID: Final = 6583
#: What a reading without network must not change, and what one of another day has otherwise.
TIMES: Final = frozenset({"first_seen", "last_seen", "fetched_at"})
#: Where the number of this version is noted.
_NOTED_BY: Final = (
    "archiver.store.captures.PARSER_VERSION",
    "archiver.store.comment_rows.PARSER_VERSION",
    "archiver.store.schema.PARSER_VERSION",
)
#: What is read of a comment.
_OF_COMMENTS: Final = ", ".join(name for name in COMMENTS.names if name != "first_seen")
_FIRST: Final = datetime(2026, 11, 1, 3, tzinfo=UTC)


_memory = cache(memory_database)


def note_older_version(patch: pytest.MonkeyPatch) -> None:
    """Let what is read be noted as read by an earlier version."""
    for place in _NOTED_BY:
        patch.setattr(place, PARSER_VERSION - 1)


class Captured:
    """Context manager: an archive of one run; an hour passes before each page.

    ``is_listed``: before an article's page a listing page is read, as in a first crawl.
    """

    def __init__(self, folder: Path, *, is_listed: bool = False) -> None:
        self.folder = folder
        self.is_listed = is_listed
        self.archive = Archive.open(folder / "kexue.db")
        self.warc = folder / "warc"
        self.log: CaptureLog | None = None
        self.now = _FIRST
        self.post = make_post(ID)
        self.memory = _memory()
        #: Set it to read as a crawl does that knows of earlier versions.
        self.earlier: EarlierReadings | None = None
        self.switch_on()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.switch_off()
        close_archive(self.archive.db)

    # --- A crawl --------------------------------------------------------------------------------

    def switch_on(self) -> None:
        """Write WARC files from now on."""
        options = WarcOptions(self.warc, 10**6, ABOUT, 10**6)
        self.log = CaptureLog(self.archive, options, Stop())
        self.log.run_id = self.archive.runs.start("normal", self.moment)

    def switch_off(self) -> None:
        """Write no WARC files from now on."""
        if self.log is not None:
            assert self.log.close() is None
        self.log = None

    @property
    def moment(self) -> str:
        return self.now.isoformat(timespec="seconds")

    @property
    def blog(self) -> Blog:
        return Blog((self.post,), sidebars=False)

    def edit(self, **changes: Any) -> Saved:
        """The author changes the article, and its page is read."""
        self.post = replace(self.post, **changes)
        return self.read()

    def read(self, *, accept: bool = False) -> Saved:
        """An hour later the page is read, as a crawl does it."""
        with self._an_hour_later():
            entry = self._read_listing() if self.is_listed else None
            page = answer(self.blog, f"/archives/{self.post.id}")
            shown = self.archive.last_shown(self.post.id)

            def complete(article: Article) -> None:
                old = entry or shown.entry
                complete_from_listing(article, old, shown.index, is_fresh=entry is not None)

            article = read_article(page.body, self.post.id, status=page.status, complete=complete)
            article.capture = self._keep(page)
            if self.earlier is not None:
                self.earlier.correct(article.id)
            with self.archive.writes.transaction(article):
                return articles.save_article(
                    self.archive.db, article, self.moment, url=self.url, accept=accept
                )

    def _read_listing(self) -> Any:
        page = open_page(decode_page(answer(self.blog, "/").body))
        (entry,) = parse_listing(page).entries
        refine(entry)
        with self.archive.writes.transaction():
            articles.save_sighting(self.archive.db, entry, self.moment)
        return entry

    def mark_gone(self) -> None:
        """The blog has deleted the article."""
        with self._an_hour_later():
            self.archive.writes.note_time(self.now)
            self.archive.mark_gone(self.post.id)

    @property
    def url(self) -> str:
        return article_url(self.post.id)

    def _keep(self, page: Answer) -> int | None:
        if self.log is None:
            return None
        head = f"HTTP/1.1 {page.status} OK\r\nContent-Length: {len(page.body)}\r\n\r\n".encode()
        sent = b"GET / HTTP/1.1\r\n\r\n"
        exchange = Exchange(self.url, self.now, sent, bytearray(head + page.body))
        request = Request(self.url)
        self.log.keep(request, exchange)
        number = request.meta[CAPTURE]
        assert number is not None
        return int(number)

    @contextmanager
    def _an_hour_later(self) -> Iterator[None]:
        self.now += timedelta(hours=1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "utc_now", lambda: self.moment)
            yield

    # --- A reading without network --------------------------------------------------------------

    def reparse(self, *, accept: bool = False) -> Correction | Refused:
        """Read the captures again, and correct what differs."""
        found = reparse_article(
            self.archive.db, self.memory, self.warc, self.post.id, accept=accept
        )
        if isinstance(found, Correction):
            self.archive.save_corrections([found])
        return found

    def state(self) -> dict[str, Any]:
        """All that a crawl has made of the article, without the order in which it was noted."""
        db = self.archive.db
        columns = ", ".join(name for name in ARTICLES.names if name not in TIMES)
        told = "seen_at, kind, revision, fields, capture_id"
        state = {
            "articles": rows(db, f"SELECT {columns} FROM articles"),
            "revisions": rows(db, "SELECT * FROM revisions ORDER BY number"),
            "changes": rows(db, f"SELECT {told} FROM changes ORDER BY seen_at, kind"),
            "captures": rows(db, "SELECT id, article_id, parser_version FROM captures"),
            "comments": rows(db, f"SELECT {_OF_COMMENTS} FROM comments ORDER BY id"),
            "comment_revisions": rows(db, "SELECT * FROM comment_revisions"),
        }
        for table in PARTS:
            names = ", ".join(column.name for column in table.filled)
            state[table.name] = rows(db, f"SELECT {names} FROM {table.name} ORDER BY position")
        return state

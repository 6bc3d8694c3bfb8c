"""The pages of a WACZ file: what a reader finds in it, and where it begins."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from archiver import site
from archiver.store.records import Row

_HEADER: Final = {"format": "json-pages-1.0", "id": "pages", "title": "All pages"}
#: The newest first; ``first_warc`` and ``first_offset`` are of the record with the payload.
_CAPTURES: Final = """
    SELECT c.url, c.fetched_at, c.warc, c.offset, coalesce(f.warc, c.warc) AS first_warc,
      coalesce(f.offset, c.offset) AS first_offset, a.id AS article, a.title
    FROM captures AS c LEFT JOIN captures AS f ON f.id = c.refers_to
      LEFT JOIN articles AS a ON a.id = c.article_id
"""
_OF_ARTICLES: Final = f"{_CAPTURES} WHERE a.id IS NOT NULL ORDER BY a.id, c.id DESC"
#: A pattern of LIKE for addresses: the base before the path depends on ``KEXUE_BASE_URL``.
_OF_ADDRESS: Final = (
    f"{_CAPTURES} WHERE c.status = 200 AND c.url LIKE ? ESCAPE '!' ORDER BY c.id DESC"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page at a moment."""

    id: str
    url: str
    #: When it was asked, UTC, as WARC writes it.
    moment: str
    title: str

    def line(self) -> str:
        """The page as a line of the list."""
        values = {"id": self.id, "url": self.url, "ts": self.moment, "title": self.title}
        return json.dumps(values, ensure_ascii=False) + "\n"


class PageList:
    """The pages of an archive that can be shown; ``has`` says whether the record at a place can."""

    def __init__(self, db: Database, has: Callable[[str, int], bool]) -> None:
        self._db = db
        self._has = has
        #: The newest first listing and the newest index, as far as there are any.
        self.overviews = list(self._overviews())
        #: How many articles are in the list, once the lines were taken.
        self.articles = 0
        self._last: Page | None = None

    def lines(self) -> Iterator[str]:
        """The file ``pages.jsonl`` line by line: the overviews, then the articles by number."""
        yield json.dumps(_HEADER) + "\n"
        for page in self.overviews:
            yield page.line()
        for page in self._articles():
            self.articles += 1
            self._last = page
            yield page.line()

    def _articles(self) -> Iterator[Page]:
        """Each article as its newest capture shows it."""
        last = None
        for row in self._db.query(_OF_ARTICLES):
            if row["article"] != last and self._can_be_shown(row):
                last = row["article"]
                yield _page(str(last), row["title"], row)

    @property
    def main(self) -> Page | None:
        """Where a reader begins: the first listing, or the index, or the last article."""
        return self.overviews[0] if self.overviews else self._last

    def _overviews(self) -> Iterator[Page]:
        index = self._newest(f"%{site.INDEX_PATH}", "index", "全部文章")
        if index is not None:
            base = index.url.removesuffix(site.INDEX_PATH)
            home = self._newest(_literal(base + site.HOME_PATH), "home", "最新文章")
            yield from [home, index] if home is not None else [index]

    def _newest(self, pattern: str, name: str, title: str) -> Page | None:
        rows = self._db.query(_OF_ADDRESS, [pattern])
        return next((_page(name, title, row) for row in rows if self._can_be_shown(row)), None)

    def _can_be_shown(self, row: Row) -> bool:
        """True when both the record and the one with its payload are in the index."""
        places = {(row["warc"], row["offset"]), (row["first_warc"], row["first_offset"])}
        return all(self._has(*place) for place in places)


def _page(name: str, title: str, row: Row) -> Page:
    return Page(name, row["url"], row["fetched_at"].removesuffix("+00:00") + "Z", title)


def _literal(text: str) -> str:
    """A text as a pattern of LIKE that only it is like."""
    return re.sub("([!%_])", r"!\1", text)

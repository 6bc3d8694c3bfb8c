"""All files of a book, one after another: chapters with their pictures, then what lists them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from archiver import site
from archiver.reading.exports.epub.book_contents import Book, read_book
from archiver.reading.exports.epub.book_pictures import BookPictures, Picture
from archiver.reading.exports.epub.book_templates import BookTemplates, safe_xhtml, style_sheet
from archiver.reading.exports.epub.chapter_body import (
    ChapterBody,
    Convert,
    Surroundings,
    anchors_of,
    chapter_body,
)
from archiver.reading.exports.epub.chapter_links import chapter_name, web_address
from archiver.reading.exports.epub.sealed_zip import SealedZip
from archiver.reading.exports.job import Job
from archiver.store.records import Row

_MIMETYPE: Final = "application/epub+zip"
_FOLDER: Final = "EPUB"
#: Articles whose ids are kept for the links of others.
_MOST_KNOWN: Final = 200


@dataclass
class Counts:
    """What is in a book."""

    articles: int = 0
    formulas: int = 0
    pictures: int = 0
    #: How many formulas of an article stand as LaTeX, by its id.
    unread: dict[int, int] = field(default_factory=dict)
    #: Pictures of the archive with other bytes than were stored.
    damaged: list[str] = field(default_factory=list)


class BookWriter:
    """Writes the articles of a job into the file of a book."""

    def __init__(self, job: Job, zip_file: SealedZip, convert: Convert) -> None:
        self._job = job
        self._zip = zip_file
        self._convert = convert
        self._templates = BookTemplates()
        self._book: Book = read_book(job.db, job.selection)
        self._finder = BookPictures(job.db, job.data)
        self._pictures: list[Picture] = []
        self._with_formulas: set[int] = set()
        self._anchors: OrderedDict[int, set[str]] = OrderedDict()
        self.counts = Counts()

    def write(self) -> None:
        """Write everything but the end of the file; raises ``StoreError``."""
        self._zip.add("mimetype", _MIMETYPE, packed=False)
        self._zip.add("META-INF/container.xml", self._templates.fill("container.xml"))
        count = len(self._book.articles)
        for done, listed in enumerate(self._book.articles, start=1):
            self._write_chapter(self._record(listed.id))
            self._job.advance(done, count)
        self.counts.pictures = len(self._pictures)
        self.counts.damaged = self._finder.damaged
        self._zip.add(f"{_FOLDER}/book.css", style_sheet())
        self._write_lists()

    def _record(self, article: int) -> Row:
        return next(self._job.selection.records(self._job.db, f"id = {article:d}"))

    def _write_chapter(self, article: Row) -> None:
        number, html = article["id"], article["body_html"]
        found = self._body(number, article["title"], html or "")
        self.counts.articles += 1
        self.counts.formulas += found.formulas
        if found.unread:
            self.counts.unread[number] = found.unread
        if found.has_formulas:
            self._with_formulas.add(number)
        self._fill(
            f"chapters/{chapter_name(number)}",
            "chapter.xhtml",
            article=article,
            address=web_address(article["url"] or "") or site.article_url(number),
            heading=safe_xhtml(found.title),
            has_text=html is not None,
            body=safe_xhtml(found.body),
            **self._in_series(number),
        )

    def _body(self, number: int, title: str, html: str) -> ChapterBody:
        def pictures(addresses: list[str]) -> dict[str, str]:
            names, new = self._finder.find(number, addresses)
            for picture in new:
                self._zip.add_pieces(f"{_FOLDER}/{picture.name}", picture.pieces())
            self._pictures += new
            return names

        around = Surroundings(self._book.overview.by_id, self._anchors_in, pictures)
        return chapter_body(title, html, number, around, self._convert)

    def _anchors_in(self, article: int) -> set[str]:
        """The ids in the chapter of an article; those of the articles asked for last are kept."""
        if article not in self._anchors:
            self._anchors[article] = anchors_of(self._record(article)["body_html"] or "")
            if len(self._anchors) > _MOST_KNOWN:
                self._anchors.popitem(last=False)
        return self._anchors[article]

    def _in_series(self, article: int) -> dict[str, Any]:
        """The series of an article, and the chapters before and after it in that."""
        series = self._book.overview.series_of.get(article)
        if series is None:
            return {"series": None, "before": None, "after": None}
        known = self._book.overview.by_id
        parts = [part.mention for part in series.parts if part.mention.id in known]
        place = [part.id for part in parts].index(article)
        return {
            "series": series,
            "before": parts[place - 1] if place else None,
            "after": parts[place + 1] if place + 1 < len(parts) else None,
        }

    def _write_lists(self) -> None:
        """The title page, the contents, the series, and the package, which lists all files."""
        days = [one.published for one in self._book.articles if one.published]
        day, blank = self._book.modified[:10], ""
        values = {"days": (min(days), max(days)) if days else None}
        self._fill("title.xhtml", "title.xhtml", lasting={"day": blank}, day=day, **values)
        self._fill("nav.xhtml", "nav.xhtml")
        if self._book.series:
            self._fill("series.xhtml", "series.xhtml", chapters=self._book.overview.by_id)
        self._fill("toc.ncx", "toc.ncx")
        self._fill(
            "package.opf",
            "package.opf",
            lasting={"day": blank, "modified": blank},
            day=day,
            modified=self._book.modified,
            with_formulas=self._with_formulas,
            pictures=self._pictures,
        )

    def _fill(
        self, name: str, template: str, lasting: dict[str, str] | None = None, **values: Any
    ) -> None:
        """Add a file made from a template; ``lasting`` are its values but for those of the day."""
        shared = {
            "book": self._book,
            "chapter": chapter_name,
            "base": site.CANONICAL_BASE,
            "license": site.LICENSE,
        }
        text = self._templates.fill(template, **shared, **values)
        same = lasting and self._templates.fill(template, **shared, **{**values, **lasting})
        self._zip.add(f"{_FOLDER}/{name}", text, same or None)

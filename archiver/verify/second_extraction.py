"""Extracts an article from its capture again, and compares the result with the stored rows.

What the page tells and what is made of its body is compared. What only the index, a listing or the
feed has told is not, nor are the counts, which they show as well: these may be newer than the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archiver import site
from archiver.extraction.article_page import complete_from_archive, read_article
from archiver.items import Article, Status
from archiver.store.captures import Capture
from archiver.store.records import Row, article_row, part_rows
from archiver.store.schema import DERIVED, PARTS
from archiver.store.sightings import Shown
from archiver.tree.unexpected import UnexpectedPage
from archiver.verify.comments_again import compare_comments
from archiver.verify.fidelity.comparison import Point, compare_values
from archiver.warc.stored_answer import read_answer

#: Told by every page, whatever is on it.
_ALWAYS: Final = ("url", "license")
#: Field of the page → the column that is made of it.
_TOLD: Final = {
    "title": "title",
    "author": "author",
    "date_text": "published",
    "category": "category",
    "tags": "tags",
}
_OF_BODY: Final = ("body_html", *DERIVED)


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture that an article was made of."""

    capture: Capture
    #: The capture that has its payload, where it refers to one.
    first: Capture | None


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it is stored, and where its page may be."""

    row: Row
    parts: Mapping[str, Sequence[Row]]
    #: What index and listings have shown of it.
    shown: Shown
    #: The newest first; none that is newer than the last reading that was taken.
    readings: Sequence[Reading]
    #: The hashes of versions that were seen and not taken.
    suspicious: frozenset[str]
    #: By id; see ``comments_of_page``.
    comments: Mapping[int, Row] = field(default_factory=dict)


@dataclass(slots=True)
class Compared:
    """What differs in one article."""

    article: int
    #: The number of its capture; ``None`` where no whole one can be read.
    capture: int | None = None
    findings: list[str] = field(default_factory=list)


def extract_again(folder: Path, base: site.Base, stored: Stored) -> Compared:
    """Compare an article with its captures in the WARC files of ``folder``.

    ``base`` is where the blog is read from now. A page behind a password tells little: then the
    body is compared with the newest page that shows one.
    """
    result = Compared(stored.row["id"])
    for reading in stored.readings:
        try:
            body = _body_of(folder, reading)
        except OSError:
            continue  # the check of the captures names it
        try:
            article, told = _extract(body, reading.capture, stored, base)
        except UnexpectedPage as error:
            result.findings.append(f"capture {reading.capture.id}: {error}")
            return result
        is_first = result.capture is None
        if is_first and _is_suspicious(article, stored):
            continue
        if is_first:
            result.capture = reading.capture.id
            result.findings += _compare_told(article, told, stored.row)
            if reading is stored.readings[0]:
                result.findings += compare_comments(article, stored.comments)
        if article.status is not Status.PROTECTED:
            result.findings += _compare_body(article, told, stored)
            return result
    return result


def _body_of(folder: Path, reading: Reading) -> bytes:
    return read_answer(folder, reading.capture, reading.first, most=site.LARGEST_PAGE).body


def _extract(
    body: bytes, capture: Capture, stored: Stored, base: site.Base
) -> tuple[Article, frozenset[str]]:
    """The article of a page, and the columns that the page itself tells."""
    number = stored.row["id"]
    told: set[str] = set()

    def complete(article: Article) -> None:
        told.update(column for name, column in _TOLD.items() if getattr(article, name))
        complete_from_archive(article, None, stored.shown)

    read_from = site.base_of(capture.url, number) or base
    article = read_article(body, number, read_from, complete=complete)
    return article, frozenset(told)


def _is_suspicious(article: Article, stored: Stored) -> bool:
    """True for a version that was not taken; the article stayed as it was before."""
    digest = article_row(article)["content_sha256"]
    return digest in stored.suspicious and digest != stored.row["content_sha256"]


def _compare_told(article: Article, told: frozenset[str], stored: Row) -> list[str]:
    """Of a protected page the title is the placeholder, which replaces nothing."""
    columns = {*_ALWAYS, *told}
    if article.status is Status.PROTECTED:
        columns -= {"title"}
    if article.published_at is not None:
        columns.add("published_at")
    if stored["status"] != Status.GONE:
        columns.add("status")
    return _compare_columns(article, sorted(columns), stored)


def _compare_body(article: Article, told: frozenset[str], stored: Stored) -> list[str]:
    columns = [*_OF_BODY, *(("content_sha256",) if "title" in told else ())]
    findings = _compare_columns(article, columns, stored.row)
    made = part_rows(article)
    for table in PARTS:
        point = Point(table.name, "row", 0)
        names = [*(column.name for column in table.filled), "position"]
        found = [{name: row[name] for name in names} for row in stored.parts[table.name]]
        wanted = [{name: row[name] for name in names} for row in made[table.name]]
        compare_values(point, table.name, wanted, found)
        findings += point.findings
    return findings


def _compare_columns(article: Article, columns: Sequence[str], stored: Row) -> list[str]:
    point = Point("columns", "value", 0)
    made = article_row(article)
    for column in columns:
        compare_values(point, column, made[column], stored[column])
    return point.findings

"""The audit of a saved page: what a crawl would store of it, compared with the page itself."""

from __future__ import annotations

from typing import Final, NamedTuple

from archiver.extraction.saved_page import Extracted, extract
from archiver.pages.decoding import decode_page
from archiver.pages.kind import Kind
from archiver.site import Base
from archiver.store.records import Row
from archiver.tree.unexpected import UnexpectedPage
from archiver.verify.derived_columns import check_sanitised
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.points import Case, audit, audit_case
from archiver.verify.fidelity.served_page import read_page

_NO_ARTICLE: Final = {
    Kind.LISTING: "a listing of articles",
    Kind.INDEX: "the index of all articles",
    Kind.FEED: "the feed",
}


class AuditedPage(NamedTuple):
    """An article that was extracted from its page, and what was found."""

    #: The article's JSONL object.
    row: Row
    points: list[Point]
    extracted: Extracted


def audit_page(page: bytes, url: str | None = None, base: Base | None = None) -> AuditedPage:
    """An article's page, extracted and compared with itself in six points.

    The arguments are those of ``extract``. Raises ``UnexpectedPage`` for a page that is no
    article's. An article without a body has nothing to compare.
    """
    extracted = extract(page, url, base)
    if extracted.kind in _NO_ARTICLE:
        words = _NO_ARTICLE[extracted.kind]
        raise UnexpectedPage(f"{words}; only an article's page can be audited")
    (row,) = extracted.rows
    return AuditedPage(row, _points(page, row, base), extracted)


def _points(page: bytes, row: Row, base: Base | None) -> list[Point]:
    if row["body_html"] is None:
        return audit(row)
    case = Case(row, read_page(decode_page(page), row["id"], base), base)
    points = audit_case(case)
    check_sanitised(points[-1], case)
    return points

"""The audit of one saved page: extracted as a crawl does it, and compared with the page itself."""

from __future__ import annotations

from typing import Final

from archiver.extraction.extractor import Extractor
from archiver.pages.kind import Kind
from archiver.pages.received import decode_page
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


def audit_page(extractor: Extractor, page: bytes, url: str | None) -> tuple[Row, list[Point]]:
    """The extracted article and its six points; raises ``UnexpectedPage`` for any other page.

    ``url`` is the address that the page was saved from, or ``None``.
    """
    kind, rows = extractor.extract(page, url)
    if kind in _NO_ARTICLE:
        raise UnexpectedPage(f"{_NO_ARTICLE[kind]}; only an article's page can be audited")
    row = rows[0]
    if row["body_html"] is None:
        return row, audit(row)
    reference = read_page(decode_page(page), row["id"], extractor.base)
    case = Case(row, reference, extractor.base)
    points = audit_case(case)
    check_sanitised(points[-1], case)
    return row, points

"""The six points over all articles of an archive."""

from __future__ import annotations

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.audit.archive import Ids
from archiver.audit.comparing import Point
from archiver.audit.points import audit
from archiver.audit.report import Totals
from archiver.store.jsonl import records

#: How to extract again what an older version has extracted.
READ_AGAIN = "scrapy crawl kexue -a full=1"


def count_old(db: Database, ids: Ids | None) -> int:
    """How many articles with a body an older version has extracted."""
    rows = db.execute(
        "SELECT id FROM articles WHERE parser_version < ? AND body_html IS NOT NULL",
        [PARSER_VERSION],
    )
    return sum(1 for (article,) in rows if ids is None or article in ids)


def words_for_old(count: int) -> str:
    """What it means that an older version has extracted some articles, and what to do."""
    subject = "1 article was" if count == 1 else f"{count:,} articles were"
    return f"{subject} extracted by an older version and may lack Markdown; {READ_AGAIN} fills them"


def audit_archive(db: Database, ids: Ids | None) -> Totals:
    """The six points of every article that this version has extracted, summed up.

    The pages are not stored, so ``body_html`` is what everything else is compared with.
    """
    totals = Totals()
    extraction = Point("extraction", "articles", 0)
    for row in records(db):
        if ids is not None and row["id"] not in ids:
            continue
        if row["body_html"] is None:
            totals.without_body += 1
        elif row["parser_version"] < PARSER_VERSION:
            extraction.compared += 1
            extraction.differ += 1
        else:
            extraction.compared += 1
            totals.add(f"article {row['id']}", audit(row))
    if extraction.differ:
        extraction.first = words_for_old(extraction.differ)
    totals.points["extraction"] = extraction
    return totals

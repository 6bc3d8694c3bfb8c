"""The six points of fidelity and the derived columns, over all articles of an archive."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from archiver import PARSER_VERSION
from archiver.site import Base
from archiver.store.jsonl import rows
from archiver.store.records import record
from archiver.terminal.plural import plural
from archiver.terminal.program import typed
from archiver.verify.chosen import Ids, chosen
from archiver.verify.derived_columns import audit_derived
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.points import Case, audit_case
from archiver.verify.result_table import Totals

_OLD: Final = """
    SELECT count(*) FROM articles WHERE parser_version < ? AND body_html IS NOT NULL AND {}
"""


def count_old(db: Database, ids: Ids | None) -> int:
    """How many articles with a body an older version has extracted; ``ids`` limits them."""
    condition, values = chosen("id", ids)
    (count,) = db.execute(_OLD.format(condition), [PARSER_VERSION, *values]).fetchone()
    return int(count)


def words_for_old(count: int) -> str:
    """The sentence that says how many articles an older version has extracted, and what to do."""
    verb = "was" if count == 1 else "were"
    return (
        f"{plural(count, 'article')} {verb} extracted by an older version and may lack Markdown;"
        f" {typed('crawl -a full=1')} fills them"
    )


def audit_archive(db: Database, ids: Ids | None, base: Base | None = None) -> Totals:
    """The six points and the derived columns of the articles that this version has extracted.

    The pages are not stored, so ``body_html`` is what everything else is compared with. ``ids``
    limits the articles; ``base`` is where they were read from. An article that an older version has
    extracted is a difference of the point ``extraction``.
    """
    totals = Totals()
    extraction = Point("extraction", "article", 0)
    for row, parts in rows(db, *chosen("id", ids)):
        if row["body_html"] is None:
            totals.without_body += 1
            continue
        extraction.compared += 1
        if row["parser_version"] < PARSER_VERSION:
            extraction.differ += 1
            continue
        case = Case(record({**row, "tags": "[]"}, parts), None, base)  # the tags say nothing here
        points = [*audit_case(case), audit_derived(case, parts)]
        totals.add(f"article {row['id']}", points)
    if extraction.differ:
        extraction.first = words_for_old(extraction.differ)
        extraction.findings.append(extraction.first)
    totals.points["extraction"] = extraction
    return totals

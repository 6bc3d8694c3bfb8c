"""The columns and rows that are made from a body, compared with what this version makes of it.

They must be exactly the same, white space included. The six points of fidelity compare what is
said, so a paragraph break, emphasis or the label of a formula may be lost between them. This is no
proof of fidelity, which needs a second reading: it calls the extraction itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archiver.body.clean.cleaner import safe_html
from archiver.body.contents.links import list_links
from archiver.extraction.article_body import fill_links, fill_text
from archiver.items import Article, Link
from archiver.store.records import Row, article_row, part_rows
from archiver.store.schema import DERIVED, PARTS
from archiver.verify.fidelity.comparison import Point, compare_texts, compare_values
from archiver.verify.fidelity.points import Case


def check_sanitised(point: Point, case: Case) -> None:
    """Note in ``point`` a ``body_html`` that the sanitiser would change."""
    compare_texts(point, "sanitised again", case.row["body_html"], safe_html(case.body))


def audit_derived(case: Case, parts: Mapping[str, Sequence[Row]]) -> Point:
    """The point ``derived``: the columns and rows made from the body of a case.

    ``parts`` are the stored rows by table.
    """
    article = _made(case)
    columns, tables = article_row(article), part_rows(article)
    compared = len(DERIVED) + sum(map(len, tables.values()))
    point = Point("derived", "value", compared)
    check_sanitised(point, case)
    for column in DERIVED:
        compare_values(point, column, columns[column], case.row[column])
    for table in PARTS:
        keys = [*(column.name for column in table.filled), "position"]
        expected, found = tables[table.name], parts[table.name]
        compare_values(point, table.name, _chosen(expected, keys), _chosen(found, keys))
    return point


def _made(case: Case) -> Article:
    """The article with what this version makes of its stored body."""
    article = Article(case.row["id"], body=case.body, body_html=case.row["body_html"])
    fill_text(article)
    fill_links(article)
    _accept_targets(article.links, case)
    return article


def _accept_targets(links: list[Link], case: Case) -> None:
    """Let links have the stored targets that they have where the blog was read from a copy.

    The archive does not tell whether it was.
    """
    both = zip(links, case.row["links"], strict=False)
    others = [
        place for place, (link, stored) in enumerate(both) if link.target_id != stored["target_id"]
    ]
    read_from_copy = list_links(case.body, case.base) if others else []
    for place in others:
        if read_from_copy[place].target_id == case.row["links"][place]["target_id"]:
            links[place] = read_from_copy[place]


def _chosen(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[Row]:
    return [{key: row[key] for key in keys} for row in rows]

"""Does this version make of ``body_html`` exactly what is stored of it, white space and all?

The six points compare what is said; a paragraph break, emphasis or the label of a formula may be
lost between them. This is no proof of fidelity, which asks for a second opinion: it calls the
extraction itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from archiver.body.clean.cleaner import safe_html
from archiver.body.contents.links import list_links
from archiver.body.contents.pictures import list_pictures
from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.markdown import to_markdown
from archiver.items import Article, Link
from archiver.store.records import PARTS, Row, article_row, part_rows
from archiver.verify.fidelity.comparison import Point, compare_texts, compare_values
from archiver.verify.fidelity.points import Case

_COLUMNS: Final = ("body_text", "body_markdown", "formula_count", "picture_count")


def check_sanitised(point: Point, case: Case) -> None:
    """``body_html`` is what the sanitiser makes of it."""
    compare_texts(point, "sanitised again", case.row["body_html"], safe_html(case.body))


def audit_derived(case: Case, parts: Mapping[str, Sequence[Row]]) -> Point:
    """The columns and rows that are made from the body; ``parts`` are the stored rows by table."""
    article = _made(case)
    columns, tables = article_row(article), part_rows(article)
    compared = len(_COLUMNS) + sum(map(len, tables.values()))
    point = Point("derived", "value", compared)
    check_sanitised(point, case)
    for column in _COLUMNS:
        compare_values(point, column, columns[column], case.row[column])
    for table, expected in tables.items():
        keys = (*PARTS[table], "position")
        compare_values(point, table, _chosen(expected, keys), _chosen(parts[table], keys))
    return point


def _made(case: Case) -> Article:
    """The article with what this version makes of its stored body."""
    formulas = find_formulas(case.body)
    return Article(
        case.row["id"],
        body_html=case.row["body_html"],
        body_text=plain_text(case.body, formulas),
        body_markdown=to_markdown(case.body, formulas),
        links=_links(case),
        pictures=list_pictures(case.body),
        formulas=formulas.found,
    )


def _links(case: Case) -> list[Link]:
    """The links; one that is stored as leading to an article of a copy of the blog may do so."""
    links = list_links(case.body)
    stored = case.row["links"]
    for position, link in enumerate(list_links(case.body, case.base)[: len(stored)]):
        if link.target_id == stored[position]["target_id"]:
            links[position] = link
    return links


def _chosen(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[Row]:
    return [{key: row[key] for key in keys} for row in rows]

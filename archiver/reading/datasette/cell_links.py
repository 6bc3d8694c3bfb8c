"""What cells of Datasette's pages lead to: ids of articles to their rows, tags to lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from markupsafe import Markup

from archiver.store.json_arrays import json_array
from archiver.store.schema import ARTICLE_LIST, ARTICLES, TABLES, VIEWS

if TYPE_CHECKING:
    from datasette.app import Datasette  # which imports the plug-ins

_TABLES: Final = {table.name for table in TABLES}
#: Table or view and column, where the column holds ids of articles and is no foreign key, of which
#: Datasette makes a link by itself.
_LEADING: Final = frozenset(
    (relation.name, column.name)
    for relation in (*TABLES, *VIEWS)
    for column in relation.columns
    if column.leads_to == ARTICLES.name
)
#: The same in the result of a query, which is of no table; ``id`` may be that of anything.
_LEADING_ANYWHERE: Final = {column for _, column in _LEADING} - {"id"}


def leads_to_article(table: str | None, column: str) -> bool:
    """True when the values of a column are ids of articles."""
    return column in _LEADING_ANYWHERE if table is None else (table, column) in _LEADING


async def article_link(
    datasette: Datasette, database: str, table: str | None, article: int
) -> Markup | None:
    """A link to the row of an article; ``None`` when it is not in the archive.

    In a table it has the title; in a view or a query a column beside it has that.
    """
    found = await datasette.get_database(database).execute(
        "SELECT title FROM articles WHERE id = ?", [article]
    )
    row = found.first()
    if row is None:
        return None
    address = datasette.urls.row(database, ARTICLES.name, str(article))
    if table in _TABLES:
        return Markup('<a href="{}">{}</a>&nbsp;<em>{}</em>').format(address, row[0], article)
    return Markup('<a href="{}">{}</a>').format(address, article)


def tag_links(datasette: Datasette, database: str, stored: str) -> Markup | None:
    """Each tag with a link to the list of its articles; ``None`` for what is no JSON array."""
    tags = json_array(stored)
    if tags is None:
        return None
    address = datasette.urls.table(database, ARTICLE_LIST.name)
    link = Markup('<a href="{}?{}">{}</a>')
    return Markup(", ").join(
        link.format(address, urlencode({"tags__arraycontains": tag}), tag) for tag in tags
    )

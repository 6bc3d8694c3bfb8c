"""The plug-in that Datasette finds by the entry point ``datasette``; it touches archives only.

It gives an archive its metadata, so that none needs to be named, makes links of tags and of the ids
of articles that are no foreign keys, and shows a row from top to bottom.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from datasette import Response
from markupsafe import Markup
from pluggy import HookimplMarker

from archiver.reading.datasette.archive_file import is_archive
from archiver.reading.datasette.cell_links import article_link, leads_to_article, tag_links
from archiver.reading.datasette.metadata import archive_metadata, database_metadata
from archiver.reading.datasette.page_style import style_sheet

if TYPE_CHECKING:
    from datasette.app import Datasette  # which imports the plug-ins

_STYLE: Final = "/-/kexue.css"
hookimpl: Final = HookimplMarker("datasette")

Cell = Callable[[], Awaitable[Markup | None]]


@hookimpl
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    """The metadata of the archives among the databases; what the user gives goes before it.

    Datasette writes into what it gets, so it gets a copy.
    """
    files = tuple(name for name, db in datasette.databases.items() if db.path)
    archives = tuple(name for name in files if _is_of_archive(datasette, name))
    found: dict[str, Any] = json.loads(_metadata_text(archives, is_all=archives == files))
    return found


@cache
def _metadata_text(archives: tuple[str, ...], *, is_all: bool) -> str:
    """The metadata as JSON: of Datasette as a whole, where it has nothing but archives."""
    if is_all:
        return json.dumps(archive_metadata(archives))
    return json.dumps({"databases": {name: database_metadata() for name in archives}})


@hookimpl
def render_cell(
    value: Any, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | Cell | None:
    """A link for the id of an article, and for each tag; ``None`` leaves a cell to Datasette."""
    if column == "tags" and isinstance(value, str) and _is_of_archive(datasette, database):
        return tag_links(datasette, database, value)
    is_id = isinstance(value, int) and leads_to_article(table, column)
    if is_id and _is_of_archive(datasette, database):
        return lambda: article_link(datasette, database, table, value)
    return None


@hookimpl
def extra_css_urls(database: str | None, datasette: Datasette) -> list[str]:
    """The style sheet on the pages of an archive."""
    return [_STYLE] if database is not None and _is_of_archive(datasette, database) else []


@hookimpl
def register_routes() -> list[tuple[str, Callable[[], Response]]]:
    """The address of the style sheet."""
    return [(rf"^{_STYLE}$", _send_style)]


def _send_style() -> Response:
    return Response(style_sheet(), content_type="text/css; charset=utf-8")


def _is_of_archive(datasette: Datasette, database: str) -> bool:
    """True when a database of Datasette is the file of an archive."""
    path = datasette.get_database(database).path
    return path is not None and is_archive(path)

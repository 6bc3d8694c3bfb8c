"""The metadata that Datasette 0.65 shows of an archive, made from the declared tables and views.

``metadata.json`` beside it is that of a database with the name ``kexue``, for a Datasette without
the plug-in. ``python -m archiver.reading.datasette.metadata`` prints it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, Final

from archiver import site
from archiver.reading.datasette.canned_queries import QUERIES
from archiver.reading.datasette.table_options import OPTIONS
from archiver.store.column import Column, Format, Relation
from archiver.store.schema import TABLES, VIEWS

Metadata = dict[str, Any]

_UNITS: Final = {
    Format.DAY: "YYYY-MM-DD, Asia/Shanghai",
    Format.MONTH: "YYYY-MM, Asia/Shanghai",
    Format.UTC: "UTC",
}
_ABOUT: Final = {
    "title": "科学空间",
    "description": "An archive of the blog kexue.fm. The view article_list is the place to begin.",
    "license": site.LICENSE,
    "license_url": "https://creativecommons.org/licenses/by-nc-nd/2.5/cn/",
    "source": "科学空间, by 苏剑林 and the guest authors named in the column author",
    "source_url": "https://kexue.fm",
}


def archive_metadata(names: Iterable[str]) -> Metadata:
    """The metadata of a Datasette that serves only archives, with databases of these names."""
    return {**_ABOUT, "databases": {name: database_metadata() for name in names}}


def database_metadata() -> Metadata:
    """What Datasette shows of one archive, whatever else it serves."""
    described = {relation.name: _description(relation) for relation in (*VIEWS, *TABLES)}
    tables = {
        name: {**described.get(name, {}), **OPTIONS.get(name, {})}
        for name in dict.fromkeys((*described, *OPTIONS))
    }
    return {**_ABOUT, "tables": tables, "queries": dict(QUERIES)}


def metadata_json(name: str) -> str:
    """The text of a metadata file for the archive ``<name>.db``."""
    return json.dumps(archive_metadata([name]), ensure_ascii=False, indent=2) + "\n"


def _description(relation: Relation) -> Metadata:
    columns = {column.name: _words(column) for column in relation.columns}
    return {"description": _plain(relation.meaning), "columns": columns}


def _words(column: Column) -> str:
    """The meaning of a column in a line: unit or form, and when it is null."""
    unit = _UNITS.get(column.format)
    null = column.null and f"null: {column.null}"
    return _plain("; ".join(filter(None, [column.meaning, unit, null])))


def _plain(markdown: str) -> str:
    """Text of docs/data-format.md without its back-ticks, which Datasette would show."""
    return markdown.replace("`", "")


if __name__ == "__main__":
    sys.stdout.write(metadata_json("kexue"))

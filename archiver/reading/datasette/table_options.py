"""How Datasette shows each table and view: labels, order, facets, what is hidden.

What a table and its columns mean is not here: ``archiver.store.schema`` declares it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from archiver.store.schema import ARTICLES

_TEXTS: Final = {"excerpt", "body_html", "body_text", "body_markdown"}
_FACETS: Final = ["category", "status", "author", {"array": "tags"}]
_INTERNAL: Final = {"hidden": True}

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "articles": {
        "label_column": "title",
        "sort_desc": "published",
        "sortable_columns": [name for name in ARTICLES.names if name not in _TEXTS],
        "facets": _FACETS,
        "size": 20,
    },
    "article_list": {"sort_desc": "published", "facets": ["year", *_FACETS], "size": 50},
    "most_read": {"sort_desc": "readers_per_day", "facets": ["category", "status"], "size": 50},
    "cited_by": {"sort_desc": "link_count", "size": 50},
    "changes": {"sort_desc": "id", "facets": ["kind"], "size": 50},
    "revisions": {"sort_desc": "seen_at", "label_column": "title", "size": 20},
    "links": {"facets": ["problem"], "size": 50},
    "formulas": {"facets": ["display"], "size": 50},
    "comments": {
        "sort_desc": "published_at",
        "label_column": "author",
        "facets": ["by_author", "author"],
        "size": 50,
    },
    "comment_revisions": {"sort_desc": "replaced_at", "size": 50},
    "series": {"sort_desc": "parts", "label_column": "name", "size": 50},
    "series_articles": {"facets": ["series_id"], "size": 50},
    "runs": {"sort_desc": "id", "facets": ["mode", "ending"], "units": {"bytes": "B"}},
    "captures": {"sort_desc": "id", "facets": ["status", "run_id"], "units": {"length": "B"}},
    "failures": {"sort_desc": "last_seen"},
    "sightings": _INTERNAL,
    "comment_pages": _INTERNAL,
    "articles_fts": _INTERNAL,
    "digests": _INTERNAL,
    "written_files": _INTERNAL,
    "_sqlite_migrations": _INTERNAL,
}

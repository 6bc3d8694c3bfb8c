"""The style of an archive's pages: rows from top to bottom, texts in lists on one line."""

from __future__ import annotations

from typing import Final

from archiver.store.schema import TABLES

#: A row as a card at any width, as Datasette shows it on a phone.
_CARD: Final = """
body.row table.rows-and-columns, body.row .rows-and-columns tbody,
body.row .rows-and-columns tr { display: block; }
body.row .rows-and-columns thead { display: none; }
body.row .rows-and-columns td {
  display: block; max-width: 768px; padding: 0.4em 0; border: none; border-bottom: 1px solid #eee;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
body.row .rows-and-columns td:before {
  display: block; margin-left: 0; color: #555; font-size: 0.8em;
}
body.row td.col-body_html, body.row td.col-body_markdown {
  max-height: 20em; overflow: auto; font-family: monospace; font-size: 0.85em;
}
"""
#: In a list a text is one line; what the columns mean, and the facets, leave room for the rows.
_LIST: Final = r"""
dl.column-descriptions { max-height: 8em; max-width: 90em; overflow: auto; font-size: 0.85em; }
dl.column-descriptions dt, dl.column-descriptions dd { display: inline; padding: 0; }
dl.column-descriptions dd:after { content: "\2003 "; white-space: normal; }
dl.column-descriptions dt { padding-right: 0.4em; }
.facet-results ul { max-height: 12em; overflow: auto; }
td.col-published, td.col-citing_published { white-space: nowrap; }
td.col-title, td.col-citing_title { min-width: 12em; }
td.col-latex { overflow-wrap: anywhere; }
@media (max-width: 576px) { .rows-and-columns td { overflow-wrap: anywhere; } }
@media (max-width: 576px) { body.query form.sql label { width: auto; margin-right: 0.5em; } }
body.table td.col-body_html, body.table td.col-body_text, body.table td.col-body_markdown,
body.table td.col-excerpt {
  max-width: 16em; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
}
"""


def style_sheet() -> str:
    """CSS for the pages of tables and rows; the names of all declared columns are in it."""
    names = dict.fromkeys(name for table in TABLES for name in table.names)
    titles = (f'body.row td.col-{name}:before {{ content: "{name}"; }}' for name in names)
    return _CARD + _LIST + "\n".join(titles) + "\n"

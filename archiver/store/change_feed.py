"""The change feed: an Atom file (RFC 4287) of what the archive has seen change lately."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from lxml import etree
from lxml.html import fragment_fromstring
from sqlite_utils import Database

from archiver import __version__, site
from archiver.store.atomic import replacing
from archiver.store.json_arrays import json_array
from archiver.store.records import Row

ATOM: Final = "http://www.w3.org/2005/Atom"
#: A tag URI (RFC 4151): it names the feed wherever it lies.
_TAG: Final = "tag:kexue.fm,2009:"
_TITLE: Final = "科学空间 (kexue.fm): changes seen by the archive"
#: ``updated`` of a feed without entries: a time that does not depend on when it was written.
_BEGINNING: Final = f"{site.FIRST_DAY.isoformat()}T00:00:00+00:00"
_LONGEST_BEGINNING: Final = 200

#: Kind of change → how its entry's title begins, and its summary.
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("New", "New in the archive."),
    "edited": ("Edited", "A new version."),
    "protected": ("Behind a password", "Readable with a password only; what was read stays."),
    "opened": ("Open again", "Readable without a password."),
    "gone": ("Gone", "The blog no longer has it; the archive keeps its copy."),
    "returned": ("Back again", "The blog has it again."),
}
#: Columns of ``articles`` whose name does not say what a reader would call them.
_FIELDS: Final[Mapping[str, str]] = {"published": "day of publication", "body_html": "text"}

#: Title, author and category are those of the version, where there is one: an entry stays as it
#: was when the article changes again. Articles are looked up for the chosen rows only.
_NEWEST: Final = f"""
    SELECT newest.*, articles.url, coalesce(revisions.title, articles.title) AS title,
      coalesce(revisions.author, articles.author) AS author,
      coalesce(revisions.category, articles.category) AS category,
      iif(kind = 'new', revisions.body_html, NULL) AS body_html
    FROM (
      SELECT * FROM changes WHERE kind IN ({", ".join(f"'{kind}'" for kind in _KINDS)})
      ORDER BY seen_at DESC, id DESC LIMIT ?
    ) AS newest
    JOIN articles ON articles.id = newest.article_id
    LEFT JOIN revisions
      ON revisions.article_id = newest.article_id AND revisions.number = newest.revision
    ORDER BY newest.seen_at DESC, newest.id DESC
"""  # noqa: S608
#: Characters that XML 1.0 cannot hold, not even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_feed(db: Database, path: Path, limit: int = 100) -> int:
    """Write the newest ``limit`` changes to ``path``, newest first; returns their number.

    Suspicious versions are left out: they are no change of the archive. The same rows give the
    same bytes. The file is replaced as a whole; raises ``StoreError`` when it cannot be written,
    and the old file then stays as it was.
    """
    rows = list(db.query(_NEWEST, [limit]))
    with replacing(path) as file:
        file.write(_text(make_feed(rows)))
    return len(rows)


def feed_text(db: Database, version: str, limit: int = 100) -> str:
    """What ``write_feed`` of a version of this program writes."""
    return _text(make_feed(db.query(_NEWEST, [limit]), version))


def _text(feed: etree._Element) -> str:
    text = etree.tostring(feed, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


def make_feed(rows: Iterable[Row], version: str = __version__) -> etree._Element:
    """The ``feed`` element of rows of ``changes``, each with what its article adds to it."""
    rows = list(rows)
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    _add(feed, "id", f"{_TAG}archive-changes")
    _add(feed, "title", _TITLE)
    _add(feed, "updated", rows[0]["seen_at"] if rows else _BEGINNING)
    _add(feed, "link", rel="alternate", type="text/html", href=f"{site.CANONICAL_BASE}/")
    _add(feed, "generator", "kexue-archiver", version=version)
    _add(feed, "rights", site.LICENSE)
    for row in rows:
        _add_entry(feed, row)
    return feed


def _add_entry(feed: etree._Element, row: Row) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"{_TAG}archives/{row['article_id']}/changes/{row['id']}")
    _add(entry, "title", f"{_KINDS[row['kind']][0]}: {row['title']}")
    _add(entry, "link", rel="alternate", type="text/html", href=row["url"])
    _add(entry, "updated", row["seen_at"])
    _add(_add(entry, "author"), "name", _one_line(row["author"] or "") or "unknown")
    if category := _one_line(row["category"] or ""):
        _add(entry, "category", term=category)
    _add(entry, "summary", summary(row))


def summary(row: Mapping[str, Any]) -> str:
    """Kind and fields of a change as plain text on one line; of a new article its beginning too."""
    words = [_KINDS[row["kind"]][1]]
    if fields := _fields(row["fields"]):
        words.append(f"Changed: {', '.join(fields)}.")
    if row["body_html"]:
        words.append(_cut(_one_line(_text_of(row["body_html"])), _LONGEST_BEGINNING))
    return " ".join(words)


def _text_of(body_html: str) -> str:
    """The text of a version's body; that of the article would change with every edit."""
    return str(fragment_fromstring(body_html, create_parent="div").text_content())


def _fields(text: str) -> list[str]:
    """The words for the changed columns; none when ``text`` is no JSON array."""
    return [_FIELDS.get(str(name), str(name)) for name in json_array(text) or ()]


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(
        parent,
        f"{{{ATOM}}}{name}",
        {key: _one_line(value) for key, value in attributes.items()},
    )
    element.text = _one_line(text) or None
    return element


def _one_line(text: str) -> str:
    """The text with white space folded and without characters that XML cannot hold."""
    return " ".join(_NOT_XML.sub("", text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"

"""The table ``sightings``: what index and listings have shown of articles, archived or not.

An article is marked as changed when they show it otherwise than they did before (or, the first
time, than the archive has it), until its page has been read. The last listing entry is kept, so
that a run that is killed between listing and page loses nothing of it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlite_utils import Database

from archiver import site
from archiver.items import IndexEntry, ListingEntry, Status
from archiver.store.records import Row
from archiver.store.schema import EDITS

#: The fields of a listing entry that an edit changes; its counts rise by themselves.
_SHOWN: Final = tuple(name for name in EDITS if name in ListingEntry.__dataclass_fields__)
#: Whether the index shows another title or day than before, or, where it has not shown the article
#: yet, than the archive has. A day that only one of the two tells is no other day.
_OTHERWISE: Final = "title <> :title OR coalesce(published <> :published, 0)"
_IS_CHANGED: Final = f"""
    coalesce(
      (SELECT {_OTHERWISE} FROM sightings WHERE article_id = :id AND title IS NOT NULL),
      (SELECT {_OTHERWISE} FROM articles WHERE id = :id AND status = '{Status.PUBLISHED}'),
      0)
"""  # noqa: S608
_INDEX: Final = f"""
    INSERT INTO sightings (article_id, title, published, is_changed, first_seen, last_seen)
    VALUES (:id, :title, :published, {_IS_CHANGED}, :now, :now)
    ON CONFLICT (article_id) DO UPDATE SET last_seen = excluded.last_seen, absent = 0,
      title = excluded.title, published = coalesce(excluded.published, published),
      is_changed = max(is_changed, excluded.is_changed)
"""  # noqa: S608
_ENTRY: Final = """
    INSERT INTO sightings (article_id, entry, entry_at, is_changed, first_seen, last_seen)
    VALUES (:id, :entry, :now, :is_changed, :now, :now)
    ON CONFLICT (article_id) DO UPDATE SET last_seen = excluded.last_seen, absent = 0,
      entry = excluded.entry, entry_at = excluded.entry_at,
      is_changed = max(is_changed, excluded.is_changed)
"""
_LISTED: Final = "SELECT article_id FROM sightings WHERE absent = 0 ORDER BY article_id"
#: Those whose entry has the fields of an entry and no other, as SQLite tells: there may be many.
_ENTERED: Final = """
    SELECT article_id FROM sightings WHERE absent = 0 AND iif(json_valid(entry),
      json_remove(entry, {fields}) = '{{}}' AND json_type(entry, '$.id') IS NOT NULL, 0)
""".format(fields=", ".join(f"'$.{field.name}'" for field in dataclasses.fields(ListingEntry)))  # noqa: S608
#: Without the whole listing, nothing is known of articles that the index has never listed.
_ABSENT: Final = """
    UPDATE sightings SET absent = absent + 1
    WHERE article_id NOT IN (SELECT value FROM json_each(?)) AND (title IS NOT NULL OR ?)
"""
_READ: Final = "UPDATE sightings SET is_changed = ?, asked = 0 WHERE article_id = ?"
_ASKED: Final = """
    INSERT INTO sightings (article_id, first_seen, last_seen, absent, asked)
    VALUES (:id, :now, :now, 1, 1)
    ON CONFLICT (article_id) DO UPDATE SET asked = asked + 1
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What index and listings have shown of an article the last time."""

    index: IndexEntry | None = None
    entry: ListingEntry | None = None
    #: When the listing entry was read (UTC, ISO 8601); ``None``: by an earlier version.
    entry_at: str | None = None


def note_index(db: Database, entries: Iterable[IndexEntry], now: str) -> None:
    """Note the index, in one transaction; each article stands in it once.

    ``published`` of the entries is the day as ``YYYY-MM-DD``, or ``None``.
    """
    values = (
        {"id": entry.id, "now": now, "title": entry.title or "", "published": entry.published}
        for entry in entries
    )
    with db.atomic():
        db.conn.executemany(_INDEX, values)


def note_entry(db: Database, entry: ListingEntry, article: Row | None, now: str) -> None:
    """Note a listing entry, inside the caller's transaction; ``article`` is its archived row."""
    old = db.execute("SELECT entry FROM sightings WHERE article_id = ?", [entry.id]).fetchone()
    before = _read_entry(old[0]) if old else None
    changed = differs(entry, article) if before is None else _shown(entry) != _shown(before)
    values = {
        "id": entry.id,
        "now": now,
        "entry": json.dumps(dataclasses.asdict(entry), ensure_ascii=False),
        "is_changed": int(changed),
    }
    db.execute(_ENTRY, values)


def note_absent(db: Database, shown: Collection[int], *, whole: bool) -> None:
    """Raise the absence count of all articles but these, which index and listings have shown.

    ``whole`` says that all listing pages were read.
    """
    with db.atomic():
        db.execute(_ABSENT, [json.dumps(sorted(shown)), whole])


def absent_articles(db: Database, runs: int) -> list[int]:
    """Archived articles, not yet gone, that so many runs in a row have not found listed.

    Those that no index and no listing has ever shown are not looked for there.
    """
    return [
        article
        for (article,) in db.execute(
            # CROSS JOIN: SQLite takes the sightings first, of which few are absent.
            "SELECT id FROM sightings AS s CROSS JOIN articles ON article_id = id"
            " WHERE absent >= ? AND (s.title IS NOT NULL OR entry IS NOT NULL) AND status <> 'gone'"
            " ORDER BY id DESC",
            [runs],
        )
    ]


def indexed_before(db: Database, of: Collection[int]) -> list[int]:
    """Those of some articles that the index has ever listed."""
    query = (
        "SELECT article_id FROM sightings WHERE title IS NOT NULL"
        " AND article_id IN (SELECT value FROM json_each(?)) ORDER BY article_id"
    )
    return [article for (article,) in db.execute(query, [json.dumps(sorted(of))])]


def count_indexed(db: Database) -> int:
    """How many articles the index listed when it was read last."""
    query = "SELECT count(*) FROM sightings WHERE absent = 0 AND title IS NOT NULL"
    (count,) = db.execute(query).fetchone()
    return int(count)


def note_asked(db: Database, article: int, now: str) -> None:
    """Note that a page is about to be asked for.

    Until the answer has been dealt with, this counts up: a page that the process does not
    survive is asked for last the next time, so that it does not keep the others out.
    """
    with db.atomic():
        db.execute(_ASKED, {"id": article, "now": now})


def set_asked(db: Database, asked: Mapping[int, int]) -> None:
    """Make ``asked_before`` tell this, inside the caller's transaction."""
    db.execute("UPDATE sightings SET asked = 0 WHERE asked > 0")
    rows = [(times, article) for article, times in asked.items()]
    db.conn.executemany("UPDATE sightings SET asked = ? WHERE article_id = ?", rows)


def note_read(db: Database, article: int, *, again: bool = False) -> None:
    """Clear the mark of an article that index or listing have shown otherwise than before.

    With ``again`` it stays, and the next run reads the page once more: it came damaged.
    """
    db.execute(_READ, [int(again), article])


def asked_before(db: Database) -> dict[int, int]:
    """Articles whose page was asked for without an end, and how often."""
    return dict(db.execute("SELECT article_id, asked FROM sightings WHERE asked > 0").fetchall())


def listed_articles(db: Database) -> list[int]:
    """Every article that is listed as far as is known."""
    return [article for (article,) in db.execute(_LISTED)]


def entered_articles(db: Database) -> set[int]:
    """Those of them of which a listing entry is kept that can be read."""
    return {article for (article,) in db.execute(_ENTERED)}


def shown_before(db: Database, article: int) -> Shown:
    """What index and listings have shown of an article the last time, be it listed or not."""
    query = "SELECT title, published, entry, entry_at FROM sightings WHERE article_id = ?"
    row = db.execute(query, [article]).fetchone()
    if row is None:
        return Shown()
    title, day, text, entry_at = row
    index = None if title is None else IndexEntry(article, title or None, date_text=day)
    return Shown(index, _read_entry(text), entry_at)


def differs(entry: ListingEntry, row: Row | None) -> bool:
    """True when a listing shows an article otherwise than the archive has it."""
    if row is None:
        return False
    looks_protected = entry.title == site.PROTECTED_TITLE
    if looks_protected != (row["status"] == Status.PROTECTED):
        return True
    shown = {
        "title": None if looks_protected else entry.title,
        "author": entry.author,
        "published": entry.published,
        "category": entry.category,
    }
    if any(value is not None and value != row[key] for key, value in shown.items()):
        return True
    tags: list[str] = json.loads(row["tags"])
    return entry.tags != tags


def _shown(entry: ListingEntry) -> list[Any]:
    return [getattr(entry, name) for name in _SHOWN]


def _read_entry(text: str | None) -> ListingEntry | None:
    """An entry as it was stored; one of another version of this program is as good as none."""
    if text is None:
        return None
    try:
        return ListingEntry(**json.loads(text))
    except (TypeError, ValueError):
        return None

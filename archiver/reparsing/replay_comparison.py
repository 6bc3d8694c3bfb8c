"""What the archive has otherwise than a replay of the same captures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from archiver.reparsing.event_replay import Happened, Replayed
from archiver.reparsing.stored_article import StoredArticle
from archiver.store.comment_corrections import CommentCorrection
from archiver.store.corrections import ChangeLog, Correction
from archiver.store.records import Row, part_rows
from archiver.store.schema import COUNTS, DERIVED, EDITS, PARTS

#: What the archive has noted of its own doing stays.
_STAYS = frozenset({"first_seen", "last_seen", "fetched_at"})
#: A difference in these alone is none of what was read.
_NOTES = frozenset({"parser_version", "capture_id"})


def correct_row(stored: StoredArticle, made: Replayed) -> Row:
    """The row in ``articles`` as it should be."""
    row = stored.row
    if made.row is None or made.is_restored:
        return row
    new = {**made.row, **{name: row[name] for name in _STAYS}}
    for name in COUNTS:
        new[name] = made.row[name] if row[name] is None else row[name]
    if made.source is None and made.row["content_sha256"] is not None:
        new |= {name: row[name] for name in (*DERIVED, "parser_version")}
    if new["excerpt"] is None:
        new["excerpt"] = row["excerpt"]
    if new["published_at"] is None and new["published"] == row["published"]:
        new["published_at"] = row["published_at"]  # of the feed
    return new


def compare(stored: StoredArticle, made: Replayed, row: Row) -> Correction:
    """What is to be corrected; ``row`` is that of ``correct_row``."""
    changed = {name: value for name, value in row.items() if value != stored.row[name]}
    parts = _parts(stored, made)
    revisions = None if made.revisions == list(stored.versions.values()) else made.revisions
    differs = [name for name in changed if name not in _NOTES]
    differs += parts
    if _told(made.revisions) != _told(list(stored.versions.values())):
        differs.append("revisions")
    log = _change_log(made.changes)
    removed = [h for h in made.changes if h.event.change and h.event.change["id"] in log.removed]
    if log.added or log.removed or _is_other(made.changes, log):
        differs.append("changes")
    return Correction(
        article=row["id"],
        row=changed,
        parts=parts,
        revisions=revisions,
        changes=log,
        differs=tuple(differs),
        withdrawn=sum(h.event.kind == "edited" for h in removed),
        found=sum(change["kind"] == "edited" for change in log.added),
    )


def with_comments(
    found: Correction, comments: CommentCorrection, differs: Iterable[str]
) -> Correction:
    """The same with what is to be corrected of comments; ``differs`` names their tables."""
    return replace(found, comments=comments, differs=(*found.differs, *differs))


def _parts(stored: StoredArticle, made: Replayed) -> dict[str, list[Row]]:
    """The tables of what the body holds that differ."""
    if made.source is None or made.is_restored:
        return {}
    rows = part_rows(made.source)
    return {t.name: rows[t.name] for t in PARTS if rows[t.name] != stored.parts[t.name]}


def _told(rows: Sequence[Row]) -> list[Row]:
    """Rows without what the archive has noted of them."""
    return [{key: value for key, value in row.items() if key not in _NOTES} for row in rows]


# --- Changes --------------------------------------------------------------------------------------


def _change_log(happened: Sequence[Happened]) -> ChangeLog:
    """What is to be done to the changes that were noted."""
    removed, updated, added = [], [], []
    for each in happened:
        noted, now = each.event.change, _change_now(each)
        if noted is None:
            added += [now] if now is not None else []
        elif now is None:
            removed.append(noted["id"])
        elif now != noted:
            updated.append(now)
    return ChangeLog(tuple(removed), tuple(updated), tuple(added))


def _change_now(happened: Happened) -> Row | None:
    """The row in ``changes`` that an event should have; ``None`` when it changed nothing.

    What listings have told of the excerpt is in no capture of the article, and stays.
    """
    noted, change = happened.event.change, happened.change
    if noted is None:
        return change
    excerpt = noted["kind"] == "edited" and "excerpt" in json.loads(noted["fields"])
    if change is None:
        if not excerpt:
            return None
        return {**noted, "revision": happened.number, "fields": '["excerpt"]'}
    fields = json.loads(change["fields"])
    if "excerpt" in json.loads(noted["fields"]):
        fields = [name for name in EDITS if name in fields or name == "excerpt"]
    kept = {name: noted[name] for name in ("id", "seen_at", "capture_id")}
    return {**change, **kept, "fields": json.dumps(fields)}


def _is_other(happened: Sequence[Happened], log: ChangeLog) -> bool:
    """True when a change is of another kind or of other columns than was noted.

    A number of a version that is another one only because an earlier version went is no difference.
    """
    noted = {h.event.change["id"]: h.event.change for h in happened if h.event.change is not None}
    names = ("kind", "fields")
    return any(any(row[n] != noted[row["id"]][n] for n in names) for row in log.updated)

"""Merges a new reading of an article with its stored row."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from archiver.items import ListingEntry, Status
from archiver.store.column import Keep, Role
from archiver.store.records import Row
from archiver.store.schema import ARTICLES, COUNTS
from archiver.store.suspicion import is_damaged_copy


class Change(StrEnum):
    """The effect of a reading on the archive."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SUSPICIOUS = "suspicious"


#: Known once, known for ever: a page that does not show them does not take them back.
_NEVER_UNTOLD: Final = ARTICLES.select(lambda column: column.keep is Keep.IF_UNTOLD)
#: What the page of a protected article does not show: kept as it was last seen.
_HIDDEN_BY_PASSWORD: Final = ARTICLES.select(lambda column: column.keep is Keep.IF_PROTECTED)
#: A difference in one of these is a change of the article.
_TOLD: Final = ARTICLES.select(lambda column: column.role is Role.TOLD)
_UNREAD: Final = ARTICLES.select(lambda column: column.null_is_unread)


def merge(old: Row | None, new: Row, *, excerpt_known: bool) -> Row:
    """The new row, with values of the old one where this reading does not tell them.

    The declaration says of each column when the old value stays (``Keep``). ``excerpt_known`` says
    that a listing page was read: only then an excerpt of ``None`` means that the listing shows the
    whole article.
    """
    if old is None:
        return dict(new)
    merged = {**old, **new}
    for key in _NEVER_UNTOLD:
        if new[key] is None:
            merged[key] = old[key]
    if new["category"] is None and new["tags"] == "[]":  # they stand on one line of the page
        merged["tags"] = old["tags"]
    if new["published_at"] is None and merged["published"] == old["published"]:
        merged["published_at"] = old["published_at"]
    if not excerpt_known or is_damaged_copy(old["excerpt"], new["excerpt"]):
        merged["excerpt"] = old["excerpt"]
    if new["status"] == Status.PROTECTED and old["body_html"] is not None:
        merged.update({key: old[key] for key in _HIDDEN_BY_PASSWORD})
    return merged


def recall(row: Row, entry: ListingEntry | None) -> Row:
    """The row, with counts and excerpt of its last listing entry where it has none itself."""
    if entry is None:
        return row
    told = {key: getattr(entry, key, None) for key in (*COUNTS, "excerpt")}
    return {**row, **{key: value for key, value in told.items() if row[key] is None}}


def compare(old: Row | None, merged: Row) -> Change:
    """The change that a merged row is; a difference in what the page tells is a change.

    A newer version of the extraction that reads the same body is no change of the article.
    """
    if old is None:
        return Change.NEW
    ignored = first_told(old)
    same = all(old[key] == merged[key] for key in _TOLD if key not in ignored)
    return Change.UNCHANGED if same else Change.CHANGED


def first_told(old: Row) -> set[str]:
    """Columns that did not exist when a row was stored; a first value in them is no change."""
    return {key for key in _UNREAD if old[key] is None}

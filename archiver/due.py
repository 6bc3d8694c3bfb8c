"""Which articles must be read in this run, and in which order. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from archiver import site
from archiver.items import ListingEntry, Status
from archiver.plan import Plan

Known = Mapping[str, Any]


def due_articles(
    plan: Plan,
    listed: Iterable[int],
    entries: Mapping[int, ListingEntry],
    known: Mapping[int, Known],
    failed: set[int],
    recheck: int,
) -> list[int]:
    """The ids to read: what failed before first, then the rest in the blog's order.

    An article is due when the archive does not have it, when it failed the last time, when the
    listing shows it otherwise than the archive, and when it is one of the ``recheck`` articles
    whose last reading is longest ago (edits do not show in listings).
    """
    candidates = [article for article in listed if _is_wanted(plan, entries.get(article))]
    again = set(candidates) if plan.full else _oldest(candidates, known, recheck)
    due = [
        article
        for article in candidates
        if article not in known
        or article in failed
        or article in again
        or differs(entries.get(article), known[article])
    ]
    due.sort(key=lambda article: article not in failed)
    return due[: plan.limit]


def differs(entry: ListingEntry | None, row: Known) -> bool:
    """Does a listing show an article otherwise than the archive has it?"""
    if entry is None:
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


def _is_wanted(plan: Plan, entry: ListingEntry | None) -> bool:
    """Is an article inside the days that were asked for? One without a date is."""
    if plan.since is None or entry is None or entry.published is None:
        return True
    return entry.published >= plan.since


def _oldest(candidates: list[int], known: Mapping[int, Known], number: int) -> set[int]:
    archived = [article for article in candidates if article in known]
    archived.sort(key=lambda article: (known[article]["fetched_at"], article))
    return set(archived[:number])

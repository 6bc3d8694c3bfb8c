"""Compares the tables with what they held at the end of the last run."""

from __future__ import annotations

from sqlite_utils import Database

from archiver.store.digests import Kept, covered_tables, digest_of, kept_digests
from archiver.store.schema import WRITTEN_FILES
from archiver.terminal.plural import plural
from archiver.verify.fidelity.comparison import Point
from archiver.verify.unfinished_run import last_run

_ACCEPT = "sqlite-utils FILE 'DELETE FROM digests' accepts what you have changed yourself"


def check_digests(db: Database) -> Point:
    """Every table is as this program has left it, also where no other check would notice."""
    point = Point("digests", "table", 0)
    kept = kept_digests(db)
    if not kept:
        point.remark = "digests: there are none to compare with; the next run keeps them"
        return point
    _, end = last_run(db)
    faults = {
        name: fault
        for name in covered_tables()
        if name in kept and (fault := _fault(db, name, kept[name], end))
    }
    if len(faults) > 1:  # what is changed by hand takes these rows with it, by the triggers
        faults.pop(WRITTEN_FILES.name, None)
    for name, fault in faults.items():
        point.note(1, f"{name}: {fault}; {_ACCEPT}")
    point.compared = len(kept.keys() & set(covered_tables()))
    if lacking := len(covered_tables()) - point.compared:
        point.remark = f"digests: {plural(lacking, 'table')} without one; the next run keeps it"
    for name in sorted(kept.keys() - set(covered_tables())):
        point.note(1, f"{name}: no table of the archive has this name; {_ACCEPT}")
    return point


def _fault(db: Database, name: str, kept: Kept, end: str | None) -> str | None:
    found = digest_of(db, name)
    if found is None:
        return "it cannot be read as it was then"
    if found != kept.digest:
        left = plural(kept.digest.rows, "row")
        rows = "" if found.rows == kept.digest.rows else f", which left {left}, {found.rows:,} now"
        return f"changed by something else than this program{rows}"
    if kept.changed_at is not None:
        return (
            "changed by something else than this program: it was found so before it was written to,"
            f" at {kept.changed_at}"
        )
    if end is not None and kept.taken_at != end:
        return f"its digest is of {kept.taken_at}, and not of the last run, which ended at {end}"
    return None

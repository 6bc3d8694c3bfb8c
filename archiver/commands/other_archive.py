"""The other archive of ``scrapy verify --against``: where it is, and how it differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.store.read_only import open_for_reading
from archiver.terminal.output import show
from archiver.verify.archive_comparison import COMPARED, compare_archives, find_differences
from archiver.verify.fidelity.comparison import Point
from archiver.verify.result_table import table

#: So many differences of a table are shown.
_SHOWN: Final = 20


def find_database(place: str, name: str) -> Path:
    """The database at a path, or in a folder; raises ``UsageError`` when there is none.

    In a folder it has the ``name`` of this archive, or is the only one.
    """
    path = Path(place).expanduser()
    if not path.exists():
        raise UsageError(f"--against {place}: no such folder or file", print_help=False)
    if not path.is_dir():
        return path
    own, found = path / f"{name}.db", sorted(path.glob("*.db"))
    if own in found:
        return own
    if len(found) != 1:
        what = f"{len(found)} databases" if found else "no database"
        raise UsageError(f"--against {place}: {what} there; give the file", print_help=False)
    return found[0]


def compare_with(db: Database, path: Path) -> list[Point]:
    """Show how an archive differs from that at ``path``, and return the points.

    Raises ``StoreError`` when that is none.
    """
    with closing(open_for_reading(path)) as other:
        points = compare_archives(db, other)
        show(*table(points))
        for line in _differences(db, other, points):
            show(line)
    return points


def _differences(db: Database, other: Database, points: list[Point]) -> Iterator[str]:
    for relation, point in zip(COMPARED, points, strict=True):
        if point.differ and db[relation.name].exists() and other[relation.name].exists():
            yield f"\n{relation.name}"
            for words in islice(find_differences(db, other, relation), _SHOWN):
                yield f"  {words}"
            if point.differ > _SHOWN:
                yield f"  … and {point.differ - _SHOWN:,} more"

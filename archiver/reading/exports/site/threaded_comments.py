"""The comments of an article as threads, in the order in which they are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from archiver.reading.times import parse_time
from archiver.store.records import Row

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of ``comments`` in its thread; a thread begins at depth 0."""

    row: Row
    depth: int
    #: The comment that it answers; ``None`` where it begins a thread.
    answered: Row | None = None


def in_threads(rows: Iterable[Row]) -> list[Placed]:
    """All comments of an article, each once: threads by time, below each comment its replies.

    Of rows the columns ``id``, ``parent_id`` and ``published_at`` are read. What answers a comment
    that is not among them begins a thread. Where comments answer each other in a circle, which only
    a damaged archive has, the earliest of them begins one. There is no limit of the depth.
    """
    ordered = _by_time(list(rows))
    known = {row["id"]: row for row in ordered}
    parents = {row["id"]: row["parent_id"] for row in ordered if row["parent_id"] in known}
    for first in list(_first_of_circles(list(known), parents)):
        del parents[first]
    replies: dict[int | None, list[Row]] = defaultdict(list)
    for row in ordered:
        replies[parents.get(row["id"])].append(row)
    return list(_walk(replies))


def _walk(replies: Mapping[int | None, Sequence[Row]]) -> Iterator[Placed]:
    """The threads from their beginnings, which are the replies to nothing, without recursion."""
    waiting = [Placed(row, 0) for row in reversed(replies.get(None, ()))]
    while waiting:
        placed = waiting.pop()
        yield placed
        below = reversed(replies.get(placed.row["id"], ()))
        waiting += [Placed(row, placed.depth + 1, placed.row) for row in below]


def _by_time(rows: Sequence[Row]) -> list[Row]:
    """Comments by time; one whose time is not known has that of the number before it."""
    times: dict[int, datetime] = {}
    last = _BEGINNING
    for row in sorted(rows, key=lambda row: row["id"]):
        last = parse_time(row["published_at"]) or last
        times[row["id"]] = last
    return sorted(rows, key=lambda row: (times[row["id"]], row["id"]))


def _first_of_circles(ordered: Sequence[int], parents: Mapping[int, int]) -> Iterator[int]:
    """The earliest comment of each circle, in linear time; ``ordered`` are all, by time."""
    place = {comment: number for number, comment in enumerate(ordered)}
    done: set[int] = set()
    for start in ordered:
        way: dict[int, int] = {}
        comment: int | None = start
        while comment is not None and comment not in done and comment not in way:
            way[comment] = len(way)
            comment = parents.get(comment)
        if comment in way:
            yield min(list(way)[way[comment] :], key=place.__getitem__)
        done |= way.keys()

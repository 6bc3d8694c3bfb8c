"""The reader counts of an article as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from archiver.reading.times import parse_time

#: The size of the drawing, in the units of its points.
WIDTH: Final = 240
HEIGHT: Final = 40
_EDGE: Final = 3
#: More points than these are not seen at this size.
_MOST: Final = 80
_COUNTS: Final = "SELECT seen_at, readers FROM reader_counts WHERE article_id = ? ORDER BY seen_at"

Count = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of a line as SVG has them, and the days and counts of its ends."""

    points: str
    first_day: str
    first: int
    last_day: str
    last: int


def read_curve(db: Database, article: int) -> Curve | None:
    """The curve of an article's counts; ``None`` of fewer than two days."""
    rows = db.execute(_COUNTS, [article]).fetchall()
    counts = [(time, readers) for seen, readers in rows if (time := parse_time(seen)) is not None]
    return curve_of(counts) if len(counts) > 1 else None


def curve_of(counts: list[Count]) -> Curve:
    """The curve of two counts or more, which are in the order of their times (UTC)."""
    shown = _thinned(counts)
    (start, first), (end, last) = shown[0], shown[-1]
    seconds = max((end - start).total_seconds(), 1)
    low = min(count for _, count in shown)
    span = max(count for _, count in shown) - low or 1
    points = (
        (
            _EDGE + (WIDTH - 2 * _EDGE) * (time - start).total_seconds() / seconds,
            HEIGHT - _EDGE - (HEIGHT - 2 * _EDGE) * (count - low) / span,
        )
        for time, count in shown
    )
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Curve(text, f"{start:%Y-%m-%d}", first, f"{end:%Y-%m-%d}", last)


def _thinned(counts: list[Count]) -> list[Count]:
    """So many of the counts as are seen, the first and the last among them."""
    step = -(-len(counts) // _MOST)
    kept = counts[::step]
    return kept if kept[-1] is counts[-1] else [*kept, counts[-1]]

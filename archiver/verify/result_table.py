"""The points of one article, or the sums over many, as a table of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from archiver.terminal.plural import plural
from archiver.terminal.text_tables import layout_table
from archiver.verify.fidelity.comparison import Point

_HEAD = ("", "compared", "differ", "first difference")


class Totals:
    """The sums of the points of many articles."""

    def __init__(self) -> None:
        self.points: dict[str, Point] = {}
        self.articles = 0
        self.without_body = 0

    def add(self, label: str, points: Iterable[Point]) -> None:
        """Add the points of an article; ``label`` names it in front of its first difference."""
        self.articles += 1
        for point in points:
            total = self.points.setdefault(point.name, Point(point.name, point.unit, 0))
            total.compared += point.compared
            total.note(point.differ, f"{label}: {point.first}")

    def results(self) -> list[Point]:
        """The sums as one point for each name, in the order in which the names first came."""
        return [replace(point) for point in self.points.values()]


def is_clean(points: Iterable[Point]) -> bool:
    """True when nothing differs."""
    return not any(point.differ for point in points)


def table(points: Sequence[Point]) -> list[str]:
    """The lines of a table: name, how much was compared, how much differs, the first difference."""
    return layout_table([_HEAD, *(_cells(point) for point in points)], "llrl")


def counts_table(points: Sequence[Point]) -> list[str]:
    """The same without the differences, which have lines of their own."""
    return layout_table([_HEAD[:-1], *(_cells(point)[:-1] for point in points)], "llr")


def verdict(label: str, points: Sequence[Point]) -> str:
    """The result of one article on one line, with the names of the points that differ."""
    differ = [f"{point.name} {point.differ:,}" for point in points if point.differ]
    return f"{label}: {'differs: ' + ', '.join(differ) if differ else 'the same'}"


def _cells(point: Point) -> tuple[str, str, str, str]:
    return point.name, plural(point.compared, point.unit), f"{point.differ:,}", point.first or ""

"""The result of a comparison, and how it comes about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archiver.audit.outline import difference, words_for, words_for_text


@dataclass(slots=True)
class Point:
    """The result of one comparison."""

    name: str
    unit: str
    #: How much was compared.
    compared: int
    #: How much of it differs; 0 is the proof.
    differ: int = 0
    #: The first difference in words, on one line.
    first: str | None = None

    def note(self, count: int, words: str) -> None:
        """Add differences; the words of the first ones stay."""
        if count:
            self.differ += count
            self.first = self.first or words


def compare_lists(point: Point, place: str, expected: Sequence[Any], found: Sequence[Any]) -> None:
    """Note how two lists differ; ``place`` names the second one."""
    if first := difference(expected, found):
        point.note(first.number, f"{place}, {words_for(expected, found, first.place)}")


def compare_texts(point: Point, place: str, expected: str, found: str) -> None:
    """Note how two texts differ."""
    if first := difference(expected, found):
        point.note(first.number, f"{place}, {words_for_text(expected, found, first.place)}")


def compare_counts(point: Point, place: str, expected: int, found: int | None) -> None:
    """Note that two numbers differ."""
    if expected != found:
        point.note(1, f"{place}: expected {expected}, found {found}")

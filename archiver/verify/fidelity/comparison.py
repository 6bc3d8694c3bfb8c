"""The result of a comparison, and the functions that compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archiver.verify.fidelity.differences import (
    difference,
    words_for_list,
    words_for_text,
    words_for_value,
)


@dataclass(slots=True)
class Point:
    """The result of one comparison."""

    name: str
    #: What was compared, in the singular.
    unit: str
    #: How much of it.
    compared: int
    #: How much of it differs; 0 is the proof.
    differ: int = 0
    #: The first difference in words, on one line.
    first: str | None = None
    #: What a reader should know besides; it is no difference.
    remark: str | None = None
    #: The words of every difference, or of a group of them that was noted at once.
    findings: list[str] = field(default_factory=list)

    def note(self, count: int, words: str) -> None:
        """Add ``count`` differences; the words of the first call stay."""
        if count:
            self.differ += count
            self.first = self.first or words
            self.findings.append(words)


def compare_lists(point: Point, place: str, expected: Sequence[Any], found: Sequence[Any]) -> None:
    """Note how two lists differ; ``place`` names the second one."""
    if first := difference(expected, found):
        point.note(first.number, f"{place}, {words_for_list(expected, found, first.place)}")


def compare_texts(point: Point, place: str, expected: str, found: str) -> None:
    """Note how many characters of two texts differ."""
    if first := difference(expected, found):
        point.note(first.number, f"{place}, {words_for_text(expected, found)}")


def compare_values(point: Point, place: str, expected: Any, found: Any) -> None:
    """Note how two JSON values differ: entries of a list, or else one value."""
    if isinstance(expected, list) and isinstance(found, list):
        first = difference(expected, found)
        count = first.number if first else 0
    else:
        count = int(expected != found)
    if count:
        point.note(count, words_for_value(place, expected, found))

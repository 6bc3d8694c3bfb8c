"""What stands around the hits of a text, with the hits marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from archiver.reading.search.folding import fold

#: A piece that was left out.
GAP: Final = "…"
#: Characters of a snippet, and of what stands before its first hit.
LENGTH: Final = 120
BEFORE: Final = 30
#: So many occurrences of a term are looked at.
LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text on one line, and where the hits in it begin and end."""

    text: str
    hits: tuple[tuple[int, int], ...] = ()

    def marked(self, before: str, behind: str) -> str:
        """The text with every hit between two marks."""
        pieces, end = [], 0
        for start, stop in self.hits:
            pieces += [self.text[end:start], before, self.text[start:stop], behind]
            end = stop
        return "".join([*pieces, self.text[end:]])


def whole(text: str, terms: Sequence[str]) -> Snippet:
    """All of a short text, as a title is."""
    line = _one_line(text)
    return Snippet(line, tuple(_hits(line, terms)))


def snippet(part: str, terms: Sequence[str], *, at_start: bool, at_end: bool) -> Snippet:
    """A part of a text, with marks where it goes on."""
    line = _one_line(part)
    before, behind = "" if at_start else GAP, "" if at_end else GAP
    hits = _hits(line, terms)
    return Snippet(
        f"{before}{line}{behind}", tuple((a + len(before), b + len(before)) for a, b in hits)
    )


def best_start(offsets: Sequence[Sequence[int]]) -> int:
    """Where the part of a text begins that holds the most of several terms, the first of such.

    ``offsets`` are those of each term in ascending order. A little stands before the first hit.
    """
    places = sorted((at, number) for number, some in enumerate(offsets) for at in some[:LOOKED_AT])
    best, most, first = 0, 0, 0
    for last, (at, _) in enumerate(places):
        while places[first][0] < at - (LENGTH - 2 * BEFORE):
            first += 1
        different = len({number for _, number in places[first : last + 1]})
        if different > most:
            best, most = places[first][0], different
    return max(best - BEFORE, 0)


def first_offsets(text: str, terms: Iterable[str]) -> list[list[int]]:
    """Where each folded term stands first in a text; an empty list for one that does not."""
    folded = fold(text)
    return [[at] if (at := folded.find(term)) >= 0 else [] for term in terms]


def _one_line(text: str) -> str:
    """White space as single characters that do not end a line; as long as the text."""
    return "".join(" " if character.isspace() else character for character in text)


def _hits(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where terms stand, in order; those that overlap are one."""
    folded = fold(text)
    found = (
        (match.start(), match.end())
        for term in terms
        for match in re.finditer(re.escape(term), folded)
    )
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(stop, joined[-1][1])
        else:
            joined.append((start, stop))
    return joined

"""The end of a formula in a text with unbalanced braces, found in time linear in the text.

A plain search goes to the end of the text for every formula whose braces stay open. This table is
built once for a text and a closing mark, from right to left, and then answers at once: the first
mark outside braces, counted from any position, or else the first mark at all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

Position = tuple[int, int]  # piece of the text, offset in it


class ClosingMarks:
    """All closing marks of one kind in a sequence of texts, with the depth of braces at each."""

    def __init__(self, texts: Sequence[str], mark: str) -> None:
        self.mark = mark
        #: A run of dollars is one token: any two of them that are left close a ``$$``.
        self.is_double = mark == "$$"
        pattern = re.compile(
            r"\$+|\\.|[{}]" if self.is_double else rf"{re.escape(mark)}|\\.|[{{}}]"
        )
        self.starts: list[Position] = []
        self.ends: list[Position] = []
        self.depths: list[int] = []
        self.closes: list[bool] = []
        depth = 0
        for piece, text in enumerate(texts):
            for match in pattern.finditer(text):
                self._add(piece, match, depth)
                depth += {"{": 1, "}": -1}.get(match[0], 0)
        self._first, self._outside = self._tables()

    def _add(self, piece: int, match: re.Match[str], depth: int) -> None:
        token = match[0]
        self.starts.append((piece, match.start()))
        self.ends.append((piece, match.end()))
        self.depths.append(depth)
        is_mark = token.startswith("$$") if self.is_double else token == self.mark
        self.closes.append(is_mark)

    def _tables(self) -> tuple[list[int | None], list[int | None]]:
        """For each token: the first mark from there on, and the first one outside braces."""
        count = len(self.depths)
        first: list[int | None] = [None] * (count + 1)
        outside: list[int | None] = [None] * (count + 1)
        at_depth: dict[int, int] = {}  # depth → nearest mark to the right
        rising: list[int] = []  # tokens to the right, each less deep than the one before it
        for i in range(count - 1, -1, -1):
            depth = self.depths[i]
            if self.closes[i]:
                at_depth[depth] = i
            first[i] = i if self.closes[i] else first[i + 1]
            while rising and self.depths[rising[-1]] >= depth:
                rising.pop()
            shallower = rising[-1] if rising else count
            nearest = at_depth.get(depth, count)
            outside[i] = nearest if nearest < shallower else outside[shallower]
            rising.append(i)
        return first, outside

    def find(self, position: Position) -> Position | None:
        """The end of the formula whose text begins at a position, or ``None``."""
        i = bisect_left(self.starts, position)
        if self.is_double and i and self._left_of_run(i - 1, position) >= 2:
            return position[0], position[1] + 2
        found = self._outside[i]
        if found is None:
            found = self._first[i]
        if found is None:
            return None
        piece, offset = self.starts[found]
        return piece, offset + len(self.mark)

    def _left_of_run(self, i: int, position: Position) -> int:
        """The number of dollars behind the position in a run that began before it."""
        piece, end = self.ends[i]
        return end - position[1] if self.closes[i] and piece == position[0] else 0

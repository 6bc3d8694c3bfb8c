"""Which removed line has become which added one. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from archiver.reading.history.tokens import tokens_of

#: A removed and an added line: the same one, edited; ``None`` where there is no such line.
Pair = tuple[str | None, str | None]

#: The least part of what two lines have that they share, if one has become the other.
_ALIKE: Final = 0.3
#: A line that much has been added to holds at least this part of what the shorter one had, if
#: that was enough to be told from any other.
_HELD: Final = 0.9
_ENOUGH: Final = 10
#: What stands in more lines than that does not tell which line has become which.
_RARE: Final = 20
#: Removed lines times added lines, some millions a second; beyond, none are paired.
_MOST: Final = 4_000_000


def pair_lines(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pair lines that are alike, in their order, so that as much as can be is shared."""
    if not old or not new or len(old) * len(new) > _MOST:
        return _unpaired(old, new)
    shared = _shared(old, new)
    best = _best(shared, len(new))
    pairs: list[Pair] = []
    row = column = row_done = column_done = 0
    while row < len(old) and column < len(new):
        if best[row][column] == best[row + 1][column]:
            row += 1
        elif best[row][column] == best[row][column + 1]:
            column += 1
        else:
            pairs += _unpaired(old[row_done:row], new[column_done:column])
            pairs.append((old[row], new[column]))
            row, column = row_done, column_done = row + 1, column + 1
    return pairs + _unpaired(old[row_done:], new[column_done:])


def _unpaired(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    return [*((line, None) for line in old), *((None, line) for line in new)]


def _best(shared: list[dict[int, int]], columns: int) -> list[list[int]]:
    """How much the lines from each pair of places on can share."""
    best = [[0] * (columns + 1)]
    for row in reversed(shared):
        below, current, behind = best[-1], [0] * (columns + 1), 0
        for column in range(columns - 1, -1, -1):
            behind = max(below[column], behind)
            if column in row:
                behind = max(behind, below[column + 1] + row[column])
            current[column] = behind
        best.append(current)
    return best[::-1]


def _shared(old: Sequence[str], new: Sequence[str]) -> list[dict[int, int]]:
    """For every removed line the added ones that are like it, and how much they share."""
    others = [_features(line) for line in new]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, features in enumerate(others):
        for feature in features:
            places[feature].append(number)
    found = []
    for mine in map(_features, old):
        telling = (places[feature] for feature in mine if feature in places)
        candidates = {number for numbers in telling if len(numbers) <= _RARE for number in numbers}
        counts = {number: _in_common(mine, others[number]) for number in candidates}
        found.append({number: count for number, count in counts.items() if count})
    return found


def _features(line: str) -> frozenset[str]:
    """Tokens and pairs of neighbours: single Chinese characters are the same in any two lines."""
    tokens = [token for token in tokens_of(line) if not token.isspace()]
    return frozenset([*tokens, *(f"{one} {two}" for one, two in pairwise(tokens))])


def _in_common(mine: frozenset[str], other: frozenset[str]) -> int:
    count = len(mine & other)
    fewer, more = sorted((len(mine), len(other)))
    is_same = count >= _ALIKE * more or (fewer >= _ENOUGH and count >= _HELD * fewer)
    return count if is_same else 0

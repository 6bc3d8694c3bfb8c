"""How one line has become another, token by token. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from archiver.reading.history.pieces import Edit, Line, Mark, Piece
from archiver.reading.history.placing import placed
from archiver.reading.history.tokens import tokens_of

#: Two lines that share less than this part of the shorter one are shown whole.
_SHARE_LEFT: Final = 0.25
#: Twice the longest text, in characters, that is told as a part of the changes around it.
_LONGEST: Final = 12


class Effort:
    """How much there may be to compare in one text, in pairs of the same token.

    ``difflib`` looks at some millions of them a second; a text of 70 kB has less than a million.
    """

    def __init__(self, most: int = 3_000_000) -> None:
        self.left = most

    def allows(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Take what these tokens need from what is left; ``False`` when that is not enough."""
        counts = Counter(new)
        needed = sum(counts[token] for token in old)
        if needed > self.left:
            return False
        self.left -= needed
        return True


def compare_lines(old: str, new: str, effort: Effort) -> list[Line]:
    """The line with its changes; two lines when there is little left, or too much to compare."""
    edits = _edits(tokens_of(old), tokens_of(new), effort)
    left = sum(_length(edit.kept) for edit in edits)
    if left < _SHARE_LEFT * min(len(old), len(new)):
        return [[Piece(Mark.REMOVED, old)], [Piece(Mark.ADDED, new)]]
    return [list(_pieces(edits))]


def _edits(old: list[str], new: list[str], effort: Effort) -> list[Edit]:
    start = _same_start(old, new)
    end = _same_start(old[start:][::-1], new[start:][::-1])
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    if effort.allows(inner_old, inner_new):
        edits = list(_matched(inner_old, inner_new))
    else:
        edits = [Edit([], inner_old, inner_new)]
    edits[0].kept[:0] = old[:start]
    edits.append(Edit(old[len(old) - end :], [], []))
    return _merged(placed(edits))


def _same_start(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of the first tokens are the same."""
    count = 0
    for one, two in zip(old, new, strict=False):
        if one != two:
            break
        count += 1
    return count


def _matched(old: list[str], new: list[str]) -> Iterator[Edit]:
    at_old = at_new = 0
    kept: list[str] = []
    for match in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        removed, added = old[at_old : match.a], new[at_new : match.b]
        if removed or added or match.size == 0:
            yield Edit(kept, removed, added)
            kept = []
        kept = kept + old[match.a : match.a + match.size]
        at_old, at_new = match.a + match.size, match.b + match.size


def _merged(edits: list[Edit]) -> list[Edit]:
    """Take a text between two changes, each at least twice as long, as a part of them."""
    merged: list[Edit] = []
    for edit in edits:
        merged.append(edit)
        while len(merged) > 1 and _belong_together(merged[-2], merged[-1]):
            last = merged.pop()
            merged[-1].removed += [*last.kept, *last.removed]
            merged[-1].added += [*last.kept, *last.added]
    return merged


def _belong_together(one: Edit, two: Edit) -> bool:
    return 2 * _length(two.kept) <= min(_weight(one), _weight(two), _LONGEST)


def _weight(edit: Edit) -> int:
    return max(_length(edit.removed), _length(edit.added))


def _length(tokens: list[str]) -> int:
    return sum(map(len, tokens))


def _pieces(edits: list[Edit]) -> Iterator[Piece]:
    for edit in edits:
        for mark, tokens in (
            (Mark.KEPT, edit.kept),
            (Mark.REMOVED, edit.removed),
            (Mark.ADDED, edit.added),
        ):
            if tokens:
                yield Piece(mark, "".join(tokens))

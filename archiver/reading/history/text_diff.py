"""How one text became another: line by line, and token by token inside a changed line. No I/O.

A text is Markdown: a paragraph is one line, with an empty line after it. The difference is a list
of lines, a line a list of pieces. All pieces but the added ones are the old text, all but the
removed ones the new text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Final, NamedTuple

from archiver.reading.history.edits import Budget, Edit, find_edits, match_parts
from archiver.reading.history.tokens import LINE, TOKEN

#: Lines that occur everywhere do not tell where they belong: ``$$``, ``\\end{align}``, fences.
_COMMON: Final = re.compile(r"[\W_]*|\\(?:begin|end)\{\w+\*?\}\n*|[`~]{3,}\w*\n*")
#: An old line became a new one when they share at least this part of the shorter one.
_LEAST_KEPT: Final = 0.25
#: Lines that share at least this part of their tokens are alike.
_ALIKE: Final = 0.75


class Mark(Enum):
    """In which of the two texts a piece stands."""

    KEPT = "in both"
    REMOVED = "in the old one"
    ADDED = "in the new one"


class Piece(NamedTuple):
    """A part of one line; the line breaks after a line belong to it."""

    mark: Mark
    text: str


Line = list[Piece]


def compare_texts(old: str, new: str) -> list[Line]:
    """All lines of both texts.

    ``old_text`` and ``new_text`` of them are the texts. It takes seconds at most: in texts that
    would take longer, fewer parts are found to be the same.
    """
    budget = Budget()
    lines: list[Line] = []
    for before, after in match_parts(LINE.findall(old), LINE.findall(new), budget, _is_common):
        if before == after:
            lines += [[Piece(Mark.KEPT, line)] for line in before]
        else:
            lines += _changed_lines(before, after, budget)
    return lines


def old_text(lines: Iterable[Line]) -> str:
    """The old one of the two texts that were compared."""
    return _joined(lines, Mark.ADDED)


def new_text(lines: Iterable[Line]) -> str:
    """The new one of the two texts that were compared."""
    return _joined(lines, Mark.REMOVED)


def is_changed(line: Line) -> bool:
    """True when anything but line breaks is removed or added."""
    return any(piece.mark is not Mark.KEPT and piece.text.strip("\n") for piece in line)


def _is_common(line: str) -> bool:
    return _COMMON.fullmatch(line) is not None


def _changed_lines(old: Sequence[str], new: Sequence[str], budget: Budget) -> Iterator[Line]:
    """Lines that were edited, and between them the removed lines, then the added ones."""
    old_done = new_done = 0
    for number, other in _pair_lines(old, new, budget):
        yield from _whole_lines(old[old_done:number], new[new_done:other])
        yield list(_pieces(find_edits(old[number], new[other], budget)))
        old_done, new_done = number + 1, other + 1
    yield from _whole_lines(old[old_done:], new[new_done:])


def _whole_lines(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    removed = [[Piece(Mark.REMOVED, line)] for line in old]
    return removed + [[Piece(Mark.ADDED, line)] for line in new]


def _pair_lines(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[tuple[int, int]]:
    """The numbers of the old lines that were edited and of the new ones that they became."""
    if len(old) == len(new) and all(map(_are_alike, old, new)):
        return [(number, number) for number in range(len(old))]
    shared = _count_shared("".join(old), "".join(new), budget)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for (number, other), count in shared.most_common():
        least = _LEAST_KEPT * min(len(old[number]), len(new[other]))
        if number not in pairs and other not in taken and count >= least:
            pairs[number] = other
            taken.add(other)
    return sorted(pairs.items())


def _are_alike(old: str, new: str) -> bool:
    """True when most of the tokens of two lines are the same, in whatever order."""
    tokens, others = Counter(TOKEN.findall(old)), Counter(TOKEN.findall(new))
    return (tokens & others).total() >= _ALIKE * max(tokens.total(), others.total())


def _count_shared(old: str, new: str, budget: Budget) -> Counter[tuple[int, int]]:
    """How many characters an old line and a new one share, by their numbers."""
    shared: Counter[tuple[int, int]] = Counter()
    number = other = 0
    for edit in find_edits(old, new, budget):
        for part in LINE.findall(edit.kept):
            shared[number, other] += len(part.strip())
            number += part.endswith("\n")
            other += part.endswith("\n")
        number += _count_line_ends(edit.removed)
        other += _count_line_ends(edit.added)
    return shared


def _count_line_ends(text: str) -> int:
    """How many lines end in a text."""
    return sum(line.endswith("\n") for line in LINE.findall(text))


def _pieces(edits: Sequence[Edit]) -> Iterator[Piece]:
    for edit in edits:
        texts = {Mark.KEPT: edit.kept, Mark.REMOVED: edit.removed, Mark.ADDED: edit.added}
        yield from (Piece(mark, text) for mark, text in texts.items() if text)


def _joined(lines: Iterable[Line], without: Mark) -> str:
    return "".join(piece.text for line in lines for piece in line if piece.mark is not without)

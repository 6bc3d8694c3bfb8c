"""How one text became another, clause by clause and token by token. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from archiver.reading.history.tokens import CLAUSE, TOKEN

#: Steps that one comparison may take: some three seconds.
_MOST_STEPS: Final = 20_000_000
#: Steps for a unit, beside one for each place where the other text has the same.
_STEPS_OF_UNIT: Final = 4
#: Twice the longest text, in characters, that is taken as a part of the changes around it.
_LONGEST: Final = 12
#: The bracket that a text ends with, and the one that it begins with.
_OPENING: Final = re.compile(r"(?:\\left)?\\?[{(\[（“《]\Z")
_CLOSING: Final = re.compile(r"(?:\\right)?\\?[})\]）”》]")
#: Units that are everywhere and tell nothing of where they belong: ``$$``, punctuation, fences.
_COMMON: Final = re.compile(r"[\W_]*|\\(?:begin|end)\{\w+\*?\}\s*|[`~]{3,}\w*\s*")

IsJunk: TypeAlias = Callable[[str], bool]


@dataclass(slots=True)
class Edit:
    """Text that both have, then text that was removed and text that was added."""

    kept: str = ""
    removed: str = ""
    added: str = ""


@dataclass(slots=True)
class Budget:
    """How many steps a comparison may still take."""

    steps: int = _MOST_STEPS


class Matcher(SequenceMatcher[str]):
    """Finds no more matches once the budget is spent: ``difflib`` alone can take cubic time."""

    def __init__(
        self, old: Sequence[str], new: Sequence[str], budget: Budget, is_junk: IsJunk | None
    ) -> None:
        super().__init__(is_junk, old, new, autojunk=False)
        self._budget = budget
        steps = (_STEPS_OF_UNIT + len(self.b2j.get(unit, ())) for unit in old)
        self._steps = list(accumulate(steps, initial=0))

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """The longest match; ``difflib`` asks for each part between two matches again."""
        last = len(self.a) if ahi is None else ahi
        self._budget.steps -= self._steps[last] - self._steps[alo]
        if self._budget.steps < 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def match(
    old: Sequence[str], new: Sequence[str], budget: Budget, is_junk: IsJunk | None
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """The parts that are the same in both, and between them those that are not."""
    start = _same_start(old, new)
    end = _same_start(old[start:][::-1], new[start:][::-1])
    yield old[:start], new[:start]
    inner, other = old[start : len(old) - end], new[start : len(new) - end]
    matcher = Matcher(inner, other, budget, is_junk)
    for _, first, last, other_first, other_last in matcher.get_opcodes():
        yield inner[first:last], other[other_first:other_last]
    yield old[len(old) - end :], new[len(new) - end :]


def is_common(unit: str) -> bool:
    """True when a unit has no words of its own."""
    return _COMMON.fullmatch(unit) is not None


def find_edits(old: str, new: str, budget: Budget) -> list[Edit]:
    """The edits in their order; the last one has kept text only, or none."""
    edits = [Edit()]
    for part in _parts(old, new, (CLAUSE, TOKEN), budget):
        if part.kept and (edits[-1].removed or edits[-1].added):
            edits.append(Edit())
        edits[-1].kept += part.kept
        edits[-1].removed += part.removed
        edits[-1].added += part.added
    edits = _merged([*edits, Edit()])
    for edit, following in pairwise(edits):
        _place(edit, following)
    return edits


def _parts(
    old: str, new: str, units: Sequence[re.Pattern[str]], budget: Budget
) -> Iterator[Edit]:
    """Compare by the first kind of units, and what differs by the finer ones."""
    if old == new:
        yield Edit(old)
    elif not (units and old and new):
        yield Edit("", old, new)
    else:
        finer = units[1:]
        is_junk = is_common if finer else None
        mine, other = units[0].findall(old), units[0].findall(new)
        for before, after in match(mine, other, budget, is_junk):
            yield from _parts("".join(before), "".join(after), finer, budget)


def _same_start(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of the first units are the same."""
    for count, (one, two) in enumerate(zip(old, new, strict=False)):
        if one != two:
            return count
    return min(len(old), len(new))


def _merged(edits: list[Edit]) -> list[Edit]:
    """Take a text between two changes, each at least twice as long, as a part of them."""
    merged = edits[:1]
    for edit in edits[1:]:
        last = merged[-1]
        if 2 * len(edit.kept) <= min(_length(last), _length(edit), _LONGEST):
            last.removed += edit.kept + edit.removed
            last.added += edit.kept + edit.added
        else:
            merged.append(edit)
    return merged


def _length(edit: Edit) -> int:
    return max(len(edit.removed), len(edit.added))


def _place(edit: Edit, following: Edit) -> None:
    r"""Move a change to whole brackets: ``\frac{a}{[c}{]b}`` to ``\frac{a}[{c}]{b}``."""
    if edit.removed and edit.added:
        return
    change = edit.removed or edit.added
    opening, closing = _OPENING.search(change), _CLOSING.match(change)
    if opening and edit.kept.endswith(opening[0]):
        edit.kept = edit.kept.removesuffix(opening[0])
        following.kept = opening[0] + following.kept
        change = opening[0] + change.removesuffix(opening[0])
    elif closing and following.kept.startswith(closing[0]):
        edit.kept += closing[0]
        following.kept = following.kept.removeprefix(closing[0])
        change = change.removeprefix(closing[0]) + closing[0]
    edit.removed, edit.added = (change, "") if edit.removed else ("", change)

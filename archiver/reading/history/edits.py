"""How one text became another, token by token, in bounded time. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from archiver.reading.history.tokens import TOKEN

#: Steps that one comparison may take: one or two seconds.
_MOST_STEPS: Final = 10_000_000
#: Steps for a token, besides one for each place where the other text has the same.
_STEPS_PER_TOKEN: Final = 4
#: Twice the longest text, in characters, that is taken as a part of the changes around it.
_LONGEST: Final = 12
#: The bracket, or the dollar sign of a formula, that a text ends with and begins with.
_OPENING: Final = re.compile(r"(?:\\left)?\\?[{(\[（“《$]\Z")
_CLOSING: Final = re.compile(r"(?:\\right)?\\?[})\]）”》$]")

IsJunk: TypeAlias = Callable[[str], bool]


@dataclass(slots=True)
class Edit:
    """Text that stayed, then text that was removed and text that was added."""

    kept: str
    removed: str = ""
    added: str = ""


@dataclass(slots=True)
class Budget:
    """How many steps a comparison may still take."""

    steps: int = _MOST_STEPS


class BoundedMatcher(SequenceMatcher[str]):
    """Finds no more matches once the budget is spent; ``difflib`` alone can take cubic time."""

    def __init__(
        self, old: Sequence[str], new: Sequence[str], budget: Budget, is_junk: IsJunk | None
    ) -> None:
        super().__init__(is_junk, old, new, autojunk=False)
        self._budget = budget
        counts = Counter(new)
        steps = (_STEPS_PER_TOKEN + counts[token] for token in old)
        self._steps = list(accumulate(steps, initial=0))

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """The longest match; ``difflib`` asks again for each part between two matches."""
        self._budget.steps -= self._steps[-1 if ahi is None else ahi] - self._steps[alo]
        if self._budget.steps < 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def match_parts(
    old: Sequence[str], new: Sequence[str], budget: Budget, is_junk: IsJunk | None = None
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Divide both sequences into parts that are equal and parts that are not, in their order.

    A part that is only in one of them is beside an empty one. ``is_junk`` is that of ``difflib``.
    """
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    yield old[:start], new[:start]
    middle, other = old[start : len(old) - end], new[start : len(new) - end]
    matcher = BoundedMatcher(middle, other, budget, is_junk)
    for _, first, last, other_first, other_last in matcher.get_opcodes():
        yield middle[first:last], other[other_first:other_last]
    yield old[len(old) - end :], new[len(new) - end :]


def find_edits(old: str, new: str, budget: Budget) -> list[Edit]:
    """The edits in their order; nothing is removed or added by the last one."""
    edits: list[Edit] = []
    kept = ""
    for before, after in match_parts(TOKEN.findall(old), TOKEN.findall(new), budget):
        if before == after:
            kept += "".join(before)
        else:
            edits.append(Edit(kept, "".join(before), "".join(after)))
            kept = ""
    edits = [*_merge_close(edits), Edit(kept)]
    _place(edits)
    return edits


def _common_start(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of the first tokens are the same."""
    for count, (one, two) in enumerate(zip(old, new, strict=False)):
        if one != two:
            return count
    return min(len(old), len(new))


def _merge_close(edits: list[Edit]) -> list[Edit]:
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


def _place(edits: list[Edit]) -> None:
    """Move what was only removed, or only added, so that it has whole brackets and formulas."""
    dollars = 0
    for edit, following in pairwise(edits):
        if not (edit.removed and edit.added):
            is_in_formula = (dollars + edit.kept.count("$")) % 2 == 1
            _move(edit, following, is_in_formula=is_in_formula)
        dollars += edit.kept.count("$") + edit.removed.count("$")


def _move(edit: Edit, following: Edit, *, is_in_formula: bool) -> None:
    r"""Write ``\frac{a}{[c}{]b}``, the change in brackets, as ``\frac{a}[{c}]{b}``: the same."""
    change = edit.removed or edit.added
    opening, closing = _OPENING.search(change), _CLOSING.match(change)
    if opening and edit.kept.endswith(opening[0]) and (is_in_formula or opening[0] != "$"):
        edit.kept = edit.kept.removesuffix(opening[0])
        following.kept = opening[0] + following.kept
        change = opening[0] + change.removesuffix(opening[0])
    elif closing and following.kept.startswith(closing[0]) and (is_in_formula or closing[0] != "$"):
        edit.kept += closing[0]
        following.kept = following.kept.removeprefix(closing[0])
        change = change.removeprefix(closing[0]) + closing[0]
    edit.removed, edit.added = (change, "") if edit.removed else ("", change)

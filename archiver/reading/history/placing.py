"""Where a change reads best, when the same tokens stand before and behind it. No I/O."""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from typing import Final

from archiver.reading.history.pieces import Edit

_ENDS: Final = frozenset("。！？；.!?;\n")
_PAUSES: Final = frozenset("，、：,:")
_CLOSING: Final = {"{": "}", "(": ")", "[": "]", "（": "）", "“": "”", "《": "》"}
#: How far a change is moved to where it reads best, in tokens.
_FARTHEST: Final = 40


def placed(edits: list[Edit]) -> list[Edit]:
    """Move what was only removed, or only added, to where a sentence or a bracket ends."""
    dollars = 0
    for edit, following in pairwise(edits):
        if bool(edit.removed) != bool(edit.added):
            _place(edit, following, dollars)
        dollars += edit.kept.count("$") + edit.removed.count("$")
    return edits


def _place(edit: Edit, following: Edit, dollars: int) -> None:
    """Place one change anew, between what stayed before and behind it.

    Where tokens come again, ``甲{+，乙+}，丙`` is the same change as ``甲，{+乙，+}丙``.
    ``dollars`` is the number of dollar signs before: after an odd one, a formula is open.
    """
    change = edit.removed or edit.added
    tokens, size = [*edit.kept, *change, *following.kept], len(change)
    first, last = _room(tokens, len(edit.kept), size)
    dollars += tokens[:first].count("$")
    best, at = (-1, -1, -1), first
    for place in range(first, last + 1):
        score = _reads_well(tokens, place, size, is_open=dollars % 2 == 1)
        best, at = max((best, at), (score, place), key=itemgetter(0))
        dollars += tokens[place : place + 1].count("$")
    edit.kept, following.kept = tokens[:at], tokens[at + size :]
    moved = tokens[at : at + size]
    edit.removed, edit.added = (moved, []) if edit.removed else ([], moved)


def _room(tokens: list[str], at: int, size: int) -> tuple[int, int]:
    """The first and the last place at which the same change could stand."""
    first = last = at
    while first > max(0, at - _FARTHEST) and tokens[first - 1] == tokens[first + size - 1]:
        first -= 1
    end = min(len(tokens) - size, at + _FARTHEST)
    while last < end and tokens[last] == tokens[last + size]:
        last += 1
    return first, last


def _reads_well(tokens: list[str], at: int, size: int, *, is_open: bool) -> tuple[int, int, int]:
    """Whole brackets and formulas first, then whole sentences, then whole clauses and words."""
    change = tokens[at : at + size]
    before = tokens[at - 1] if at else "\n"
    whole = _is_whole(change) and not (is_open and "$" in change)
    ends = (before[-1] in _ENDS) + (change[-1][-1] in _ENDS)
    pauses = (before[-1] in _PAUSES) + (change[-1][-1] in _PAUSES) + before.isspace()
    return whole, ends, pauses


def _is_whole(tokens: list[str]) -> bool:
    """Is every bracket closed that is opened, and every formula?"""
    closing: list[str] = []
    for token in tokens:
        if token in _CLOSING:
            closing.append(_CLOSING[token])
        elif token in _CLOSING.values() and (not closing or closing.pop() != token):
            return False
    return not closing and tokens.count("$") % 2 == 0

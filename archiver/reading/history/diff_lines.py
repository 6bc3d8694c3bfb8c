"""A difference as lines for a person: what changed, with a little of what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from archiver.reading.history.text_diff import Line, Mark, Piece, is_changed, new_text, old_text
from archiver.reading.history.tokens import TOKEN
from archiver.terminal.screen import take, width

#: Lines that are shown before and behind a changed one.
_AROUND: Final = 2
#: Columns of unchanged text that are shown before and behind a change in a line.
_COLUMNS: Final = 40
#: Columns that must be saved, or nothing is left out.
_LEAST: Final = 20
_GAP: Final = "…"


@dataclass(frozen=True, slots=True)
class Style:
    """What stands around the pieces that are removed and added."""

    removed: tuple[str, str]
    added: tuple[str, str]
    #: The same for white space alone, which a colour of letters would not show.
    removed_space: tuple[str, str]
    added_space: tuple[str, str]

    def show(self, piece: Piece) -> str:
        """A removed or added piece between its marks."""
        is_removed = piece.mark is Mark.REMOVED
        if piece.text.isspace():
            start, end = self.removed_space if is_removed else self.added_space
        else:
            start, end = self.removed if is_removed else self.added
        return f"{start}{piece.text}{end}"


#: The notation of wdiff.
MARKS: Final = Style(("[-", "-]"), ("{+", "+}"), ("[-", "-]"), ("{+", "+}"))
COLOURS: Final = Style(
    ("\x1b[31m", "\x1b[0m"),
    ("\x1b[32m", "\x1b[0m"),
    ("\x1b[41m", "\x1b[0m"),
    ("\x1b[42m", "\x1b[0m"),
)


def show_lines(lines: Sequence[Line], style: Style) -> str:
    """The changed lines and two around each; ``…`` where others, or parts of one, are left out.

    Lines without changes, and long unchanged parts of others, are cut to some 40 columns on each
    side; nothing that has changed is. Empty when nothing but line breaks differs.
    """
    if not any(map(is_changed, lines)):
        return ""
    shown: list[str] = []
    for is_near, group in groupby(zip(_near_changes(lines), lines, strict=True), itemgetter(0)):
        found = [line for _, line in group]
        if is_near or len(found) == 1:  # the gap would take a line too
            shown += [_show_line(line, style) for line in found]
        else:
            shown.append(_GAP + _breaks(found[-1]))
    return "".join(shown).rstrip("\n")


def _near_changes(lines: Sequence[Line]) -> list[bool]:
    """For every line whether it, or one close by, has changed."""
    near = [False] * len(lines)
    for number, line in enumerate(lines):
        if is_changed(line):
            start, end = max(0, number - _AROUND), min(len(near), number + _AROUND + 1)
            near[start:end] = [True] * (end - start)
    return near


def _show_line(line: Line, style: Style) -> str:
    words = (Piece(piece.mark, piece.text.rstrip("\n")) for piece in line)
    pieces = [piece for piece in words if piece.text]
    last = len(pieces) - 1
    shown = [
        _cut(piece.text, at_start=number == 0, at_end=number == last)
        if piece.mark is Mark.KEPT
        else style.show(piece)
        for number, piece in enumerate(pieces)
    ]
    return "".join(shown) + _breaks(line)


def _breaks(line: Line) -> str:
    """One line break, or an empty line where a paragraph ends."""
    text = new_text([line]) or old_text([line])
    return text[len(text.rstrip("\n")) :][:2] or "\n"


def _cut(text: str, *, at_start: bool, at_end: bool) -> str:
    """Unchanged text without its middle, or at the ends of a line without its far end."""
    tokens = TOKEN.findall(text)
    first = [] if at_start and not at_end else take(tokens, _COLUMNS)
    behind = [] if at_end and not at_start else take(reversed(tokens), _COLUMNS)[::-1]
    shown = "".join([*first, _GAP, *behind])
    return shown if width(text) - width(shown) >= _LEAST else text

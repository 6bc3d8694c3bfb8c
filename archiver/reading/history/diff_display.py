"""The difference of two texts for a person: the changes, and a little of the text around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from archiver.reading.history.text_diff import Line, Mark, Piece, is_changed, new_text, old_text
from archiver.reading.history.tokens import TOKEN
from archiver.terminal.text_width import take, width

#: Unchanged lines that are shown before and after a changed one.
_CONTEXT_LINES: Final = 2
#: Columns of unchanged text that are shown before and after a change in a line.
_CONTEXT_COLUMNS: Final = 40
#: Fewer columns than these are not left out.
_LEAST_LEFT_OUT: Final = 20
_GAP: Final = "…"


@dataclass(frozen=True, slots=True)
class Style:
    """What stands before and after the pieces that were removed and added."""

    removed: tuple[str, str]
    added: tuple[str, str]
    #: The same for white space alone, which a colour of letters would not show.
    removed_space: tuple[str, str]
    added_space: tuple[str, str]

    def mark(self, piece: Piece) -> str:
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


def format_diff(lines: Sequence[Line], style: Style) -> str:
    """The changed lines and two around each; ``…`` stands for other lines, and parts of lines.

    Unchanged lines, and long unchanged parts of changed ones, are cut to some 40 columns on each
    side. No change is ever cut. Empty when nothing but line breaks differs.
    """
    if not any(map(is_changed, lines)):
        return ""
    parts: list[str] = []
    for is_near, group in groupby(zip(_near_changes(lines), lines, strict=True), itemgetter(0)):
        found = [line for _, line in group]
        if is_near or len(found) == 1:  # the gap would take a line too
            parts += [_format_line(line, style) for line in found]
        else:
            parts.append(_GAP + _line_breaks(found[-1]))
    return "".join(parts).rstrip("\n")


def _near_changes(lines: Sequence[Line]) -> list[bool]:
    """For every line, whether it or one close by has changed."""
    near = [False] * len(lines)
    for number, line in enumerate(lines):
        if is_changed(line):
            start = max(0, number - _CONTEXT_LINES)
            end = min(len(near), number + _CONTEXT_LINES + 1)
            near[start:end] = [True] * (end - start)
    return near


def _format_line(line: Line, style: Style) -> str:
    stripped = (Piece(piece.mark, piece.text.rstrip("\n")) for piece in line)
    pieces = [piece for piece in stripped if piece.text]
    last = len(pieces) - 1
    parts = [
        _cut(piece.text, at_start=number == 0, at_end=number == last)
        if piece.mark is Mark.KEPT
        else style.mark(piece)
        for number, piece in enumerate(pieces)
    ]
    return "".join(parts) + _line_breaks(line)


def _line_breaks(line: Line) -> str:
    """One line break, or two where a paragraph ends."""
    text = new_text([line]) or old_text([line])
    return text[len(text.rstrip("\n")) :][:2] or "\n"


def _cut(text: str, *, at_start: bool, at_end: bool) -> str:
    """Unchanged text without its middle, or at one end of a line without the part at that end."""
    tokens = TOKEN.findall(text)
    first = [] if at_start and not at_end else take(tokens, _CONTEXT_COLUMNS)
    last = [] if at_end and not at_start else take(reversed(tokens), _CONTEXT_COLUMNS)[::-1]
    shortened = "".join([*first, _GAP, *last])
    return shortened if width(text) - width(shortened) >= _LEAST_LEFT_OUT else text

"""How one text has become another: line by line, and token by token inside a changed line.

No I/O. The texts are Markdown: a paragraph is one line, with an empty line behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from archiver.reading.history.edits import Effort, compare_lines
from archiver.reading.history.pairing import pair_lines
from archiver.reading.history.pieces import Line, Mark, Piece

#: A line with the line breaks behind it; empty lines before the first one stand alone.
_LINE: Final = re.compile(r"[^\n]+\n*|\n+")
#: Lines that are everywhere the same tell nothing of where they belong: ``$$``, fences.
_COMMON: Final = re.compile(r"[\W_]*|\\(?:begin|end)\{\w+\*?\}|[`~]{3,}\w*")


def compare_texts(old: str, new: str) -> list[Line]:
    """All lines of both texts; ``old_text`` and ``new_text`` of them are the texts."""
    mine, other = _LINE.findall(old), _LINE.findall(new)
    keys = [line.rstrip("\n") for line in mine]
    other_keys = [line.rstrip("\n") for line in other]
    effort = Effort()
    # Passing over what comes again and again is quick, but finds less that is the same.
    is_long = not effort.allows(keys, other_keys)
    matcher = SequenceMatcher(_is_common, keys, other_keys, autojunk=is_long)
    lines: list[Line] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(mine[start:end], other[other_start:other_end], strict=True)
            lines += [_same_line(*pair) for pair in pairs]
        else:
            lines += _changed_lines(mine[start:end], other[other_start:other_end], effort)
    return lines


def _is_common(line: str) -> bool:
    return _COMMON.fullmatch(line) is not None


def _same_line(old: str, new: str) -> Line:
    """A line of both texts; the line breaks behind it may differ."""
    if old == new:
        return [Piece(Mark.KEPT, old)]
    words = old.rstrip("\n")
    pieces = [
        Piece(Mark.KEPT, words),
        Piece(Mark.REMOVED, old[len(words) :]),
        Piece(Mark.ADDED, new[len(words) :]),
    ]
    return [piece for piece in pieces if piece.text]


def _changed_lines(old: list[str], new: list[str], effort: Effort) -> Iterator[Line]:
    for before, after in pair_lines(old, new):
        if before is None:
            yield [Piece(Mark.ADDED, after or "")]
        elif after is None:
            yield [Piece(Mark.REMOVED, before)]
        else:
            yield from compare_lines(before, after, effort)

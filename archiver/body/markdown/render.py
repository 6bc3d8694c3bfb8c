"""The pieces of a paragraph as Markdown, with emphasis that works beside Chinese punctuation.

``**`` opens and closes only by the characters on both its sides
(https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis). In ``**注意：**这里`` it does
not close: a punctuation mark stands before it and a letter behind it. Where the rules do not let a
delimiter work, the HTML element is written instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from archiver.body.markdown import escape

#: Keeps two formulas, two code spans, or a formula and a digit apart; shows nothing.
_NOTHING = "<!-- -->"


class Role(Enum):
    """What a piece is."""

    TEXT = auto()
    FORMULA = auto()
    OTHER = auto()  # a code span, a picture, a tag, a link without content: finished
    BREAK = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(slots=True)
class Piece:
    """A piece of a paragraph."""

    role: Role
    text: str
    delimiter: str = ""
    is_link: bool = False


def render(pieces: Sequence[Piece], line_break: str) -> str:
    """The pieces in a row."""
    all_brackets = any(
        piece.role is Role.TEXT and escape.needs_brackets(piece.text) for piece in pieces
    ) or any(piece.is_link for piece in pieces)
    out = [_text(piece, line_break, all_brackets=all_brackets) for piece in pieces]
    for start, end in _emphases(pieces):
        if _works(pieces, out, start, end):
            out[start] = out[end] = pieces[start].delimiter
    _keep_apart(pieces, out)
    return "".join(out)


def _text(piece: Piece, line_break: str, *, all_brackets: bool) -> str:
    if piece.role is Role.TEXT:
        return escape.escape_text(piece.text, all_brackets=all_brackets)
    return line_break if piece.role is Role.BREAK else piece.text


def _emphases(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Where each emphasis begins and ends that has no other one inside."""
    found: list[tuple[int, int]] = []
    innermost = None
    for position, piece in enumerate(pieces):
        if not piece.delimiter:
            continue
        if piece.role is Role.OPEN:
            innermost = position
        else:
            if innermost is not None:
                found.append((innermost, position))
            innermost = None
    return found


def _works(pieces: Sequence[Piece], out: Sequence[str], start: int, end: int) -> bool:
    """Do CommonMark's rules see emphasis here, in all their versions?"""
    neighbours = [p for p in (start - 1, end + 1) if 0 <= p < len(pieces)]
    if any(pieces[p].delimiter for p in (*neighbours, start + 1, end - 1) if p not in {start, end}):
        return False
    before = out[start - 1][-1:] if start else ""
    after = out[end + 1][:1] if end + 1 < len(out) else ""
    return _flanks(before, out[start + 1][:1]) and _flanks(after, out[end - 1][-1:])


def _flanks(outside: str, inside: str) -> bool:
    """May a delimiter stand between these two characters? Symbols count as either."""
    if not inside or inside.isspace() or outside == "*" or inside == "*":
        return False
    if not outside or outside.isspace():
        return True
    return not _may_be_punctuation(inside) or _is_punctuation(outside)


def _is_punctuation(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("P") or (character.isascii() and category.startswith("S"))


def _may_be_punctuation(character: str) -> bool:
    """The newer versions of CommonMark count symbols too."""
    return unicodedata.category(character)[0] in "PS"


def _keep_apart(pieces: Sequence[Piece], out: list[str]) -> None:
    """Separate what would run together: two formulas, two code spans, ``!`` and a link."""
    for i, j in pairwise([i for i, text in enumerate(out) if text]):
        role, follows = pieces[i].role, out[j][0]
        after_formula = role is Role.FORMULA and (follows == "$" or follows.isdigit())
        after_code = role is Role.OTHER and follows == "`" and out[i].endswith("`")
        if after_formula or after_code:
            out[i] += _NOTHING
        elif role is Role.TEXT and follows == "[" and out[i].endswith("!"):
            out[i] = f"{out[i][:-1]}\\!"

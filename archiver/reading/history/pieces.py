"""What a difference is made of. No I/O.

A text is a list of lines, a line a list of pieces. All pieces but the added ones are the old text,
all but the removed ones the new text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Mark(Enum):
    """In which of the two texts a piece stands."""

    KEPT = "in both"
    REMOVED = "in the old one"
    ADDED = "in the new one"


class Piece(NamedTuple):
    """A piece of one line; the line breaks behind a line belong to it."""

    mark: Mark
    text: str


Line = list[Piece]


@dataclass(slots=True)
class Edit:
    """Tokens that stayed, then tokens that were removed and added."""

    kept: list[str]
    removed: list[str]
    added: list[str]


def old_text(lines: Iterable[Line]) -> str:
    """The text that was compared."""
    return _joined(lines, Mark.ADDED)


def new_text(lines: Iterable[Line]) -> str:
    """The text that it was compared with."""
    return _joined(lines, Mark.REMOVED)


def is_changed(line: Line) -> bool:
    """Is anything removed or added but line breaks?"""
    return any(piece.mark is not Mark.KEPT and piece.text.strip("\n") for piece in line)


def _joined(lines: Iterable[Line], without: Mark) -> str:
    return "".join(piece.text for line in lines for piece in line if piece.mark is not without)

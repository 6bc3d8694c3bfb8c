"""The pieces of a paragraph as Markdown, with emphasis that works beside Chinese punctuation.

``**`` opens and closes only by the characters on both its sides
(https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis). In ``**注意：**这里`` it does
not close: a punctuation mark stands before it and a letter behind it. Where the rules do not let a
delimiter work, the HTML element is written instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from archiver.body.markdown import escape

#: A bare address as that of a link, without title, and what behind it is no plain text: pandoc's
#: reader of GFM takes all up to the next space for the address, and more for plain text.
_BARE_TARGET = re.compile(r"\]\(((?:https?:|ftp:|www\.)[^\s<>]+)\)\Z", re.IGNORECASE)
_MARKUP = re.compile(r"(?=[^ \n<]|\s*\Z).*(?:[\\*`$&<\xa0\u3000]|#\Z)")
#: As many pieces as could stand before the next space.
_REACH = 8


class Role(Enum):
    """The kind of a piece."""

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
    all_brackets = _wants_brackets(pieces)
    out = _texts(pieces, line_break, all_brackets=all_brackets)
    if len(out) == 1:
        return out[0]
    for start, end in _emphases(pieces):
        if _works(pieces, out, start, end):
            out[start] = out[end] = pieces[start].delimiter
    _separate(pieces, out)
    _enclose_targets(pieces, out)
    return "".join(out)


def _wants_brackets(pieces: Sequence[Piece]) -> bool:
    """True when there is a link, or a text whose brackets could be read as one."""
    for piece in pieces:
        if piece.is_link:
            return True
        text = piece.text
        if ("[" in text or "]" in text) and piece.role is Role.TEXT and escape.needs_brackets(text):
            return True
    return False


def _texts(pieces: Sequence[Piece], line_break: str, *, all_brackets: bool) -> list[str]:
    out = []
    in_link = False
    for piece in pieces:
        if piece.role is Role.TEXT:
            text = escape.escape_text(piece.text, all_brackets=all_brackets, in_link=in_link)
        elif piece.role is Role.BREAK:
            text = line_break
        else:
            text = piece.text
            if piece.is_link:
                in_link = piece.role is Role.OPEN
        out.append(text)
    return out


def _emphases(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """The first and last piece of each emphasis that has no other one inside."""
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
    """True when all versions of CommonMark's rules see emphasis here."""
    neighbours = [p for p in (start - 1, end + 1) if 0 <= p < len(pieces)]
    if any(pieces[p].delimiter for p in (*neighbours, start + 1, end - 1) if p not in {start, end}):
        return False
    before = out[start - 1][-1:] if start else ""
    after = out[end + 1][:1] if end + 1 < len(out) else ""
    return _flanks(before, out[start + 1][:1]) and _flanks(after, out[end - 1][-1:])


def _flanks(outside: str, inside: str) -> bool:
    """True when a delimiter may stand between two characters; symbols count as either."""
    if not inside or inside.isspace() or outside == "*" or inside == "*":
        return False
    if any(unicodedata.category(character) == "Cf" for character in outside + inside):
        return False  # readers do not agree on what shows nothing
    if not outside or outside.isspace():
        return True
    return not _may_be_punctuation(inside) or _is_punctuation(outside)


def _is_punctuation(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("P") or (character.isascii() and category.startswith("S"))


def _may_be_punctuation(character: str) -> bool:
    """True when some version of CommonMark takes it for punctuation: newer ones count symbols."""
    return unicodedata.category(character)[0] in "PS"


def _separate(pieces: Sequence[Piece], out: list[str]) -> None:
    """Separate what would run together: two formulas, two code spans, ``!`` and a link."""
    follows = ""  # the first character of what comes next
    for i in range(len(out) - 1, -1, -1):
        text = out[i]
        if not text:
            continue
        role = pieces[i].role
        if role is Role.FORMULA:
            if follows == "$" or follows.isdigit():
                out[i] = text + escape.NOTHING
        elif follows == "[" and role is Role.TEXT and text[-1] == "!":
            out[i] = f"{text[:-1]}\\!"
        elif follows == "`" and role is Role.OTHER and text[-1] == "`":
            out[i] = text + escape.NOTHING
        follows = text[0]


def _enclose_targets(pieces: Sequence[Piece], out: list[str]) -> None:
    """Put the address of a link between ``<`` and ``>`` where markup follows without a space."""
    for i, piece in enumerate(pieces):
        is_target = (piece.is_link or piece.role is Role.OTHER) and out[i].endswith(")")
        if is_target and _MARKUP.match("".join(out[i + 1 : i + _REACH])):
            out[i] = _BARE_TARGET.sub(r"](<\1>)", out[i])

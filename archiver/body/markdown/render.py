"""The pieces of a paragraph as Markdown, with emphasis that works beside Chinese punctuation.

``**`` opens and closes only by the characters on both its sides
(https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis). In ``**注意：**这里`` it does
not close: a punctuation mark stands before it and a letter behind it. Where the rules do not let a
delimiter work, the HTML element is written instead.

A paragraph comes as one text, with marks in place of finished pieces, and a list of these pieces.
So all its words are folded and escaped at once, and marks tell what stands beside what. Then words
and pieces take turns in one list: pieces have odd places, and there may be no words between two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set

from archiver.body.markdown.escape import NOTHING, SPECIAL, escape_line, escape_text
from archiver.body.markdown.marks import (
    BREAK,
    CODE,
    EMPTY_LINK,
    FORMULA,
    LINK,
    LINK_END,
    NO_FORMULA,
    PICTURE,
)

#: The number of a finished piece that begins (True) or ends emphasis, and its delimiter.
Edge = tuple[int, str, bool]

#: A formula, and what may have to be parted from it. Most letters are none of that.
_RUNS_ON = re.compile(f"{FORMULA}(?=({FORMULA}|[^\\W_A-Za-z\u4e00-\u9fff]))")
_CODE = re.compile(f"{CODE}(?={CODE})")

_SPACES = re.compile(r"[ \t\r\n\x0c]+")
#: A bare address as that of a link, without title, and what behind it is no plain text: pandoc's
#: reader of GFM takes all up to the next space for the address, and more for plain text.
_BARE_TARGET = re.compile(r"\]\(((?:https?:|ftp:|www\.)[^\s<>]+)\)\Z", re.IGNORECASE)
_MARKUP = re.compile(r"(?=[^ \n<]|\s*\Z).*(?:[\\*`$&<\xa0\u3000]|#\Z)")
#: As many pieces as could stand before the next space.
_REACH = 7


def render(text: str, finished: list[str], edges: Sequence[Edge], *, one_line: bool) -> str:
    """The Markdown of a paragraph, with its lines made safe."""
    if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\x0c" in text:
        text = _SPACES.sub(" ", text)
    if SPECIAL.search(text):
        text = _with_escaped_links(text) if LINK in text else escape_text(text)
    if BREAK in text:
        text = text.replace(BREAK, "<br>" if one_line else "\\\n")
    if finished:
        text = _with_finished(text, finished, edges)
        if text[0] == "$" and text[-1] == "\\":
            # A much used reader of formulas takes the last character for the one before the first.
            text = f"{text[:-2]}&#92;"
    if "\n" in text:
        return "\n".join(map(escape_line, text.split("\n")))
    return escape_line(text)


def _with_escaped_links(text: str) -> str:
    """The text with its words escaped, those of links for themselves."""
    before, *links = text.split(LINK)
    out = [escape_text(before, all_brackets=True)]
    for link in links:
        inside, behind = link.split(LINK_END)
        out.append(f"{LINK}{escape_text(inside, all_brackets=True, in_link=True)}{LINK_END}")
        out.append(escape_text(behind, all_brackets=True))
    return "".join(out)


def _with_finished(text: str, finished: list[str], edges: Sequence[Edge]) -> str:
    """The text with the finished pieces in the places of their marks."""
    has_targets = False
    if _RUNS_ON.search(text):
        text = _RUNS_ON.sub(_part, text)
    if text.count(FORMULA) < len(finished):
        text = _separated(text)
        has_targets = LINK_END in text or EMPTY_LINK in text or PICTURE in text
        for mark in NO_FORMULA:
            text = text.replace(mark, FORMULA)
    words = text.split(FORMULA)
    pieces = words + finished
    pieces[::2], pieces[1::2] = words, finished
    if edges:
        _emphasise(pieces, edges)
    if has_targets:
        _enclose_targets(pieces)
    return "".join(pieces)


def _separated(text: str) -> str:
    """Separate what else would run together: two code spans, ``!`` and a link."""
    for link in (LINK, EMPTY_LINK):
        text = text.replace(f"!{link}", f"\\!{link}")
    return _CODE.sub(f"{CODE}{NOTHING}", text) if CODE in text else text


def _part(match: re.Match[str]) -> str:
    """A formula, parted from another one or a digit."""
    follows = match[1]
    return f"{FORMULA}{NOTHING}" if follows == FORMULA or follows.isdigit() else FORMULA


def _emphasise(pieces: list[str], edges: Iterable[Edge]) -> None:
    """Write emphasis with no other one inside with its delimiter, where that works."""
    places = {2 * number + 1 for number, _, _ in edges}
    innermost = None
    for number, delimiter, begins in edges:
        place = 2 * number + 1
        if begins:
            innermost = place
        else:
            if innermost is not None and _works(pieces, places, innermost, place):
                pieces[innermost] = pieces[place] = delimiter
            innermost = None


def _works(pieces: Sequence[str], delimiters: Set[int], start: int, end: int) -> bool:
    """True when all versions of CommonMark's rules see emphasis here."""
    before, behind = _beside(pieces, start, -1), _beside(pieces, end, 1)
    first, last = _beside(pieces, start, 1), _beside(pieces, end, -1)
    if not delimiters.isdisjoint({before, first, last, behind} - {start, end}):
        return False
    outside_left = pieces[before][-1] if before >= 0 else ""
    outside_right = pieces[behind][0] if behind < len(pieces) else ""
    return _flanks(outside_left, pieces[first][0]) and _flanks(outside_right, pieces[last][-1])


def _beside(pieces: Sequence[str], place: int, step: int) -> int:
    """The place of what stands beside a finished piece, where words may be missing."""
    return place + step if pieces[place + step] else place + 2 * step


def _flanks(outside: str, inside: str) -> bool:
    """True when a delimiter may stand between two characters; symbols count as either."""
    if inside.isspace() or outside == "*" or inside == "*":
        return False
    kind_inside = unicodedata.category(inside)
    kind_outside = unicodedata.category(outside or " ")
    if "Cf" in {kind_inside, kind_outside}:
        return False  # readers do not agree on what shows nothing
    if not outside or outside.isspace():
        return True
    # Newer versions of CommonMark take symbols for punctuation, older ones those of ASCII.
    is_punctuation = kind_outside[0] == "P" or (kind_outside[0] == "S" and outside.isascii())
    return is_punctuation or kind_inside[0] not in "PS"


def _enclose_targets(pieces: list[str]) -> None:
    """Put the address of a link between ``<`` and ``>`` where markup follows without a space."""
    for i in range(1, len(pieces), 2):
        if pieces[i][-1] == ")":
            behind = [piece for piece in pieces[i + 1 : i + 2 * _REACH] if piece]
            if behind and _MARKUP.match("".join(behind[:_REACH])):
                pieces[i] = _BARE_TARGET.sub(r"](<\1>)", pieces[i])

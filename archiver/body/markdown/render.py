"""The pieces of a paragraph as Markdown, with emphasis that works beside Chinese punctuation.

``**`` opens and closes only by the characters on both its sides
(https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis). In ``**注意：**这里`` it does
not close: a punctuation mark stands before it and a letter behind it. Where the rules do not let a
delimiter work, the HTML element is written instead.

A paragraph comes as one text, with a ``MARK`` in place of each finished piece of Markdown, and a
list of these pieces. So all its words are folded and escaped at once. Then words and finished
pieces take turns in one list: the latter have odd places, and there may be no words between two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from archiver.body.markdown.escape import MARK, NOTHING, escape_line, escape_text
from archiver.body.markdown.inline_formats import Format

#: The number of a finished piece, the format that it belongs to, and whether it begins it.
Edge = tuple[int, Format, bool]

_SPACES = re.compile(r"[ \t\r\n\x0c]+")
#: A bare address as that of a link, without title, and what behind it is no plain text: pandoc's
#: reader of GFM takes all up to the next space for the address, and more for plain text.
_BARE_TARGET = re.compile(r"\]\(((?:https?:|ftp:|www\.)[^\s<>]+)\)\Z", re.IGNORECASE)
_MARKUP = re.compile(r"(?=[^ \n<]|\s*\Z).*(?:[\\*`$&<\xa0\u3000]|#\Z)")
#: As many pieces as could stand before the next space.
_REACH = 7


def render(text: str, finished: list[str], edges: Sequence[Edge]) -> str:
    """The Markdown of a paragraph, with its lines made safe."""
    if _is_unfolded(text):
        text = _SPACES.sub(" ", text)
    if not finished:
        return escape_line(escape_text(text))
    words = _escaped(text, edges)
    pieces = words + finished
    pieces[::2], pieces[1::2] = words, finished
    if edges:
        _emphasise(pieces, edges)
    _separate(pieces)
    _enclose_targets(pieces)
    text = "".join(pieces)
    if text[0] == "$" and text[-1] == "\\":
        # A much used reader of formulas takes the last character for the one before the first.
        text = f"{text[:-2]}&#92;"
    if "\n" in text:
        return "\n".join(map(escape_line, text.split("\n")))
    return escape_line(text)


def _is_unfolded(text: str) -> bool:
    """True for a text with white space that is not one space already; most texts have none."""
    return "\n" in text or "  " in text or "\t" in text or "\r" in text or "\x0c" in text


def _escaped(text: str, edges: Iterable[Edge]) -> list[str]:
    """The words before, between and behind the finished pieces."""
    links = [number for number, format_, _ in edges if format_.is_link]
    words = escape_text(text, all_brackets=bool(links)).split(MARK)
    if links:
        plain = text.split(MARK)
        for start, end in zip(links[::2], links[1::2], strict=True):
            for i in range(start + 1, end + 1):
                words[i] = escape_text(plain[i], all_brackets=True, in_link=True)
    return words


def _emphasise(pieces: list[str], edges: Iterable[Edge]) -> None:
    """Write emphasis with no other one inside with its delimiter, where that works."""
    found = {2 * number + 1: format_.delimiter for number, format_, _ in edges if format_.delimiter}
    innermost = None
    for number, format_, begins in edges:
        if not format_.delimiter:
            continue
        place = 2 * number + 1
        if begins:
            innermost = place
        else:
            if innermost is not None and _works(pieces, found, innermost, place):
                pieces[innermost] = pieces[place] = found[innermost]
            innermost = None


def _works(pieces: Sequence[str], delimiters: Iterable[int], start: int, end: int) -> bool:
    """True when all versions of CommonMark's rules see emphasis here."""
    outside = _beside(pieces, start, -1), _beside(pieces, end, 1)
    inside = _beside(pieces, start, 1), _beside(pieces, end, -1)
    if not {start, end}.issuperset({*outside, *inside}.intersection(delimiters)):
        return False
    before, after = (pieces[place] if place in range(len(pieces)) else "" for place in outside)
    first, last = (pieces[place] for place in inside)
    return _flanks(before[-1:], first[:1]) and _flanks(after[:1], last[-1:])


def _beside(pieces: Sequence[str], place: int, step: int) -> int:
    """The place of what stands beside a finished piece, where words may be missing."""
    return place + step if pieces[place + step] else place + 2 * step


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


def _separate(pieces: list[str]) -> None:
    """Separate what would run together: two formulas, two code spans, ``!`` and a link."""
    for i in range(1, len(pieces), 2):
        piece = pieces[i]
        first = piece[0]
        if first == "$":
            follows = "".join(pieces[i + 1 : i + 3])[:1]
            if follows == "$" or follows.isdigit():
                pieces[i] = piece + NOTHING
        elif first == "`":
            if not pieces[i + 1] and "".join(pieces[i + 2 : i + 3])[:1] == "`":
                pieces[i] = piece + NOTHING
        elif first == "[" and pieces[i - 1][-1:] == "!":
            pieces[i - 1] = f"{pieces[i - 1][:-1]}\\!"


def _enclose_targets(pieces: list[str]) -> None:
    """Put the address of a link between ``<`` and ``>`` where markup follows without a space."""
    for i in range(1, len(pieces), 2):
        if pieces[i][-1] == ")":
            behind = [piece for piece in pieces[i + 1 : i + 2 * _REACH] if piece]
            if _MARKUP.match("".join(behind[:_REACH])):
                pieces[i] = _BARE_TARGET.sub(r"](<\1>)", pieces[i])

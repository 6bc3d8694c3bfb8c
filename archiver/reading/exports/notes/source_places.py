"""Where the content of a token of markdown-it stands in the Markdown that it was read from.

A parser takes the marks of quotes, lists and headings off a line before it reads what is in it.
Here a place in what is left is turned into a place in the text, so that a piece can be replaced.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from markdown_it.token import Token

_LINE_END: Final = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Placed:
    """A content, and for each of its lines where it begins: in the content, and in the text."""

    content: str
    own: Sequence[int]
    source: Sequence[int]

    def place(self, index: int) -> int:
        """The place in the text of a place in the content."""
        line = bisect_right(self.own, index) - 1
        return self.source[line] + index - self.own[line]


@dataclass(frozen=True)
class Edit:
    """A piece of a text, from ``start`` to before ``stop``, that becomes another."""

    start: int
    stop: int
    text: str

    def in_source(self, placed: Placed) -> Edit:
        """The same edit of the whole text; this one is of a content, and within one line."""
        start = placed.place(self.start)
        return Edit(start, start + self.stop - self.start, self.text)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made, none of which reaches into another."""
    pieces, end = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.stop)):
        assert edit.start >= end, "two edits of one piece"
        pieces += [text[end : edit.start], edit.text]
        end = edit.stop
    return "".join([*pieces, text[end:]])


def placed_tokens(text: str, tokens: Iterable[Token]) -> Iterator[tuple[Token, Placed]]:
    """The tokens with lines of text or a displayed formula, each with its place.

    One is left out when the parser has changed what it read, so that it stands nowhere: it replaces
    NUL, and a tab of which a part is indentation.
    """
    lines = _lines_of(text)
    cell_end, is_cell = 0, False
    for token in tokens:
        if token.type == "tr_open":
            cell_end = 0
        elif token.type in {"inline", "math_block"} and token.map:
            own = lines[token.map[0] : token.map[1]]
            if is_cell:
                # A cell is one of several on its line, and its bars are escaped there.
                content = token.content.replace("|", "\\|")
                column = own[0].text.find(content, cell_end)
                cell_end = column + len(content)
                placed = _placed(content, [column], own)
            else:
                ends = zip(token.content.split("\n"), own, strict=False)
                columns = [line.text.rfind(end) for end, line in ends]
                placed = _placed(token.content, columns, own)
            if placed is not None:
                yield token, placed
        is_cell = token.type in {"td_open", "th_open"}


class _Line(NamedTuple):
    """A line of a text, and the place at which it begins."""

    start: int
    text: str


def _lines_of(text: str) -> list[_Line]:
    """The lines of a text, as a reader of Markdown counts them."""
    ends = [0, *(match.end() for match in _LINE_END.finditer(text))]
    return [_Line(*pair) for pair in zip(ends, _LINE_END.split(text), strict=True)]


def _placed(content: str, columns: Sequence[int], lines: Sequence[_Line]) -> Placed | None:
    """The place of a content whose lines begin in these columns of lines; ``None`` for a -1."""
    if min(columns) < 0:
        return None
    own = [0, *(match.end() for match in re.finditer("\n", content))]
    starts = [line.start + column for column, line in zip(columns, lines, strict=False)]
    return Placed(content, own, starts)

"""Where the content of a token of markdown-it stands in the Markdown that it was read from.

A parser takes the marks of quotes, lists and headings off a line before it reads what is in it.
Here a place in what is left is turned into a place in the text, so that a piece can be replaced.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markdown_it.token import Token


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
    """The tokens with lines of text or a displayed formula, each with its place."""
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    cell_end, is_cell = 0, False
    for token in tokens:
        if token.type == "tr_open":
            cell_end = 0
        elif token.type in {"inline", "math_block"} and token.map:
            first = token.map[0]
            if is_cell:
                # A cell is one of several on its line, and its bars are escaped there.
                content = token.content.replace("|", "\\|")
                column = lines[first].index(content, cell_end)
                cell_end = column + len(content)
                yield token, Placed(content, [0], [starts[first] + column])
            else:
                yield token, _placed(token.content, lines, starts, first)
        is_cell = token.type in {"td_open", "th_open"}


def _placed(content: str, lines: Sequence[str], starts: Sequence[int], first: int) -> Placed:
    """The place of a content whose lines are ends of lines of the text, from ``first`` on."""
    own_lines = content.split("\n")
    columns = [lines[first + number].rfind(line) for number, line in enumerate(own_lines)]
    own = list(accumulate((len(line) + 1 for line in own_lines), initial=0))[:-1]
    return Placed(content, own, [starts[first + n] + column for n, column in enumerate(columns)])

"""The blocks of a document: quotes, lists and tables are laid out by html-to-markdown.

The library gets HTML with a token in the place of every finished piece of Markdown and writes the
marks of quotes and lists before them. Then each token is replaced; a piece of several lines gets
the marks before every one of them. What stands in no quote or list is finished as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import html_to_markdown

#: Quotes and lists nested deeper are flattened into the last of these (readers give up at 20).
DEEPEST: Final = 8

_OPTIONS: Final = html_to_markdown.ConversionOptions(
    bullets="-", compact_tables=True, extract_metadata=False
)
#: CommonMark counts no further.
_LARGEST: Final = 999_999_999
_TOKEN = re.compile(r"q(\d+)q")
_LISTS: Final = frozenset({"ul", "ol"})
#: Two lists of a kind in a row would be read as one.
_SEPARATOR: Final = "<!-- -->"
#: Children that stand in a skeleton as a token.
_MARKDOWN: Final = frozenset({"p", "html"})
#: Stands where the library writes no empty line between two blocks: it goes, and the empty line
#: before or behind it stays.
_GAP: Final = ""
#: The mark of a list item; the lines of the item are indented by its width.
_MARK = re.compile(r"[^>\s]")


_Child = tuple[str, str]


@dataclass(slots=True)
class _Block:
    """A block that is being filled: a quote, a list, an item, or the document."""

    tag: str
    #: The number of an item of an ordered list.
    number: int | None = None
    #: The ``type`` of an ordered list that has letters for numbers.
    letters: str = ""
    #: Is this an item that the source does not have?
    is_implied: bool = False
    #: Kind and content of each child: Markdown of a paragraph (``p``) or a line of HTML
    #: (``html``), or the skeleton of a quote, list or item.
    children: list[_Child] = field(default_factory=list)
    #: The items of an ordered list once more: their numbers and children.
    items: list[tuple[int | None, list[_Child]]] = field(default_factory=list)

    @property
    def counts_up(self) -> bool:
        """True when a list of Markdown's numbers its items as the author's does."""
        numbers = [number for number, _ in self.items]
        first = numbers[0] if numbers else None
        if first is None or self.letters or len(numbers) < len(self.children):
            return False
        last = first + len(numbers) - 1
        return first >= 0 and last <= _LARGEST and numbers == list(range(first, last + 1))


class Layout:
    """Collects blocks in document order; ``finish`` gives the Markdown."""

    def __init__(self) -> None:
        self._tokens: list[str] = []
        self._open = [_Block("")]
        self._depth = 0
        self._flattened = 0

    def block(self, markdown: str) -> None:
        """Add a finished block: a paragraph, a heading, a formula, code."""
        self._imply_item()
        self._append("p", markdown)

    def html(self, line: str) -> None:
        """Add a line of HTML; lines in a row make one block."""
        self._imply_item()
        self._append("html", line)

    @property
    def in_list(self) -> bool:
        """Would an item stand in a list here?"""
        block = self._open[-2] if self._open[-1].is_implied else self._open[-1]
        return block.tag in _LISTS and not self._flattened

    def open(self, tag: str, *, number: int | None = None, letters: str = "") -> None:
        """Begin a quote (``blockquote``), a list (``ul``, ``ol``) or, in a list, an item (``li``).

        What stands directly in an unordered list is in an item of its own, up to the next real
        one. An ordered list whose items do not count up, or that holds more than items, is HTML.
        """
        if tag != "li":
            self._depth += 1
        if self._depth > DEEPEST:
            self._flattened += 1
            return
        if tag == "li":
            self._end_implied_item()
        else:
            self._imply_item()
        self._open.append(_Block(tag, number, letters))

    def close(self) -> None:
        """End the innermost quote, list or item."""
        if self._flattened:
            self._flattened -= 1
            self._depth -= 1
            return
        self._end_implied_item()
        if self._open[-1].tag != "li":
            self._depth -= 1
        self._pop()

    def finish(self) -> str:
        """The Markdown of all blocks."""
        while len(self._open) > 1:
            self._pop()
        return "\n\n".join(markdown for _, markdown in _merged(self._open[0].children))

    # --- Building ---------------------------------------------------------------------------------

    def _imply_item(self) -> None:
        if self._open[-1].tag == "ul":
            self._open.append(_Block("li", is_implied=True))

    def _end_implied_item(self) -> None:
        if self._open[-1].is_implied:
            self._pop()

    def _append(self, kind: str, content: str) -> None:
        children = self._open[-1].children
        before = children[-1][0] if children else ""
        if before in _LISTS and before == kind:
            children.append(("p", _SEPARATOR))
        children.append((kind, content))

    def _pop(self) -> None:
        """End the innermost block and put it into the one around it, unless it is empty."""
        block = self._open.pop()
        if not block.children:
            return
        if block.tag == "li":
            self._open[-1].items.append((block.number, block.children))
        if block.tag == "ol" and not block.counts_up:
            for kind, content in _in_tags(block):
                self._put(kind, content)
        else:
            start = f' start="{block.items[0][0]}"' if block.tag == "ol" else ""
            self._put(block.tag, f"<{block.tag}{start}>{self._inner(block)}</{block.tag}>")
        if len(self._open) == 1:
            self._tokens.clear()

    def _put(self, kind: str, content: str) -> None:
        """Add a child to the innermost block; what stands in none becomes Markdown."""
        if len(self._open) == 1 and kind not in _MARKDOWN:
            content = "\n".join(self._expand(_convert(content)))
        self._append(kind, content)

    def _inner(self, block: _Block) -> str:
        """The skeleton of a block's children; the only paragraph of an item is without ``<p>``."""
        children = list(_merged(block.children))
        tail = [kind for kind, _ in children[1:]]
        if block.tag == "li" and children[0][0] == "p" and _LISTS.issuperset(tail):
            children[0] = "", self._token(children[0][1])
        out: list[str] = []
        before = ""
        for kind, content in children:
            if before in _LISTS or (before and kind == "blockquote"):
                out.append(f"<p>{self._token(_GAP)}</p>")
            out.append(f"<p>{self._token(content)}</p>" if kind in _MARKDOWN else content)
            before = kind
        return "".join(out)

    def _token(self, markdown: str) -> str:
        self._tokens.append(markdown)
        return f"q{len(self._tokens) - 1}q"

    # --- Replacing the tokens ---------------------------------------------------------------------

    def _expand(self, laid_out: str) -> Iterator[str]:
        """The lines of the library's Markdown with their tokens replaced."""
        is_empty = True
        for line in laid_out.split("\n"):
            match = _TOKEN.search(line)
            if match is None:
                if line.strip("> ") or not is_empty:
                    yield line
                is_empty = not line.strip("> ")
            elif (piece := self._tokens[int(match[1])]) != _GAP:
                yield _with_marks(line[: match.start()], piece)
                is_empty = False


def table(rows: Sequence[Sequence[str]]) -> str:
    """A GFM table of finished cells; its first row is the header, as GFM wants it."""
    cells = [cell for row in rows for cell in row]
    numbers = iter(range(len(cells)))
    head, *body = ("".join(f"<td>q{next(numbers)}q</td>" for _ in row) for row in rows)
    html = "".join(f"<tr>{row}</tr>" for row in body)
    skeleton = f"<table><thead><tr>{head}</tr></thead><tbody>{html}</tbody></table>"
    return _TOKEN.sub(lambda found: cells[int(found[1])], _convert(skeleton))


def _convert(skeleton: str) -> str:
    return (html_to_markdown.convert(skeleton, _OPTIONS).content or "").strip("\n")


def _in_tags(block: _Block) -> Iterator[_Child]:
    """The children of an ordered list between HTML tags, its items with their numbers."""
    items = iter(block.items)
    yield "html", f'<ol type="{block.letters}">' if block.letters else "<ol>"
    for kind, content in block.children:
        if kind == "li":
            number, children = next(items)
            yield "html", "<li>" if number is None else f'<li value="{number}">'
            yield from children
            yield "html", "</li>"
        else:
            yield kind, content
    yield "html", "</ol>"


def _merged(children: Sequence[_Child]) -> Iterator[_Child]:
    """The children with lines of HTML in a row as one."""
    for is_html, group in groupby(children, key=lambda child: child[0] == "html"):
        if is_html:
            yield "html", "\n".join(content for _, content in group)
        else:
            yield from group


def _with_marks(prefix: str, piece: str) -> str:
    """A piece of Markdown with the marks of its quotes and lists before every line."""
    following = _MARK.sub(" ", prefix)
    first, *rest = piece.split("\n")
    lines = (following + line if line else following.rstrip(" ") for line in rest)
    return "\n".join([prefix + first, *lines])

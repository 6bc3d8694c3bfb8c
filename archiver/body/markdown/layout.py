"""The blocks of a document: finished Markdown, the quotes and lists around it, and tables.

The marks of quotes and lists stand before every line of what is in them
(https://spec.commonmark.org/0.31.2/#container-blocks).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

#: Quotes and lists nested deeper are flattened into the last of these (readers give up at 20).
DEEPEST: Final = 8
#: CommonMark counts no further.
_LARGEST: Final = 999_999_999
_LISTS: Final = frozenset({"ul", "ol"})
#: Two lists of a kind in a row would be read as one.
_SEPARATOR: Final = "<!-- -->"


class _Html(str):
    """A line of HTML; lines in a row make one block."""

    __slots__ = ()


class _Block:
    """The document, a quote, a list or an item."""

    __slots__ = ("children", "is_implied", "is_tight", "letters", "number", "tag", "text")

    def __init__(
        self, tag: str, *, number: int | None = None, letters: str = "", is_implied: bool = False
    ) -> None:
        #: ``blockquote``, ``ul``, ``ol`` or ``li``; nothing for the document.
        self.tag = tag
        #: The number of an item of an ordered list; of the list, once written, that of its first.
        self.number = number
        #: The ``type`` of an ordered list that has letters for numbers.
        self.letters = letters
        #: True for an item that the source does not have.
        self.is_implied = is_implied
        #: True for a list without empty lines between its items, and for its items.
        self.is_tight = False
        #: The Markdown of the block; of an item none before its list ends.
        self.text = ""
        #: What stands in it; finished Markdown is a plain text.
        self.children: list[_Block | str] = []


class Layout:
    """Collects blocks in document order; ``finish`` gives the Markdown."""

    def __init__(self) -> None:
        self._open = [_Block("")]
        #: How many quotes and lists are open, those that are flattened too.
        self._depth = 0

    def block(self, markdown: str) -> None:
        """Add a finished block: a paragraph, a heading, a formula, code."""
        if self._open[-1].tag == "ul":
            self._imply_item()
        self._open[-1].children.append(markdown)

    def html(self, line: str) -> None:
        """Add a line of HTML."""
        self.block(_Html(line))

    @property
    def in_list(self) -> bool:
        """True where an item would stand in a list."""
        block = self._open[-2] if self._open[-1].is_implied else self._open[-1]
        return block.tag in _LISTS and self._depth <= DEEPEST

    def open(self, tag: str, *, number: int | None = None, letters: str = "") -> None:
        """Begin a quote (``blockquote``), a list (``ul``, ``ol``) or, in a list, an item (``li``).

        What stands directly in an unordered list is in an item of its own, up to the next real
        one. An ordered list whose items do not count up, or that holds more than items, is HTML.
        """
        if tag == "li":
            self._end_implied_item()
        else:
            self._depth += 1
            if self._depth > DEEPEST:
                return
            if self._open[-1].tag == "ul":
                self._imply_item()
        self._open.append(_Block(tag, number=number, letters=letters))

    def close(self) -> None:
        """End the innermost quote, list or item."""
        if self._depth <= DEEPEST:
            self._end_implied_item()
            if self._pop() == "li":
                return
        self._depth -= 1

    def finish(self) -> str:
        """The Markdown of all blocks."""
        while len(self._open) > 1:
            self._pop()
        return _inner(self._open[0])

    def _imply_item(self) -> None:
        self._open.append(_Block("li", is_implied=True))

    def _end_implied_item(self) -> None:
        if self._open[-1].is_implied:
            self._pop()

    def _append(self, block: _Block | str) -> None:
        siblings = self._open[-1].children
        if siblings and _tag(block) in _LISTS and _tag(siblings[-1]) == _tag(block):
            siblings.append(_SEPARATOR)
        siblings.append(block)

    def _pop(self) -> str:
        """End the innermost block and put it into the one around it, unless it is empty."""
        block = self._open.pop()
        if block.tag == "ol" and block.children and not _counts_up(block):
            for child in _in_tags(block):
                self._append(child)
        elif block.children:
            _write(block)
            self._append(block)
        return block.tag


def table(rows: Iterable[Sequence[str]]) -> str:
    """A GFM table of finished cells; its first row is the header, as GFM wants it."""
    head, *body = rows
    lines = (" | ".join(cells) for cells in (head, ["---"] * len(head), *body))
    return "\n".join(f"| {line} |" for line in lines)


def _tag(block: _Block | str) -> str:
    """The name of a quote, list or item; that of finished Markdown is empty."""
    return block.tag if isinstance(block, _Block) else ""


def _number_of_item(child: _Block | str) -> int | None:
    """The number of an item; ``None`` for what else stands in a list, a list in it for example."""
    return child.number if isinstance(child, _Block) and child.tag == "li" else None


def _counts_up(block: _Block) -> bool:
    """True when a list of Markdown's numbers its items as the author's does."""
    numbers = [_number_of_item(child) for child in block.children]
    first = numbers[0]
    if first is None or block.letters:
        return False
    behind = first + len(numbers)
    return first >= 0 and behind <= _LARGEST + 1 and numbers == list(range(first, behind))


def _in_tags(block: _Block) -> Iterator[_Block | str]:
    """The children of an ordered list between HTML tags, its items with their numbers."""
    yield _Html(f'<ol type="{block.letters}">' if block.letters else "<ol>")
    for child in block.children:
        if isinstance(child, _Block) and child.tag == "li":
            number = "" if child.number is None else f' value="{child.number}"'
            yield _Html(f"<li{number}>")
            yield from child.children
            yield _Html("</li>")
        else:
            yield child
    yield _Html("</ol>")


# --- Writing --------------------------------------------------------------------------------------


def _write(block: _Block) -> None:
    """Fill the text of a quote or list, and of the items of a list."""
    if block.tag == "blockquote":
        block.text = _with_marks(_inner(block), "> ", "> ")
    elif block.tag in _LISTS:
        items = [item for item in block.children if isinstance(item, _Block)]
        block.is_tight = _is_tight(items)
        for item in items:
            item.is_tight = block.is_tight
            mark = "- " if block.tag == "ul" else f"{item.number}. "
            item.text = _with_marks(_inner(item), mark, " " * len(mark))
        block.number = items[0].number
        block.text = _inner(block)


def _is_tight(items: Sequence[_Block]) -> bool:
    """True when no item holds several blocks, and none but the last one a quote or loose list."""
    inner = (child for item in items[:-1] for child in item.children)
    return all(map(_is_short, items)) and not any(map(_is_loose, inner))


def _is_short(item: _Block) -> bool:
    """True for one paragraph, quote or list, or one of the first two and a list below it."""
    first, *rest = item.children
    is_list_below = len(rest) == 1 and _tag(rest[0]) in _LISTS and _tag(first) not in _LISTS
    return not isinstance(first, _Html) and (not rest or is_list_below)


def _is_loose(block: _Block | str) -> bool:
    """True for a quote, and for a list or item with empty lines in it."""
    return isinstance(block, _Block) and not block.is_tight


def _inner(around: _Block) -> str:
    """The blocks in another one, each below the one before."""
    out: list[str] = []
    before: _Block | str = ""
    for block in around.children:
        if type(block) is str:  # most blocks
            out += "\n\n", block
        else:
            out.append("\n" if _are_close(before, block, around) else "\n\n")
            out.append(block if isinstance(block, str) else block.text)
        before = block
    return "".join(out[1:])


def _are_close(before: _Block | str, block: _Block | str, around: _Block) -> bool:
    """True for two blocks with no empty line between them."""
    if isinstance(block, str):
        return isinstance(block, _Html) and isinstance(before, _Html)
    if block.tag == "li":
        return around.is_tight and not _ends_loose(before)
    # An ordered list that does not begin with 1 would be text of the paragraph above it.
    begins_list = block.tag == "ul" or (block.tag == "ol" and block.number == 1)
    return around.is_tight and begins_list


def _ends_loose(block: _Block | str) -> bool:
    """True when an empty line follows the last line of a list or item, whatever comes next."""
    while isinstance(block, _Block) and block.is_tight:
        block = block.children[-1]
    return _is_loose(block)


def _with_marks(text: str, first: str, following: str) -> str:
    """Lines behind a mark; ``following`` stands before all but the first."""
    head, *lines = text.split("\n")
    blank = following.rstrip(" ")
    return "\n".join([first + head, *(following + line if line else blank for line in lines)])

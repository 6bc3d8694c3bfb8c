"""Which formatting tags go on behind the end of a block, and how often.

A rough follower of the HTML standard's tree construction (13.2.4.3 and 13.2.6.4.7): it knows only
which elements are open, and which formatting elements a parser opens again before the next words.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Final

from archiver.tree.serialize import VOID

#: Formatting elements; each ``<a>`` closes the one before.
FORMATTING: Final = frozenset(
    [
        *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"),
        *("tt", "u"),
    ]
)
#: What follows the name in a tag. A quote begins a value only right behind ``=``; elsewhere it is
#: part of a name.
ATTRIBUTES: Final = r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+"""
#: An element takes as much memory as so many characters of attributes.
ELEMENT: Final = 40
#: So many with the same name and attributes go on (the standard's Noah's Ark clause).
MOST_ALIKE: Final = 3
#: An end tag behind which blocks are open clones its element and so many in it, for so many blocks
#: at most (the standard's adoption agency).
_MOST_CLONED: Final = 3
_MOST_BLOCKS: Final = 8

_TAG = re.compile(rf"<(/?)([a-z][^\s/>]*+)({ATTRIBUTES})>?", re.IGNORECASE)
_BLOCKS: Final = frozenset(
    [
        *("article", "blockquote", "center", "details", "dl", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main", "nav", "ol"),
        *("pre", "section", "summary", "table", "ul"),
    ]
)
#: Which open elements an element closes when it begins: the last of these.
_CLOSED_BY: Final = {
    **dict.fromkeys(_BLOCKS | {"address", "div", "hr", "p"}, frozenset(["p"])),
    **dict.fromkeys(
        [
            *("base", "body", "caption", "col", "colgroup", "head", "html", "link", "meta"),
            *("script", "style", "tbody", "template", "tfoot", "thead", "title"),
        ],
        frozenset[str](),
    ),
    "li": frozenset(["li"]),
    "dd": frozenset(["dd", "dt"]),
    "dt": frozenset(["dd", "dt"]),
    "td": frozenset(["td", "th"]),
    "th": frozenset(["td", "th"]),
    "tr": frozenset(["tr"]),
}
_ROWS: Final = frozenset(["table", "tbody", "tfoot", "thead", "tr"])
#: Ignored outside a table.
_IN_TABLES: Final = frozenset(
    ["caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"]
)
#: What formatting does not go beyond: at the end of these nothing that began in them goes on.
_CELLS: Final = frozenset(["applet", "caption", "marquee", "object", "td", "template", "th"])

#: Outside these an element closes nothing; list items neither outside other blocks.
_SCOPES: Final = _CELLS | {"button", "table"}
_ITEM_SCOPES: Final = _SCOPES | _BLOCKS | {"li", "dd", "dt"}

_FORMATTING_OR_CELL = re.compile(
    rf"<(/?)({'|'.join(sorted(FORMATTING | _CELLS))})(?=[\s/>])({ATTRIBUTES})", re.IGNORECASE
)


class _Formatting:
    """A formatting element that goes on until its end tag."""

    __slots__ = ("is_open", "name", "tag", "weight")

    def __init__(self, name: str, tag: str) -> None:
        self.name = name
        self.tag = tag
        self.weight = len(tag) + ELEMENT
        self.is_open = True


class _OpenTags:
    """The open elements at one place of a page, and the characters that were opened again."""

    def __init__(self) -> None:
        self.reopened = 0
        self._open: list[str | _Formatting] = []
        self._names: Counter[str] = Counter()
        #: The active formatting elements; ``None`` begins those of a cell.
        self._active: list[_Formatting | None] = []
        #: How many of them are written alike.
        self._alike: Counter[str] = Counter()

    def begin(self, name: str, attributes: str) -> None:
        """A start tag."""
        if name in FORMATTING:
            if name == "a":
                self._end_formatting(name)
            self.reopen()
            self._begin_formatting(_Formatting(name, name + attributes))
            return
        if name in _IN_TABLES and not self._names["table"]:
            return
        if name == "table":
            self._close_last(frozenset(["table"]), _CELLS)
        if name in _CLOSED_BY:
            closed, is_item = _CLOSED_BY[name], name in ("li", "dd", "dt")
            self._close_last(closed, (_ITEM_SCOPES if is_item else _SCOPES) - closed)
            if name in _IN_TABLES:
                while self._open[-1] not in _ROWS:
                    self._pop()
        else:
            self.reopen()
        if name not in VOID:
            self._push(name)
            if name in _CELLS:
                self._active.append(None)

    def end(self, name: str) -> None:
        """An end tag."""
        if name in FORMATTING:
            self._end_formatting(name)
        elif self._names[name]:
            while self._pop() != name:
                pass

    def reopen(self) -> None:
        """Words, or what stands in a line: what goes on is opened again."""
        first = len(self._active)
        while first and (element := self._active[first - 1]) and not element.is_open:
            first -= 1
        for element in self._active[first:]:
            if element is not None:
                element.is_open = True
                self._open.append(element)
                self.reopened += element.weight

    def _begin_formatting(self, element: _Formatting) -> None:
        if self._alike[element.tag] >= MOST_ALIKE:
            tags = [None if other is None else other.tag for other in self._active]
            self._remove(tags.index(element.tag))
        self._open.append(element)
        self._active.append(element)
        self._alike[element.tag] += 1

    def _end_formatting(self, name: str) -> None:
        ended = self._active_at(name)
        if ended is None:
            return
        others = self._active[ended + 1 : ended + 1 + _MOST_CLONED]
        element = self._remove(ended)
        element.is_open = False
        while self._open and isinstance(last := self._open[-1], _Formatting) and not last.is_open:
            if self._open.pop() is element:
                return
        cloned = sum(other.weight for other in (element, *others) if other)
        self.reopened += cloned * _MOST_BLOCKS

    def _active_at(self, name: str) -> int | None:
        for at in range(len(self._active) - 1, -1, -1):
            element = self._active[at]
            if element is None:
                return None
            if element.name == name:
                return at
        return None

    def _remove(self, at: int) -> _Formatting:
        element = self._active.pop(at)
        assert element is not None
        self._alike[element.tag] -= 1
        return element

    def _close_last(self, names: frozenset[str], scopes: frozenset[str]) -> None:
        if not any(self._names[name] for name in names):
            return
        for at in range(len(self._open) - 1, -1, -1):
            name = self._open[at]
            if name in names:
                while len(self._open) > at:
                    self._pop()
                return
            if name in scopes:
                return

    def _push(self, name: str) -> None:
        self._open.append(name)
        self._names[name] += 1

    def _pop(self) -> str | None:
        last = self._open.pop()
        if isinstance(last, _Formatting):
            last.is_open = False
            return None
        self._names[last] -= 1
        if last in _CELLS:
            while self._active and self._active[-1] is not None:
                self._remove(len(self._active) - 1)
            self._active[-1:] = []
        return last


def reopened_characters(text: str, most: int) -> int:
    """The characters of tags that are opened again; counted until they are more than ``most``."""
    tags = _OpenTags()
    end = 0
    for match in _TAG.finditer(text):
        if match.start() > end:
            tags.reopen()
        end = match.end()
        closing, name, attributes = match.groups()
        if closing:
            tags.end(name.lower())
        else:
            tags.begin(name.lower(), attributes)
        if tags.reopened > most:
            break
    return tags.reopened


def reopened_at_most(text: str) -> int:
    """A limit of the characters of tags that are opened again, found in a third of the time.

    Every tag between is taken for the end of a block. What an end tag within a cell closes is open
    for good where it began outside. What end tags clone (the adoption agency) is left out: it is
    in proportion to the page.
    """
    closable: defaultdict[str, list[int]] = defaultdict(list)
    total = open_characters = end = 0
    for match in _FORMATTING_OR_CELL.finditer(text):
        if open_characters:
            total += open_characters * text.count("<", end, match.start())
        end = match.end()
        closing, written, attributes = match.groups()
        name = written.lower()
        if name in _CELLS:
            total += open_characters
            closable.clear()
            continue
        if (closing or name == "a") and closable[name]:
            open_characters -= closable[name].pop()
        if not closing:
            weight = len(name) + len(attributes) + ELEMENT
            open_characters += weight
            closable[name].append(weight)
    return total + open_characters * text.count("<", end)

"""What a document says, as a flat list of events that HTML and Markdown can both be read into.

Emphasis and colours are no events: Markdown may write them otherwise, and so it may paragraphs and
line breaks; that there is one or the other between two words is an event ``line``. White space of
a text is one space, and none at its ends; addresses and formulas are compared without line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

#: Pairs that say nothing when nothing stands in them; Markdown cannot write most of them.
_NOTHING_WHEN_EMPTY: Final = frozenset({"quote", "heading", "list", "item", "table", "row"})
#: Characters of context in the words for a difference.
_CONTEXT: Final = 24
#: A formula inside a formula (``\\text{若$y$}``); ``\\(y\\)`` means the same there.
_INNER = re.compile(r"\\[()]|\$|\\.", re.DOTALL)
#: A comment with its line break, behind what is no comment: text with a per cent sign, a command.
_COMMENT = re.compile(
    r"(\\(?:text[a-z]*|[fhm]box|tag\*?|href|url|style|class|cssId)\s*\{(?:[^{}]|\{[^{}]*\})*+\}"
    r"|\\verb\*?([!-)+-@[-`|~]).*?\2|\\.)|%[^\r\n]*[\r\n]",
    re.DOTALL,
)
_DELIMITERS: Final = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


class Event(NamedTuple):
    """One thing that a document says; a pair ends with an event ``end``."""

    kind: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.kind, *(quoted(value) for value in self.values)])


_LINE: Final = Event("line")
_LINK_END: Final = Event("end", ("link",))


class Outline:
    """The events of a document, in the order in which they are told."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def text(self, text: str) -> None:
        """Add text; white space alone only parts the text before from the one behind."""
        is_behind_text = bool(self._events) and self._events[-1].kind == "text"
        if squash(text) or (text and is_behind_text):
            self._events.append(Event("text", (text,)))

    def line(self) -> None:
        """End the line, if anything stands on it."""
        if self._events and _is_content(self._events[-1]):
            self._events.append(_LINE)

    def formula(self, latex: str, *, display: bool) -> None:
        """Add a formula without its delimiters; comments at the ends of lines say nothing."""
        latex = _COMMENT.sub(lambda match: match[1] or "", latex)
        self.point("formula", squash(_same_dollars(latex)), "display" if display else "inline")

    def picture(self, url: str, alt: str, caption: str) -> None:
        """Add a picture; no alternative text and no caption are empty strings."""
        self.point("picture", fold(url), squash(alt), squash(caption))

    def code(self, language: str, content: str) -> None:
        """Add a code block; one line feed at its end more or less says nothing."""
        if content.strip("\n"):
            self.point("code", language, content.removesuffix("\n"))

    def point(self, kind: str, *values: str) -> None:
        """Add an event that has no end."""
        self._events.append(Event(kind, values))

    def open(self, kind: str, *values: str) -> None:
        """Begin a pair."""
        self._events.append(Event(kind, values))

    def close(self, kind: str) -> None:
        """End a pair, or drop it when nothing stands in it."""
        is_empty = self._events and self._events[-1].kind == kind
        if is_empty and kind in _NOTHING_WHEN_EMPTY:
            self._events.pop()
        else:
            self._events.append(Event("end", (kind,)))

    def events(self) -> list[Event]:
        """All events, neighbouring texts as one."""
        merged: list[Event] = []
        for is_text, group in groupby(self._events, key=lambda event: event.kind == "text"):
            if is_text:
                merged.append(Event("text", (fold("".join(event.values[0] for event in group)),)))
            else:
                merged += group
        return list(_with_lines_between(merged))


def _with_lines_between(events: Iterable[Event]) -> Iterator[Event]:
    """The events with ``line`` only between what stands in lines, and outside of links."""
    is_due = has_content = False
    links: list[Event] = []  # the links that have begun before the next content
    for event in events:
        if event == _LINE:
            is_due = has_content
        elif event.kind == "link":
            links.append(event)
        elif event == _LINK_END and not links:
            yield event
        elif _is_content(event):
            yield from [_LINE] if is_due else []
            yield from (*links, event)
            is_due, has_content, links = False, True, []
        else:
            yield from (*links, event)
            is_due, has_content, links = False, False, []


def _is_content(event: Event) -> bool:
    """True for what stands in a line, one beside the other; a displayed formula is a block."""
    is_inline = event.kind == "formula" and event.values[-1:] == ("inline",)
    return is_inline or event.kind in {"text", "picture"} or event == _LINK_END


def quoted(text: str, reach: int = _CONTEXT) -> str:
    """The beginning of a text between quotation marks, cut some characters behind ``reach``."""
    length = reach + _CONTEXT
    return f"«{fold(text[:length])}{'…' if len(text) > length else ''}»"


def bare_latex(latex: str) -> str:
    """A formula without its dollars or brackets; bare environments and references stay whole."""
    for opening, closing in _DELIMITERS:
        if latex.startswith(opening) and latex.endswith(closing) and len(latex) >= len(opening) * 2:
            return latex[len(opening) : -len(closing)]
    return latex


def _same_dollars(latex: str) -> str:
    """LaTeX with the one of the two ways to begin and end a formula inside it."""
    return _INNER.sub(lambda match: "$" if match[0] in {"\\(", "\\)"} else match[0], latex)


def squash(text: str) -> str:
    """Text without white space."""
    return "".join(text.split())


def fold(text: str) -> str:
    """Text with white space as single spaces, none at its ends."""
    return " ".join(text.split())

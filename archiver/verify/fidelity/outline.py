"""A document as a flat list of events; HTML and Markdown of one body have the same list.

Emphasis and colours are no events, since Markdown may write them in another way. Paragraphs and
line breaks are both the event ``line``, for the same reason. White space in a text is one space,
and none at its ends. Addresses and formulas are compared without line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

#: Pairs that are dropped when they are empty; Markdown cannot write most of them.
_NOTHING_WHEN_EMPTY: Final = frozenset({"quote", "heading", "list", "item", "table", "row"})
#: Characters shown of a text, in words about a difference.
_CONTEXT: Final = 24
#: A formula inside a formula (``\\text{若$y$}``); ``\\(y\\)`` means the same there.
_INNER = re.compile(r"\\[()]|\$|\\.", re.DOTALL)
#: A ``%`` comment with its line break; before it what may hold a ``%`` that begins no comment.
_COMMENT = re.compile(
    r"(\\(?:text[a-z]*|[fhm]box|tag\*?|href|url|style|class|cssId)\s*\{(?:[^{}]|\{[^{}]*\})*+\}"
    r"|\\verb\*?([!-)+-@[-`|~]).*?\2|\\.)|%[^\r\n]*[\r\n]",
    re.DOTALL,
)
_DELIMITERS: Final = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


class Event(NamedTuple):
    """A text, a formula, the beginning of a pair, and so on; a pair ends with an event ``end``."""

    kind: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.kind, *(quoted(value) for value in self.values)])


_LINE: Final = Event("line")
_LINK_END: Final = Event("end", ("link",))


class Outline:
    """Collects the events of a document, in document order."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def text(self, text: str) -> None:
        """Add text. White space alone counts only behind other text."""
        is_behind_text = bool(self._events) and self._events[-1].kind == "text"
        if without_space(text) or (text and is_behind_text):
            self._events.append(Event("text", (text,)))

    def line(self) -> None:
        """End the line, if anything stands on it."""
        if self._events and _is_content(self._events[-1]):
            self._events.append(_LINE)

    def formula(self, latex: str, *, display: bool) -> None:
        """Add a formula without its delimiters; comments at the ends of lines are left out."""
        latex = _COMMENT.sub(lambda match: match[1] or "", latex)
        self.add("formula", without_space(_same_dollars(latex)), "display" if display else "inline")

    def picture(self, url: str, alt: str, caption: str) -> None:
        """Add a picture; no alternative text and no caption are empty strings."""
        self.add("picture", fold(url), without_space(alt), without_space(caption))

    def code(self, language: str, content: str) -> None:
        """Add a code block, unless it is empty; one line feed at its end does not count."""
        if content.strip("\n"):
            self.add("code", language, content.removesuffix("\n"))

    def add(self, kind: str, *values: str) -> None:
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
        """All events; neighbouring texts are one."""
        merged: list[Event] = []
        for is_text, group in groupby(self._events, key=lambda event: event.kind == "text"):
            if is_text:
                merged.append(Event("text", (fold("".join(event.values[0] for event in group)),)))
            else:
                merged += group
        return list(_with_lines_between(merged))


def _with_lines_between(events: Iterable[Event]) -> Iterator[Event]:
    """The events with ``line`` only between two that stand in lines, and never inside a link."""
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
    """True when an event stands in a line; a displayed formula is a block."""
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
    """LaTeX with ``$`` in place of ``\\(`` and ``\\)``, for a formula inside a formula."""
    return _INNER.sub(lambda match: "$" if match[0] in {"\\(", "\\)"} else match[0], latex)


def without_space(text: str) -> str:
    """Text without white space."""
    return "".join(text.split())


def fold(text: str) -> str:
    """Text with each stretch of white space as one space, and none at its ends."""
    return " ".join(text.split())

"""One paragraph of Markdown: text, formats, links and line breaks, folded as a browser folds them.

A space or line break is written only when something visible follows, and a format is opened only
then: so no line begins or ends with white space, and no emphasis has it at its edges, where
CommonMark would not see emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from archiver.body.markdown import escape
from archiver.body.markdown.inline_formats import Format
from archiver.body.markdown.render import Piece, Role, render

_SPACES = re.compile(r"[ \t\r\n\x0c]+")

#: Formats around one piece of text; they are written anew in every paragraph.
_MOST_FORMATS: Final = 6


@dataclass(eq=False, slots=True)
class OpenFormat:
    """A format or a link that is open."""

    format: Format
    is_link: bool = False
    #: A link is written once, around the first of the paragraphs that it spans.
    written: bool = False


@dataclass(slots=True)
class Inline:
    """The pieces of the paragraph that is being written."""

    #: In headings and table cells everything stays on one line.
    one_line: bool = False
    pieces: list[Piece] = field(default_factory=list)
    open: list[OpenFormat] = field(default_factory=list)
    waiting: list[OpenFormat] = field(default_factory=list)
    space: bool = False
    breaks: int = 0

    def text(self, text: str) -> None:
        """Add text of the author's."""
        folded = _SPACES.sub(" ", text) if _is_unfolded(text) else text
        words = folded.strip(" ")
        if not words:
            self.space = self.space or bool(folded)
            return
        if folded[0] == " ":
            self.space = True
        if self.space or self.breaks or self.waiting:
            self._before_visible()
        pieces = self.pieces
        if pieces and pieces[-1].role is Role.TEXT:
            pieces[-1].text += words
        else:
            pieces.append(Piece(Role.TEXT, words))
        self.space = folded[-1] == " "

    def raw(self, markdown: str, role: Role) -> None:
        """Add a finished piece: a formula, a code opened, a picture, a tag."""
        if self.space or self.breaks or self.waiting:
            self._before_visible()
        self.pieces.append(Piece(role, markdown))

    def line_break(self) -> None:
        """Add a ``<br>``."""
        self.breaks += 1
        self.space = False

    def start(self, opened: OpenFormat) -> None:
        """Open a format or link with the next piece that shows.

        A format inside the same one, or inside too many, says nothing more and is left out.
        """
        formats = [*self.open, *self.waiting]
        same = [s.format for s in formats if s.format.closing == opened.format.closing]
        says_more = len(formats) < _MOST_FORMATS and (not same or same[-1] != opened.format)
        if opened.is_link or says_more:
            self.waiting.append(opened)

    def end(self, opened: OpenFormat) -> None:
        """Close it; a format with nothing in it leaves nothing, a link leaves an empty link."""
        if opened in self.waiting:
            self.waiting.remove(opened)
            if opened.is_link and not opened.written:
                self.raw(f"[{opened.format.closing}", Role.OTHER)
        elif opened in self.open:
            self.open.remove(opened)
            self.pieces.append(_piece(opened, Role.CLOSE))

    @property
    def in_link(self) -> bool:
        """True while a link is being written, or waits for its text."""
        return any(opened.is_link and not opened.written for opened in self.waiting) or any(
            opened.is_link for opened in self.open
        )

    @property
    def wants_paragraph(self) -> bool:
        """True when two or more line breaks separate what follows from what there is."""
        return self.breaks > 1 and bool(self.pieces) and not self.one_line and not self.in_link

    def end_links(self) -> None:
        """End the link that is open, or has not begun, before the element that it is made from."""
        for opened in [opened for opened in self.waiting if opened.is_link]:
            self.end(opened)
        if any(opened.is_link for opened in self.open):
            self.suspend()

    def suspend(self) -> None:
        """Close all that is open; formats go on with what follows, a link has been written."""
        for opened in reversed(self.open):
            self.pieces.append(_piece(opened, Role.CLOSE))
        self.waiting = [*(opened for opened in self.open if not opened.is_link), *self.waiting]
        self.open = []

    def take(self) -> str:
        """The finished paragraph; formats that are still open go on in the next one."""
        self.space, self.breaks = False, 0
        if not self.pieces:
            return ""
        if self.open:
            self.suspend()
        pieces, self.pieces = self.pieces, []
        return finish(pieces, one_line=self.one_line)

    def _before_visible(self) -> None:
        """Write the white space that was held back, then open what waits."""
        if self.pieces:
            if self.breaks:
                self.pieces.extend(Piece(Role.BREAK, "") for _ in range(self.breaks))
            elif self.space:
                self._add_space()
        self.breaks, self.space = 0, False
        if self.waiting:
            for opened in self.waiting:
                opened.written = True
                self.pieces.append(_piece(opened, Role.OPEN))
            self.open += self.waiting
            self.waiting = []

    def _add_space(self) -> None:
        last = self.pieces[-1]
        if last.role is Role.TEXT:
            last.text += " "
        else:
            self.pieces.append(Piece(Role.TEXT, " "))


def _is_unfolded(text: str) -> bool:
    """True for a text with white space that is not one space already; most texts have none."""
    return "\n" in text or "  " in text or "\t" in text or "\r" in text or "\x0c" in text


def _piece(opened: OpenFormat, role: Role) -> Piece:
    text = opened.format.opening if role is Role.OPEN else opened.format.closing
    return Piece(role, text, opened.format.delimiter, is_link=opened.is_link)


def finish(pieces: Sequence[Piece], *, one_line: bool) -> str:
    """The Markdown of a paragraph's pieces, with its lines made safe."""
    text = render(pieces, "<br>" if one_line else "\\\n")
    if "\n" not in text and not text.startswith("$"):
        return escape.escape_line(text)
    if text.startswith("$") and text.endswith("\\"):
        # A much used reader of formulas takes the last character for the one before the first.
        text = f"{text[:-2]}&#92;"
    return "\n".join(escape.escape_line(line) for line in text.split("\n"))

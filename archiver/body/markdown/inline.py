"""One paragraph of Markdown: text, formats, links and line breaks, folded as a browser folds them.

A space or line break is written only when something visible follows, and a format is opened only
then: so no line begins or ends with white space, and no emphasis has it at its edges, where
CommonMark would not see emphasis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from archiver.body.markdown.inline_formats import Format
from archiver.body.markdown.marks import BREAK, EMPTY_LINK, LINK, LINK_END, OTHER
from archiver.body.markdown.render import Edge, render
from archiver.tree.document import ASCII_SPACE

#: Formats around one piece of text; they are written anew in every paragraph.
_MOST_FORMATS: Final = 6


class Inline:
    """The paragraph that is being written; ``end_paragraph`` takes it and begins another one."""

    def __init__(self, end_paragraph: Callable[[], None]) -> None:
        self._end_paragraph = end_paragraph
        #: In headings and table cells everything stays on one line.
        self.one_line = False
        #: The author's words as they are, and marks for finished pieces; first something visible.
        self.texts: list[str] = []
        self._finished: list[str] = []
        #: The beginnings and ends of emphasis among the finished pieces.
        self._edges: list[Edge] = []
        self._open: list[Format] = []
        #: Formats and links, and line breaks, that are written when something visible follows.
        self._waiting: list[Format] = []
        self._breaks = 0
        #: True when nothing waits, and text goes on with what there is.
        self._flows = False

    def text(self, text: str, finished: Sequence[str] = ()) -> None:
        """Add text of the author's, and the pieces that it has marks for."""
        if not self._flows:
            words = text.lstrip(ASCII_SPACE)
            if not words:
                if self.texts and not self._breaks:
                    self.texts.append(text)
                return
            if self._breaks > 1 and self._wants_paragraph:
                self._end_paragraph()
            if len(words) < len(text) and self.texts:
                self.texts.append(" ")
            self._before_visible()
            text = words
        self.texts.append(text)
        if finished:
            self._finished += finished

    def raw(self, mark: str, markdown: str) -> None:
        """Add a finished piece."""
        self.text(mark, (markdown,))

    def line_break(self) -> None:
        """Add a ``<br>``."""
        self._breaks += 1
        self._flows = False

    def line_ends(self) -> None:
        """Begin a new line, unless one is begun."""
        self._breaks = max(1, self._breaks)
        self._flows = False

    def start(self, opened: Format) -> None:
        """Open a format or link with the next piece that shows.

        A format inside the same one, or inside too many, says nothing more and is left out.
        """
        formats = [*self._open, *self._waiting]
        same = [format_.opening for format_ in formats if format_.closing == opened.closing]
        says_more = len(formats) < _MOST_FORMATS and (not same or same[-1] != opened.opening)
        if opened.is_link or says_more:
            self._waiting.append(opened)
            self._flows = False

    def end(self, opened: Format) -> None:
        """Close it; a format with nothing in it leaves nothing, a link leaves an empty link."""
        if opened in self._waiting:
            self._waiting.remove(opened)
            if opened.is_link and not opened.is_written:
                self._before_visible()
                self.raw(EMPTY_LINK, f"[{opened.closing}")
        elif opened in self._open:
            self._open.remove(opened)
            self._close(opened)

    def end_links(self) -> None:
        """End the link that is open, or has not begun, before the element that it is made from."""
        for opened in [opened for opened in self._waiting if opened.is_link]:
            self.end(opened)
        if any(opened.is_link for opened in self._open):
            self._suspend()

    def take(self) -> str:
        """The finished paragraph; formats that are still open go on in the next one."""
        self._breaks = 0
        if not self.texts:
            return ""
        if self._open:
            self._suspend()
        text, finished, edges = "".join(self.texts), self._finished, self._edges
        self.texts, self._finished, self._edges = [], [], []
        self._flows = False
        return render(text.rstrip(ASCII_SPACE), finished, edges, one_line=self.one_line)

    def _before_visible(self) -> None:
        """Write the line breaks that were held back, then open what waits."""
        if self._breaks:
            if self.texts:
                self._trim()
                self.texts.append(BREAK * self._breaks)
            self._breaks = 0
        if self._waiting:
            for opened in self._waiting:
                opened.is_written = True
                self._edge(opened, LINK if opened.is_link else OTHER, opened.opening, begins=True)
            self._open += self._waiting
            self._waiting = []
        self._flows = True

    def _trim(self) -> bool:
        """Take the white space off the end; ``True`` when there was some."""
        is_spaced = False
        while True:
            last = self.texts.pop()
            words = last.rstrip(ASCII_SPACE)
            is_spaced = is_spaced or len(words) < len(last)
            if words:
                self.texts.append(words)
                return is_spaced

    @property
    def _wants_paragraph(self) -> bool:
        """True when line breaks separate what follows from what there is as a paragraph."""
        return bool(self.texts) and not self.one_line and not self._in_link

    @property
    def _in_link(self) -> bool:
        """True while a link is being written, or waits for its text."""
        return any(opened.is_link and not opened.is_written for opened in self._waiting) or any(
            opened.is_link for opened in self._open
        )

    def _suspend(self) -> None:
        """Close all that is open; formats go on with what follows, a link has been written."""
        for opened in reversed(self._open):
            self._close(opened)
        self._waiting = [*(opened for opened in self._open if not opened.is_link), *self._waiting]
        self._open = []
        self._flows = False

    def _close(self, opened: Format) -> None:
        is_spaced = self._trim()
        self._edge(opened, LINK_END if opened.is_link else OTHER, opened.closing, begins=False)
        if is_spaced:
            self.texts.append(" ")

    def _edge(self, opened: Format, mark: str, markdown: str, *, begins: bool) -> None:
        if opened.delimiter:
            self._edges.append((len(self._finished), opened.delimiter, begins))
        self.texts.append(mark)
        self._finished.append(markdown)

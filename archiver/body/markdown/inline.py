"""One paragraph of Markdown: text, formats, links and line breaks, folded as a browser folds them.

A space or line break is written only when something visible follows, and a format is opened only
then: so no line begins or ends with white space, and no emphasis has it at its edges, where
CommonMark would not see emphasis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from archiver.body.markdown.escape import MARK
from archiver.body.markdown.inline_formats import Format
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
        #: The author's words in pieces, a ``MARK`` for each finished piece of Markdown.
        self.texts: list[str] = []
        #: What stands in the places of the marks.
        self._marks: list[str] = []
        #: The marks among them that begin or end formats.
        self._edges: list[Edge] = []
        self._open: list[Format] = []
        #: Formats and links that are written before the next piece that shows.
        self._waiting: list[Format] = []
        #: White space and line breaks, also.
        self._space = False
        self._breaks = 0

    def text(self, text: str, marks: Iterable[str] = ()) -> None:
        """Add text of the author's, with what stands in the places of the marks in it."""
        words = text.strip(ASCII_SPACE)
        if not words:
            self._space = self._space or bool(text)
            return
        if self._breaks > 1 and self._wants_paragraph:
            self._end_paragraph()
        if text[0] in ASCII_SPACE:
            self._space = True
        if self._space or self._breaks or self._waiting:
            self._before_visible()
        self.texts.append(words)
        if marks:
            self._marks += marks
        self._space = text[-1] in ASCII_SPACE

    def raw(self, markdown: str) -> None:
        """Add a finished piece: code, a picture, a tag."""
        self.text(MARK, (markdown,))

    def line_break(self) -> None:
        """Add a ``<br>``."""
        self._breaks += 1
        self._space = False

    def line_ends(self) -> None:
        """Begin a new line, unless one is begun."""
        self._breaks = max(1, self._breaks)

    def start(self, opened: Format) -> None:
        """Open a format or link with the next piece that shows.

        A format inside the same one, or inside too many, says nothing more and is left out.
        """
        formats = [*self._open, *self._waiting]
        same = [format_.opening for format_ in formats if format_.closing == opened.closing]
        says_more = len(formats) < _MOST_FORMATS and (not same or same[-1] != opened.opening)
        if opened.is_link or says_more:
            self._waiting.append(opened)

    def end(self, opened: Format) -> None:
        """Close it; a format with nothing in it leaves nothing, a link leaves an empty link."""
        if opened in self._waiting:
            self._waiting.remove(opened)
            if opened.is_link and not opened.is_written:
                self._before_visible()  # in this paragraph, however many line breaks there are
                self.raw(f"[{opened.closing}")
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
        self._space, self._breaks = False, 0
        if not self.texts:
            return ""
        if self._open:
            self._suspend()
        text, marks, edges = "".join(self.texts), self._marks, self._edges
        self.texts, self._marks, self._edges = [], [], []
        return render(text, marks, edges)

    def _before_visible(self) -> None:
        """Write the white space that was held back, then open what waits."""
        if self.texts:
            if self._breaks:
                self.texts.append(MARK * self._breaks)
                self._marks += ["<br>" if self.one_line else "\\\n"] * self._breaks
            elif self._space:
                self.texts.append(" ")
        self._breaks, self._space = 0, False
        for opened in self._waiting:
            opened.is_written = True
            self._edge(opened, opened.opening, opens=True)
        self._open += self._waiting
        self._waiting = []

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

    def _close(self, opened: Format) -> None:
        self._edge(opened, opened.closing, opens=False)

    def _edge(self, opened: Format, markdown: str, *, opens: bool) -> None:
        self._edges.append((len(self._marks), opened, opens))
        self._marks.append(markdown)
        self.texts.append(MARK)

"""The plain text of a body: what a person reads in the browser, paragraphs and formulas kept.

Blocks are separated by an empty line; list items, table rows and ``<br>`` by a line break; table
cells by a tab. White space folds as in a browser (CSS ``white-space: normal``), except inside
``<pre>`` and inside formulas, which are verbatim. What a browser hides gives no text. No character
is added: no bullets, no numbers, no alternative texts of pictures.
"""

from __future__ import annotations

import re
from array import array
from typing import Final

from lxml.html import HtmlElement

from archiver.body.contents.preformatted import preformatted, shows_block
from archiver.body.events.event import Close, Event, Events, Open, Text
from archiver.body.events.reader import read_events
from archiver.body.formulas.finder import mark_formulas
from archiver.body.formulas.found import GOES_ON
from archiver.tree.display import CELLS

#: White space that folds.
_FOLDS: Final = " \t\r\n"
_SPACES = re.compile(r"[ \t\r\n]+")
#: Line feeds.
_PARAGRAPH: Final = 2
#: Elements that are more than the beginning and the end of a line.
_SPECIAL: Final = frozenset({"br", "pre", *CELLS})
#: The tags of plain HTML.
_PLAIN_TAGS = re.compile("(</?p>|<br>)")
#: The references of plain HTML; what the last one stands for makes no new one.
_OF_PLAIN: Final = (("&nbsp;", "\xa0"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def plain_text(top: HtmlElement) -> str:
    """The text below ``top``, where nothing else is wanted of it."""
    events = read_events(top)
    mark_formulas(events)
    return text_of_events(events)


def inline_text(top: HtmlElement) -> str:
    """The text below ``top`` on one line, where nothing else is wanted of it."""
    return " ".join(text_of_events(read_events(top)).split())


def text_of_events(events: Events) -> str:
    """The text of a body; white space in formulas stays if these are marked."""
    return _read(events.all, 0, len(events.all))


def text_of_plain(html: str) -> str:
    """The text of HTML that ``is_plain``, and in which no formula begins."""
    lines = _Lines()
    for piece in _PLAIN_TAGS.split(html):
        if piece == "<br>":
            lines.breaks += 1
        elif piece in {"<p>", "</p>"}:
            lines.feeds = _PARAGRAPH
        elif piece:
            lines.words(_without_references(piece))
    return lines.read()


def text_before(events: Events, stop: int) -> str:
    """The text that stands before the event of this number."""
    return _read(events.all, 0, stop)


def words_of(events: Events, opened: Open) -> str:
    """The text of a short piece (a link, a caption) on one line, all white space folded."""
    first = events.all[opened.start + 1]
    if isinstance(first, Text) and opened.end == opened.start + 2:
        return " ".join(first.text.split())
    return " ".join(_read(events.all, opened.start + 1, opened.end).split())


def _read(events: list[Event], position: int, stop: int) -> str:
    """The text of the events from one number up to another."""
    lines = _Lines()
    while position < stop:
        event = events[position]
        position += 1
        if type(event) is Text:
            if event.parts is None or not _needs_care(event.text, event.parts):
                lines.words(event.text)
            else:
                _add_formulas(event.text, event.parts, lines)
        elif type(event) is Close:
            if (feeds := event.opened.display.line_feeds) > lines.feeds:
                lines.feeds = feeds
        elif type(event) is Open:
            if event.display.is_hidden:
                position = event.end + 1
                stop = len(events) if position > stop else stop  # what is hidden ends nothing
                if shows_block(event):
                    lines.feeds = lines.feeds or 1
            elif event.tag in _SPECIAL:
                position = _special(events, event, stop, lines)
            elif (feeds := event.display.line_feeds) > lines.feeds:
                lines.feeds = feeds
    return lines.read()


def _special(events: list[Event], opened: Open, stop: int, lines: _Lines) -> int:
    """Read a line break, the beginning of a cell or all of a ``<pre>``; returns where to go on."""
    if opened.tag == "br":
        if opened.is_in_formula:
            lines.add("\n")
        else:
            lines.breaks += 1
    elif opened.tag == "pre":
        lines.feeds = _PARAGRAPH
        if text := preformatted(events, opened, stop).rstrip("\n"):  # no empty line shows there
            lines.add(text)
        return opened.end
    else:
        previous = opened.element.getprevious()
        if previous is not None and previous.tag in CELLS:
            lines.tab()
    return opened.start + 1


def _without_references(text: str) -> str:
    """The text of plain HTML without tags."""
    if "&" in text:
        for written, meant in _OF_PLAIN:
            text = text.replace(written, meant)
    return text


def _needs_care(text: str, parts: array[int]) -> bool:
    """True when white space of a formula would fold, inside of it or at an end of the text."""
    return (
        _is_unfolded(text)
        or (text[0] == " " and parts[2] == GOES_ON)
        or (text[-1] == " " and parts[-2] == len(text))
    )


def _is_unfolded(text: str) -> bool:
    """True for a text with white space that is not one space already; most texts have none."""
    return "\n" in text or "  " in text or "\t" in text or "\r" in text


def _add_formulas(text: str, parts: array[int], lines: _Lines) -> None:
    """Add a text with formulas in it, which keep their white space."""
    position = 0
    places = iter(parts)
    for start, end, number in zip(places, places, places, strict=True):
        # A formula that goes on behind <br> leaves out the line feed of the source.
        if number != GOES_ON and position < start:
            lines.words(text[position:start])
        if start < end:
            lines.add(text[start:end])
        position = end
    if position < len(text):
        lines.words(text[position:])


class _Lines:
    """The text so far.

    What stands between two pieces is written once the second one is there: it is known then which
    white space shows. So no line begins or ends with a space.
    """

    __slots__ = ("breaks", "feeds", "has_space", "is_in_line", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        #: Since the last piece: the line feeds that blocks ask for, line breaks, white space.
        self.feeds = 0
        self.breaks = 0
        self.has_space = False
        #: A space shows here.
        self.is_in_line = False

    def read(self) -> str:
        """The whole text."""
        return "".join(self.pieces).strip("\n")

    def words(self, text: str) -> None:
        """Add a text whose white space folds."""
        words = text.strip(_FOLDS)
        if not words:
            self.has_space = True
            return
        if "\n" in words or "  " in words or "\t" in words or "\r" in words:
            words = _SPACES.sub(" ", words)
        if words is text:
            self.add(text)
            return
        if text[0] in _FOLDS:
            self.has_space = True
        self.add(words)
        self.has_space = text[-1] in _FOLDS

    def add(self, text: str) -> None:
        """Add a text as it is."""
        if self.feeds or self.breaks:
            self._end_lines()
        elif self.has_space and self.is_in_line:
            self.pieces.append(" ")
        self.pieces.append(text)
        self.has_space, self.is_in_line = False, True

    def tab(self) -> None:
        """Begin a cell; no space shows beside it."""
        self._end_lines()
        self.pieces.append("\t")
        self.has_space = self.is_in_line = False

    def _end_lines(self) -> None:
        is_paragraph = self.feeds == _PARAGRAPH
        self.pieces.append("\n" * (_PARAGRAPH if is_paragraph else self.breaks or self.feeds))
        self.feeds = self.breaks = 0

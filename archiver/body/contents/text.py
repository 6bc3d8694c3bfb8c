"""The plain text of a body: what a person reads in the browser, paragraphs and formulas kept.

Blocks are separated by an empty line; list items, table rows and ``<br>`` by a line break; table
cells by a tab. White space folds as in a browser (CSS ``white-space: normal``), except inside
``<pre>`` and inside formulas, which are verbatim. What a browser hides gives no text. No character
is added: no bullets, no numbers, no alternative texts of pictures.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from archiver.body.contents.preformatted import preformatted, shows_block
from archiver.body.events.event import Close, Event, Events, Open, Text
from archiver.body.events.reader import read_events
from archiver.body.formulas.finder import mark_formulas
from archiver.body.formulas.found import GOES_ON
from archiver.tree.display import CELLS

# Marks for the assembly of the text: lone surrogates, which no tree can contain.
_PARAGRAPH, _LINE, _BREAK, _TAB = "\ud800", "\ud801", "\ud802", "\ud803"
_KEPT = {" ": "\ud810", "\n": "\ud811", "\t": "\ud812", "\r": "\ud813"}
_RESTORED = [*((mark, char) for char, mark in _KEPT.items()), (_TAB, "\t")]
_SPACES = re.compile(r"[ \t\r\n]+")
_SEPARATORS = re.compile(f"[{_PARAGRAPH}{_LINE}{_BREAK}]+")
#: Marks at which a line ends or a cell begins: no space shows beside them.
_MARKS = (_PARAGRAPH, _LINE, _BREAK, _TAB)
#: What is written in plain HTML, and what it stands for; the last one makes no new one.
_OF_PLAIN = (
    *(("<p>", _PARAGRAPH), ("</p>", _PARAGRAPH), ("<br>", _BREAK)),
    *(("&nbsp;", "\xa0"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")),
)
_BLOCK_END = re.compile(f"{_KEPT[chr(10)]}+(?= ?{_PARAGRAPH})")


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
    return _assemble(_pieces(events.all, 0, len(events.all)))


def text_of_plain(html: str) -> str:
    """The text of HTML that ``is_plain``, and in which no formula begins."""
    for written, meant in _OF_PLAIN:
        html = html.replace(written, meant)
    return _assemble([html])


def text_before(events: Events, stop: int) -> str:
    """The text that stands before the event of this number."""
    return _assemble(_pieces(events.all, 0, stop))


def words_of(events: Events, opened: Open) -> str:
    """The text of a short piece (a link, a caption) on one line, all white space folded."""
    inside = events.inside(opened)
    if len(inside) == 1 and isinstance(inside[0], Text):
        return " ".join(inside[0].text.split())
    return " ".join(_assemble(_pieces(events.all, opened.start + 1, opened.end)).split())


def _pieces(events: list[Event], position: int, stop: int) -> list[str]:
    """Text and marks in document order, formulas and preformatted text protected."""
    out: list[str] = []
    while position < stop:
        event = events[position]
        position += 1
        if isinstance(event, Text):
            out.append(event.text if event.parts is None else _with_formulas(event))
        elif isinstance(event, Close):
            out.append(_closing_mark(event.opened))
        elif not isinstance(event, Open):
            continue
        elif event.display.is_hidden:
            position = event.end + 1
            stop = len(events) if position > stop else stop  # what is hidden ends nothing
            out.append(_LINE if shows_block(event) else "")
        elif event.tag == "pre":
            out += _PARAGRAPH, _protect(preformatted(events, event, stop))
            position = event.end
        else:
            out.append(_opening_mark(event))
    return out


def _opening_mark(opened: Open) -> str:
    if opened.tag == "br":
        return _KEPT["\n"] if opened.is_in_formula else _BREAK
    if opened.tag in CELLS:
        previous = opened.element.getprevious()
        return _TAB if previous is not None and previous.tag in CELLS else ""
    return _closing_mark(opened)


def _closing_mark(opened: Open) -> str:
    if not opened.display.has_lines:
        return ""
    return _PARAGRAPH if opened.display.is_block else _LINE


def _with_formulas(text: Text) -> str:
    """A text with formulas in it, with their white space under protection."""
    pieces: list[str] = []
    position = 0
    parts = iter(text.parts or ())
    for start, end, number in zip(parts, parts, parts, strict=True):
        # A formula that goes on behind <br> leaves out the line feed of the source.
        pieces += text.text[start if number == GOES_ON else position : start], ""
        pieces.append(_protect(text.text[start:end]))
        position = end
    return "".join([*pieces, text.text[position:]])


def _assemble(pieces: list[str]) -> str:
    text = _SPACES.sub(" ", "".join(pieces))
    text = _BLOCK_END.sub("", text)  # the line feed that ends a <pre> shows no empty line
    for mark in _MARKS:
        text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    text = _SEPARATORS.sub(_line_breaks, text).strip(" ")
    for mark, character in _RESTORED:
        text = text.replace(mark, character)
    return text.strip("\n")


def _protect(text: str) -> str:
    """Text whose white space survives the folding."""
    for character, mark in _KEPT.items():
        if character in text:
            text = text.replace(character, mark)
    return text


def _line_breaks(match: re.Match[str]) -> str:
    """The line breaks that a run of marks stands for."""
    marks = match[0]
    if _PARAGRAPH in marks:
        return "\n\n"
    return "\n" * max(marks.count(_BREAK), 1)

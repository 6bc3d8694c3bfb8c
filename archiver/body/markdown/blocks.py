"""The events of a body, read once: paragraphs to ``inline``, their blocks to ``layout``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Final

from archiver.body.contents.picture_captions import Caption
from archiver.body.events.event import Close, Events, Open, Text
from archiver.body.formulas.found import GOES_ON, parts_of
from archiver.body.markdown import code, escape, layout, maths, simple_tables
from archiver.body.markdown import list_numbers as numbers
from archiver.body.markdown.inline import Inline
from archiver.body.markdown.inline_formats import Format, format_of, pseudo_tag
from archiver.body.markdown.marks import CODE, FORMULA, OTHER, PICTURE
from archiver.body.markdown.media import PictureWriter, player
from archiver.items import Formula
from archiver.tree.display import BLOCKS, CELLS, LINES, MEDIA
from archiver.tree.elements import EMBED_CLASS, TAGS

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_LISTS: Final = {"ul": "ul", "menu": "ul", "dir": "ul", "ol": "ol"}
#: Blocks that Markdown cannot say: their tags stand on lines of their own, with Markdown between.
_HTML_BLOCKS: Final = frozenset(
    {"dl", "dt", "dd", "details", "summary", "table", "tr", "td", "th", "caption"}
)
#: What cannot stand in a heading.
_STRUCTURE: Final = frozenset({"hr", "blockquote", "li", *_LISTS, *_HTML_BLOCKS})
_BLOCKS: Final = BLOCKS | LINES | CELLS
#: Blocks that are paragraphs and nothing else.
_PLAIN_BLOCKS: Final = _BLOCKS - _STRUCTURE - _HEADINGS.keys() - {"pre"}
_CODE: Final = frozenset({"pre", "code"})
_SPANNING: Final = ("colspan", "rowspan")
#: A bar in a cell; at its beginning it may be escaped already.
_BAR: Final = re.compile(r"\A\\\||\|")


class BlockWriter:
    """Writes one body."""

    def __init__(self, events: Events, formulas: list[Formula], captions: list[Caption]) -> None:
        self.events = events
        self.formulas = formulas
        self.pictures = PictureWriter(events, captions)
        self.layout = layout.Layout()
        self.inline = Inline(self._flush)
        #: What to do at the end of each element that is open, the innermost last.
        self.ends: list[Callable[[], None] | None] = []
        #: The rows of the table that is being written in GFM.
        self.rows: list[list[str]] | None = None
        #: The numbers of the items of the ordered lists so far.
        self.numbers: dict[Open, int] = {}
        #: The level of the heading that is being written.
        self.heading: int | None = None

    def write(self) -> str:
        """The Markdown of the body."""
        events = iter(self.events.all)
        text, ends = self.inline.text, self.ends
        for event in events:
            if type(event) is Text:
                if event.parts is None:
                    text(event.text)
                else:
                    self._text(event)
            elif type(event) is Open:
                ends.append(None)
                if not self._start(event) and event.end > event.start + 1:
                    skipped = event.end - event.start - 1
                    next(islice(events, skipped, skipped), None)
            elif type(event) is Close:
                end = ends.pop()
                if end is not None:
                    end()
        self._flush()
        return self.layout.finish()

    # --- Elements ---------------------------------------------------------------------------------

    def _start(self, opened: Open) -> bool:
        """Begin an element; ``False`` when all that is in it is dealt with."""
        tag, display = opened.tag, opened.display
        if display.has_block_style and not display.is_made_invisible:
            self._boundary()
            self.ends[-1] = self._boundary
        if opened in self.pictures.plain_captions:
            self._boundary()
        elif display.is_hidden:
            self._start_hidden(opened)
        elif tag in _PLAIN_BLOCKS:
            self._boundary()
            self.ends[-1] = self._boundary
            return True
        elif tag == "br":
            if not opened.is_in_formula:
                self.inline.line_break()
        elif tag in _CODE:
            return self._code(opened)
        elif tag in _BLOCKS:
            self._start_block(opened)
            return True
        else:
            self._start_inline(opened)
            return True
        return False

    def _start_hidden(self, opened: Open) -> None:
        """Write a picture, a player or an embed, which have no text; of others the formulas."""
        if opened.tag == "a" and opened.attributes.get("class") == EMBED_CLASS:
            self._embed(opened)
        elif opened.tag in MEDIA:
            if not opened.display.is_made_invisible:
                self._medium(opened)
        else:
            self._hidden(opened)

    def _start_block(self, opened: Open) -> None:
        self._boundary()
        self.ends[-1] = self._boundary
        tag = opened.tag
        if self.rows is not None:
            self._start_in_table(opened)
            return
        if tag in _HEADINGS or tag in _STRUCTURE:
            self._end_heading()
        if tag in _HEADINGS:
            self._start_heading(opened)
        elif tag == "hr":
            self.layout.block("***")
        elif tag in _LISTS:
            self._open_list(opened)
        elif tag == "blockquote":
            self._open(tag)
        elif tag == "li" and self.layout.in_list:
            self._open(tag, number=self.numbers.get(opened))
        elif tag == "table" and simple_tables.is_simple(self.events, opened, self.formulas):
            self.rows, self.inline.one_line = [], True
            self.ends[-1] = self._end_table
        elif tag in _HTML_BLOCKS:
            self._open_html(opened)

    def _open_list(self, opened: Open) -> None:
        tag = _LISTS[opened.tag]
        if tag == "ol":
            self.numbers |= numbers.numbers_of(self.events, opened)
        self._open(tag, letters=numbers.letters_of(opened))

    def _open(self, tag: str, *, number: int | None = None, letters: str = "") -> None:
        self.layout.open(tag, number=number, letters=letters)
        self.ends[-1] = self._close

    def _close(self) -> None:
        self._flush()
        self.layout.close()

    def _open_html(self, opened: Open) -> None:
        self.layout.html(_tag_line(opened))
        self.ends[-1] = partial(self._close_html, f"</{opened.tag}>")

    def _close_html(self, line: str) -> None:
        self._flush()
        self.layout.html(line)

    def _start_heading(self, opened: Open) -> None:
        self.heading = _HEADINGS[opened.tag]
        self.inline.one_line = True
        self.ends[-1] = self._close_heading

    def _close_heading(self) -> None:
        """End the heading, and the text that is in it behind its first block."""
        self._end_heading()
        self._flush()

    def _end_heading(self) -> None:
        """Write the heading that is open, unless there is nothing in it."""
        if self.heading is None:
            return
        text = escape.escape_heading(self.inline.take())
        if text:
            self.layout.block(f"{'#' * self.heading} {text}")
        self.heading, self.inline.one_line = None, False

    def _start_in_table(self, opened: Open) -> None:
        assert self.rows is not None
        if opened.tag == "tr":
            self.rows.append([])
        elif opened.tag in CELLS:
            self.inline.take()  # stray white space between cells
            self.ends[-1] = self._end_cell

    def _end_cell(self) -> None:
        assert self.rows is not None
        cell = self.inline.take()
        self.rows[-1].append(_BAR.sub(r"\\|", cell) if "|" in cell else cell)

    def _end_table(self) -> None:
        assert self.rows is not None
        self.inline.take()
        if self.rows:  # none where all sections are hidden
            self.layout.block(layout.table(self.rows))
        self.rows, self.inline.one_line = None, False

    def _start_inline(self, opened: Open) -> None:
        if opened.tag == "a":
            self._start_link(opened)
        elif (found := format_of(opened)) is not None:
            self._start_format(found)
        elif (name := pseudo_tag(opened.tag, TAGS)) is not None:
            self.inline.raw(OTHER, f"<{name}>")
            self._end_inline(partial(self.inline.raw, OTHER, f"</{name}>"))

    def _start_format(self, format_: Format) -> None:
        self.inline.start(format_)
        self._end_inline(partial(self.inline.end, format_))

    def _end_inline(self, end: Callable[[], None]) -> None:
        """Note the end of an inline element; where its style makes a block of it, that ends too."""
        boundary = self.ends[-1]
        self.ends[-1] = end if boundary is None else partial(_in_turn, end, boundary)

    def _start_link(self, opened: Open) -> None:
        href = opened.attributes.get("href")
        if href is None:
            return
        self.inline.end_links()  # Markdown has no link inside a link
        closing = f"]({escape.destination(href)}{escape.title(opened.attributes.get('title', ''))})"
        self._start_format(Format("[", closing, is_link=True))

    # --- What has no content of its own -----------------------------------------------------------

    def _embed(self, opened: Open) -> None:
        url = opened.attributes.get("href", "")
        opening = f'<a class="{EMBED_CLASS}" href="{escape.attribute(url)}">'
        self.inline.raw(OTHER, f"{opening}{escape.escape_text(url, all_brackets=True)}</a>")

    def _medium(self, opened: Open) -> None:
        is_picture = opened.tag == "img"
        markdown = self.pictures.markdown(opened) if is_picture else player(self.events, opened)
        if markdown:
            self.inline.raw(PICTURE if is_picture else OTHER, markdown)

    def _code(self, opened: Open) -> bool:
        """Code: a block, a span, or a format around what a span cannot hold (then ``True``)."""
        if opened.tag == "pre":
            self._boundary()
            self._end_heading()
            block = code.block(self.events, opened)
            if block is not None:
                self.layout.block(block)
            return False
        text = code.span_text(self.events, opened)
        if text is None:
            self._start_format(Format("<code>", "</code>"))
            return True
        if text.strip():
            self.inline.raw(CODE, code.span(text))
        elif text:
            self.inline.text(text)
        return False

    def _hidden(self, opened: Open) -> None:
        """Of what a browser hides only the formulas: they define macros for the others."""
        for event in self.events.inside(opened):
            if isinstance(event, Text):
                for part in parts_of(event):
                    if part.number is not None:
                        self._formula(self.formulas[part.number])

    # --- Text and formulas ------------------------------------------------------------------------

    def _text(self, text: Text) -> None:
        """Write a text with formulas in it."""
        words = text.text
        inline = self.inline
        pieces: list[str] = []
        formulas: list[str] = []
        position = 0
        places = iter(text.parts or ())
        for start, end, number in zip(places, places, places, strict=True):
            pieces.append(words[position:start])
            position = end
            if number == GOES_ON:
                continue
            formula = self.formulas[number]
            if formula.display and not inline.one_line:
                inline.text("".join(pieces), formulas)
                pieces, formulas = [], []
                self._formula(formula)
                continue
            pieces.append(FORMULA)
            formulas.append(maths.inline(formula))
        pieces.append(words[position:])
        inline.text("".join(pieces), formulas)

    def _formula(self, formula: Formula) -> None:
        """Write a formula where it begins."""
        if formula.display and not self.inline.one_line:
            self._flush()
            self.layout.block(maths.block(formula))
        else:
            self.inline.raw(FORMULA, maths.inline(formula))

    def _boundary(self) -> None:
        """Between two blocks: a new paragraph, or in a cell a new line.

        A heading is what stands in it up to its first block: one that was never closed does not
        take the rest of the article.
        """
        if not self.inline.texts:
            return
        if self.rows is not None:
            self.inline.line_ends()
        elif self.heading is None:
            self.layout.block(self.inline.take())
        else:
            self._end_heading()

    def _flush(self) -> None:
        """End the paragraph."""
        if self.inline.texts:
            self.layout.block(self.inline.take())


def _in_turn(*ends: Callable[[], None]) -> None:
    for end in ends:
        end()


def _tag_line(opened: Open) -> str:
    """The start tag of a block in HTML, with the merged cells of a table."""
    merged = "".join(
        f' {name}="{escape.attribute(value)}"'
        for name in _SPANNING
        if (value := opened.attributes.get(name)) is not None
    )
    return f"<{opened.tag}{merged}>"

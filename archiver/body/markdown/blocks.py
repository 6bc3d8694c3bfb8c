"""A body's tree, walked once: paragraphs to ``inline``, their blocks to ``layout``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.found import Formulas, TextNode, text_of
from archiver.body.markdown import code, escape, layout, maths, simple_tables
from archiver.body.markdown import list_numbers as numbers
from archiver.body.markdown.inline import Inline, OpenFormat
from archiver.body.markdown.inline_formats import Format, format_of, pseudo_tag
from archiver.body.markdown.media import PictureWriter, player
from archiver.body.markdown.render import Role
from archiver.tree.display import (
    BLOCKS,
    CELLS,
    LINES,
    has_block_style,
    is_hidden,
    is_made_invisible,
)
from archiver.tree.document import ASCII_SPACE
from archiver.tree.elements import EMBED_CLASS, TAGS
from archiver.tree.traversal import Traversal

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_LISTS: Final = {"ul": "ul", "menu": "ul", "dir": "ul", "ol": "ol"}
#: Blocks that Markdown cannot say: their tags stand on lines of their own, with Markdown between.
_HTML_BLOCKS: Final = frozenset(
    {"dl", "dt", "dd", "details", "summary", "table", "tr", "td", "th", "caption"}
)
#: What cannot stand in a heading.
_STRUCTURE: Final = frozenset({"hr", "blockquote", "li", *_LISTS, *_HTML_BLOCKS})
_SPANNING: Final = ("colspan", "rowspan")
#: A bar in a cell; at its beginning it may be escaped already.
_BAR: Final = re.compile(r"\A\\\||\|")


class BlockWriter:
    """Writes one body."""

    def __init__(self, body: HtmlElement, formulas: Formulas) -> None:
        self.body = body
        self.formulas = formulas
        self.pictures = PictureWriter(body, formulas)
        self.layout = layout.Layout()
        self.inline = Inline()
        #: What to do at the end of each element that is open.
        self.ends: dict[etree._Element, Callable[[], None]] = {}
        #: The open elements that their style puts on lines of their own.
        self.on_own_lines: set[etree._Element] = set()
        #: The rows of the table that is being written in GFM.
        self.rows: list[list[str]] | None = None
        #: The numbers of the items of the ordered lists so far.
        self.numbers: dict[etree._Element, int] = {}
        #: The level of the heading that is being written.
        self.heading: int | None = None

    def write(self) -> str:
        """The Markdown of the body."""
        self._text((self.body, False))
        traversal = Traversal(self.body)
        for event, element in traversal:
            if event == "start":
                if self._start(element):
                    self._text((element, False))
                else:
                    traversal.skip()
            else:
                if element in self.ends:
                    self.ends.pop(element)()
                if element in self.on_own_lines:
                    self._boundary()
                self._text((element, True))
        self._flush()
        return self.layout.finish()

    # --- Elements ---------------------------------------------------------------------------------

    def _start(self, element: HtmlElement) -> bool:
        """Begin an element; ``False`` when all of it is dealt with."""
        tag = element.tag
        if has_block_style(element) and not is_made_invisible(element):
            self._boundary()
            self.on_own_lines.add(element)
        if element in self.pictures.plain_captions:
            self._boundary()
        elif tag == "a" and element.get("class") == EMBED_CLASS:
            self._embed(element)
        elif tag in {"img", "audio", "video"}:
            if not is_made_invisible(element):
                self._medium(element)
        elif is_hidden(element):
            self._hidden(element)
        elif tag == "br":
            self._break(element)
        elif tag in {"pre", "code"}:
            return self._code(element)
        elif tag in BLOCKS or tag in LINES or tag in CELLS:
            self._start_block(element)
            return True
        else:
            self._start_inline(element)
            return True
        return False

    def _start_block(self, element: HtmlElement) -> None:
        self._boundary()
        self.ends[element] = self._boundary
        tag = element.tag
        if self.rows is not None:
            self._start_in_table(element)
            return
        if tag in _HEADINGS or tag in _STRUCTURE:
            self._end_heading()
        if tag in _HEADINGS:
            self._start_heading(element)
        elif tag == "hr":
            self.layout.block("***")
        elif tag in _LISTS:
            self._open_list(element)
        elif tag == "blockquote":
            self._open(element, tag)
        elif tag == "li" and self.layout.in_list:
            self._open(element, tag, number=self.numbers.get(element))
        elif tag == "table" and simple_tables.is_simple(element, self.formulas):
            self.rows, self.inline.one_line = [], True
            self.ends[element] = self._end_table
        elif tag in _HTML_BLOCKS:
            self._open_html(element)

    def _open_list(self, element: HtmlElement) -> None:
        tag = _LISTS[element.tag]
        if tag == "ol":
            self.numbers |= numbers.numbers_of(element)
        self._open(element, tag, letters=numbers.letters_of(element))

    def _open(
        self, element: HtmlElement, tag: str, *, number: int | None = None, letters: str = ""
    ) -> None:
        self.layout.open(tag, number=number, letters=letters)
        self.ends[element] = self._close

    def _close(self) -> None:
        self._flush()
        self.layout.close()

    def _open_html(self, element: HtmlElement) -> None:
        self.layout.html(_tag_line(element))
        self.ends[element] = partial(self._close_html, f"</{element.tag}>")

    def _close_html(self, line: str) -> None:
        self._flush()
        self.layout.html(line)

    def _start_heading(self, element: HtmlElement) -> None:
        self.heading = _HEADINGS[element.tag]
        self.inline.one_line = True
        self.ends[element] = self._close_heading

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

    def _start_in_table(self, element: HtmlElement) -> None:
        assert self.rows is not None
        if element.tag == "tr":
            self.rows.append([])
        elif element.tag in CELLS:
            self.inline.take()  # stray white space between cells
            self.ends[element] = self._end_cell

    def _end_cell(self) -> None:
        assert self.rows is not None
        self.rows[-1].append(_BAR.sub(r"\\|", self.inline.take()))

    def _end_table(self) -> None:
        assert self.rows is not None
        self.inline.take()
        if self.rows:  # none where all sections are hidden
            self.layout.block(layout.table(self.rows))
        self.rows, self.inline.one_line = None, False

    def _start_inline(self, element: HtmlElement) -> None:
        if element.tag == "a":
            self._start_link(element)
        elif (found := format_of(element)) is not None:
            self._start_format(element, OpenFormat(found))
        elif (name := pseudo_tag(element, TAGS)) is not None:
            self._raw(f"<{name}>", Role.OTHER)
            self.ends[element] = partial(self._raw, f"</{name}>", Role.OTHER)

    def _start_format(self, element: HtmlElement, opened: OpenFormat) -> None:
        self.inline.start(opened)
        self.ends[element] = partial(self.inline.end, opened)

    def _start_link(self, element: HtmlElement) -> None:
        href = element.get("href")
        if href is None:
            return
        self.inline.end_links()  # Markdown has no link inside a link
        closing = f"]({escape.destination(href)}{escape.title(element.get('title') or '')})"
        self._start_format(element, OpenFormat(Format("[", closing), is_link=True))

    # --- What has no content of its own -----------------------------------------------------------

    def _break(self, element: HtmlElement) -> None:
        if element not in self.formulas.breaks:
            self.inline.line_break()

    def _embed(self, element: HtmlElement) -> None:
        url = element.get("href") or ""
        opening = f'<a class="{EMBED_CLASS}" href="{escape.attribute(url)}">'
        self._raw(f"{opening}{escape.escape_text(url, all_brackets=True)}</a>", Role.OTHER)

    def _medium(self, element: HtmlElement) -> None:
        is_picture = element.tag == "img"
        markdown = self.pictures.markdown(element) if is_picture else player(element)
        if markdown:
            self._raw(markdown, Role.OTHER)

    def _code(self, element: HtmlElement) -> bool:
        """Code: a block, a span, or a format around what a span cannot hold (then ``True``)."""
        if element.tag == "pre":
            self._boundary()
            self._end_heading()
            block = code.block(element)
            if block is not None:
                self.layout.block(block)
            return False
        text = code.span_text(element)
        if text is None:
            self._start_format(element, OpenFormat(Format("<code>", "</code>")))
            return True
        if text.strip():
            self._raw(code.span(text), Role.OTHER)
        else:
            self.inline.text(text)
        return False

    def _hidden(self, element: HtmlElement) -> None:
        """Of what a browser hides only the formulas: they define macros for the others."""
        if not self.formulas:
            return
        self._formulas_of((element, False))
        for event, inner in Traversal(element):
            self._formulas_of((inner, event != "start"))

    # --- Text and formulas ------------------------------------------------------------------------

    def _text(self, node: TextNode) -> None:
        text = text_of(node)
        parts = self.formulas.parts(node)
        if not parts:
            if text:
                self._words(text)
            return
        position = 0
        for start, end, number in parts:
            self._words(text[position:start])
            self._formula(number)
            position = end
        self._words(text[position:])

    def _formulas_of(self, node: TextNode) -> None:
        for part in self.formulas.parts(node):
            self._formula(part.number)

    def _words(self, text: str) -> None:
        if self.inline.wants_paragraph and text.strip(ASCII_SPACE):
            self._flush()
        self.inline.text(text)

    def _formula(self, number: int | None) -> None:
        """Write a formula where it begins; the parts behind its line breaks have no number."""
        if number is None:
            return
        formula = self.formulas.found[number]
        if formula.display and not self.inline.one_line:
            self._flush()
            self.layout.block(maths.block(formula))
        else:
            self._raw(maths.inline(formula), Role.FORMULA)

    def _raw(self, markdown: str, role: Role) -> None:
        if self.inline.wants_paragraph:
            self._flush()
        self.inline.raw(markdown, role)

    def _boundary(self) -> None:
        """Between two blocks: a new paragraph, or in a cell a new line.

        A heading is what stands in it up to its first block: one that was never closed does not
        take the rest of the article.
        """
        if self.rows is not None:
            self.inline.breaks = max(1, self.inline.breaks)
        elif self.heading is None:
            self._flush()
        elif self.inline.pieces:
            self._end_heading()

    def _flush(self) -> None:
        """End the paragraph."""
        paragraph = self.inline.take()
        if paragraph:
            self.layout.block(paragraph)


def _tag_line(element: HtmlElement) -> str:
    """The start tag of a block in HTML, with the merged cells of a table."""
    merged = "".join(
        f' {name}="{escape.attribute(value)}"'
        for name in _SPANNING
        if (value := element.get(name)) is not None
    )
    return f"<{element.tag}{merged}>"

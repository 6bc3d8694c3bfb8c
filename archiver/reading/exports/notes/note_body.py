"""The body of a note: the archived Markdown with links to other notes and numbered equations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from archiver import site
from archiver.reading.exports.notes.equation_numbers import Numbering
from archiver.reading.exports.notes.markdown_spans import Piece, Span, block_tokens, spans_of
from archiver.reading.exports.notes.note_names import note_link
from archiver.reading.exports.notes.source_places import Edit, Placed, apply, placed_tokens

#: A line without any of these stays as it is.
_OF_INTEREST: Final = re.compile(r"\]\(|\\(?:label|(?:eq)?ref|tag|begin|require)|#|%%|==")
#: The extension for commutative diagrams by its name in MathJax 2.7; MathJax 3 has another.
_DIAGRAMS: Final = re.compile(r"\\require\s*\{AMScd\}")
#: What Obsidian alone takes for markup in text: a tag, the second sign of a comment or highlight.
_OBSIDIAN_ONLY: Final = re.compile(r"#(?=[\w/-])|(?<=%)%|(?<==)=")


def note_body(markdown: str, names: Mapping[int, str]) -> str:
    """The Markdown of an article's note.

    Links to articles in ``names`` lead to their notes. Equations have the numbers that the blog
    shows. Characters that Obsidian alone would take for markup have a backslash.
    """
    if not _OF_INTEREST.search(markdown):
        return markdown
    numbering = Numbering()
    formulas: list[tuple[Placed, int, str]] = []
    edits: list[Edit] = []
    for token, placed in placed_tokens(markdown, block_tokens(markdown)):
        if token.type == "math_block":
            formulas.append((placed, 0, placed.content))
        elif _OF_INTEREST.search(placed.content):
            spans = spans_of(placed.content)
            formulas += (
                (placed, span.start, placed.content[span.start : span.stop])
                for span in spans
                if span.piece is Piece.FORMULA
            )
            edits += (edit.in_source(placed) for edit in _link_edits(spans, names))
            edits += (edit.in_source(placed) for edit in _text_edits(placed.content, spans))
    numbered = [numbering.number(latex) for _, _, latex in formulas]
    for (placed, start, latex), found in zip(formulas, numbered, strict=True):
        for edit in (*found, *numbering.refer(latex), *_extension_edits(latex)):
            moved = Edit(start + edit.start, start + edit.stop, edit.text)
            edits.append(moved.in_source(placed))
    return apply(markdown, edits)


def _link_edits(spans: list[Span], names: Mapping[int, str]) -> Iterator[Edit]:
    """Addresses of articles that have a note, as addresses of the notes."""
    for span in spans:
        if span.piece is Piece.ADDRESS and (link := _local_link(span.url, names)):
            yield Edit(span.start, span.stop, link)


def _local_link(url: str, names: Mapping[int, str]) -> str | None:
    """The address of a note; ``None`` for an address that leads elsewhere, or to a comment."""
    article = site.article_id(url)
    if article is None or article not in names or site.leads_to_comments(url):
        return None
    return note_link(names[article], unquote(urlsplit(url).fragment))


def _extension_edits(latex: str) -> Iterator[Edit]:
    """Names of MathJax's extensions as its newer versions have them."""
    for match in _DIAGRAMS.finditer(latex):
        yield Edit(match.start(), match.end(), r"\require{amscd}")


def _text_edits(line: str, spans: list[Span]) -> Iterator[Edit]:
    """A backslash before what Obsidian alone takes for markup."""
    for start, stop in _texts(line, spans):
        for match in _OBSIDIAN_ONLY.finditer(line, start, stop):
            yield Edit(match.start(), match.start(), "\\")


def _texts(line: str, spans: list[Span]) -> Iterator[tuple[int, int]]:
    """Where the text of a line begins and ends, before, between and behind its spans."""
    end = 0
    for span in spans:
        if span.start > end:
            yield end, span.start
        end = max(end, span.stop)
    yield end, len(line)

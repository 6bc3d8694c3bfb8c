"""The pieces of a line of Markdown: addresses of links, formulas, and what is neither text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

#: The parser goes three levels down for each quote or list.
_DEEPEST: Final = 100
#: Rules of the parser whose pieces are no text.
_OPAQUE: Final = ("escape", "backticks", "image", "autolink", "html_inline", "entity")
_NOTES: Final = "spans"
_Rule = Callable[[StateInline, bool], bool]


class Piece(StrEnum):
    """What a span of a line is."""

    ADDRESS = "address"  # of a link, with its ``<>``
    FORMULA = "formula"  # with its dollars
    OPAQUE = "opaque"  # code, HTML, an escape, a picture, an entity


@dataclass(frozen=True)
class Span:
    """A piece of a line from ``start`` to before ``stop``; ``url`` is what an address reads as."""

    piece: Piece
    start: int
    stop: int
    url: str = ""


class _Plain(MarkdownIt):
    """A parser that leaves addresses as they are written."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        return True


def block_tokens(markdown: str) -> list[Token]:
    """The blocks of a text; their lines are not read yet."""
    return _BLOCKS.parse(markdown)


def spans_of(line: str) -> list[Span]:
    """The pieces of a content that are no text, in their order; links may have some inside."""
    environment: dict[str, list[tuple[str, Span]]] = {_NOTES: []}
    # The plug-in for maths takes the last character for the one before the first, and so `$x$\\`
    # for an escaped dollar.
    whole = f"{line} " if line.endswith("\\") else line
    _LINES.inline.parse(whole, _LINES, environment, [])
    found = {span for source, span in environment[_NOTES] if source == whole}
    return sorted(found, key=lambda span: (span.start, span.stop))


def _noting(rule: _Rule, piece: Piece, state: StateInline, silent: bool) -> bool:
    """A rule of the parser that also notes what it took."""
    start = state.pos
    taken = rule(state, silent)
    if taken and not silent:
        state.env[_NOTES].append((state.src, Span(piece, start, state.pos)))
    return taken


def _noting_link(rule: _Rule, state: StateInline, silent: bool) -> bool:
    """The rule for links, that also notes the address and what stands behind it."""
    label_end = _LINES.helpers.parseLinkLabel(state, state.pos, True)
    taken = rule(state, silent)
    if taken and not silent and state.src[label_end + 1 : label_end + 2] == "(":
        start = label_end + 2
        while state.src[start].isspace():
            start += 1
        address = _LINES.helpers.parseLinkDestination(state.src, start, state.pos)
        notes = state.env[_NOTES]
        notes.append((state.src, Span(Piece.ADDRESS, start, address.pos, address.str)))
        notes.append((state.src, Span(Piece.OPAQUE, address.pos, state.pos)))
    return taken


def _parser() -> MarkdownIt:
    parser = _Plain("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    return parser.use(dollarmath_plugin, double_inline=True, allow_labels=False)


def _blocks() -> MarkdownIt:
    return _parser().disable("inline")


def _lines() -> MarkdownIt:
    parser = _parser()
    names = parser.get_active_rules()["inline"]
    rules = dict(zip(names, parser.inline.ruler.getRules(""), strict=True))
    for name in _OPAQUE:
        parser.inline.ruler.at(name, partial(_noting, rules[name], Piece.OPAQUE))
    parser.inline.ruler.at("math_inline", partial(_noting, rules["math_inline"], Piece.FORMULA))
    parser.inline.ruler.at("link", partial(_noting_link, rules["link"]))
    return parser


_BLOCKS: Final = _blocks()
_LINES: Final = _lines()

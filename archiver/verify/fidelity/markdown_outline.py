"""The outline of Markdown, read by a CommonMark parser with tables and maths."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from archiver.tree.document import parse_fragment
from archiver.verify.fidelity.outline import Event, Outline, fold
from archiver.verify.fidelity.single_elements import parse_integer
from archiver.verify.fidelity.tree_outline import outline_of_tree

#: The parser goes three levels down for each quote or list, each a few frames of Python.
_DEEPEST: Final = 100
_PAIRS: Final = {"blockquote": "quote", "table": "table", "tr": "row", "th": "cell", "td": "cell"}
_FORMULAS: Final = {"math_inline": False, "math_inline_double": True, "math_block": True}
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: The class of a link that stands for a player or frame (docs/data-format.md).
_EMBED: Final = "embed"
_Attributes = dict[str, str | None]


class _CommonMark(MarkdownIt):
    """The parser; it leaves addresses as they are written."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        return True


def _part_from_end(state: StateCore) -> None:
    r"""Put a space behind a backslash that ends a paragraph.

    The plug-in for maths takes the last character for the one before the first, and so ``$x$\\``
    for an escaped dollar.
    """
    for token in state.tokens:
        if token.type == "inline" and token.content.endswith("\\"):
            token.content += " "


def _parser() -> MarkdownIt:
    parser = _CommonMark("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    parser.core.ruler.before("inline", "part_from_end", _part_from_end)
    return parser.use(dollarmath_plugin, double_inline=True, allow_labels=False)


_PARSER: Final = _parser()


def outline_of_markdown(markdown: str) -> list[Event]:
    """The events of ``body_markdown``."""
    reader = _Reader()
    for token in _PARSER.parse(markdown):
        reader.take(token)
    return reader.outline.events()


class _Reader:
    """Turns the tokens of the parser into an outline."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.tags = _Tags(self)
        #: The next number of each open list; ``None`` for one without numbers.
        self.numbers: list[int | None] = []
        #: True inside the link of an embed, whose text is not the author's.
        self.is_muted = False

    def take(self, token: Token) -> None:
        """Add what a token says to the outline."""
        kind = token.type
        if kind == "inline":
            for child in token.children or ():
                self.take(child)
        elif kind in _FORMULAS:
            self.outline.formula(token.content, display=_FORMULAS[kind])
        elif kind in {"text", "code_inline"}:
            self.text(token.content)
        elif kind in {"softbreak", "hardbreak"}:
            self._break(kind)
        elif kind == "image":
            self._picture(token)
        elif kind in {"fence", "code_block"}:
            self.outline.code(_language(token.info), token.content)
        elif kind == "hr":
            self.outline.add("rule")
        elif kind == "html_block" and token.content.lstrip().startswith("<pre"):
            self._preformatted(token.content)
        elif kind in {"html_inline", "html_block"}:
            self._html(token.content, is_block=kind == "html_block")
        elif token.nesting == 1:
            self.enter(token.tag, {name: str(value) for name, value in token.attrs.items()})
        elif token.nesting == -1:
            self.leave(token.tag)

    def _break(self, kind: str) -> None:
        if kind == "hardbreak":
            self.outline.line()
        else:
            self.text("\n")

    def _html(self, html: str, *, is_block: bool) -> None:
        if is_block:
            self.outline.line()
        self.tags.read(html)
        if is_block:
            self.outline.line()

    def text(self, text: str) -> None:
        if not self.is_muted:
            self.outline.text(text)

    def enter(self, tag: str, attributes: _Attributes) -> None:
        """Add the beginning of an element, of Markdown or of HTML in it."""
        if tag in {"p", "br"}:
            self.outline.line()
        elif tag in _PAIRS:
            self.outline.open(_PAIRS[tag])
        elif tag == "a":
            self._enter_link(attributes)
        elif tag in _HEADINGS:
            self.outline.open("heading", tag[1])
        elif tag == "ul":
            self.outline.open("list", "unordered")
            self.numbers.append(None)
        elif tag == "ol":
            self.outline.open("list", "ordered", attributes.get("type") or "")
            start = parse_integer(attributes.get("start"))
            self.numbers.append(1 if start is None else start)
        elif tag == "li":
            self._enter_item(attributes)
        elif tag == "img" and (url := attributes.get("src")):
            self.outline.picture(url, attributes.get("alt") or "", attributes.get("title") or "")
        elif tag == "hr":
            self.outline.add("rule")

    def leave(self, tag: str) -> None:
        """Add the end of an element."""
        if tag == "p":
            self.outline.line()
        elif tag in _PAIRS:
            self.outline.close(_PAIRS[tag])
        elif tag == "a" and self.is_muted:
            self.is_muted = False
        elif tag == "a":
            self.outline.close("link")
        elif tag in _HEADINGS:
            self.outline.close("heading")
        elif tag in {"ul", "ol"}:
            self.outline.close("list")
            if self.numbers:
                self.numbers.pop()
        elif tag == "li":
            self.outline.close("item")

    def _enter_item(self, attributes: _Attributes) -> None:
        """Begin an item with its number: counted in Markdown, written as ``value`` in HTML."""
        number = self.numbers[-1] if self.numbers else None
        if number is None:
            self.outline.open("item")
        else:
            value = parse_integer(attributes.get("value"))
            number = number if value is None else value
            self.outline.open("item", str(number))
            self.numbers[-1] = number + 1

    def _enter_link(self, attributes: _Attributes) -> None:
        if attributes.get("class") == _EMBED:
            self.is_muted = True
        else:
            self.outline.open("link", fold(attributes.get("href") or ""))

    def _picture(self, token: Token) -> None:
        url, title = str(token.attrs.get("src", "")), str(token.attrs.get("title", ""))
        self.outline.picture(url, _plain(token.children or ()), title)

    def _preformatted(self, html: str) -> None:
        """Add a ``pre`` that is written as HTML, since it holds links or pictures."""
        for event in outline_of_tree(parse_fragment(html)):
            self.outline.add(event.kind, *event.values)


class _Tags(HTMLParser):
    """Hands the tags and texts of a piece of HTML to the reader."""

    def __init__(self, reader: _Reader) -> None:
        super().__init__(convert_charrefs=True)
        self.reader = reader

    def read(self, html: str) -> None:
        """Read a whole piece."""
        self.feed(html)
        self.close()
        self.reset()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.reader.enter(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.reader.leave(tag)

    def handle_data(self, data: str) -> None:
        self.reader.text(data)


def _language(info: str) -> str:
    return next(iter(info.split()), "")


def _plain(tokens: Iterable[Token]) -> str:
    """The characters of an alternative text, with those of pictures in it."""
    return "".join(
        _plain(token.children or ()) if token.type == "image" else token.content for token in tokens
    )

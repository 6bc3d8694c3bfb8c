"""Code with its parts marked, where the author has named its language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from lxml.html import HtmlElement
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String
from pygments.util import ClassNotFound

from archiver.body.markdown.code import language_of
from archiver.reading.exports.shown_body.tree_edits import made

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

#: Characters. Some lexers take time quadratic in the length of odd code.
_LONGEST: Final = 100_000
#: The kinds of tokens that are marked, the narrower before the wider, each with its class.
_CLASSES: Final = (
    (Comment, "s-c"),
    (String, "s-s"),
    (Number, "s-m"),
    (Literal, "s-m"),
    (Keyword, "s-k"),
    (Operator.Word, "s-k"),
    (Name.Function, "s-f"),
    (Name.Class, "s-f"),
    (Name.Decorator, "s-f"),
    (Name.Builtin, "s-b"),
)


def highlight(top: HtmlElement) -> None:
    """Mark the code of a body, in place. Its text stays the same, to the character."""
    for pre in list(top.iter("pre")):
        code, lexer = _code(pre), _lexer(language_of(pre))
        text = (code.text or "") if code is not None else ""
        if code is None or lexer is None or len(text) > _LONGEST:
            continue
        pieces = list(_pieces(lexer, text))
        if "".join(piece for _, piece in pieces) == text:
            _fill(code, pieces)


def _code(pre: HtmlElement) -> HtmlElement | None:
    """The element that holds the code and nothing else; ``None`` where there is more in it."""
    if not len(pre):
        return pre
    (first, *others) = pre
    is_alone = not others and not (pre.text or "").strip() and not (first.tail or "").strip()
    return first if is_alone and first.tag == "code" and not len(first) else None


def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False) if language else None
    except ClassNotFound:
        return None


def _pieces(lexer: Lexer, text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of one class each; an empty class is that of all other code."""
    classes = ((_class(kind), piece) for kind, piece in lexer.get_tokens(text))
    for css_class, group in groupby(classes, key=itemgetter(0)):
        yield css_class, "".join(piece for _, piece in group)


def _class(kind: _TokenType) -> str:
    return next((css_class for wider, css_class in _CLASSES if kind[: len(wider)] == wider), "")


def _fill(code: HtmlElement, pieces: list[tuple[str, str]]) -> None:
    code.text, last = "", None
    for css_class, piece in pieces:
        if css_class:
            last = made("span", css_class, piece)
            code.append(last)
        elif last is None:
            code.text += piece
        else:
            last.tail = (last.tail or "") + piece

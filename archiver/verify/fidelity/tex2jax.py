"""The formulas of a body, found as MathJax's ``tex2jax`` finds them, for the audit alone.

Written from ``extensions/tex2jax.js`` of MathJax 2.7.9; the docstrings name its functions. The
tests let MathJax in a browser judge it, as they do the scanner of the extraction. It takes
quadratic time where MathJax does: for formulas that open braces which are closed far behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Final

from lxml import etree

from archiver.items import Formula
from archiver.tree.xml_text import comment_text
from archiver.verify.fidelity.nodes import TextNode, nodes, text_of

#: ``skipTags``, ``ignoreTags``, and the classes of ``scanElement``.
_SKIPPED: Final = frozenset(
    {"script", "noscript", "style", "textarea", "pre", "code", "annotation", "annotation-xml"}
)
_PASSED_OVER: Final = frozenset({"br", "wbr"})
_DRAWN = re.compile(r"(^| )MathJax")
_IGNORED = re.compile(r"(^| )(MathJax_Preview|tex2jax_ignore)( |$)")
_PROCESSED = re.compile(r"(^| )tex2jax_process( |$)")
#: ``createPatterns``. Backslashes before a backslash are left behind in one go.
_START = re.compile(r"\$\$?|\\++\$|\\(?:[(\[]|begin\{|(?:eq)?ref\{)|\\+(?=\\)")
_ENDS: Final = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_ENVIRONMENT_END = re.compile(r"\\end\{[^}]*\}")
_CDATA = re.compile("\\[CDATA\\[([^\u2028\u2029]*)\\]\\]\\Z")

#: Text nodes, and the ``<br>`` and comments between them.
_Run = list[TextNode | etree._Element]
#: A piece of a run, and a place in its text.
_Place = tuple[int, int]


@dataclass(slots=True)
class Formulas:
    """The formulas of a tree, and where they stand in it."""

    found: list[Formula] = field(default_factory=list)
    #: Start, end and number of the parts of each text node; a part that goes on a formula of the
    #: text node before has no number.
    parts: dict[TextNode, list[tuple[int, int, int | None]]] = field(default_factory=dict)
    #: The ``<br>`` over which formulas go on.
    breaks: set[etree._Element] = field(default_factory=set)
    #: The comments inside formulas, each with the delimiter that ends the formula.
    comments: dict[etree._Element, str] = field(default_factory=dict)


def find_formulas(top: etree._Element) -> Formulas:
    """All formulas below ``top``, in document order."""
    formulas = Formulas()
    for run in _runs(top):
        _Search(run, formulas).find_all()
    return formulas


def text_in_formula(comment: etree._Element, end: str) -> str:
    """The text that a comment adds to the formula that ends with ``end``.

    It is empty when the comment would end the formula or leave its braces unbalanced.
    ``encloseMath`` takes in the text of comments; a CDATA section is a comment in HTML.
    """
    text = _comment_text(comment)
    depth = 0
    for token in _tokens(end).finditer(text):
        depth += (token[0] == "{") - (token[0] == "}")
        if token[0] == end or depth < 0:
            return ""
    return "" if depth else text


def _comment_text(comment: etree._Element) -> str:
    text = comment_text(comment)
    section = _CDATA.match(text)
    return section[1] if section else text


def _runs(top: etree._Element) -> Iterator[_Run]:
    """``scanElement``: the texts among siblings, up to an element that ends a run."""
    run: _Run = []
    skipped: etree._Element | None = None
    ignoring = [False]
    for node in nodes(top):
        element = node.element
        if skipped is not None:
            skipped = None if node.kind == "leave" and element is skipped else skipped
        elif node.kind == "text":
            run += [] if ignoring[-1] else [(element, node.is_tail)]
        elif node.kind == "comment" or element.tag in _PASSED_OVER:
            is_said = node.kind == "comment" or (node.kind == "enter" and element.tag == "br")
            run += [element] if is_said and run else []
        else:
            yield run
            run = []
            if node.kind == "leave":
                ignoring.pop()
            elif _is_skipped(element):
                skipped = element
            else:
                ignoring.append(_is_ignored(element, around=ignoring[-1]))
    yield run


def _is_skipped(element: etree._Element) -> bool:
    classes = element.get("class") or ""
    is_code = element.tag in _SKIPPED and not _PROCESSED.search(classes)
    return is_code or _DRAWN.search(classes) is not None


def _is_ignored(element: etree._Element, *, around: bool) -> bool:
    classes = element.get("class") or ""
    return (around or bool(_IGNORED.search(classes))) and not _PROCESSED.search(classes)


class _Search:
    """``scanText``: the search of one run, from mark to mark."""

    def __init__(self, run: _Run, formulas: Formulas) -> None:
        self.run = run
        self.texts = [text_of(piece) if isinstance(piece, tuple) else "" for piece in run]
        self.formulas = formulas
        self.missing_ends: set[str] = set()  # what ends no formula in the rest of the run
        self.environment_ends = {
            end for text in self.texts for end in _ENVIRONMENT_END.findall(text)
        }
        #: How many braces are closed in each text and those behind it.
        self.closed_braces = list(accumulate(text.count("}") for text in reversed(self.texts)))[
            ::-1
        ]

    def find_all(self) -> None:
        """Note all formulas of the run."""
        piece = offset = 0
        while piece < len(self.run):
            mark = _START.search(self.texts[piece], offset)
            piece, offset = (piece + 1, 0) if mark is None else self._start(piece, mark)

    def _start(self, piece: int, mark: re.Match[str]) -> _Place:
        """``startMatch``: take up one mark; returns where the search goes on."""
        name = mark[0]
        if name in _ENDS:
            display = name in {"$$", "\\["}
            return self._formula(piece, mark.start(), mark.end(), _ENDS[name], display, mark.end())
        if not name.endswith("{"):
            return piece, mark.end()  # an escaped dollar
        brace = self.texts[piece].find("}", mark.end())
        if brace < 0:
            return piece, mark.start() + 1
        if name != "\\begin{":
            return self._enclose(piece, mark.start(), (piece, brace + 1), "", display=False)
        environment = self.texts[piece][mark.end() : brace]
        resume = mark.start() + len(environment) + 3  # ``opos + blen``
        end = f"\\end{{{environment}}}"
        return self._formula(piece, mark.start(), brace + 1, end, True, resume)

    def _formula(
        self, piece: int, start: int, inside: int, end: str, display: bool, resume: int
    ) -> _Place:
        close = self._end((piece, inside), end)
        if close is None:
            return piece, resume
        return self._enclose(piece, start, close, end, display=display)

    def _end(self, inside: _Place, end: str) -> _Place | None:
        """``endMatch``: behind the first end outside braces, or else behind the first of all."""
        is_environment = end.startswith("\\end")
        if end in self.missing_ends or (is_environment and end not in self.environment_ends):
            return None
        first: _Place | None = None
        depth = 0
        piece, offset = inside
        for number in range(piece, len(self.run)):
            for token in _tokens(end).finditer(self.texts[number], offset):
                if token[0] == end:
                    if depth == 0:
                        return number, token.end()
                    if first is None:
                        first = number, token.end()
                        if depth > self._closed_behind(first):
                            return first  # no other one will be outside the braces
                elif token[0] == "{":
                    depth += 1
                elif token[0] == "}" and depth:
                    depth -= 1
            offset = 0
        if first is None:
            self.missing_ends.add(end)
        return first

    def _closed_behind(self, place: _Place) -> int:
        """How many braces are closed behind a place, at most."""
        number, offset = place
        return self.closed_braces[number] - self.texts[number].count("}", 0, offset)

    def _enclose(self, piece: int, start: int, close: _Place, end: str, *, display: bool) -> _Place:
        """``encloseMath``: note a formula; returns its end.

        A ``<br>`` is a line break, together with the line feed of the source behind it.
        """
        latex: list[str] = []
        for number in range(piece, close[0] + 1):
            node = self.run[number]
            if isinstance(node, tuple):
                latex.append(self._part(number, start if number == piece else None, close))
            elif node.tag == "br":
                latex.append("\n")
                self.formulas.breaks.add(node)
            else:
                latex.append(_comment_text(node))
                self.formulas.comments[node] = end
        self.formulas.found.append(Formula("".join(latex), display))
        return close

    def _part(self, number: int, start: int | None, close: _Place) -> str:
        """Note the part of a formula in one text node; ``start`` is ``None`` where it goes on."""
        node, text = self.run[number], self.texts[number]
        assert isinstance(node, tuple)
        begin = start or 0
        if start is None and node[0].tag == "br" and text.startswith("\n"):
            begin = 1
        stop = close[1] if number == close[0] else len(text)
        formula = None if start is None else len(self.formulas.found)
        self.formulas.parts.setdefault(node, []).append((begin, stop, formula))
        return text[begin:stop]


@lru_cache(maxsize=64)
def _tokens(end: str) -> re.Pattern[str]:
    """``endPattern``: an end, an escaped character or a brace."""
    return re.compile(rf"{re.escape(end)}|\\.|[{{}}]")

"""Find the formulas of a body, exactly those that MathJax finds in the reader's browser.

The blog renders with MathJax 2 and ``inlineMath: [['$','$'], ['\\\\(','\\\\)']]``,
``processEscapes: true``. This is the algorithm of its ``tex2jax`` preprocessor (MathJax 2.7.9,
``extensions/tex2jax.js``), on which every rule below is modelled:

- Text is searched node by node among siblings; a formula may go on across ``<br>``, ``<wbr>`` and
  comments, but not across any other element. Nothing is searched inside ``SKIPPED`` elements.
  The text of a comment inside a formula belongs to it (``encloseMath``), but ends none.
- A formula opens with ``$$``, ``$``, ``\\(``, ``\\[`` or ``\\begin{…}`` and ends at its closing
  mark outside braces. If there is none outside braces, the first inside braces ends it; if there
  is none at all, the opening is text and the search goes on behind it.
- ``\\$`` is a dollar sign. ``\\ref{…}`` and ``\\eqref{…}`` outside formulas are formulas too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.braces import ClosingMarks
from archiver.pages.document import comment_text
from archiver.pages.errors import UnexpectedPage

#: tex2jax ``skipTags``.
SKIPPED = frozenset(
    {"script", "noscript", "style", "textarea", "pre", "code", "annotation", "annotation-xml"}
)
#: tex2jax ``ignoreClass`` with MathJax's ``preRemoveClass``, and the output of MathJax itself.
_IGNORED_CLASS = re.compile(r"(?:^| )(?:tex2jax_ignore|MathJax_Preview)(?: |\Z)")
_PROCESSED_CLASS = re.compile(r"(?:^| )tex2jax_process(?: |\Z)")
_MATHJAX_CLASS = re.compile(r"(?:^| )MathJax")
_CDATA = re.compile("\\[CDATA\\[([^\u2028\u2029]*)\\]\\]\\Z")
_TRANSPARENT = frozenset({"br", "wbr"})

#: A name in braces is looked for apart: where no brace closes it, a pattern would search the rest
#: of the text at each mark. Backslashes that begin nothing are left behind in one go.
_OPENING = re.compile(
    r"\$\$|\\\(|\\\[|\$"
    r"|(?P<named>\\begin\{|\\(?:eq)?ref\{)"
    r"|(?P<escape>\\*\\\$)"
    r"|(?P<backslashes>(?:\\(?=\\))++)"
)
_END = "\\end{"
#: Ends of environments with longer names are searched, not listed, so that the list stays short.
_LONG_NAME = 200
#: The closing brace stays unread: it may end a name that begins inside this one.
_ENVIRONMENT_END = re.compile(rf"(?=(\\end\{{[^}}]{{0,{_LONG_NAME}}}\}}))")
_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
_CLOSING = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
#: Braces, escapes and marks to look at one by one before a table is made for the whole run.
_PATIENCE = 64
#: Tables for one run: for four marks and some environments. Only unclosed braces around the ends of
#: the same environments ask for more, and each takes time in proportion to the run.
_MOST_TABLES = 8
_DISPLAY = frozenset({"$$", "\\["})


#: A text node of a tree: the text of an element (False), or the tail behind one (True).
TextNode = tuple[etree._Element, bool]
_Run = list[TextNode | etree._Element]


@dataclass(slots=True)
class Formula:
    """A formula, verbatim with its delimiters; ``<br>`` is a line break."""

    latex: str
    display: bool


@dataclass(slots=True)
class Formulas:
    """The formulas of a tree in document order, and where they stand in it."""

    found: list[Formula] = field(default_factory=list)
    #: The parts (start, end) of each text node that belong to formulas.
    spans: dict[TextNode, list[tuple[int, int]]] = field(default_factory=dict)
    #: Where each formula begins, a text node and the offset in it: its number in ``found``.
    starts: dict[tuple[TextNode, int], int] = field(default_factory=dict)
    #: The ``<br>`` elements inside formulas.
    breaks: set[etree._Element] = field(default_factory=set)
    #: The comments inside formulas, with the closing mark of the formula.
    comments: dict[etree._Element, str] = field(default_factory=dict)


def find_formulas(top: HtmlElement) -> Formulas:
    """All formulas below ``top``, in document order."""
    formulas = Formulas()
    for run in _runs(top):
        _RunScanner(run, formulas).scan()
    return formulas


def label_of(latex: str) -> str | None:
    """The name in the first ``\\label{…}`` of a formula, which ``\\eqref`` refers to."""
    match = _LABEL.search(latex)
    return match[1].strip() if match else None


def formula_text(comment: etree._Element) -> str:
    """The text that a comment gives to a formula; a CDATA section is a comment in HTML."""
    text = comment_text(comment)
    section = _CDATA.match(text)
    return section[1] if section else text


def ends_formula(text: str, end: str) -> bool:
    """Would a text inside a formula end it, or change the braces around what follows?"""
    depth = 0
    for match in _closing_tokens(end).finditer(text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0 or match[0] == end:
            return True
    return depth != 0


def text_of(node: TextNode) -> str:
    """The text of a text node."""
    owner, is_tail = node
    return (owner.tail if is_tail else owner.text) or ""


# --- Runs: what tex2jax searches in one go --------------------------------------------------


def _runs(top: HtmlElement) -> Iterator[_Run]:
    """Sequences of sibling text nodes with only transparent elements between them."""
    run: _Run = []
    for step in _walk(top):
        if step is None:
            if run:
                yield run
            run = []
        elif isinstance(step, tuple):
            if run or _can_open(text_of(step)):
                run.append(step)
        elif run:
            run.append(step)
    if run:
        yield run


def _can_open(text: str) -> bool:
    """Can a formula begin in this text? All opening marks have a dollar or a backslash."""
    return "$" in text or "\\" in text


def _walk(top: HtmlElement) -> Iterator[TextNode | etree._Element | None]:
    """Text nodes to search and transparent elements, in document order; ``None`` ends a run."""
    open_elements: list[tuple[etree._Element, bool, Iterator[etree._Element]]] = []
    ignored = False
    element: etree._Element = top
    children = iter(top)
    if top.text:
        yield top, False
    while True:
        child = next(children, None)
        if child is None:
            yield None
            if not open_elements:
                return
            child, ignored, children = open_elements.pop()
            element = child
            if child.tail and not ignored:
                yield child, True
            continue
        if _is_transparent(child):
            if child.tag != "wbr":
                yield child
        else:
            yield None
            if _is_searched(child):
                open_elements.append((child, ignored, children))
                ignored = _is_ignored(child, ignored)
                element, children = child, iter(child)
                if element.text and not ignored:
                    yield element, False
                continue
        if child.tail and not ignored:
            yield child, True


def _is_transparent(element: etree._Element) -> bool:
    return not isinstance(element.tag, str) or element.tag in _TRANSPARENT


def _is_searched(element: etree._Element) -> bool:
    """Does tex2jax look inside this element?"""
    classes = element.get("class")
    if not classes:
        return element.tag not in SKIPPED
    if _MATHJAX_CLASS.search(classes):
        return False
    return element.tag not in SKIPPED or _PROCESSED_CLASS.search(classes) is not None


def _is_ignored(element: etree._Element, ignored: bool) -> bool:
    classes = element.get("class")
    if not classes:
        return ignored
    if _PROCESSED_CLASS.search(classes):
        return False
    return ignored or _IGNORED_CLASS.search(classes) is not None


# --- Searching one run ------------------------------------------------------------------------


@dataclass(slots=True)
class _Opening:
    """An open formula: where it begins, what ends it."""

    piece: int
    start: int
    inside: int  # where the text behind the opening mark begins
    again: int  # where to search on if nothing ends the formula
    end: str
    display: bool


class _RunScanner:
    """Searches one run. A position is (piece of the run, offset in its text)."""

    def __init__(self, run: _Run, formulas: Formulas) -> None:
        self.run = run
        self.texts = [text_of(piece) if isinstance(piece, tuple) else "" for piece in run]
        self.formulas = formulas
        #: Closing marks that do not occur any more in the rest of the run.
        self.missing: set[str] = set()
        self.marks: dict[str, ClosingMarks] = {}
        #: The piece and offset of the last search for a closing brace, and where it found one.
        self.brace = -1, 0, 0
        #: Where the end of each environment stands last, once an environment has been seen.
        self.last_ends: dict[str, tuple[int, int]] | None = None

    def scan(self) -> None:
        """Note all formulas of the run."""
        piece, offset = 0, 0
        while piece < len(self.run):
            match = _OPENING.search(self.texts[piece], offset)
            if match is None:
                piece, offset = piece + 1, 0
            elif match[0] in _CLOSING:
                piece, offset = self._close(_opening(piece, match))
            elif match["named"] is not None:
                piece, offset = self._named(piece, match)
            else:
                offset = match.end()

    def _named(self, piece: int, match: re.Match[str]) -> tuple[int, int]:
        """A reference, or the beginning of an environment; returns where to search on."""
        start, inside = match.span()
        brace = self._closing_brace(piece, inside)
        if brace < 0:
            return piece, start + 1
        if match[0] != "\\begin{":
            self._note(_Opening(piece, start, 0, 0, "", False), piece, brace + 1)
            return piece, brace + 1
        name = self.texts[piece][inside:brace]
        # tex2jax goes on inside "\begin{name}" after a failure: opos + blen, blen = length + 3
        again = start + len(name) + 3
        return self._close(_Opening(piece, start, brace + 1, again, f"{_END}{name}}}", True))

    def _closing_brace(self, piece: int, offset: int) -> int:
        """Where the next closing brace of a piece stands, or -1; the last answer is kept."""
        known_piece, known_from, brace = self.brace
        if known_piece != piece or not known_from <= offset <= (brace if brace >= 0 else offset):
            brace = self.texts[piece].find("}", offset)
            self.brace = piece, offset, brace
        return brace

    def _close(self, opening: _Opening) -> tuple[int, int]:
        """Find the end of a formula and note it; returns where to search on."""
        end = None if self._is_missing(opening) else self._find_end(opening)
        if end is None:
            self.missing.add(opening.end)
            return opening.piece, opening.again
        self._note(opening, *end)
        return end

    def _is_missing(self, opening: _Opening) -> bool:
        """Is there surely no closing mark behind an opening?"""
        if opening.end in self.missing:
            return True
        last = self._last(opening)
        return last is not None and last < (opening.piece, opening.inside)

    def _last(self, opening: _Opening) -> tuple[int, int] | None:
        """Where the closing mark stands last (before all, if nowhere); ``None`` if not known."""
        if not opening.end.startswith(_END) or len(opening.end) > _LONG_NAME:
            return None
        if self.last_ends is None:
            self.last_ends = _last_ends(self.texts)
        return self.last_ends.get(opening.end, (-1, 0))

    def _find_end(self, opening: _Opening) -> tuple[int, int] | None:
        """The first closing mark outside braces, else the first one, else ``None``."""
        if opening.end in self.marks:
            return self._look_up(opening)
        last = self._last(opening)
        tokens = _closing_tokens(opening.end)
        depth = looked_at = 0
        inside_braces = None
        offset = opening.inside
        for piece in range(opening.piece, len(self.run)):
            for match in tokens.finditer(self.texts[piece], offset):
                found = match[0]
                if found == opening.end:
                    if depth == 0 or (inside_braces is None and (piece, match.start()) == last):
                        return piece, match.end()
                    inside_braces = inside_braces or (piece, match.end())
                elif found == "{":
                    depth += 1
                elif found == "}" and depth:
                    depth -= 1
                looked_at += 1
                if looked_at > _PATIENCE and (last is None or inside_braces):
                    return self._look_up(opening)
            offset = 0
        return inside_braces

    def _look_up(self, opening: _Opening) -> tuple[int, int] | None:
        """The same for a formula that goes on and on, from a table for the whole run."""
        marks = self.marks.get(opening.end)
        if marks is None:
            if len(self.marks) >= _MOST_TABLES:
                raise UnexpectedPage("a paragraph with too many unclosed braces in environments")
            marks = self.marks[opening.end] = ClosingMarks(self.texts, opening.end)
        return marks.find((opening.piece, opening.inside))

    def _note(self, opening: _Opening, last: int, end: int) -> None:
        """Record the formula from an opening up to (piece, offset)."""
        latex = []
        begin = self.run[opening.piece]
        assert isinstance(begin, tuple)
        self.formulas.starts[begin, opening.start] = len(self.formulas.found)
        for piece in range(opening.piece, last + 1):
            node = self.run[piece]
            if isinstance(node, tuple):
                text = self.texts[piece]
                first = opening.start if piece == opening.piece else 0
                if piece > opening.piece and text.startswith("\n") and _is_behind_break(node):
                    first = 1  # the line break of the source behind <br> is the same line break
                stop = end if piece == last else len(text)
                self.formulas.spans.setdefault(node, []).append((first, stop))
                latex.append(text[first:stop])
            elif node.tag == "br":
                self.formulas.breaks.add(node)
                latex.append("\n")
            else:
                self.formulas.comments[node] = opening.end
                latex.append(formula_text(node))
        self.formulas.found.append(Formula("".join(latex), opening.display))


def _is_behind_break(node: TextNode) -> bool:
    owner, is_tail = node
    return is_tail and owner.tag == "br"


def _opening(piece: int, match: re.Match[str]) -> _Opening:
    mark, inside = match[0], match.end()
    return _Opening(piece, match.start(), inside, inside, _CLOSING[mark], mark in _DISPLAY)


def _last_ends(texts: list[str]) -> dict[str, tuple[int, int]]:
    """Where each ``\\end{name}`` of a run stands last."""
    return {
        match[1]: (piece, match.start())
        for piece, text in enumerate(texts)
        for match in _ENVIRONMENT_END.finditer(text)
    }


@lru_cache(maxsize=64)
def _closing_tokens(end: str) -> re.Pattern[str]:
    """What counts while looking for a closing mark: the mark, escapes and braces."""
    return re.compile(rf"{re.escape(end)}|\\.|[{{}}]")

"""Search one run of text for formulas, as tex2jax does (MathJax 2.7.9): ``startMatch`` to
``encloseMath``. The rules stand in ``archiver.body.formulas.finder``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from archiver.body.events.event import Open, Text
from archiver.body.formulas.braces import ClosingMarks
from archiver.body.formulas.common import DISPLAY, MARK, note_between_dollars
from archiver.body.formulas.found import Formulas
from archiver.body.formulas.text_runs import TextRun
from archiver.tree.unexpected import UnexpectedPage
from archiver.tree.xml_text import comment_text

_CDATA = re.compile("\\[CDATA\\[([^\u2028\u2029]*)\\]\\]\\Z")
#: Where a formula opens that is not a common one.
#: A name in braces is no part of the pattern: where no brace closes it, it would search the rest
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
_ENVIRONMENT_END = re.compile(rf"\\end(?=(\{{[^}}]{{0,{_LONG_NAME}}}\}}))")
_CLOSING = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
#: Braces, escapes and marks to look at one by one before a table is made for the whole run.
_MOST_TOKENS = 64
#: Tables for one run: for four marks and some environments. Only unclosed braces around the ends of
#: the same environments ask for more, and each takes time in proportion to the run.
_MOST_TABLES = 8


@dataclass(slots=True)
class _Opening:
    """An open formula: where it begins, what ends it."""

    piece: int
    start: int
    inside: int  # where the text behind the opening mark begins
    again: int  # where to search on if nothing ends the formula
    end: str
    display: bool


class FormulaScanner:
    """Searches one run. A position is (piece of the run, offset in its text)."""

    def __init__(self, run: TextRun, formulas: Formulas) -> None:
        self.run = run
        self.texts = [piece.text if isinstance(piece, Text) else "" for piece in run]
        self.formulas = formulas
        #: Closing marks that do not occur any more in the rest of the run.
        self.missing: set[str] = set()
        self.marks: dict[str, ClosingMarks] = {}
        #: The piece and offset of the last search for a closing brace, and where it found one.
        self.brace = -1, 0, 0
        #: Where the end of each environment stands last, once an environment has been seen.
        self.last_ends: dict[str, tuple[int, int]] | None = None

    def scan(self, piece: int, offset: int) -> None:
        """Note all formulas of the run from a position on."""
        while piece < len(self.run):
            text = self.texts[piece]
            mark = MARK.search(text, offset)
            if mark is None:
                piece, offset = piece + 1, 0
                continue
            offset = mark.start()
            if mark[0] == "$":
                event = self.run[piece]
                assert type(event) is Text
                offset = note_between_dollars(event, offset, self.formulas)
                if offset > mark.start():
                    continue
            match = _OPENING.match(text, offset)
            if match is None:
                offset = mark.end()
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
        """The offset of the next closing brace of a piece, or -1; the last answer is kept."""
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
        """True when there is surely no closing mark behind an opening."""
        if opening.end in self.missing:
            return True
        last = self._last(opening)
        return last is not None and last < (opening.piece, opening.inside)

    def _last(self, opening: _Opening) -> tuple[int, int] | None:
        """The place of the last closing mark (before all, if none); ``None`` if it is not known."""
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
                if looked_at > _MOST_TOKENS and (last is None or inside_braces):
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
        for piece in range(opening.piece, last + 1):
            node = self.run[piece]
            goes_on = piece > opening.piece
            if isinstance(node, Text):
                start = 0 if goes_on else opening.start
                if goes_on and node.text.startswith("\n") and _is_behind_break(node):
                    start = 1  # the line break of the source behind <br> is the same line break
                stop = end if piece == last else len(node.text)
                self.formulas.add_part(node, start, stop, goes_on=goes_on)
                latex.append(node.text[start:stop])
            elif isinstance(node, Open):
                node.is_in_formula = True
                self.formulas.breaks.add(node.element)
                latex.append("\n")
            else:
                self.formulas.comments[node.element] = opening.end
                latex.append(formula_text(node.element))
        self.formulas.add("".join(latex), display=opening.display)


def formula_text(comment: etree._Element) -> str:
    """The text that a comment gives to a formula; a CDATA section is a comment in HTML."""
    text = comment_text(comment)
    section = _CDATA.match(text)
    return section[1] if section else text


def ends_formula(text: str, end: str) -> bool:
    """True for a text that would end a formula, or change the braces of what follows in it."""
    depth = 0
    for match in _closing_tokens(end).finditer(text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth < 0 or match[0] == end:
            return True
    return depth != 0


def _is_behind_break(text: Text) -> bool:
    return text.is_tail and text.owner.tag == "br"


def _opening(piece: int, match: re.Match[str]) -> _Opening:
    mark, inside = match[0], match.end()
    return _Opening(piece, match.start(), inside, inside, _CLOSING[mark], mark.startswith(DISPLAY))


def _last_ends(texts: list[str]) -> dict[str, tuple[int, int]]:
    """The last place of each ``\\end{name}`` of a run."""
    return {
        f"\\end{match[1]}": (piece, match.start())
        for piece, text in enumerate(texts)
        for match in _ENVIRONMENT_END.finditer(text)
    }


@lru_cache(maxsize=64)
def _closing_tokens(end: str) -> re.Pattern[str]:
    """The tokens to look at for a closing mark: the mark, escapes and braces."""
    return re.compile(rf"{re.escape(end)}|\\.|[{{}}]")

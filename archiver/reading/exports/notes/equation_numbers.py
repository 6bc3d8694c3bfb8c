r"""Numbers of equations, written where MathJax counts them: every reader then shows the same.

The blog lets MathJax number its equations (``autoNumber: AMS``), and refers to them by ``\label``
and ``\eqref``. A program that shows notes may not number them, may draw each formula by itself, or
may keep the labels of one note while it draws another. So the export counts: each numbered row gets
its ``\tag``, labels go, and a reference is the number that it refers to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from archiver.reading.exports.notes.source_places import Edit

#: Environments with a number, and those of them that have one for each row.
_ONE_NUMBER: Final = frozenset({"equation", "multline"})
_ROW_NUMBERS: Final = frozenset({"align", "alignat", "flalign", "xalignat", "gather", "eqnarray"})
#: Cannot be in a formula without a row that counts, a label or a reference.
_OF_INTEREST: Final = re.compile(
    r"\\begin\s*\{(?:equation|multline|gather|eqnarray|(?:fl|x)?align(?:at)?)\}"
    r"|\\(?:label|tag)(?![A-Za-z])"
)
#: The end of a row may have a star and the height of a space behind it.
_TOKEN: Final = re.compile(
    r"(?P<comment>%[^\n]*)|(?P<row>\\\\(?:\s*\*)?(?:\s*\[[^]]*\])?|\\cr(?![A-Za-z]))"
    r"|\\(?P<name>tag\*|[A-Za-z]+|.)|(?P<brace>[{}])|[^\s\\{}%]",
    re.DOTALL,
)
_WORD: Final = re.compile(r"[0-9.]+\Z")


@dataclass
class _Row:
    """A row of an environment, or a whole formula: what can be numbered."""

    is_counted: bool
    labels: list[str] = field(default_factory=list)
    tag: str | None = None
    is_empty: bool = True


@dataclass
class Numbering:
    """The numbers of an article's equations, from 1 in the order in which they are read."""

    last: int = 0
    #: What a reference to a label shows, without and with the brackets of ``\\eqref``.
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)

    def number(self, latex: str) -> list[Edit]:
        """The edits of a formula, but for its references: labels go, and numbers are tags."""
        if not _OF_INTEREST.search(latex):
            return []
        return _Reader(latex, self).edits

    def refer(self, latex: str) -> list[Edit]:
        """The edits of a formula's references; all formulas must have been numbered before."""
        edits = []
        for match in re.finditer(r"\\(eq)?ref\s*\{([^{}]*)\}", latex):
            label = " ".join(match[2].split())
            plain, bracketed = self.shown.get(label, _unknown(label))
            edits.append(Edit(match.start(), match.end(), bracketed if match[1] else plain))
        return edits

    def count(self) -> str:
        """The next number."""
        self.last += 1
        return str(self.last)

    def note(self, label: str, tag: str) -> None:
        """Keep what a label refers to; the first of two that are the same holds."""
        is_whole = tag.startswith("*")
        text = tag.removeprefix("*")
        plain = text if _WORD.match(text) else rf"\text{{{text}}}"
        bracketed = plain if is_whole else f"({text})"
        if not is_whole and not _WORD.match(text):
            bracketed = rf"\text{{({text})}}"
        self.shown.setdefault(label, (plain, bracketed))


def _unknown(label: str) -> tuple[str, str]:
    """What is shown for a label that the article lacks: its name."""
    name = re.sub(r"[^\w.:-]", "", label).replace("_", "-") or "?"
    return rf"\text{{{name}}}", rf"\text{{({name})}}"


class _Reader:
    """Reads one formula from its beginning to its end."""

    def __init__(self, latex: str, numbering: Numbering) -> None:
        self.latex = latex
        self.numbering = numbering
        self.edits: list[Edit] = []
        self._environments: list[str] = []
        self._braces = 0
        #: The row of the formula around its environments, and that of the numbered one inside.
        self._outer = _Row(is_counted=False)
        self._row = self._outer
        self._read()

    def _read(self) -> None:
        end = 0
        for match in _TOKEN.finditer(self.latex):
            if match.start() < end:
                continue  # in an argument
            end = self._take(match)
        self._close(self._outer, len(self.latex))

    def _take(self, match: re.Match[str]) -> int:
        """Read one token; returns the place behind it and its argument."""
        if match["brace"]:
            self._braces += 1 if match["brace"] == "{" else -1
        if match["comment"]:
            return match.end()
        name = match["name"]
        if name in {"begin", "end", "label", "tag", "tag*"}:
            return self._take_command(name, match)
        if match["row"] and self._is_between_rows():
            self._close(self._row, match.start())
            self._row = _Row(is_counted=True)
        elif name in {"nonumber", "notag"}:
            self._row.is_counted = False
        else:
            self._row.is_empty = False
        return match.end()

    def _take_command(self, name: str, match: re.Match[str]) -> int:
        found = _argument(self.latex, match.end())
        if found is None:
            return match.end()
        argument, end = found
        if name == "begin":
            self._begin(argument)
        elif name == "end":
            self._end(argument, match.start())
        elif name == "label":
            self._row.labels.append(" ".join(argument.split()))
            self.edits.append(Edit(match.start(), end, ""))
        else:
            self._row.tag = f"*{argument}" if name == "tag*" else argument
        return end

    def _begin(self, environment: str) -> None:
        if not self._environments and environment in _ONE_NUMBER | _ROW_NUMBERS:
            self._row = _Row(is_counted=True)
            self._braces = 0
        else:
            self._row.is_empty = False
        self._environments.append(environment)

    def _end(self, environment: str, place: int) -> None:
        if self._environments and self._environments[-1] == environment:
            self._environments.pop()
        if self._row is not self._outer and not self._environments:
            # MathJax makes no row of nothing between the last line break and the end.
            self._row.is_counted &= not (self._row.is_empty and environment in _ROW_NUMBERS)
            self._close(self._row, place)
            self._row = self._outer

    def _is_between_rows(self) -> bool:
        """True when a line break ends a row that has a number of its own."""
        is_inside = len(self._environments) == 1 and self._braces == 0
        return is_inside and self._environments[0] in _ROW_NUMBERS

    def _close(self, row: _Row, place: int) -> None:
        """End a row at a place, where its number is written."""
        tag = row.tag
        if tag is None and row.is_counted:
            tag = self.numbering.count()
            self.edits.append(Edit(place, place, rf"\tag{{{tag}}}"))
        if tag is not None:
            for label in row.labels:
                self.numbering.note(label, tag)


def _argument(latex: str, start: int) -> tuple[str, int] | None:
    """The argument in braces that begins at a place or behind white space, and where it ends."""
    depth, first = 0, None
    for match in _braces(latex, start):
        if first is None:
            if match[0] != "{":
                return None
            first = match.end()
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return latex[first : match.start()], match.end()
    return None


def _braces(latex: str, start: int) -> Iterator[re.Match[str]]:
    """Braces, and before the first of them whatever is no white space."""
    is_first = True
    for match in re.compile(r"\\.|[{}]|[^\s\\{}]", re.DOTALL).finditer(latex, start):
        if is_first or match[0] in "{}":
            yield match
        is_first = False

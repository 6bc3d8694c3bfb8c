"""What an HTML document shows, read by the HTML standard and by none of the project's code.

The same reading for the author's ``body_html`` and for what a reader of Markdown makes of
``body_markdown``, so that the two can be compared. A formula is ``□`` in texts; white space is no
part of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

_FORMULA: Final = "□"
_LISTS: Final = ("ol", "ul", "menu", "dir")
_NO_TEXT: Final = ("script", "style", "title", "template", "rp")
_MATHS: Final = frozenset({"math", "math-inline", "math-display"})
_HIDDEN: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_NUMBER: Final = re.compile(r"[ \t\n\f\r]*([-+]?[0-9]{1,10})(?![0-9])")
_DELIMITERS: Final = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))
_COMMENT: Final = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n")
_PICTURE: Final = re.compile(r"\.(?:png|gif|jpe?g)\Z", re.IGNORECASE)
_LETTERS: Final = ("a", "A", "i", "I")


@dataclass
class Shown:
    """What is shown, in the order of the document."""

    text: str = ""
    headings: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)


def shown_by_reader(html: str) -> Shown:
    """What the HTML of a reader of Markdown shows; its maths plug-in has marked the formulas."""
    return _Walk().read(html).result([])


def shown_by_author(html: str, formulas: list[str]) -> Shown:
    """What ``body_html`` shows; its formulas, with delimiters, are text that is looked for."""
    return _Walk().read(html).result(formulas)


class _Walk:
    def __init__(self) -> None:
        self.text = ""
        self.shown = Shown()
        #: Kind, mark and extent in the text of headings, items and cells.
        self.extents: list[tuple[list[str], str, int, int]] = []
        self.code: list[tuple[int, int]] = []
        self.hidden: list[tuple[int, int]] = []
        #: The numbers of the items of ordered lists, by the place of their nodes.
        self.numbers: dict[int, str] = {}

    def read(self, html: str) -> _Walk:
        body = LexborHTMLParser(f"<!DOCTYPE html><body>{html}").body
        assert body is not None
        self._children(body)
        return self

    def result(self, formulas: list[str]) -> Shown:
        """Everything, with the formulas of the text taken out of all texts."""
        cuts = self._cuts(formulas)
        self.shown.text = self._without(cuts, 0, len(self.text))
        for kind, mark, start, end in sorted(self.extents, key=lambda extent: extent[2]):
            if text := self._without(cuts, start, end):
                kind.append(f"{mark} {text}")
        self.shown.formulas += [_bare(formula) for formula in formulas]
        return self.shown

    # --- Walking ----------------------------------------------------------------------------------

    def _children(self, node: LexborNode) -> None:
        for child in node.iter(include_text=True):
            self._node(child)

    def _node(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self.text += "".join((node.text_content or "").split())
            return
        attributes = node.attributes
        if tag in _NO_TEXT or "aria-hidden" in attributes or attributes.get("class") == "embed":
            return
        if _MATHS.intersection((attributes.get("class") or "").split()):
            self.shown.formulas.append(_bare(node.text()))
            self.text += _FORMULA
            return
        if tag in {"img", "embed"}:  # pandoc writes what has no picture's name as the latter
            self._picture(attributes)
        elif tag == "a" and (url := attributes.get("href")) is not None:
            self.shown.links.append(_address(url))
        elif tag == "ol":
            self._count(node)
        start = len(self.text)
        self._children(node)
        self._note(node, tag, start)

    def _note(self, node: LexborNode, tag: str, start: int) -> None:
        extent = start, len(self.text)
        if re.fullmatch("h[1-6]", tag):
            self.extents.append((self.shown.headings, tag, *extent))
        elif tag == "li" and node.mem_id in self.numbers:
            self.extents.append((self.shown.items, self.numbers[node.mem_id], *extent))
        elif tag in {"td", "th"}:
            self.extents.append((self.shown.cells, "", *extent))
        elif tag in {"code", "pre"}:
            self.code.append(extent)
        style = node.attributes.get("style") or ""
        if "hidden" in node.attributes or _HIDDEN.search(style.lower()):
            self.hidden.append(extent)

    def _picture(self, attributes: dict[str, str | None]) -> None:
        """A caption may be the title of its picture; it stands behind it in the text."""
        if url := attributes.get("src"):
            self.shown.pictures.append(_address(url))
            alt = "".join((attributes.get("alt") or "").split())
            if alt and _PICTURE.search(url):  # pandoc drops that of any other name
                self.shown.alts.append(alt)
            self.text += "".join((attributes.get("title") or "").split())

    def _count(self, top: LexborNode) -> None:
        """Number a list's items (https://html.spec.whatwg.org/multipage/#ordinal-value)."""
        items = [item for item in top.css("li") if _owner(item) == top]
        first = _number(top.attributes.get("start"))
        step = -1 if "reversed" in top.attributes else 1
        number = (len(items) if step < 0 else 1) if first is None else first
        kind = top.attributes.get("type") or ""
        for item in items:
            value = _number(item.attributes.get("value"))
            number = number if value is None else value
            self.numbers[item.mem_id] = f"{number}{kind if kind in _LETTERS else ''}"
            number += step

    # --- Formulas of the text ---------------------------------------------------------------------

    def _cuts(self, formulas: list[str]) -> list[tuple[int, int, str]]:
        """What stands for formulas and what is hidden, with what stands there instead."""
        cuts = []
        position = 0
        for formula in formulas:
            squashed = "".join(formula.split())
            start = self._outside_code(squashed, position)
            assert start >= 0, f"{formula} is nowhere in the text"
            position = start + len(squashed)
            cuts.append((start, position, _FORMULA))
        return sorted([*cuts, *self._hidden_rests(cuts)])

    def _hidden_rests(self, cuts: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """What is hidden and no formula."""
        rests = []
        for start, end in self.hidden:
            inside = [cut for cut in cuts if start <= cut[0] < end]
            begins = [start, *(cut[1] for cut in inside)]
            stops = [*(cut[0] for cut in inside), end]
            rests += [(begin, stop, "") for begin, stop in zip(begins, stops, strict=True)]
        return [rest for rest in rests if rest[0] < rest[1]]

    def _outside_code(self, text: str, position: int) -> int:
        start = self.text.find(text, position)
        while start >= 0 and any(begin <= start < end for begin, end in self.code):
            start = self.text.find(text, start + 1)
        return start

    def _without(self, cuts: list[tuple[int, int, str]], start: int, end: int) -> str:
        out, position = "", start
        for begin, stop, instead in cuts:
            if position <= begin and stop <= end:
                out += self.text[position:begin] + instead
                position = stop
        return out + self.text[position:end]


def _owner(item: LexborNode) -> LexborNode | None:
    """The list that an item belongs to."""
    around = item.parent
    while around is not None and around.tag not in _LISTS:
        around = around.parent
    return around


def _number(text: str | None) -> int | None:
    """An attribute that is an integer; browsers have 32 bits for it."""
    match = _NUMBER.match(text or "")
    return int(match[1]) if match is not None and abs(int(match[1])) < 2**31 else None


def _address(url: str) -> str:
    return "".join(unquote(url).split())


def _bare(formula: str) -> str:
    """LaTeX without delimiters, white space and comments, formulas inside it between dollars."""
    formula = formula.strip()
    for opening, closing in _DELIMITERS:
        if formula.startswith(opening) and formula.endswith(closing) and len(formula) > 1:
            formula = formula[len(opening) : len(formula) - len(closing)]
            break
    formula = _COMMENT.sub(r"\1", formula)
    formula = re.sub(r"\\[()]|\\.", lambda m: "$" if m[0] in {"\\(", "\\)"} else m[0], formula)
    return "".join(formula.split())

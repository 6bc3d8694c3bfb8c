"""What is too much to be drawn at once: MathJax takes time quadratic in the length of a formula."""

from __future__ import annotations

from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas
from archiver.tree.unexpected import UnexpectedPage

#: Characters. One of this length takes a few seconds, in which the page stands still.
LONGEST: Final = 4_000
#: A text of so many characters has none of that length, and takes a second.
_SHORT: Final = 3_000
#: Characters of a usual formula.
_USUAL: Final = 40
#: The class of elements in which MathJax looks for no formula.
IGNORED: Final = "tex2jax_ignore"


def leave_long_formulas(top: HtmlElement) -> int:
    """Let MathJax pass over the elements of a body that hold a formula longer than that.

    Returns how much is left to draw, in formulas of a usual length. A body whose formulas cannot
    be told is passed over as a whole.
    """
    text = str(top.xpath("string()"))
    if len(text) <= _SHORT:
        return text.count("$") // 2
    try:
        formulas = find_formulas(top)
    except UnexpectedPage:
        _ignore(top)
        return 0
    for element in [top, *top.iterdescendants(etree.Element)]:
        for node, holder in (((element, False), element), ((element, True), element.getparent())):
            numbers = (part.number for part in formulas.parts(node))
            long = (n for n in numbers if n is not None and _is_long(formulas.found[n].latex))
            if next(long, None) is not None and holder is not None:
                _ignore(holder)
    return _load(formulas)


def _load(formulas: Formulas) -> int:
    lengths = [len(one.latex) for one in formulas.found if not _is_long(one.latex)]
    return max(len(lengths), sum(lengths) // _USUAL)


def _is_long(latex: str) -> bool:
    return len(latex) > LONGEST


def _ignore(element: HtmlElement) -> None:
    classes = (element.get("class") or "").split()
    element.set("class", " ".join([one for one in classes if one != IGNORED] + [IGNORED]))

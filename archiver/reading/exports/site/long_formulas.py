"""Formulas that are too long to be drawn: MathJax takes time quadratic in the length of one."""

from __future__ import annotations

from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.finder import find_formulas

#: Characters. One of this length takes a few seconds, in which the page stands still.
LONGEST: Final = 8_000
#: The class of elements in which MathJax looks for no formula.
IGNORED: Final = "tex2jax_ignore"


def leave_long_formulas(top: HtmlElement) -> None:
    """Let MathJax pass over the elements of a body that hold a formula longer than that."""
    if len(top.xpath("string()")) <= LONGEST:
        return
    formulas = find_formulas(top)
    for element in [top, *top.iterdescendants(etree.Element)]:
        for node, holder in (((element, False), element), ((element, True), element.getparent())):
            numbers = (part.number for part in formulas.parts(node))
            long = (n for n in numbers if n is not None and _is_long(formulas.found[n].latex))
            if next(long, None) is not None and holder is not None:
                _ignore(holder)


def _is_long(latex: str) -> bool:
    return len(latex) > LONGEST


def _ignore(element: HtmlElement) -> None:
    classes = (element.get("class") or "").split()
    element.set("class", " ".join([one for one in classes if one != IGNORED] + [IGNORED]))

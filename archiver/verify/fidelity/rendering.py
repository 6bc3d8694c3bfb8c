"""The lines of text that a browser shows of a tree: by the HTML standard, for the audit alone.

The style sheet of browsers is https://html.spec.whatwg.org/multipage/rendering.html, the text of
an element as lines is that of ``innerText`` (https://html.spec.whatwg.org/multipage/dom.html);
Chromium judges both in the tests. An element that is a block by its name stays one here whatever
its style says: docs/data-format.md promises a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lxml import etree

from archiver.verify.fidelity.outline import fold
from archiver.verify.fidelity.steps import Step, hides, is_invisible, read_steps
from archiver.verify.fidelity.tex2jax import Formulas

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
CELLS: Final = frozenset({"td", "th"})
#: ``display: block``, ``list-item`` and the parts of tables but cells.
BLOCKS: Final = HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol",
    "optgroup", "option", "p", "plaintext", "pre", "search", "section", "summary", "table", "tbody",
    "textarea", "tfoot", "thead", "tr", "ul", "xmp",
}  # fmt: skip
PREFORMATTED: Final = frozenset({"pre", "listing", "plaintext", "textarea", "xmp"})
_BLOCK_STYLE = re.compile(
    r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|list-item|table|table-row|flow-root)\s*(?:[;!]|$)",
    re.IGNORECASE,
)


class Line(NamedTuple):
    """A line of text; ``is_verbatim`` in a ``pre``, where all white space counts."""

    text: str
    is_verbatim: bool = False


def is_block(element: etree._Element) -> bool:
    """True when an element stands on lines of its own."""
    return element.tag in BLOCKS or _BLOCK_STYLE.search(element.get("style") or "") is not None


def is_medium_on_own_line(element: etree._Element) -> bool:
    """True when an element is a picture or player that its style puts on a line of its own."""
    is_medium = element.tag in {"img", "audio", "video"}
    return is_medium and is_block(element) and not is_invisible(element)


def rendered_lines(top: etree._Element, formulas: Formulas | None = None) -> list[Line]:
    """The lines of a tree that are not empty; a formula is one word on its line."""
    return lines_of(read_steps(top, formulas))


def lines_of(steps: Iterable[Step]) -> list[Line]:
    """The same of the steps of a tree."""
    return [line for line in _lines(steps) if line.text]


def rendered_text(top: etree._Element, formulas: Formulas | None = None) -> str:
    """All text below an element on one line, with white space folded."""
    return fold(" ".join(line.text for line in rendered_lines(top, formulas)))


def _lines(steps: Iterable[Step]) -> Iterator[Line]:
    line: list[str] = []
    pre: etree._Element | None = None
    for step in steps:
        first, *others = _piece(step, is_verbatim=pre is not None).split("\n")
        line.append(first)
        for text in others:
            yield _line("".join(line), is_verbatim=pre is not None)
            line = [text]
        if step.kind == "enter" and step.element.tag in PREFORMATTED and pre is None:
            pre = step.element
        elif step.kind == "leave" and step.element is pre:
            pre = None
    yield _line("".join(line), is_verbatim=False)


def _line(text: str, *, is_verbatim: bool) -> Line:
    return Line(text if is_verbatim and text.strip() else fold(text), is_verbatim)


def _piece(step: Step, *, is_verbatim: bool) -> str:
    """What a step adds to the text: characters, or a line feed where a line ends."""
    if step.hidden:
        return ""
    if step.formula is not None:
        return fold(step.formula.latex)
    if step.kind == "text":
        return step.text if is_verbatim else step.text.replace("\n", " ")
    if hides(step.element):
        return "\n" if is_medium_on_own_line(step.element) else ""
    if step.element.tag == "br":
        return "\n" if step.kind == "enter" and not step.in_formula else ""
    if step.element.tag in CELLS and not is_block(step.element):
        is_behind_one = step.element.getprevious() is not None
        return "\t" if step.kind == "enter" and is_behind_one else ""
    return "\n" if is_block(step.element) else ""

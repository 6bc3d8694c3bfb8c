"""Pages saved from a browser after MathJax has run: their formulas become text again.

MathJax 2 puts three things in the place of a formula: ``<span class="MathJax_Preview">``, its
drawing in the elements of one of its output processors, and ``<script type="math/tex">`` (with
``; mode=display`` for a formula of its own line) with the LaTeX without delimiters. A drawing in a
``<div>`` ends the paragraph around it when the saved page is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.separators import FORMULA_START, own_texts, replace_with_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.scanner import ends_formula
from archiver.tree.display import BLOCKS
from archiver.tree.lexbor_copy import new_element

_TYPE = re.compile(r"\s*math/tex\s*(?:;|\Z)", re.IGNORECASE)
#: As MathJax's TeX input reads it (``jax/input/TeX``).
_DISPLAY = re.compile(r"(?:;|\s)mode\s*=\s*display(?:;|\s|\Z)")
#: Classes of drawings and previews: ``MathJax``, ``MathJax_SVG_Display``, ``mjx-chtml``, …
_OUTPUT_CLASS = re.compile(r"(?:^|\s)(?:MathJax|MJX|mjx-)")
_PREVIEW_CLASS: Final = "MathJax_Preview"
#: Its message box, hidden areas, tests of fonts, menus.
_OUTPUT_ID: Final = "MathJax_"
_REFERENCE = re.compile(r"\\(?:eq)?ref\{[^}]*\}\Z")
#: Environments that number or align lines of their own, and so stand without dollars.
_BARE = re.compile(
    r"\\begin\{(?:equation|align|gather|multline|eqnarray|alignat|flalign|displaymath|math)\*?\}"
)
_CDATA = re.compile(r"\s*(?:%|//)?\s*<!\[CDATA\[\n?")


def restore_formulas(body: HtmlElement) -> None:
    """Write the formulas of a saved page as text again, in place; a served page stays as it is.

    Inline formulas are written ``$…$``, others ``$$…$$`` or, if they are one environment that
    stands without dollars, as they are.
    """
    scripts = [script for script in body.iter("script") if _TYPE.match(script.get("type") or "")]
    if not scripts:
        return
    _rejoin_paragraphs(body)
    outputs = [element for element in body.iter(etree.Element) if _is_output(element)]
    parents = dict.fromkeys(script.getparent() for script in scripts)
    crowded = {parent for parent in parents if any(map(FORMULA_START.search, own_texts(parent)))}
    texts: dict[etree._Element, str] = dict.fromkeys(outputs, "")
    for script in scripts:
        display = _DISPLAY.search(script.get("type") or "") is not None
        text, is_plain = _with_delimiters(_latex(script), display)
        if is_plain and script.getparent() not in crowded:
            texts[script] = text
        else:
            _make_span(script, text)
    replace_with_text(texts)


def _is_output(element: etree._Element) -> bool:
    """True for an element that MathJax has added."""
    is_output = _OUTPUT_CLASS.search(element.get("class") or "") is not None
    return is_output or (element.get("id") or "").startswith(_OUTPUT_ID)


def _make_span(script: etree._Element, text: str) -> None:
    """Let a script be an element that shows a text: other text cannot run into it."""
    script.tag = "span"
    script.attrib.clear()
    script.text = text


def _latex(script: etree._Element) -> str:
    """The LaTeX of a script, without the CDATA section that XHTML asks for.

    MathJax has put a space in the place of ``<br>``; before a line break it was one.
    """
    text = script.text or ""
    opening = _CDATA.match(text)
    if opening is not None and text.rstrip().endswith("]]>"):
        inner = text[opening.end() :].rstrip().removesuffix("]]>").rstrip(" ")
        text = inner.removesuffix("//").removesuffix("%").removesuffix("\n")
    return text.replace(" \n", "\n")


def _with_delimiters(latex: str, display: bool) -> tuple[str, bool]:
    """A formula as text, and whether other text may stand right beside it."""
    if not display and _REFERENCE.match(latex):
        return latex, True
    if display and _BARE.match(latex) and _reads_as(latex, display):
        return latex, True
    pairs = [("$$", "$$"), ("\\[", "\\]")] if display else [("$", "$"), ("\\(", "\\)")]
    for opening, closing in pairs:
        text = f"{opening}{latex}{closing}"
        if _reads_as(text, display):
            return text, not ends_formula(latex, closing)
    return pairs[0][0] + latex + pairs[0][1], False


def _reads_as(text: str, display: bool) -> bool:
    """True for a text that on its own is found to be one formula of this kind."""
    body = new_element("body")
    body.text = text
    found = [(formula.latex, formula.display) for formula in find_formulas(body).found]
    return found == [(text, display)]


# --- Paragraphs that a drawing has torn ----------------------------------------------------------


def _rejoin_paragraphs(body: HtmlElement) -> None:
    """Put what stands behind a drawing back into the paragraph that the drawing has ended."""
    for paragraph in list(body.iter("p")):
        if paragraph.getparent() is not None and _is_torn(paragraph):
            paragraph.extend(list(_rest_of(paragraph)))


def _is_torn(paragraph: etree._Element) -> bool:
    """True for a paragraph that ends with a preview and has the drawing behind it."""
    drawing = paragraph.getnext()
    if paragraph.tail or drawing is None or not _is_output(drawing):
        return False
    last = paragraph
    while len(last) and not last[-1].tail:
        last = last[-1]
    return _PREVIEW_CLASS in (last.get("class") or "").split()


def _rest_of(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The siblings up to the next block; a ``</p>`` without its paragraph makes an empty one."""
    return takewhile(lambda it: it.tag not in BLOCKS or _is_output(it), paragraph.itersiblings())

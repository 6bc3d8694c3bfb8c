"""The runs of text that tex2jax searches for formulas: text nodes among siblings.

Modelled on ``scanElement`` and ``scanText`` of MathJax 2.7.9, ``extensions/tex2jax.js``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.formulas.found import TextNode, text_of

#: tex2jax ``skipTags``.
SKIPPED = frozenset(
    {"script", "noscript", "style", "textarea", "pre", "code", "annotation", "annotation-xml"}
)
#: tex2jax ``ignoreClass`` with MathJax's ``preRemoveClass``, and the output of MathJax itself.
_IGNORED_CLASS = re.compile(r"(?:^| )(?:tex2jax_ignore|MathJax_Preview)(?: |\Z)")
_PROCESSED_CLASS = re.compile(r"(?:^| )tex2jax_process(?: |\Z)")
_MATHJAX_CLASS = re.compile(r"(?:^| )MathJax")
_TRANSPARENT = frozenset({"br", "wbr"})

#: Text nodes, and the ``<br>`` elements and comments between them.
TextRun = list[TextNode | etree._Element]


def text_runs(top: HtmlElement) -> Iterator[TextRun]:
    """Sequences of sibling text nodes with only transparent elements between them."""
    run: TextRun = []
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
    """True for a text in which a formula may begin: all opening marks have one of these."""
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
    """True for an element that tex2jax looks into."""
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

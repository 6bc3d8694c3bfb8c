"""The runs of text that tex2jax searches for formulas: text nodes among siblings.

Modelled on ``scanElement`` and ``scanText`` of MathJax 2.7.9, ``extensions/tex2jax.js``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.body.events.event import Close, Comment, Event, Open, Text

#: tex2jax ``skipTags``.
SKIPPED = frozenset(
    {"script", "noscript", "style", "textarea", "pre", "code", "annotation", "annotation-xml"}
)
#: tex2jax ``ignoreClass`` with MathJax's ``preRemoveClass``, and the output of MathJax itself.
_IGNORED_CLASS = re.compile(r"(?:^| )(?:tex2jax_ignore|MathJax_Preview)(?: |\Z)")
_PROCESSED_CLASS = re.compile(r"(?:^| )tex2jax_process(?: |\Z)")
_MATHJAX_CLASS = re.compile(r"(?:^| )MathJax")

#: Text nodes, and the ``<br>`` elements and comments between them.
TextRun = list[Text | Open | Comment]


def text_runs(events: list[Event]) -> Iterator[TextRun]:
    """Sequences of sibling text nodes with only transparent elements between them."""
    run: TextRun = []
    ignored = False
    around: list[bool] = []
    position, end = 0, len(events)
    while position < end:
        event = events[position]
        position += 1
        if isinstance(event, Text):
            if not ignored and (run or _can_open(event.text)):
                run.append(event)
        elif isinstance(event, Comment):
            if run:
                run.append(event)
        elif isinstance(event, Open) and event.tag in {"br", "wbr"}:
            if run and event.tag == "br":
                run.append(event)
            position = event.end + 1
        else:
            if run:
                yield run
                run = []
            if isinstance(event, Close):
                ignored = around.pop()
            elif _is_searched(event):
                around.append(ignored)
                ignored = _is_ignored(event, ignored)
            else:
                position = event.end + 1
    if run:
        yield run


def _can_open(text: str) -> bool:
    """True for a text in which a formula may begin: all opening marks have one of these."""
    return "$" in text or "\\" in text


def _is_searched(opened: Open) -> bool:
    """True for an element that tex2jax looks into."""
    classes = opened.attributes.get("class")
    if not classes:
        return opened.tag not in SKIPPED
    if _MATHJAX_CLASS.search(classes):
        return False
    return opened.tag not in SKIPPED or _PROCESSED_CLASS.search(classes) is not None


def _is_ignored(opened: Open, ignored: bool) -> bool:
    classes = opened.attributes.get("class")
    if not classes:
        return ignored
    if _PROCESSED_CLASS.search(classes):
        return False
    return ignored or _IGNORED_CLASS.search(classes) is not None

"""The runs of text that tex2jax searches for formulas: text nodes among siblings.

Modelled on ``scanElement`` and ``scanText`` of MathJax 2.7.9, ``extensions/tex2jax.js``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from archiver.body.events.event import Close, Comment, Event, Open, Text

#: tex2jax ``skipTags``.
SKIPPED = frozenset(
    {"script", "noscript", "style", "textarea", "pre", "code", "annotation", "annotation-xml"}
)
#: Elements that a formula may go on across.
_TRANSPARENT = frozenset({"br", "wbr"})
#: tex2jax ``ignoreClass`` with MathJax's ``preRemoveClass``, and the output of MathJax itself.
_IGNORED_CLASS = re.compile(r"(?:^| )(?:tex2jax_ignore|MathJax_Preview)(?: |\Z)")
_PROCESSED_CLASS = re.compile(r"(?:^| )tex2jax_process(?: |\Z)")
_MATHJAX_CLASS = re.compile(r"(?:^| )MathJax")

#: Text nodes, and the ``<br>`` elements and comments between them.
TextRun = list[Text | Open | Comment]


def text_runs(events: list[Event]) -> Iterator[TextRun]:
    """Sequences of sibling text nodes with only transparent elements between them.

    A run begins with a text in which a formula may begin; what is before the first one is left out.
    """
    run: TextRun = []
    is_ignored = False
    behind: dict[Open, bool] = {}  # whether texts are ignored behind what has changed it
    rest = iter(events)
    for event in rest:
        if type(event) is Text:
            # All opening marks have a dollar or a backslash.
            if (run or "$" in event.text or "\\" in event.text) and not is_ignored:
                run.append(event)
        elif type(event) is Comment:
            if run:
                run.append(event)
        elif type(event) is Open and event.tag in _TRANSPARENT:
            if run and event.tag == "br":
                run.append(event)
            _skip(rest, event)
        else:
            if run:
                yield run
                run = []
            if type(event) is Close:
                is_ignored = behind.pop(event.opened, is_ignored)
            elif not _is_searched(event):
                _skip(rest, event)
            elif event.attributes and _is_ignored(event, is_ignored) is not is_ignored:
                behind[event] = is_ignored
                is_ignored = not is_ignored
    if run:
        yield run


def _skip(rest: Iterator[Event], opened: Open) -> None:
    """Leave out what is inside an element that has just begun, and its end."""
    count = opened.end - opened.start
    next(islice(rest, count - 1, count))


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

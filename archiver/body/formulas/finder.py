"""Find the formulas of a body, exactly those that MathJax finds in the reader's browser.

The blog renders with MathJax 2 and ``inlineMath: [['$','$'], ['\\\\(','\\\\)']]``,
``processEscapes: true``. This is the algorithm of its ``tex2jax`` preprocessor (MathJax 2.7.9,
``extensions/tex2jax.js``), on which every rule below is modelled:

- Text is searched node by node among siblings; a formula may go on across ``<br>``, ``<wbr>`` and
  comments, but not across any other element. Nothing is searched inside ``SKIPPED`` elements.
  The text of a comment inside a formula belongs to it (``encloseMath``), but ends none.
- A formula opens with ``$$``, ``$``, ``\\(``, ``\\[`` or ``\\begin{…}`` and ends at its closing
  mark outside braces. If there is none outside braces, the first inside braces ends it; if there
  is none at all, the opening is text and the search goes on behind it.
- ``\\$`` is a dollar sign. ``\\ref{…}`` and ``\\eqref{…}`` outside formulas are formulas too.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver.body.events.event import Events
from archiver.body.events.reader import read_events
from archiver.body.formulas.common import note_common
from archiver.body.formulas.found import Formulas
from archiver.body.formulas.scanner import FormulaScanner
from archiver.body.formulas.text_runs import text_runs


def find_formulas(top: HtmlElement) -> Formulas:
    """All formulas below ``top``, in document order."""
    return mark_formulas(read_events(top))


def mark_formulas(events: Events) -> Formulas:
    """All formulas of a body; its texts and line breaks are marked with what belongs to one."""
    formulas = Formulas()
    for run in text_runs(events.all):
        rest = note_common(run, formulas)
        if rest is not None:
            FormulaScanner(run, formulas).scan(*rest)
    return formulas

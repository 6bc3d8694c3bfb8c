"""The six points of fidelity. Each takes a case and returns its result; none raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lxml.html import HtmlElement

from archiver import site
from archiver.items import Formula
from archiver.tree.document import parse_fragment
from archiver.verify.fidelity.addresses import problem_of, target_of
from archiver.verify.fidelity.body_reference import Reading, parse_html, read_body
from archiver.verify.fidelity.captions import captions
from archiver.verify.fidelity.comparison import Point, compare_lists, compare_texts, compare_values
from archiver.verify.fidelity.differences import value_in_words
from archiver.verify.fidelity.markdown_outline import outline_of_markdown
from archiver.verify.fidelity.outline import fold, quoted, without_space
from archiver.verify.fidelity.rendering import lines_of, rendered_text
from archiver.verify.fidelity.safety import safety_faults
from archiver.verify.fidelity.steps import Step, read_steps, shown_formulas
from archiver.verify.fidelity.tex2jax import find_formulas
from archiver.verify.fidelity.tree_outline import outline_of_steps

#: The points in the order in which they are reported, and what each one counts.
UNITS: Final = {
    "text": "character",
    "formulas": "formula",
    "markdown": "event",
    "links": "link",
    "pictures": "picture",
    "safety": "element",
}


class Case:
    """One article with a body: what is stored of it, and the reading it is compared with.

    ``row`` is the article's JSONL object. Without ``reference`` its ``body_html`` is the reference.
    ``base`` is where the blog was read from.
    """

    def __init__(
        self, row: Mapping[str, Any], reference: Reading | None, base: site.Base | None = None
    ) -> None:
        self.row = row
        self.base = base
        html: str = row["body_html"]
        #: ``body_html`` read again, by the audit and as the extraction's tree. Its lines are
        #: compared with those of the reference alone.
        self.stored: Reading = read_body(
            parse_html(html), row["id"], with_lines=reference is not None
        )
        self.body: HtmlElement = parse_fragment(html)
        formulas = find_formulas(self.body)
        self.formulas: list[Formula] = formulas.found
        #: Its steps in reading, and the picture of each caption in it.
        self.steps: list[Step] = list(read_steps(self.body, formulas))
        self.captions = captions(self.body)
        self.reference = self.stored if reference is None else reference


def audit(
    row: Mapping[str, Any], reference: Reading | None = None, base: site.Base | None = None
) -> list[Point]:
    """All six points of one article, in the order of ``UNITS``; arguments as of ``Case``.

    Each point of an article without a body has compared nothing.
    """
    if row["body_html"] is None:
        return [Point(name, unit, 0) for name, unit in UNITS.items()]
    return audit_case(Case(row, reference, base))


def audit_case(case: Case) -> list[Point]:
    """All six points of an article with a body."""
    return [
        audit_text(case),
        audit_formulas(case),
        audit_markdown(case),
        audit_links(case),
        audit_pictures(case),
        audit_safety(case),
    ]


def audit_text(case: Case) -> Point:
    """Compare the visible characters of the reference with ``body_html`` and ``body_text``.

    The lines too: what a browser shows on different lines stands so in ``body_text``.
    """
    expected = case.reference.text
    point = _point("text", len(expected))
    compare_texts(point, "body_html", expected, case.stored.text)
    if case.reference.lines is not None and case.stored.lines is not None:
        compare_lists(point, "lines of body_html", case.reference.lines, case.stored.lines)
    compare_texts(point, "body_text", expected, without_space(case.row["body_text"] or ""))
    _compare_lines(point, case)
    return point


def audit_formulas(case: Case) -> Point:
    """Compare the formulas of reference, ``body_html``, ``formulas``, count and ``body_text``."""
    expected = [_formula_key(formula) for formula in case.reference.formulas]
    point = _point("formulas", len(expected))
    stored = [_formula_key(formula) for formula in case.formulas]
    compare_lists(point, "body_html", expected, stored)
    listed = [
        _formula_key(Formula(entry["latex"], entry["display"]))
        for entry in case.row.get("formulas") or ()
    ]
    compare_lists(point, "formulas", expected, listed)
    compare_values(point, "formula_count", len(expected), case.row["formula_count"])
    _find_in_text(point, case)
    return point


def audit_markdown(case: Case) -> Point:
    """Compare the outline of ``body_markdown`` with that of ``body_html``."""
    expected = outline_of_steps(case.steps, case.captions)
    point = _point("markdown", len(expected))
    markdown = case.row["body_markdown"]
    if markdown is None:
        point.note(1, "there is no Markdown")
    else:
        compare_lists(point, "body_markdown", expected, outline_of_markdown(markdown))
    return point


def audit_links(case: Case) -> Point:
    """Compare the links of reference, ``body_html`` and ``links``; check their targets."""
    expected = case.reference.links
    point = _point("links", len(expected))
    _compare_links(point, "body_html", expected, case.stored.links)
    listed = [(link["url"], without_space(link["text"])) for link in case.row["links"]]
    _compare_links(point, "links", expected, listed)
    for link in case.row["links"]:
        _check_target(point, link, case.base)
    return point


def audit_pictures(case: Case) -> Point:
    """Compare the pictures of reference, ``body_html``, ``pictures`` and count; the captions."""
    expected = case.reference.pictures
    point = _point("pictures", len(expected))
    compare_lists(point, "body_html", expected, case.stored.pictures)
    listed = case.row.get("pictures") or []
    found = [(picture["url"], fold(picture["alt"] or "")) for picture in listed]
    compare_lists(point, "pictures", expected, found)
    compare_values(point, "picture_count", len(expected), case.row["picture_count"])
    _compare_captions(point, case, [picture["caption"] for picture in listed])
    return point


def audit_safety(case: Case) -> Point:
    """Look in ``body_html`` for what runs, sends or covers; compare the ids of its headings."""
    faults = safety_faults(case.body)
    point = _point("safety", sum(1 for _ in case.body.iterdescendants()))
    for fault in faults:
        point.note(1, fault)
    ids = case.reference.heading_ids
    compare_lists(point, "ids of headings", ids, case.stored.heading_ids)
    return point


# --- Comparing ------------------------------------------------------------------------------------


def _point(name: str, compared: int) -> Point:
    return Point(name, UNITS[name], compared)


def _compare_lines(point: Point, case: Case) -> None:
    """Compare the lines of ``body_text``; white space counts in those of a ``pre``."""
    expected = lines_of(case.steps)
    found = [line for line in _text_with_formulas_folded(case).split("\n") if line.strip()]
    is_same = len(found) == len(expected)
    shown_lines = [
        line if is_same and expected[number].is_verbatim else fold(line)
        for number, line in enumerate(found)
    ]
    wanted = [line.text if is_same else fold(line.text) for line in expected]
    compare_lists(point, "lines of body_text", wanted, shown_lines)


def _text_with_formulas_folded(case: Case) -> str:
    """``body_text``, each formula on one line with its white space folded."""
    text: str = case.row["body_text"] or ""
    position = 0
    for formula in shown_formulas(case.steps):
        found = text.find(formula.latex, position)
        if found >= 0:
            folded = fold(formula.latex)
            text = text[:found] + folded + text[found + len(formula.latex) :]
            position = found + len(folded)
    return text


def _compare_links(
    point: Point,
    place: str,
    expected: Sequence[tuple[str, str | None]],
    found: Sequence[tuple[str, str | None]],
) -> None:
    """Compare addresses and texts; the text of a hidden link is not compared."""
    same = len(expected) == len(found)
    known = [
        (url, None) if same and (text is None or expected[number][1] is None) else (url, text)
        for number, (url, text) in enumerate(found)
    ]
    wanted = [
        (url, None) if same and found[number][1] is None else (url, text)
        for number, (url, text) in enumerate(expected)
    ]
    compare_lists(point, place, wanted, known)


def _check_target(point: Point, link: Mapping[str, Any], base: site.Base | None) -> None:
    """Check the article that a link leads to, and what is wrong with its address."""
    url: str = link["url"]
    target, problem = target_of(url), problem_of(url)
    if link["target_id"] not in {target, target_of(url, base)}:
        words = f"expected {value_in_words(target)}, found {value_in_words(link['target_id'])}"
        point.note(1, f"target_id of {quoted(url)}: {words}")
    if link.get("problem") != problem:
        words = f"expected {value_in_words(problem)}, found {value_in_words(link.get('problem'))}"
        point.note(1, f"problem of {quoted(url)}: {words}")


def _formula_key(formula: Formula) -> str:
    """A formula as it is compared: one with line breaks (``<br>``) with white space folded."""
    latex = fold(formula.latex) if "\n" in formula.latex else formula.latex
    return f"{'display' if formula.display else 'inline'} {latex}"


def _find_in_text(point: Point, case: Case) -> None:
    """Note each shown formula that does not stand in ``body_text``, verbatim and in order."""
    text: str = case.row["body_text"] or ""
    position = 0
    for formula in shown_formulas(case.steps):
        found = text.find(formula.latex, position)
        if found < 0:
            point.note(1, f"body_text: expected {quoted(formula.latex)}, found it nowhere")
        else:
            position = found + len(formula.latex)


def _compare_captions(point: Point, case: Case, listed: Sequence[str | None]) -> None:
    """Compare the captions of ``pictures`` and ``body_html``; find each in ``body_text``."""
    texts = {image: rendered_text(caption) for caption, image in case.captions.items()}
    expected = [texts.get(image) or None for image in case.body.iter("img") if image.get("src")]
    compare_lists(point, "captions", expected, listed)
    text = without_space(case.row["body_text"] or "")
    for caption in listed:
        if caption and without_space(caption) not in text:
            point.note(1, f"body_text: expected the caption {quoted(caption)}, found it nowhere")

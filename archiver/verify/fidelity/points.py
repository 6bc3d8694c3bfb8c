"""The six points of fidelity. Each takes one case and gives one result; none raises."""

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
from archiver.verify.fidelity.differences import shown
from archiver.verify.fidelity.markdown_outline import outline_of_markdown
from archiver.verify.fidelity.outline import fold, quoted, squash
from archiver.verify.fidelity.rendering import lines, words
from archiver.verify.fidelity.safety import safety_faults
from archiver.verify.fidelity.steps import shown_formulas
from archiver.verify.fidelity.tex2jax import Formulas, find_formulas
from archiver.verify.fidelity.tree_outline import outline_of_tree

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
    """One article with a body: what is stored of it, and the reading it is compared with."""

    def __init__(
        self, row: Mapping[str, Any], reference: Reading | None, base: site.Base | None = None
    ) -> None:
        self.row = row
        self.base = base
        html: str = row["body_html"]
        #: ``body_html`` read again, by the audit and as the extraction's tree.
        self.stored: Reading = read_body(parse_html(html), row["id"])
        self.body: HtmlElement = parse_fragment(html)
        self.formulas: Formulas = find_formulas(self.body)
        self.reference = self.stored if reference is None else reference


def audit(
    row: Mapping[str, Any], reference: Reading | None = None, base: site.Base | None = None
) -> list[Point]:
    """All six points of one article; without a reference its ``body_html`` is the reference.

    ``row`` is the article's JSONL object. An article without a body has nothing to compare.
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
    """The visible characters: the reference's are those of ``body_html`` and ``body_text``.

    What a browser shows on different lines stands on different lines of ``body_text``.
    """
    expected = case.reference.text
    point = _point("text", len(expected))
    compare_texts(point, "body_html", expected, case.stored.text)
    if case.reference.lines is not None and case.stored.lines is not None:
        compare_lists(point, "lines of body_html", case.reference.lines, case.stored.lines)
    compare_texts(point, "body_text", expected, squash(case.row["body_text"] or ""))
    _compare_lines(point, case)
    return point


def audit_formulas(case: Case) -> Point:
    """The formulas of the reference, ``body_html``, ``formulas``, the count and ``body_text``."""
    expected = [_formula_key(formula) for formula in case.reference.formulas]
    point = _point("formulas", len(expected))
    stored = [_formula_key(formula) for formula in case.formulas.found]
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
    """``body_markdown`` read back says what ``body_html`` says."""
    expected = outline_of_tree(case.body, case.formulas)
    point = _point("markdown", len(expected))
    markdown = case.row["body_markdown"]
    if markdown is None:
        point.note(1, "there is no Markdown")
    else:
        compare_lists(point, "body_markdown", expected, outline_of_markdown(markdown))
    return point


def audit_links(case: Case) -> Point:
    """The links of the reference, ``body_html`` and ``links``, and the articles they lead to."""
    expected = case.reference.links
    point = _point("links", len(expected))
    _compare_links(point, "body_html", expected, case.stored.links)
    listed = [(link["url"], squash(link["text"])) for link in case.row["links"]]
    _compare_links(point, "links", expected, listed)
    for link in case.row["links"]:
        _check_target(point, link, case.base)
    return point


def audit_pictures(case: Case) -> Point:
    """The pictures of the reference, ``body_html``, ``pictures`` and the count; the captions."""
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
    """``body_html`` holds nothing that runs, sends or covers; its headings can be linked to."""
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
    """The lines of ``body_text``; white space counts in those of a ``pre``."""
    expected = lines(case.body, case.formulas)
    found = [line for line in _text_with_formulas_folded(case).split("\n") if line.strip()]
    is_same = len(found) == len(expected)
    shown_lines = [
        line if is_same and expected[number].is_verbatim else fold(line)
        for number, line in enumerate(found)
    ]
    wanted = [line.text if is_same else fold(line.text) for line in expected]
    compare_lists(point, "lines of body_text", wanted, shown_lines)


def _text_with_formulas_folded(case: Case) -> str:
    text: str = case.row["body_text"] or ""
    position = 0
    for formula in shown_formulas(case.body, case.formulas):
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
    """The article that a link leads to, and what is wrong with its address."""
    url: str = link["url"]
    target, problem = target_of(url), problem_of(url)
    if link["target_id"] not in {target, target_of(url, base)}:
        words = f"expected {shown(target)}, found {shown(link['target_id'])}"
        point.note(1, f"target_id of {quoted(url)}: {words}")
    if link.get("problem") != problem:
        words = f"expected {shown(problem)}, found {shown(link.get('problem'))}"
        point.note(1, f"problem of {quoted(url)}: {words}")


def _formula_key(formula: Formula) -> str:
    """A formula as it is compared: white space counts, but for line breaks (``<br>``)."""
    latex = fold(formula.latex) if "\n" in formula.latex else formula.latex
    return f"{'display' if formula.display else 'inline'} {latex}"


def _find_in_text(point: Point, case: Case) -> None:
    """Every formula that is shown stands in ``body_text``, verbatim and in order."""
    text: str = case.row["body_text"] or ""
    position = 0
    for formula in shown_formulas(case.body, case.formulas):
        found = text.find(formula.latex, position)
        if found < 0:
            point.note(1, f"body_text: expected {quoted(formula.latex)}, found it nowhere")
        else:
            position = found + len(formula.latex)


def _compare_captions(point: Point, case: Case, listed: Sequence[str | None]) -> None:
    """The captions of ``pictures`` are those of ``body_html``, and can be read in the text."""
    texts = {image: words(caption) for caption, image in captions(case.body).items()}
    expected = [texts.get(image) or None for image in case.body.iter("img") if image.get("src")]
    compare_lists(point, "captions", expected, listed)
    text = squash(case.row["body_text"] or "")
    for caption in listed:
        if caption and squash(caption) not in text:
            point.note(1, f"body_text: expected the caption {quoted(caption)}, found it nowhere")

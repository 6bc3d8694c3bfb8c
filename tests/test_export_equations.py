r"""Numbers of equations in notes: as MathJax counts, with no ``\label`` and ``\eqref`` left.

What MathJax itself shows of the same bodies is asked in tests/test_browser_equations.py.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.reading.exports.notes.note_body import note_body
from archiver.verify.fidelity.markdown_outline import outline_of_markdown


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (
            "由$\\eqref{a}$\n\n$$\\begin{equation}x\\label{a}\\end{equation}$$",
            "由$(1)$\n\n$$\\begin{equation}x\\tag{1}\\end{equation}$$",
        ),
        (
            "$$\n\\begin{align}a\\\\\nb\\label{b}\\\\\nc\\nonumber\\\\\n\\end{align}\n$$\n\n$\\ref{b}$",
            "$$\n\\begin{align}a\\tag{1}\\\\\nb\\tag{2}\\\\\nc\\nonumber\\\\\n\\end{align}\n$$\n\n$2$",
        ),
        (
            "$$\\begin{gather}a\\notag\\\\b\\end{gather}$$",
            "$$\\begin{gather}a\\notag\\\\b\\tag{1}\\end{gather}$$",
        ),
        ("$$\\begin{equation*}x\\end{equation*}$$", "$$\\begin{equation*}x\\end{equation*}$$"),
        ("$$x\\tag{A}\\label{a}$$\n\n$\\eqref{a}$", "$$x\\tag{A}$$\n\n$\\text{(A)}$"),
        ("$$x\\tag*{A}\\label{a}$$\n\n$\\eqref{a}$", "$$x\\tag*{A}$$\n\n$\\text{A}$"),
        (
            "$$x\\tag{\\(*\\)}\\label {a}$$\n\n$\\ref{a}$",
            "$$x\\tag{\\(*\\)}$$\n\n$\\text{\\(*\\)}$",
        ),
        ("$\\eqref{no_such}$", "$\\text{(no-such)}$"),
        (
            "$$\\begin{multline}a\\\\b\\end{multline}$$",
            "$$\\begin{multline}a\\\\b\\tag{1}\\end{multline}$$",
        ),
        (
            "$$\\begin{equation}\\begin{aligned}a\\\\b\\label{x}\\end{aligned}\\end{equation}$$",
            "$$\\begin{equation}\\begin{aligned}a\\\\b\\end{aligned}\\tag{1}\\end{equation}$$",
        ),
        (
            "$$\\begin{gather}\\begin{pmatrix}1\\\\2\\end{pmatrix}\\\\ {a\\\\b}\\end{gather}$$",
            "$$\\begin{gather}\\begin{pmatrix}1\\\\2\\end{pmatrix}\\tag{1}\\\\"
            " {a\\\\b}\\tag{2}\\end{gather}$$",
        ),
        (
            "$$\\begin{align}a\\\\[2pt]\\end{align}$$\n\n$$\\begin{equation}b\\end{equation}$$",
            "$$\\begin{align}a\\tag{1}\\\\[2pt]\\end{align}$$\n\n"
            "$$\\begin{equation}b\\tag{2}\\end{equation}$$",
        ),
        (
            "$$\n\\begin{align}a % \\\\ \\label{no}\n\\\\b\\end{align}\n$$",
            "$$\n\\begin{align}a % \\\\ \\label{no}\n\\tag{1}\\\\b\\tag{2}\\end{align}\n$$",
        ),
        (
            "> - $$\n>   \\begin{align}\n>   a\\label{a}\\\\\n>   b\\end{align}\n>   $$",
            "> - $$\n>   \\begin{align}\n>   a\\tag{1}\\\\\n>   b\\tag{2}\\end{align}\n>   $$",
        ),
        ("$\\require{AMScd}x$", "$\\require{amscd}x$"),
        ("```\n$\\eqref{a}$ \\label{a}\n```", "```\n$\\eqref{a}$ \\label{a}\n```"),
        ("$\\text{由\\eqref{a}}$ $$x\\tag{7}\\label{a}$$", "$\\text{由(7)}$ $$x\\tag{7}$$"),
    ],
)
def test_equations_are_numbered(markdown: str, expected: str) -> None:
    assert note_body(markdown, {}) == expected


def test_the_first_of_two_equal_labels_holds() -> None:
    twice = "$$x\\tag{1}\\label{a}$$\n\n$$y\\tag{2}\\label{a}$$\n\n$\\eqref{a}$"
    assert note_body(twice, {}).endswith("$(1)$")


parts = st.sampled_from(
    ["\\begin{align}", "\\end{align}", "\\begin{equation}", "\\end{equation}", "\\\\", "\\label{a}",
     "\\label{}", "\\tag{1}", "\\tag*{b}", "\\nonumber", "{", "}", "x", "&", "%", "\n", "\\%",
     "\\begin{pmatrix}", "\\end{pmatrix}", "\\eqref{a}", "\\ref{b}", "\\begin", " ", "\\cr"]
)  # fmt: skip


@given(st.lists(st.lists(parts, max_size=12).map("".join), min_size=1, max_size=4))
def test_any_formula_is_read_to_its_end(formulas: list[str]) -> None:
    """Also a broken one; what is no number, label or reference stays."""
    kept = [re.sub(r"\n\s*|%|\$", "", latex).strip() or "x" for latex in formulas]
    markdown = "\n\n".join(f"$$\n{latex}\n$$" for latex in kept)
    body = note_body(markdown, {})
    written = r"\\tag\{\d+\}|\\label\s*\{a?\}|\\eqref\{a\}|\\ref\{b\}|\(\d+\)|\\text\{[^{}]*\}"
    before, after = (re.sub(written, "", text) for text in (markdown, body))
    assert after.replace("b", "").replace(" ", "") == before.replace("b", "").replace(" ", "")
    kinds = [[event.kind for event in outline_of_markdown(text)] for text in (markdown, body)]
    assert kinds[0] == kinds[1]

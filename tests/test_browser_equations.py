"""MathJax 2.7 as the judge of exported numbers: it shows of a note what it shows of the article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import pytest
from markdown_it import MarkdownIt
from mathjax import MathJax, open_mathjax
from mdit_py_plugins.dollarmath import dollarmath_plugin

from archiver.body.read import Body, read_stored_body
from archiver.demo.posts import load_posts
from archiver.reading.exports.notes.note_body import note_body

pytestmark = pytest.mark.browser

#: As the blog has it.
NUMBERED = 'TeX: {equationNumbers: {autoNumber: "AMS"}},'
REFERENCE = re.compile(r"\\(?:eq)?ref\{[^{}]*\}")
#: Each with something that the demo blog does not have.
ODD = (
    r"<p>$\eqref{b}$ \eqref{a} $\ref{b}$</p><p>$$\begin{align}a&amp;=b\label{a}\\[2pt]"
    r"c&amp;=\begin{pmatrix}1\\2\end{pmatrix}\label{b}\\ d&amp;=e\nonumber\\ f\tag*{X}\\"
    r"\end{align}$$</p><p>\begin{equation}x\label{c}\end{equation} \eqref{c}</p>",
    r"<p>\begin{multline}a\\b\label{m}\end{multline}</p><p>\begin{gather}a\\b\notag\\c\end{gather}</p>"
    r"<p>\begin{eqnarray}a&amp;=&amp;b\\&amp;=&amp;c\label{e}\end{eqnarray}</p>"
    r"<p>\ref{m} \eqref{e}</p>",
    r"<p>\begin{alignat}{2}a&amp;=b\\c&amp;=d\end{alignat}</p>"
    r"<p>$$x\tag{7}\label{s}$$ $\eqref{s}$</p>"
    r"<p>\begin{equation*}y\end{equation*}</p><p>\begin{align*}u\\v\tag{8}\end{align*}</p>"
    r"<p>\begin{equation}\begin{split}a\\b\end{split}\label{z}\end{equation}</p><p>$\eqref{z}$</p>",
)


@pytest.fixture(scope="module")
def mathjax() -> Iterator[MathJax]:
    with open_mathjax() as judge:
        yield judge


def bodies() -> list[Body]:
    """Those with references, or with rows that have numbers of their own."""
    found = [read_stored_body(html) for html in (*ODD, *(post.body for post in load_posts()))]
    return [body for body in found if re.search(r"ref\{|\{align\}|\{gather\}", body.markdown)]


def numbers(drawn: str) -> list[str]:
    """The numbers at the side of the equations."""
    return re.findall(r"<mlabeledtr[^>]*><mtd[^>]*><mtext[^>]*>([^<]*)", drawn)


def references(drawn: str) -> list[str]:
    return re.findall(r'class="MathJax_ref"[^>]*><mtext[^>]*>([^<]*)', drawn)


def formulas(markdown: str) -> list[str]:
    """The formulas of a text, without dollars."""
    blocks = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
    tokens = [
        token for block in blocks.parse(markdown) for token in (block, *(block.children or ()))
    ]
    return [token.content for token in tokens if token.type.startswith("math_")]


def _plain(reference: str) -> str:
    r"""What is seen of a reference: ``\text{(X)}`` is ``(X)``."""
    return re.sub(r"\\text\{(.*)\}", r"\1", reference)


def test_numbers_and_references_are_those_of_the_blog(mathjax: MathJax) -> None:
    """Although all notes are drawn on one page, where numbers and labels of two would meet."""
    on_blog: list[str] = []
    refer: list[tuple[str, str]] = []
    page = ""
    for body in bodies():
        drawn = mathjax.drawn(body.html, extensions=NUMBERED)
        on_blog += numbers(drawn)
        pairs = zip(formulas(body.markdown), formulas(note_body(body.markdown, {})), strict=True)
        replaced = [(old, new) for old, new in pairs if REFERENCE.fullmatch(old)]
        assert [_plain(new) for _, new in replaced] == references(drawn), body.markdown
        refer += replaced
        page += "".join(f"<p>$${escape(x)}$$</p>" for x in formulas(note_body(body.markdown, {})))
    in_notes = mathjax.drawn(page)
    assert numbers(in_notes) == on_blog
    assert "???" not in in_notes
    assert references(in_notes) == []
    assert len(refer) > 10

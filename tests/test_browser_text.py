"""A browser judges what is text and on which lines: the extraction, the audit and the Markdown.

``make browser-test`` runs these. Not judged, since docs/data-format.md promises otherwise: closed
``details``, blocks that their style makes inline, ``white-space`` and ``text-transform``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from mathjax import MathJax, open_mathjax
from mdit_py_plugins.dollarmath import dollarmath_plugin
from odd_bodies import CODE, SHORT, TEXT
from test_audit import page_of

from archiver.store.records import Row
from archiver.tree.document import parse_fragment
from archiver.verify.fidelity.rendering import rendered_lines
from archiver.verify.page_audit import audit_page
from archiver.verify.result_table import is_clean

pytestmark = pytest.mark.browser

BODIES = [*CODE, *TEXT, *((body, body) for body in SHORT)]
READER = (
    MarkdownIt("commonmark", {"html": True})
    .enable("table")
    .use(
        dollarmath_plugin,
        double_inline=True,
        allow_labels=False,
        renderer=lambda tex, _: f"${tex}$",
    )
)


@pytest.fixture(scope="module")
def browser() -> Iterator[MathJax]:
    with open_mathjax() as judge:
        yield judge


def extracted(body: str) -> Row:
    row, points, _ = audit_page(page_of(body))
    assert is_clean(points), [point.first for point in points]
    return row


def folded(text: str) -> list[str]:
    """The lines that are not empty, white space folded."""
    return [line for line in (" ".join(part.split()) for part in text.split("\n")) if line]


def exact(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("body", [body for _, body in BODIES], ids=[name for name, _ in BODIES])
def test_text_and_its_lines(browser: MathJax, body: str) -> None:
    row = extracted(body)
    (shown,) = browser.texts_of_bodies([row["body_html"]])
    assert folded(row["body_text"]) == folded(shown)
    found = rendered_lines(parse_fragment(row["body_html"]))
    assert folded("\n".join(line.text for line in found)) == folded(shown)


@pytest.mark.parametrize("body", [body for _, body in CODE], ids=[name for name, _ in CODE])
def test_lines_of_code(browser: MathJax, body: str) -> None:
    """Indentation counts. ``innerText`` has an empty line too many where two ends of one meet."""
    row = extracted(body)
    (shown,) = browser.texts_of_bodies([row["body_html"]])
    assert exact(row["body_text"]) == exact(shown)
    (read,) = browser.texts_of_bodies([READER.render(row["body_markdown"])])
    assert exact(read) == exact(shown)


@pytest.mark.parametrize("body", [body for _, body in BODIES], ids=[name for name, _ in BODIES])
def test_markdown_shows_the_same_words(browser: MathJax, body: str) -> None:
    """Captions are titles there; dollars go, and cells of HTML tables have lines of their own."""
    row = extracted(body)
    texts = browser.texts_of_bodies([row["body_html"], READER.render(row["body_markdown"])])
    captions = [word for p in row["pictures"] for word in (p["caption"] or "").split()]
    shown, read = (" ".join(folded(text)).replace("$", " ").split() for text in texts)
    for word in captions if row["body_markdown"].count(' "') else ():
        shown.remove(word)
    assert read == shown

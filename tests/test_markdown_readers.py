"""What the readers of Markdown that people use make of ``body_markdown``: the author's text.

The author's is read from ``body_html`` by ``readers.shown``, with none of the project's code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from readers import READERS, reader_named
from readers.shown import Shown, shown_by_author, shown_by_reader
from readers.soup import NASTY, document
from test_corpus_floors import fixtures, real

from archiver.body.formulas.finder import find_formulas
from archiver.body.markdown import to_markdown
from archiver.extraction.saved_page import extract
from archiver.tree.document import parse_fragment

pytestmark = pytest.mark.readers

Document = tuple[str, str, Shown]
DOCUMENTS = 600


@cache
def articles() -> list[Document]:
    """Name, Markdown and the author's text of each article at hand, real ones too."""
    pages = [*fixtures(), *real()]
    items = ((name, extract(page, url).rows[0]) for name, page, url in pages)
    return [
        (name, item["body_markdown"], shown_by_author(item["body_html"], latex_of(item)))
        for name, item in items
        if item["body_html"] is not None
    ]


def latex_of(item: dict[str, Any]) -> list[str]:
    return [formula["latex"] for formula in item["formulas"]]


def written(html: str) -> Document:
    """The same of a piece of HTML."""
    body = parse_fragment(html)
    author = shown_by_author(html, [formula.latex for formula in find_formulas(body).found])
    return html, to_markdown(body), author


@cache
def named() -> list[Document]:
    """Each nasty piece in a paragraph, a line, an item, a heading, a quote, a cell and an alt."""
    body = parse_fragment(
        "<p></p><p>一<br></p><ul><li></li><li>乙</li></ul><h2></h2><blockquote></blockquote>"
        "<table><tr><td></td><td>丁</td></tr></table><p>之后<img src='/a.png'></p>"
    )
    documents = []
    for piece in NASTY:
        text = f"{piece}甲 乙".replace("$", "")
        for path in ("p[1]", "ul/li[1]", "h2", "blockquote", "table//td[1]"):
            body.xpath(path)[0].text = text
        body.xpath("p[2]/br")[0].tail = text
        body.xpath("p/img")[0].set("alt", text)
        documents.append(written(inner_html(body)))
    return documents


@cache
def random_ones() -> list[Document]:
    return [written(document(Random(number))) for number in range(DOCUMENTS)]


def inner_html(body: Any) -> str:
    from lxml import etree

    return "".join(etree.tostring(child, encoding="unicode", method="xml") for child in body)


def differences(reader: str, folder: Path, documents: Sequence[Document]) -> Iterator[str]:
    """Where a reader shows something else than the author has written."""
    read = reader_named(reader, folder)
    pages = read([markdown for _, markdown, _ in documents])
    for (name, _, author), html in zip(documents, pages, strict=True):
        want, have = asdict(author), asdict(shown_by_reader(html))
        if reader.endswith("linkify"):
            want["links"] = have["links"] = []  # any name with a dot becomes one
        for part in want:
            if want[part] != have[part]:
                yield f"{name}: {part}: {first_difference(want[part], have[part])}"


def first_difference(want: Any, have: Any) -> str:
    """Two texts or lists from where they begin to differ."""
    pairs = enumerate(zip(want, have, strict=False))
    end = min(len(want), len(have))
    start = next((place for place, (one, other) in pairs if one != other), end)
    reach = 25 if isinstance(want, str) else 1
    return f"expected {want[start : start + reach]!r}, shown {have[start : start + reach]!r}"


def without_dollars(documents: Sequence[Document]) -> list[Document]:
    r"""Remark ends a formula at ``\$``, and nothing that the others read can be put there."""
    return [d for d in documents if not any("\\$" in formula for formula in d[2].formulas)]


@pytest.mark.parametrize("reader", READERS)
def test_articles(reader: str, tmp_path: Path) -> None:
    documents = without_dollars(articles()) if reader == "remark" else articles()
    assert list(differences(reader, tmp_path, documents)) == []


@pytest.mark.parametrize("reader", READERS)
def test_what_is_markup_somewhere(reader: str, tmp_path: Path) -> None:
    assert list(differences(reader, tmp_path, named())) == []


@pytest.mark.parametrize("reader", READERS)
def test_random_text(reader: str, tmp_path: Path) -> None:
    assert list(differences(reader, tmp_path, random_ones())) == []


def test_few_articles_hold_what_remark_cannot_read() -> None:
    assert len(articles()) - len(without_dollars(articles())) <= 1
    assert len(articles()) > 60


def test_differences_are_seen(tmp_path: Path) -> None:
    """Without its escapes the same text is read otherwise."""
    bare = [(name, markdown.replace("\\", ""), author) for name, markdown, author in named()]
    assert len(list(differences("markdown-it", tmp_path, bare))) > 20

"""One reading of a body: all that is stored of it, the same from a page and from the archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT

from archiver.body.read import Body, read_body, read_stored_body
from archiver.items import Formula, Link, Picture
from archiver.pages.article import parse_article
from archiver.pages.decoding import decode_page, open_page
from archiver.site import Base
from archiver.tree.document import parse_fragment

SERVED = """
<p>前言<a href="/archives/93">引</a>，$x_1$。</p><!--more-->
<script>track()</script><p onclick="go()"><img src="/a.png" alt="图"></p><p>$$y\\label{e}$$</p>
"""
HTML = (
    '<p>前言<a href="https://kexue.fm/archives/93">引</a>，$x_1$。</p>\n'
    '<p><img src="https://kexue.fm/a.png" alt="图"></p><p>$$y\\label{e}$$</p>'
)


def parts(body: Body) -> tuple[object, ...]:
    """All that is made from a body and stored."""
    return body.html, body.text, body.markdown, body.formulas, body.links, body.pictures


def test_a_served_body_is_cleaned_and_read() -> None:
    body = read_body(parse_fragment(SERVED), 6583)
    assert parts(body) == (
        HTML,
        "前言引，$x_1$。\n\n$$y\\label{e}$$",
        "前言[引](<https://kexue.fm/archives/93>)，$x_1$。\n\n"
        "![图](https://kexue.fm/a.png)\n\n$$y\\label{e}$$",
        [Formula("$x_1$", display=False), Formula("$$y\\label{e}$$", display=True)],
        [Link("https://kexue.fm/archives/93", "引", 93)],
        [Picture("https://kexue.fm/a.png", "图")],
    )
    assert body.excerpt == "前言引，$x_1$。"


def test_a_stored_body_is_read_the_same_but_for_the_excerpt() -> None:
    body = read_stored_body(HTML)
    assert parts(body) == parts(read_body(parse_fragment(SERVED), 6583))
    assert body.excerpt is None


@pytest.mark.parametrize("base", [None, "http://127.0.0.1:8000/blog"])
def test_addresses_are_resolved_against_the_page_and_links_known_of_a_copy(
    base: str | None,
) -> None:
    served = parse_fragment('<a href="../93">引</a>')
    document = "http://127.0.0.1:8000/blog/archives/1/x"
    body = read_body(served, 6583, document, Base.parse(base) if base else None)
    url = "http://127.0.0.1:8000/blog/archives/93"
    assert body.links == [Link(url, "引", 93 if base else None)]


ARTICLES = [
    path.parent
    for path in sorted(ROOT.glob("fixtures/cases/*/case.json"))
    if json.loads(path.read_text("utf-8"))["kind"] == "article"
]


@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case.name)
def test_a_stored_body_can_be_read_again(case: Path) -> None:
    """What is stored with a body is what the stored body gives, on every saved article."""
    url = json.loads((case / "case.json").read_text("utf-8"))["url"]
    article = parse_article(open_page(decode_page((case / "page.html").read_bytes())), url)
    assert article.body is not None
    body = read_body(article.body, article.id, article.document)
    assert parts(read_stored_body(body.html)) == parts(body)


@pytest.mark.parametrize(
    "odd", ["<label>c</label>", "<o:p>c</o:p>", "<a>1<table><a>c</a></table></a>"]
)
def test_the_excerpt_stays_where_a_body_is_parsed_again(odd: str) -> None:
    """The mark that ends it is a comment, which a body loses with its HTML."""
    served = parse_fragment(f"<p>甲</p><!--more--><p>乙{odd}</p>")
    assert read_body(served, 6583).excerpt == "甲"

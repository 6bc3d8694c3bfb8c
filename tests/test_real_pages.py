"""Real pages and bodies, where they are at hand: nothing lost, nothing of the page around added.

The bodies are wrapped in the page shell of the demo blog's theme, footer included.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import REAL
from replica import make_post
from selectolax.lexbor import LexborHTMLParser

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extraction.saved_page import extract
from archiver.pages.kind import Kind

pytestmark = pytest.mark.real

ARTICLES = sorted((path.name for path in (REAL / "real_articles").glob("[0-9]*")), key=int)
NO_PAGES = not ARTICLES
needs_pages = pytest.mark.skipif(
    NO_PAGES, reason="real pages are no part of the project; none at ../shared"
)


def inner_body(article: str) -> str:
    """The stored body without the element around it."""
    source = (REAL / "real_articles" / article / "source.html").read_text("utf-8")
    body = source.split(">", 1)[1].rstrip()
    assert body.endswith("</div>")
    return body.removesuffix("</div>")


def shown_text(html: str) -> str:
    """All characters that a browser's parser makes text of, white space left out."""
    body = LexborHTMLParser(f"<!DOCTYPE html><body>{html}").body
    assert body is not None
    return "".join(body.text(deep=True).split())


@cache
def page_of_real(article: str) -> bytes:
    """A page with a real body and the facts that are stored beside it."""
    snapshot = json.loads((REAL / "real_articles" / article / "snapshot.json").read_text("utf-8"))
    day = datetime.fromisoformat(snapshot["metadata"]["date"]).replace(tzinfo=site.TIMEZONE)
    post = make_post(
        int(article),
        title=snapshot["metadata"]["title"],
        published=day,
        body=inner_body(article),
    )
    return answer(Blog((post,)), f"/archives/{article}").body


@cache
def extracted(article: str) -> dict[str, Any]:
    """The item of such a page."""
    kind, (item,), *_ = extract(page_of_real(article), site.article_url(int(article)))
    assert kind is Kind.ARTICLE
    return item


@needs_pages
@pytest.mark.parametrize("article", ARTICLES)
def test_text_is_all_there(article: str) -> None:
    item = extracted(article)
    assert "".join(item["body_text"].split()) == shown_text(inner_body(article))


@needs_pages
@pytest.mark.parametrize("article", ARTICLES)
def test_stored_html_reads_the_same(article: str) -> None:
    item = extracted(article)
    stored = LexborHTMLParser(f"<!DOCTYPE html><body>{item['body_html']}").body
    assert stored is not None
    for embed in stored.css("a.embed"):
        embed.decompose()
    assert "".join(stored.text(deep=True).split()) == "".join(item["body_text"].split())


@needs_pages
@pytest.mark.parametrize("article", ARTICLES)
def test_links_and_pictures_are_all_there(article: str) -> None:
    tree = LexborHTMLParser(f"<!DOCTYPE html><body>{inner_body(article)}")
    item = extracted(article)
    assert len(item["links"]) == len(tree.css("a[href]"))
    assert item["picture_count"] == len(tree.css("img"))


@needs_pages
@pytest.mark.parametrize(
    ("name", "kind", "items"),
    [
        ("home.html", Kind.LISTING, 10),
        ("page-2.html", Kind.LISTING, 10),
        ("category.html", Kind.LISTING, 10),
        ("content.html", Kind.INDEX, 28),
        ("feed.xml", Kind.FEED, 3),
        ("article-6583.html", Kind.ARTICLE, 1),
        ("article-6583-comment-page-2.html", Kind.ARTICLE, 1),
        ("article-8870.html", Kind.ARTICLE, 1),
        ("protected-403.html", Kind.PROTECTED, 1),
    ],
)
def test_sample_page(name: str, kind: Kind, items: int) -> None:
    found, entries, *_ = extract((REAL / "site_samples" / name).read_bytes())
    assert (found, len(entries)) == (kind, items)
    assert all(entry["title"] and entry["id"] for entry in entries)


@needs_pages
def test_sample_article_has_its_facts() -> None:
    (item,) = extract((REAL / "site_samples" / "article-6583.html").read_bytes()).rows
    facts = {key: item[key] for key in ("id", "author", "published", "readers", "comment_count")}
    assert facts == {
        "id": 6583,
        "author": "苏剑林",
        "published": "2019-05-03",
        "readers": 94037,
        "comment_count": 46,
    }
    assert isinstance(REAL, Path)

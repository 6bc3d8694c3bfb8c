"""A page with a ``<base>``: its relative addresses lead where a browser would follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from conftest import REAL
from replica import make_post, make_posts

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.pages.article import parse_article
from archiver.pages.index import parse_index
from archiver.pages.listing import parse_listing
from archiver.site import Base, article_id
from archiver.tree.document import parse_page
from archiver.verify.page_audit import audit_page
from archiver.verify.result_table import is_clean, table

if TYPE_CHECKING:
    pass

LIVE: Final = Base.parse("https://kexue.fm")
COPY: Final = Base.parse("http://127.0.0.1:8080")
BELOW: Final = Base.parse("http://127.0.0.1:8080/copy")
ARTICLE: Final = "/archives/321"


def page_of(body: str, head: str) -> bytes:
    """The page of an article, with something in its head."""
    page = answer(Blog((make_post(321, body=body),)), ARTICLE).body
    return page.replace(b"<head>", b"<head>" + head.encode(), 1)


def extract(body: str, head: str) -> dict[str, Any]:
    """The article, whose audit has to find nothing."""
    row, points, _ = audit_page(page_of(body, head), site.article_url(321))
    assert is_clean(points), "\n".join(table(points))
    return row


@pytest.mark.parametrize(
    ("base", "href", "document"),
    [
        (LIVE, "https://kexue.fm/sub/", "https://kexue.fm/sub/"),
        (LIVE, "/sub/", "https://kexue.fm/sub/"),
        (LIVE, "sub/", "https://kexue.fm/archives/sub/"),
        (LIVE, "../", "https://kexue.fm/"),
        (LIVE, "", "https://kexue.fm/archives/321"),
        (LIVE, "?a=1#b", "https://kexue.fm/archives/321?a=1"),
        (LIVE, " \n/sub/ ", "https://kexue.fm/sub/"),
        (LIVE, "https://example.org/x/", "https://example.org/x/"),
        (LIVE, "//example.org/x/", "https://example.org/x/"),
        (LIVE, "https://spaces.ac.cn/", "https://spaces.ac.cn/"),
        (LIVE, "javascript:alert(1)", None),
        (LIVE, "data:text/html,x", None),
        (LIVE, "mailto:a@example.org", None),
        (LIVE, "http://[", None),
        # A copy of the blog stands for the live one.
        (COPY, "http://127.0.0.1:8080", "https://kexue.fm/"),
        (COPY, "http://127.0.0.1:8080/sub/", "https://kexue.fm/sub/"),
        (COPY, "/sub/", "https://kexue.fm/sub/"),
        (COPY, "http://127.0.0.1/sub/", "http://127.0.0.1/sub/"),
        (COPY, "https://kexue.fm/sub/", "https://kexue.fm/sub/"),
        (BELOW, "http://127.0.0.1:8080/copy/", "https://kexue.fm/"),
        (BELOW, "/copy/sub/", "https://kexue.fm/sub/"),
        (BELOW, "../", "https://kexue.fm/"),
    ],
)
def test_document(base: Base, href: str, document: str | None) -> None:
    assert base.document_of(ARTICLE, href) == document


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("", "https://kexue.fm/archives/x.png"),
        ('<base href="/sub/">', "https://kexue.fm/sub/x.png"),
        ('<BASE HREF="/sub/"><base href="/other/">', "https://kexue.fm/sub/x.png"),
        ('<base target="_blank"><base href="/sub/">', "https://kexue.fm/sub/x.png"),
        # The first one counts, though it has no meaning.
        ('<base href="javascript:x"><base href="/sub/">', "https://kexue.fm/archives/x.png"),
        ('<template><base href="/sub/"></template>', "https://kexue.fm/archives/x.png"),
        ('<!-- <base href="/sub/"> -->', "https://kexue.fm/archives/x.png"),
        ('<base href="https://example.org/a/b">', "https://example.org/a/x.png"),
    ],
)
def test_the_first_one_counts(head: str, url: str) -> None:
    row = extract('<p>字<img src="x.png"><a href="x.png">字</a></p>', head)
    assert [picture["url"] for picture in row["pictures"]] == [url]
    assert [link["url"] for link in row["links"]] == [url]
    assert row["body_html"].count(f'"{url}"') == row["body_markdown"].count(f"({url})") == 2


def test_one_in_the_body_counts_too() -> None:
    """Also for what stands before it; the archive's HTML has none."""
    row = extract('<p><a href="x">字</a><base href="/sub/">字</p>', "")
    assert row["links"][0]["url"] == "https://kexue.fm/sub/x"
    assert "<base" not in row["body_html"]


@pytest.mark.parametrize(
    ("href", "url", "target"),
    [
        ("archives/5", "https://kexue.fm/archives/5", 5),
        ("/archives/5", "https://kexue.fm/archives/5", 5),
        ("./archives/5/#a", "https://kexue.fm/archives/5/#a", 5),
        ("#a", "https://kexue.fm/#a", None),  # a browser leaves the article, too
        ("", "https://kexue.fm/", None),
        ("https://kexue.fm/archives/5", "https://kexue.fm/archives/5", 5),
        ("mailto:a@example.org", "mailto:a@example.org", None),
        ("http://[", "http://[", None),
    ],
)
def test_links(href: str, url: str, target: int | None) -> None:
    row = extract(f'<p><a href="{href}">字</a></p>', '<base href="https://kexue.fm/">')
    assert [(link["url"], link["target_id"]) for link in row["links"]] == [(url, target)]


def test_players_and_late_pictures() -> None:
    body = '<p>字</p><iframe src="f"></iframe><img data-src="x.png"><video poster="y.png"></video>'
    html = extract(body, '<base href="/sub/">')["body_html"]
    for url in ("sub/f", "sub/x.png", "sub/y.png"):
        assert f'"https://kexue.fm/{url}"' in html


def test_a_copy_of_the_blog() -> None:
    """Its base element names its own host; the archive has the live one."""
    page = page_of(
        '<p><a href="archives/5">字</a></p>', '<base href="http://127.0.0.1:8080/copy/">'
    )
    item = parse_article(parse_page(page.decode()), None, BELOW)
    assert (item.id, item.document) == (321, "https://kexue.fm/")


@pytest.mark.parametrize("base", [None, LIVE, COPY, BELOW])
def test_listing_index_and_article_of_relative_links(base: Base | None) -> None:
    """All ids, tags and categories are there when nothing but the base tells the path."""
    blog = Blog(tuple(make_posts(5)))
    home = "https://kexue.fm/" if base is None else base.url("/")

    def moved(path: str) -> str:
        page = answer(blog, path).body.decode().replace("<head>", f'<head><base href="{home}">', 1)
        for written in (f'href="{blog.site_url}/', 'href="/'):
            page = page.replace(written, 'href="')
        return page

    ids = [105, 104, 103, 102, 101]
    whole = parse_listing(parse_page(answer(blog, "/").body.decode()))
    listing = parse_listing(parse_page(moved("/")), base)
    assert [entry.id for entry in listing.entries] == ids
    assert listing == whole
    assert [entry.id for entry in parse_index(parse_page(moved("/content.html")), base)] == ids
    article = parse_article(parse_page(moved("/archives/105")), None, base)
    plain = parse_article(parse_page(answer(blog, "/archives/105").body.decode()), None, base)
    assert (article.id, article.tags, article.category) == (105, plain.tags, plain.category)


def test_a_foreign_base_makes_no_articles() -> None:
    foreign = Base.parse("https://kexue.fm").document_of("/", "https://example.org/")
    moved = Base("https", "kexue.fm", 443, "", foreign)
    assert article_id("/archives/5", moved) is None
    assert article_id("archives/5", moved) is None
    assert article_id("https://kexue.fm/archives/5", moved) == 5


@pytest.mark.real
def test_the_trial_case() -> None:
    file = REAL / "trial_cases" / "base-href" / "page.html"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    row, points, _ = audit_page(file.read_bytes())
    assert is_clean(points)
    assert row["links"][0]["url"] == "https://kexue.fm/sub/rel.html"
    assert row["pictures"][0]["url"] == "https://kexue.fm/sub/pic.png"

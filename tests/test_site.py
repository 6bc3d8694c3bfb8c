"""Addresses: which article or listing page one means, and whom a request may go to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from scrapy import Request

from archiver import site
from archiver.site import Base, article_id

LIVE = Base.parse("https://kexue.fm")
COPY = Base.parse("http://127.0.0.1:8080")
BELOW = Base.parse("http://127.0.0.1:8080/copy/")
HOSTS = ["kexue.fm", "www.kexue.fm", "spaces.ac.cn", "www.spaces.ac.cn"]
TAILS = [
    "",
    "/",
    "#comments",
    "/#comments",
    "?x=1",
    "/?x=1#y",
    "/comment-page-2",
    "/comment-page-12/",
]


# --- Where the blog is read from ------------------------------------------------------------------


@pytest.mark.parametrize("base", [LIVE, COPY, BELOW, Base.parse("https://spaces.ac.cn")])
def test_an_article_s_page_tells_where_the_blog_is_read_from(base: Base) -> None:
    assert site.base_of(base.url(site.article_path(6583)), 6583) == base
    assert site.base_of(base.url(site.article_path(6583)) + "/", 6583) == base


@pytest.mark.parametrize(
    "url", ["https://kexue.fm/6583.html", "https://?u=/archives/6583", "ftp://x/archives/6583", ""]
)
def test_an_address_that_does_not_tell(url: str) -> None:
    assert site.base_of(url, 6583) is None


# --- Articles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http:", "https:", ""])
@pytest.mark.parametrize("host", HOSTS)
def test_article_under_every_name(scheme: str, host: str) -> None:
    ids = {article_id(f"{scheme}//{host}/archives/6583{tail}") for tail in TAILS}
    assert ids == {6583}


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("front", ["", "/index.php", "https://kexue.fm/index.php"])
def test_article_in_every_form(front: str, tail: str) -> None:
    assert article_id(f"{front}/archives/6583{tail}") == 6583


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://KEXUE.FM/archives/6583",
        "https://Spaces.ac.cn/archives/6583",
        "https://kexue.fm:443/archives/6583",
        "  https://kexue.fm/archives/6583\n",
        "https://kexue.fm/arch\nives/65\t83",  # no part of an address, to a browser
        "https://kexue.fm/archives/6583/comment-page-3#comment-15000",
    ],
)
def test_article_written_unusually(url: str) -> None:
    assert article_id(url) == 6583


@pytest.mark.parametrize(
    "url",
    [
        "",
        "#comments",
        "?p=6583",
        "/",
        "/archives/",
        "/archives/0",
        "/archives/06583",
        "/archives/1234567890",
        "/archives/６５８３",
        "/archives/1６",
        "/archives/-1",
        "/archives/6583.html",
        "/archives/6583/feed",
        "/archives/6583/comment-page-",
        "/attachment/6583/",
        "https://kexue.fm/attachment/6583/",
        "/category/Big-Data/6583",
        "/page/6583/",
        "archives/6583",
        "kexue.fm/archives/6583",
        "https://album.kexue.fm/archives/6583",
        "http://album.spaces.ac.cn/archives/6583",
        "http://bbs.spaces.ac.cn/archives/6583",
        "https://kexue.fm.example.org/archives/6583",
        "https://example.org/archives/6583",
        "https://example.org/?u=https://kexue.fm/archives/6583",
        "//example.org/archives/6583",
        "ftp://kexue.fm/archives/6583",
        "mailto:a@kexue.fm",
        "javascript:location='/archives/6583'",
        "http://[",
        "http://[::1/archives/6583",
        "http://kexue.fm:port/archives/6583",
        "http://kexue.fm:99999/archives/6583",
        "http://\\cos.name/",
        "http://\\\\cos.name/",
    ],
)
def test_not_an_article(url: str) -> None:
    assert article_id(url) is None


@pytest.mark.parametrize(
    ("base", "url", "expected"),
    [
        (COPY, "http://127.0.0.1:8080/archives/5", 5),
        (COPY, "https://kexue.fm/archives/5", 5),
        (COPY, "/archives/5", 5),
        (COPY, "http://127.0.0.1/archives/5", None),
        (COPY, "http://127.0.0.2:8080/archives/5", None),
        (None, "http://127.0.0.1:8080/archives/5", None),
        (BELOW, "http://127.0.0.1:8080/copy/archives/5", 5),
        (BELOW, "//127.0.0.1:8080/copy/archives/5/#comments", 5),
        (BELOW, "/copy/archives/5", 5),
        (BELOW, "/archives/5", 5),
        (BELOW, "https://kexue.fm/archives/5", 5),
        (BELOW, "http://127.0.0.1:8080/archives/5", None),
        (BELOW, "http://127.0.0.1:8080/copyright/archives/5", None),
        (BELOW, "http://127.0.0.1:8080/other/archives/5", None),
    ],
)
def test_article_of_a_copy(base: Base | None, url: str, expected: int | None) -> None:
    assert article_id(url, base) == expected


@limits(deadline=None)  # a loaded machine is no defect
@given(st.integers(1, 999_999_999))
def test_article_addresses_are_read_back(number: int) -> None:
    assert article_id(site.article_url(number)) == number
    assert article_id(COPY.url(site.article_path(number)), COPY) == number
    assert article_id(BELOW.url(site.article_path(number)), BELOW) == number


@limits(deadline=None)  # a loaded machine is no defect
@given(st.one_of(st.text(max_size=60), st.text("htps:/[]\\@#?%.kexufm0archivs19", max_size=40)))
def test_no_address_breaks(url: str) -> None:
    for base in (None, LIVE, BELOW):
        assert article_id(url, base) is None or "/archives/" in url
    assert LIVE.may_ask(url) in {True, False}
    assert isinstance(site.resolve(url, 6583), str)


# --- Listing pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "path"), [(1, "/"), (2, "/page/2/"), (134, "/page/134/")])
def test_listing_path(number: int, path: str) -> None:
    assert site.listing_path(number) == path


# --- Addresses of a body --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/archives/7006", "https://kexue.fm/archives/7006"),
        ("7006", "https://kexue.fm/archives/7006"),
        ("#推导", "https://kexue.fm/archives/6583#推导"),
        ("", "https://kexue.fm/archives/6583"),
        ("//example.org/a", "https://example.org/a"),
        (" http://example.org/a b\n", "http://example.org/a b"),
        ("/usr/uploads/图.png", "https://kexue.fm/usr/uploads/图.png"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("http://[", "http://["),
        ("http://\\cos.name/", "http://\\cos.name/"),
    ],
)
def test_resolve(href: str, url: str) -> None:
    assert site.resolve(href, 6583) == url


# --- The base -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "base", "home"),
    [
        ("https://kexue.fm", Base("https", "kexue.fm", 443, ""), "https://kexue.fm/"),
        ("https://kexue.fm/", Base("https", "kexue.fm", 443, ""), "https://kexue.fm/"),
        (" HTTPS://KEXUE.FM:443 ", Base("https", "kexue.fm", 443, ""), "https://kexue.fm/"),
        ("http://spaces.ac.cn", Base("http", "spaces.ac.cn", 80, ""), "http://spaces.ac.cn/"),
        ("http://a:8080/b/c/", Base("http", "a", 8080, "/b/c"), "http://a:8080/b/c/"),
        ("http://[::1]:8080", Base("http", "::1", 8080, ""), "http://[::1]:8080/"),
    ],
)
def test_base(text: str, base: Base, home: str) -> None:
    assert Base.parse(text) == base
    assert base.url("/") == home
    assert Base.parse(home) == base


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kexue.fm",
        "//kexue.fm",
        "ftp://kexue.fm",
        "http://",
        "http:///archives",
        "http://[",
        "http://kexue.fm:port",
        "https://kexue.fm?x=1",
        "https://kexue.fm/#x",
        "https://me@kexue.fm",
        "https://me:secret@kexue.fm",
    ],
)
def test_base_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an address like|has more than scheme"):
        Base.parse(text)


@pytest.mark.parametrize("host", HOSTS)
def test_live(host: str) -> None:
    assert Base.parse(f"http://{host}").is_live
    assert not COPY.is_live


@pytest.mark.parametrize(
    ("base", "url", "allowed"),
    [
        *[(LIVE, f"{scheme}://{host}/x", True) for scheme in ("http", "https") for host in HOSTS],
        (LIVE, "https://KEXUE.FM/x", True),
        (LIVE, "https://kexue.fm:443/", True),
        (LIVE, "https://kexue.fm:8080/", False),
        (LIVE, "ftp://kexue.fm/", False),
        (LIVE, "https://album.kexue.fm/", False),
        (LIVE, "https://example.org/kexue.fm", False),
        (LIVE, "https://kexue.fm@example.org/", False),
        (LIVE, "http://127.0.0.1:8080/", False),
        (LIVE, "http://[", False),
        (LIVE, "/archives/1", False),
        (COPY, "http://127.0.0.1:8080/", True),
        (COPY, "http://127.0.0.1:8081/", False),
        (COPY, "http://127.0.0.1/", False),
        (COPY, "http://localhost:8080/", False),
        (COPY, "https://kexue.fm/", False),  # a copy never sends us to the live blog
        (BELOW, "http://127.0.0.1:8080/robots.txt", True),
        (BELOW, "http://127.0.0.1:8080/copy/page/2/", True),
    ],
)
def test_may_ask(base: Base, url: str, allowed: bool) -> None:
    assert base.may_ask(url) is allowed


@pytest.mark.parametrize(
    "base", ["https://例子.测试/博客", "https://xn--fsqu00a.xn--0zwm56d/博客/"]
)
def test_an_internationalised_base(base: str) -> None:
    """Host and path in one form, however the base and a link are written."""
    parsed = site.Base.parse(base)
    assert parsed.url("/feed/") == "https://xn--fsqu00a.xn--0zwm56d/%E5%8D%9A%E5%AE%A2/feed/"
    assert Request(parsed.url("/feed/")).url == parsed.url("/feed/")
    for link in (
        "https://例子.测试/博客/archives/7",
        "https://xn--fsqu00a.xn--0zwm56d/%E5%8D%9A%E5%AE%A2/archives/7",
        "//例子.测试/博客/archives/7#comments",
        "/博客/archives/7",
        "/%E5%8D%9A%E5%AE%A2/archives/7",
    ):
        assert site.article_id(link, parsed) == 7, link
    assert site.article_id("https://例子.test/博客/archives/7", parsed) is None


@pytest.mark.parametrize("base", ["https://a..b", f"https://{'例' * 70}.test"])
def test_a_host_that_cannot_be_one(base: str) -> None:
    with pytest.raises(ValueError, match="has a host that cannot be one"):
        site.Base.parse(base)

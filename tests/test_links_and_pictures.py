"""Links and pictures: every form of them that the blog has, and broken ones as written."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest

from archiver.body.clean.absolute_addresses import absolute, problem_of, target_of
from archiver.body.clean.cleaner import clean_body
from archiver.body.contents.links import list_links
from archiver.body.contents.pictures import list_pictures
from archiver.tree.document import parse_fragment


def links(html: str) -> list[tuple[Any, ...]]:
    """(address, text, target, problem) of a body as the archive stores it."""
    body = parse_fragment(html)
    stored = parse_fragment(clean_body(body, 6583))
    assert list_links(stored) == list_links(body)
    return [(link.url, link.text, link.target_id, link.problem) for link in list_links(body)]


def pictures(html: str) -> list[tuple[str, str, str | None]]:
    """(address, alternative text, caption) of a body as the archive stores it."""
    body = parse_fragment(html)
    stored = parse_fragment(clean_body(body, 6583))
    assert list_pictures(stored) == list_pictures(body)
    return [(picture.url, picture.alt, picture.caption) for picture in list_pictures(body)]


# --- Links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "url", "target"),
    [
        ("/archives/93/", "https://kexue.fm/archives/93/", 93),
        ("/archives/93", "https://kexue.fm/archives/93", 93),
        ("93", "https://kexue.fm/archives/93", 93),
        ("/archives/93#ALIBI", "https://kexue.fm/archives/93#ALIBI", 93),
        ("#数值稳定", "https://kexue.fm/archives/6583#数值稳定", 6583),
        ("/archives/93#", "https://kexue.fm/archives/93#", 93),
        ("http://example.org/a/../b?", "http://example.org/a/../b?", None),
        ("?x=1", "https://kexue.fm/archives/6583?x=1", 6583),
        ("http://kexue.fm/archives/93", "http://kexue.fm/archives/93", 93),
        ("HTTPS://WWW.kexue.fm/archives/93/", "HTTPS://WWW.kexue.fm/archives/93/", 93),
        ("//spaces.ac.cn/archives/93", "https://spaces.ac.cn/archives/93", 93),
        ("http://www.spaces.ac.cn/archives/93?a#b", "http://www.spaces.ac.cn/archives/93?a#b", 93),
        ("https://kexue.fm/archives/93/comment-page-2#c", None, 93),
        ("https://kexue.fm/index.php/archives/93/", None, 93),
        ("http://album.spaces.ac.cn/archives/93", None, None),
        ("/tag/流模型/", "https://kexue.fm/tag/流模型/", None),
        ("/usr/uploads/2026/01/x.pdf", "https://kexue.fm/usr/uploads/2026/01/x.pdf", None),
        ("mailto:reader@example.org", "mailto:reader@example.org", None),
        ("", "https://kexue.fm/archives/6583", 6583),
    ],
)
def test_sound_links(href: str, url: str | None, target: int | None) -> None:
    assert links(f'<a href="{href}">文</a>') == [(url or href, "文", target, None)]


@pytest.mark.parametrize(
    ("href", "url", "target", "problem"),
    [
        ("http://\\cos.name/2013/", "http://\\cos.name/2013/", None, "host"),
        ("http://[", "http://[", None, "host"),
        ("http:///x", "http:///x", None, "host"),
        ("http://", "http://", None, "host"),
        ("http://example.org:port/", "http://example.org:port/", None, "host"),
        ("reader@example.org", "reader@example.org", None, "email"),
        ("www.example.org/x", "www.example.org/x", None, "scheme"),
        ("kexue.fm/archives/93", "kexue.fm/archives/93", 93, "scheme"),
        ("http://example.org/ ", "http://example.org/ ", None, "space"),
        (" http://example.org/", " http://example.org/", None, "space"),
        ("/archives/93/ ", "https://kexue.fm/archives/93/ ", 93, "space"),
        (" /archives/93", "https://kexue.fm/archives/93", 93, None),
    ],
)
def test_broken_links_are_kept_and_marked(
    href: str, url: str, target: int | None, problem: str | None
) -> None:
    assert links(f'<a href="{href}">文</a>') == [(url, "文", target, problem)]


@pytest.mark.parametrize("href", ["http://\\cos.name/", "a@b.cn", "http://[", "/x ", "www.a.org"])
def test_resolving_twice_is_resolving_once(href: str) -> None:
    """The stored body is read again by the audit and by later versions."""
    once = absolute(href, 6583)
    assert absolute(once, 6583) == once
    assert problem_of(once) == problem_of(href)
    assert target_of(once) == target_of(href)


@pytest.mark.parametrize("href", ["/a/b.png", "/a/", "/a/b#c:1", "#c", "/.a", "/a/../b", "/a?b"])
def test_relative_addresses_are_resolved_as_urljoin_does(href: str) -> None:
    assert absolute(href, 6583) == urljoin("https://kexue.fm/archives/6583", href)


def test_embeds_and_anchors_are_no_links() -> None:
    html = '<a name="x">一</a><embed src="/a.swf"><a href="javascript:x()">二</a><a href="/b"></a>'
    assert links(html) == [("https://kexue.fm/b", "", None, None)]


def test_an_embed_inside_a_link_leaves_the_link_whole() -> None:
    html = '<a href="/x"><iframe src="/v"></iframe>文</a>后'
    assert links(html) == [("https://kexue.fm/x", "文", None, None)]


# --- Pictures -------------------------------------------------------------------------------------

CAPTIONED = (
    '<div class="typecho-caption aligncenter" style="max-width: 500px"><div style="margin: 5px">'
    '<a href="/attachment/1/" title="a.PNG"><img alt="图" src="/usr/{0}.png"></a></div>'
    '<p class="typecho-caption-text">{1}</p></div>'
)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            f'<div class="pic-container">{CAPTIONED.format("a", "说明 $x$")}</div>',
            [("https://kexue.fm/usr/a.png", "图", "说明 $x$")],
        ),
        (
            f'<div class="pic-container">{CAPTIONED.format("a", "")}</div>',
            [("https://kexue.fm/usr/a.png", "图", None)],
        ),
        (
            '<div class="pic-container" style="float:right"><div style="display: inline-block">'
            '<a href="/usr/a.gif"><img src="/usr/a.gif"></a><p>说明</p></div></div>',
            [("https://kexue.fm/usr/a.gif", "", "说明")],
        ),
        (
            '<div class="pic-container"><a href="/a/1/"><img alt="" src="/a.JPG"></a></div>'
            "<p>正文</p>",
            [("https://kexue.fm/a.JPG", "", None)],
        ),
        (
            '<p><img alt="" src="/usr/a.jpg" style="float:right">在中间</p>',
            [("https://kexue.fm/usr/a.jpg", "", None)],
        ),
        (
            '<div class="pic-container">'
            f"{CAPTIONED.format('a', '甲_1')}{CAPTIONED.format('b', '乙_2')}</div>",
            [
                ("https://kexue.fm/usr/a.png", "图", "甲_1"),
                ("https://kexue.fm/usr/b.png", "图", "乙_2"),
            ],
        ),
        (
            '<a href="/attachment/1/"><div class="pic-container">'
            f"{CAPTIONED.format('a', '说明')}</div></a>",
            [("https://kexue.fm/usr/a.png", "图", "说明")],
        ),
        (
            f'<blockquote><p></p><div class="pic-container">{CAPTIONED.format("a", "说明")}</div>'
            "</blockquote>",
            [("https://kexue.fm/usr/a.png", "图", "说明")],
        ),
        (
            '<div class="pic-container"><img src="/sci/sn.php" alt="签名"></div>',
            [("https://kexue.fm/sci/sn.php", "签名", None)],
        ),
        (
            '<figure><figcaption>说明</figcaption><img src="/a.png"></figure>',
            [("https://kexue.fm/a.png", "", "说明")],
        ),
        (
            '<p><strong>公告<div class="pic-container" style="float:right"><div>'
            '<a href="/a/"><img src="/a.jpg" alt="题"></a><p>说明</p></div></div>',
            [("https://kexue.fm/a.jpg", "题", "说明")],
        ),
        ('<img alt="没有地址"><img src=" ">', []),
        ('<img src=" /b.png ">', [("https://kexue.fm/b.png", "", None)]),
        (
            '<img src="data:image/png;base64,AAAA" alt="x">',
            [("data:image/png;base64,AAAA", "x", None)],
        ),
        ('<p class="typecho-caption-text">无图</p>', []),
        (
            '<img src="/a.png"><p class="typecho-caption-text">不在一处</p>',
            [("https://kexue.fm/a.png", "", None)],
        ),
    ],
)
def test_forms_of_pictures(html: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert pictures(html) == expected


@pytest.mark.parametrize(
    ("html", "captions"),
    [
        # As many div around as there may be.
        ("<BOX><div><CAP><div><IMG></div><p>甲</p></div></div></div>", ["甲"]),
        ("<BOX><CAP><div><a href='/x'><IMG></a></div><p>甲</p></div></div>", ["甲"]),
        ("<BOX><div><div><div><div><IMG></div><p>甲</p></div></div></div></div>", ["甲"]),
        ("<BOX><div><IMG></div><p>甲</p></div>", ["甲"]),
        ("<BOX><IMG><p class='center'>甲</p></div>", ["甲"]),
        ("<CAP><IMG><div class='typecho-caption-text'>甲</div></div>", ["甲"]),
        ("<figure><IMG><p>甲</p></figure>", ["甲"]),
        ("<BOX><CAP><IMG><p>见$x$和<a href='/x'>乙</a></p></div></div>", ["见$x$和乙"]),
        # Several pictures in one box, each with its own.
        ("<BOX><CAP><IMG><p>甲</p></div><CAP><IMG><p>乙</p></div></div>", ["甲", "乙"]),
        ("<BOX><IMG><p>甲</p><IMG><p>乙</p></div>", ["甲", "乙"]),
        ("<BOX><IMG><IMG><p>乙</p></div>", [None, "乙"]),
        # No captions.
        ("<BOX><CAP><div><IMG></div><p></p></div></div><p>文</p>", [None]),
        ("<div><div><IMG></div><p>文</p></div>", [None]),
        ("<BOX><IMG></div><p>文</p>", [None]),
        ("<BOX>文<IMG><p>文</p></div>", [None]),
        ("<BOX><IMG>文<p>文</p></div>", [None]),
        ("<BOX><IMG><p>文</p><p>文", [None]),
        ("<BOX><IMG><p>文</p>文</div>", [None]),
        ("<BOX><p>文</p><IMG></div>", [None]),
    ],
)
def test_captions_at_any_depth(html: str, captions: list[str | None]) -> None:
    for name, tag in (
        ("<BOX>", '<div class="pic-container" style="float:left">'),
        ("<CAP>", '<div class="typecho-caption aligncenter">'),
        ("<IMG>", '<img src="/a.png">'),
    ):
        html = html.replace(name, tag)
    assert [caption for _, _, caption in pictures(html)] == captions


def test_a_paragraph_beside_a_floated_picture_is_no_caption() -> None:
    """Only the last paragraph of the picture's own box is one."""
    html = '<div class="pic-container"><div><img src="/a.png"><p>一</p><p>二</p></div></div>'
    assert pictures(html) == [("https://kexue.fm/a.png", "", "二")]

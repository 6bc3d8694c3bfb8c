"""Pictures that a script loads late: their address is in the archive, and the audit agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from conftest import REAL
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from replica import make_post

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.tree.document import parse_tree
from archiver.verify.page_audit import audit_page
from archiver.verify.result_table import is_clean, table

if TYPE_CHECKING:
    pass

HOST: Final = "https://kexue.fm"
INLINE: Final = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def extract(body: str) -> dict[str, Any]:
    """The article with this body, whose audit has to find nothing."""
    page = answer(Blog((make_post(321, body=f"<p>字</p>{body}"),)), "/archives/321").body
    row, points, _ = audit_page(page, site.article_url(321))
    assert is_clean(points), "\n".join(table(points))
    return row


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        ('<img data-src="/a.png">', ["/a.png"]),
        ('<img class="lazy" src="/loading.gif" data-original="/a.png">', ["/a.png"]),
        (f'<img src="{INLINE}" data-lazy-src="/a.png">', ["/a.png"]),
        ('<img src="" data-echo=" /a.png ">', ["/a.png"]),
        ('<img src="/blank.gif" data-actualsrc="https://example.org/a.png">',
         ["https://example.org/a.png"]),
        ('<img src="/a.png" data-lazy="true" data-src="">', ["/a.png"]),
        ('<img src="/a.png" data-src=\'{"a": "/b.png"}\'>', ["/a.png"]),
        (f'<img src="/a.png" data-src="{INLINE}">', ["/a.png"]),
        ('<img src="/a.png" data-src="javascript:alert(1)//.png">', ["/a.png"]),
        ('<img data-src="javascript:alert(1)//.png">', []),
        # Several sizes of one picture.
        ('<img src="/a.png" srcset="/b.png 2x">', ["/a.png"]),
        ('<img srcset="/a.png, /b.png 2x">', ["/b.png"]),
        ('<img srcset="/a.png 300w,/b.png 1200w,/c.png 600w">', ["/b.png"]),
        (f'<img src="{INLINE}" data-srcset="/w_300,h_200/a.png 300w, /b.png 90w">',
         ["/w_300,h_200/a.png"]),
        ('<picture><source srcset="/a.webp 1x, /b.webp 2x"><img src="/c.png"></picture>',
         ["/c.png"]),
        ('<picture><source data-srcset="/a.webp 1x, /b.webp 2x"><img></picture>', ["/b.webp"]),
        ('<img srcset="/a.png 300w 200h, /b.png 1000000w 90h, /c.png 1w">', ["/b.png"]),
        ('<img srcset=" , ,">', []),
        # Copies for readers without scripts.
        ('<img data-src="/a.png"><noscript><img src="/a.png"></noscript>', ["/a.png"]),
        (f'<img data-src="/a.png"><noscript><img src="{HOST}/a.png"></noscript>', ["/a.png"]),
        ('<img data-src="/a.png"><noscript><img src="/a-300.png"></noscript>', ["/a.png"]),
        ('<noscript><img src="/a.png"></noscript><img class="lazy" data-src="/a.png">',
         ["/a.png"]),
        (f'<noscript><img src="/a.png"></noscript><img src="{INLINE}">', ["/a.png"]),
        ('<img src="/loading.gif">\n<noscript><img src="/a.png"></noscript>', ["/a.png"]),
        (f'<img src="{INLINE}"><noscript><img src="/a.png"></noscript>', ["/a.png"]),
        ('<img src="/x.gif" alt="图"><noscript><img src="/a.png" alt="图"></noscript>', ["/a.png"]),
        ('<img data-src="/a.png"><img data-src="/b.png"><noscript><a href="/b.png">'
         '<img src="/a.png"><img src="/b.png"></a></noscript>', ["/a.png", "/b.png"]),
        ('<p>甲<noscript><img src="/a.png"></noscript>乙</p>', ["/a.png"]),
        ('<img src="/a.png"><noscript><img src="/b.png"></noscript>', ["/a.png", "/b.png"]),
        ('<img src="/a.png"><noscript><img src="/b.png" width="1" height="1"></noscript>',
         ["/a.png"]),
        ('<img src="/a.png"><noscript><img src="//hm.baidu.com/hm.gif"></noscript>', ["/a.png"]),
        ('<noscript>无</noscript>', []),
        # Others that show something.
        ('<img src="/a.png" loading="lazy">', ["/a.png"]),
        ('<img data-src="//hm.baidu.com/hm.gif">', []),
    ],
)  # fmt: skip
def test_pictures(body: str, urls: list[str]) -> None:
    row = extract(body)
    wanted = [url if url.startswith("http") else HOST + url for url in urls]
    assert [picture["url"] for picture in row["pictures"]] == wanted
    assert row["picture_count"] == len(urls)
    for url in wanted:
        assert row["body_html"].count(f'src="{url}"') == 1
        assert row["body_markdown"].count(f"]({url})") == 1


def test_caption_and_alt_stay() -> None:
    row = extract(
        '<div class="typecho-caption"><a href="/a.png"><img src="/loading.gif" data-src="/a.png"'
        ' alt="图"></a><p class="typecho-caption-text">说明 $x$</p></div>',
    )
    assert row["pictures"] == [{"url": f"{HOST}/a.png", "alt": "图", "caption": "说明 $x$"}]


@pytest.mark.parametrize(
    ("body", "text", "pictures"),
    [
        ('<p>a<noscript><p title="</noscript>b">c</noscript>d', 'ab">cd', 0),
        ("<p>a<noscript><!-- </noscript>b --> c", "ab --> c", 0),
        ("<p>a<noscript>x<noscript>y</noscript>z</noscript>w", "azw", 0),
        ("<p>a<noscript><b></noscriptx></noscript/>b", "ab", 0),
        ("<p>a<noscript><img src='/a.png'><img alt='</noscript>b'>c", "ab'>c", 1),
        ("<p>a<noscript></p><div><img src='/a.png'></noscript>b", "ab", 1),
        # An open ``<b>`` goes on behind it.
        (
            "<div>a<b hidden>x</div><div><noscript><img src='/a.png'></noscript>y</b>b</div>",
            "a\n\nb",
            1,
        ),
    ],
)
def test_a_noscript_ends_where_it_does_in_a_browser(body: str, text: str, pictures: int) -> None:
    """The texts are what Chromium shows: with scripts, nothing but its end tag ends it."""
    row = extract(body)
    assert row["body_text"] == f"字\n\n{text}"
    assert row["picture_count"] == pictures


def test_a_noscript_of_the_head_leaves_the_head_whole() -> None:
    root = parse_tree("<head><noscript><p>x</noscript><title>题</title></head><body>文")
    assert [element.tag for element in root.iter("head", "title", "body")] == [
        *("head", "title", "body"),
    ]
    assert root.findtext("head/title") == "题"


def test_a_formula_is_not_joined_across_a_copy() -> None:
    row = extract('<p>$a<noscript><img src="/a.png"></noscript>b$</p>')
    assert (row["formula_count"], row["picture_count"]) == (0, 1)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (
            '<iframe src="about:blank" data-src="https://example.org/film"></iframe>',
            '<a class="embed" href="https://example.org/film">https://example.org/film</a>',
        ),
        ('<video data-src="/a.mp4"></video>', f'<video src="{HOST}/a.mp4"></video>'),
        (
            '<audio><source data-src="/a.mp3"></audio>',
            f'<audio><source src="{HOST}/a.mp3"></audio>',
        ),
        (
            '<iframe src="https://example.org/film" data-src="https://example.org/b"></iframe>',
            '<a class="embed" href="https://example.org/film">https://example.org/film</a>',
        ),
    ],
)  # fmt: skip
def test_players_that_load_late(body: str, html: str) -> None:
    assert extract(body)["body_html"] == f"<p>字</p>{html}"


_ATTRIBUTES = st.sampled_from(
    [
        'src="/a.png"', 'src="/loading.gif"', f'src="{INLINE}"', 'data-src="/a.png"',
        'data-original="/b.png"', 'data-srcset="/c.png 1x, /d.png 2x"', 'srcset="/e.png"',
        'alt="图"', 'class="lazy"', 'width="1" height="1"', 'data-src="javascript:x.y"',
    ]
)  # fmt: skip
_IMAGE = st.lists(_ATTRIBUTES, max_size=3, unique=True).map(lambda a: f"<img {' '.join(a)}>")
_PIECES = st.one_of(
    _IMAGE,
    _IMAGE,
    _IMAGE.map("<noscript>{}</noscript>".format),
    _IMAGE.map('<picture><source srcset="/f.webp 2x">{}</picture>'.format),
    st.sampled_from(["<p>", "</p>", " ", "字", "<a href=/b>", "</a>", "<noscript>", "</noscript>"]),
)


@limits(deadline=None)
@given(st.lists(_PIECES, max_size=6).map("".join))
def test_both_readings_agree(body: str) -> None:
    """Whatever stands beside each other; no picture is told twice over a copy."""
    row = extract(body)
    assert row["picture_count"] == len(row["pictures"]) <= body.count("<img")


@pytest.mark.real
def test_the_trial_case() -> None:
    file = REAL / "trial_cases" / "lazy-picture" / "page.html"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    row, points, _ = audit_page(file.read_bytes())
    assert is_clean(points)
    assert [(picture["url"], picture["alt"]) for picture in row["pictures"]] == [
        (f"{HOST}/usr/uploads/2020/1.png", "图"),
        (f"{HOST}/usr/uploads/2020/2.png", "图二"),
    ]

"""The body of an article in a book: valid XHTML with all of the author's words, links, pictures."""

# ruff: noqa: E501  (a body stays in one piece)

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

import odd_bodies
import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from archiver.body.clean.stored_markup import keep_stored_markup
from archiver.body.read import read_stored_body
from archiver.items import Formula
from archiver.reading.exports.epub.book_pictures import BookPictures
from archiver.reading.exports.epub.chapter_body import (
    ChapterBody,
    Surroundings,
    anchors_of,
    chapter_body,
)
from archiver.reading.exports.epub.chapter_links import web_address
from archiver.reading.exports.epub.xhtml_elements import (
    BLOCKS,
    PARENTS,
    PHRASING,
    TRANSPARENT,
    WITHOUT_BLOCKS,
)
from archiver.store.sqlite import close_archive, open_archive
from archiver.tree.document import parse_fragment

#: The class of what stands in the place of a picture.
BOX = "s-picture"
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
PIECES = [*(html for _, html in odd_bodies.CODE + odd_bodies.TEXT), *odd_bodies.SHORT]
#: Where elements stand that should not.
AROUND = [
    "{}", "<b>{}</b>", "<font color=red>{}</font>", "<h2>{}</h2>", "<ul>{}</ul>", "<li>{}</li>",
    "<pre>{}</pre>", "<dl><dt>a</dt>{}</dl>", "<table><tr><td>{}</td></tr></table>",
    "<table><caption>{}</caption></table>", "<table><tr><th>{}</th></tr></table>",
    "<ruby>{}</ruby>", "<figure>{}<figcaption>c</figcaption>d</figure>", "<details>{}</details>",
    "<a href='/archives/6583'>{}</a>", "<center>{}</center>", "<del>{}</del>", "<p>{}</p>",
    "<blockquote>{}</blockquote>", "<nobr><tt>{}</tt></nobr>",
]  # fmt: skip


def latex_as_text(formulas: Sequence[Formula]) -> list[str | None]:
    """In the place of MathJax: each formula is its LaTeX in a ``<math>``."""
    return [f"<math><mtext>{escape(one.latex)}</mtext></math>" for one in formulas]


def chapter(
    html: str, here: int = 5, pictures: dict[str, str] | None = None, title: str = "标题"
) -> ChapterBody:
    around = Surroundings({5, 6583}, lambda number: {"there"} if number == 6583 else set(),
                          lambda _: pictures or {})  # fmt: skip
    return chapter_body(title, html, here, around, latex_as_text)


def tree(body: str) -> etree._Element:
    return etree.fromstring(f"<body>{body}</body>", etree.XMLParser(huge_tree=True))


def words(top: etree._Element) -> str:
    """The text without white space, of a body or a chapter, but for pictures and players."""
    pieces, left_out = [], 0
    for event, element in etree.iterwalk(top, ("start", "end")):
        is_left_out = element.tag in {"audio", "video"} or element.get("class", "").startswith(BOX)
        if event == "end":
            left_out -= is_left_out
            pieces.append("" if left_out else element.tail or "")
        else:
            left_out += is_left_out
            pieces.append("" if left_out else element.text or "")
    return "".join("".join(pieces).split())


def assert_valid(top: etree._Element) -> None:
    """What the HTML standard says of elements in elements, in short; epubcheck knows all of it."""
    ids = Counter(one.get("id") for one in top.iter() if one.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    for element in top.iterdescendants(etree.Element):
        if str(element.tag).startswith(NAMESPACE):
            continue
        parent = element.getparent()
        assert parent is not None
        assert element.tag in PHRASING | BLOCKS
        assert element.tag not in PARENTS or parent.tag in PARENTS[str(element.tag)]
        while parent is not None and parent.tag in TRANSPARENT:
            parent = parent.getparent()
        assert parent is not None
        assert not (element.tag in BLOCKS and parent.tag in WITHOUT_BLOCKS), element.tag
        if parent.tag in {"ul", "ol"}:
            assert element.tag == "li"
            assert not (element.tail or "").strip()
        assert not (element.tag == "a" and any(True for _ in element.iterancestors("a")))


def assert_kept(html: str) -> None:
    stored = read_stored_body(html).html
    top = tree(chapter(stored).body)
    assert_valid(top)
    written = parse_fragment(stored)
    keep_stored_markup(written)
    found, meant = words(top), words(written)
    if "<tfoot" in stored:  # these rows are shown last, wherever they are written
        found, meant = "".join(sorted(found)), "".join(sorted(meant))
    assert found == meant


@pytest.mark.parametrize("html", PIECES)
def test_odd_bodies_keep_their_words(html: str) -> None:
    assert_kept(html)


@given(some.lists(some.tuples(some.sampled_from(AROUND), some.sampled_from(PIECES)), max_size=4),
       some.sampled_from(AROUND))  # fmt: skip
def test_bodies_of_odd_pieces_keep_their_words(pieces: list[tuple[str, str]], around: str) -> None:
    assert_kept(around.format("".join(outer.format(inner) for outer, inner in pieces)))


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ('<font color="red" size="5">a</font>', '<span style="color:red;font-size:x-large">a</span>'),
        ('<p align="center">a</p>', '<p style="text-align:center">a</p>'),
        ("<b>a<p>b</p></b>", '<div class="s-was-b">a<p>b</p></div>'),
        ("<h2>a<div>b</div></h2>",
         '<div id="s-heading-1" role="heading" aria-level="2" class="s-was-h2">a<div>b</div></div>'),
        ("<ul>a<li>b</li></ul>", '<ul><li style="list-style-type:none">a</li><li>b</li></ul>'),
        ("<li>a</li>", '<div class="s-was-li">a</div>'),
        ("<center>a</center>", '<div style="text-align:center">a</div>'),
        ("<a name='q'>a</a><a href='#q'>b</a>", '<a id="q">a</a><a href="#q">b</a>'),
        ("<table bgcolor='red'><tr><td width='50%' nowrap>a</td></tr></table>",
         '<table style="background-color:red"><tbody><tr><td style="white-space:nowrap;width:50%">'
         "a</td></tr></tbody></table>"),
        ("<tt>a</tt><strike>b</strike><big>c</big>",
         '<code>a</code><s>b</s><span style="font-size:larger">c</span>'),
        ("<p id='a'>x</p><p id='a'>y</p><p id='s-body'>z</p>", '<p id="a">x</p><p>y</p><p>z</p>'),
        ("<p hidden>a</p>", '<p style="display:none">a</p>'),
        ("<p>a<br>b<hr>", "<p>a<br/>b</p><hr/>"),
        ("<pre>a\n  <b>b</b></pre>", "<pre>a\n  <b>b</b></pre>"),
    ],
)  # fmt: skip
def test_old_html_becomes_xhtml(html: str, xhtml: str) -> None:
    assert chapter(html).body == xhtml


# --- Links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://kexue.fm/archives/6583", "6583.xhtml"),
        ("http://spaces.ac.cn/archives/6583/?utm=1#there", "6583.xhtml#there"),
        ("https://kexue.fm/archives/6583#gone", "6583.xhtml"),
        ("https://kexue.fm/archives/5#here", "#here"),
        ("#here", "#here"),
        ("#gone", None),
        ("https://kexue.fm/archives/6583#comments", "https://kexue.fm/archives/6583#comments"),
        ("https://kexue.fm/archives/7", "https://kexue.fm/archives/7"),
        ("https://a.example/路?问=1", "https://a.example/%E8%B7%AF?%E9%97%AE=1"),
        ("https://a.example/%zz?%#%", "https://a.example/%25zz?%25#%25"),
        ("http://a b/c", None),
        ("http://a..example/", None),
        ("mailto:", None),
        ("ed2k://|file|a|", None),
    ],
)
def test_links_lead_to_chapters_or_to_the_web(address: str, target: str | None) -> None:
    """A reader opens no place that is not there; the words of such a link stay."""
    top = tree(chapter(f'<p id="here"><a href="{address}">甲</a></p>').body)
    (link,) = top.iter("a")
    assert (link.get("href"), link.text) == (target, "甲")


@given(some.text(max_size=40))
def test_an_address_is_ascii_or_none(text: str) -> None:
    address = web_address(f"http://{text}")
    assert address is None or re.fullmatch(r"https?://[!-~]+", address)


@given(
    some.text(max_size=40), some.sampled_from(["", "#", "https://kexue.fm/archives/6583#", "//"])
)
def test_no_address_breaks_a_chapter(text: str, before: str) -> None:
    (link,) = tree(chapter(f'<a href="{escape(before + text)}">甲</a>').body).iter("a")
    assert link.text == "甲"


def test_ids_that_others_lead_to() -> None:
    html = "<p id='a'>x</p><a name='b'>y</a><p id='a'>z</p><p id='s-x'></p><p id='a b'></p>"
    assert anchors_of(html) == {"a", "b"}


# --- Titles, formulas, pictures -------------------------------------------------------------------


def test_a_title_has_formulas_too() -> None:
    found = chapter("<p>$y$</p>", title=r"从$x$到 <b> & \(y\)")
    title = tree(found.title)
    assert [one.text for one in title.iter(f"{NAMESPACE}mtext")] == ["$x$", r"\(y\)"]
    assert "".join(map(str, title.itertext())) == r"从$x$到 <b> & \(y\)"
    assert found.has_formulas


def test_a_formula_across_line_breaks_is_one() -> None:
    top = tree(chapter(r"<p>a$$x<br>+y$$b $z$<i>c</i>$w$d</p>").body)
    assert [one.get("alttext") for one in top.iter(f"{NAMESPACE}math")] == [
        "$$x\n+y$$",
        "$z$",
        "$w$",
    ]
    assert words(top) == "a$$x+y$$b$z$c$w$d"
    assert list(top.iter("br")) == []


def test_pictures_are_those_of_the_book() -> None:
    html = (
        '<img src="https://kexue.fm/a.png" alt="甲" width="90"><img src="https://kexue.fm/b.png">'
    )
    top = tree(chapter(html, pictures={"https://kexue.fm/a.png": "pictures/a.png"}).body)
    (picture,) = top.iter("img")
    assert dict(picture.items()) == {
        "src": "../pictures/a.png", "alt": "甲", "style": "width:90px"
    }  # fmt: skip
    assert "图片https://kexue.fm/b.png" in "".join(map(str, top.itertext()))


GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
SVG = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E{}%3C/svg%3E"


@pytest.mark.parametrize(
    ("address", "ending"),
    [
        (GIF, "gif"),
        (SVG.format("%3Cpath d='M0 0'/%3E"), "svg"),
        (SVG.format("%3Cscript/%3E"), None),
        (SVG.format("%3Cpath onclick='a()'/%3E"), None),
        (SVG.format("%3Cimage href='http://a.example/b'/%3E"), None),
        (SVG.format("%3Cpath"), None),
        (SVG.format("%3Cpath fill='url(%23a)'/%3E"), "svg"),
        (SVG.format("%3Cpath fill='url( http://a.example/b%23c)'/%3E"), None),
        (SVG.format("%3Cg id='a'/%3E%3Cg id='a'/%3E"), None),
        ("data:image/svg+xml,%3Csvg%3E%3C/svg%3E", None),
        ("data:image/gif;base64,R0lGOD", None),
        ("data:image/gif;base64,R0lGODlh", None),
        ("data:image/bmp,BM", None),
        ("https://a.example/b.png", None),
    ],
)
def test_a_picture_inside_its_address_is_a_file(
    tmp_path: Path, address: str, ending: str | None
) -> None:
    """But for types that not each reader draws, and an SVG that does more than draw."""
    db = open_archive(tmp_path / "kexue.db")
    names, new = BookPictures(db, None).find(5, [address])
    close_archive(db)
    assert [name.rpartition(".")[2] for name in names.values()] == ([ending] if ending else [])
    assert len(new) == len(names)


def test_a_picture_in_its_address_that_is_no_file_is_its_words() -> None:
    html = f'<img alt="甲" src="{SVG.format("%3Cscript/%3E")}"><img src="data:image/png,x">'
    assert [one.text for one in tree(chapter(html).body).iter("span") if one.text] == [
        "图片：甲", "图片"
    ]  # fmt: skip
    assert "data:" not in chapter(html).body


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<ruby>漢<rt>han</rt>字<rt>ji</rt></ruby>", True),
        ("<ruby>漢<rp>(</rp><rt>han</rt><rp>)</rp></ruby>", True),
        ("<ruby>漢<rp>(</rp><rt>han</rt></ruby>", False),
        ("<ruby>漢</ruby>", False),
    ],
)
def test_a_ruby_has_whole_annotations(html: str, kept: bool) -> None:
    body = chapter(html).body
    assert ("<ruby>" in body, "<rt>" in body) == (kept, kept)


def test_code_is_marked_and_stays_itself() -> None:
    html = '<pre><code class="language-python">def f():\n    return 1</code></pre>'
    top = tree(chapter(html).body)
    assert "".join(map(str, top.itertext())) == "def f():\n    return 1"
    assert {span.get("class") for span in top.iter("span")} >= {"s-k", "s-f"}


def test_nothing_runs_though_somebody_has_changed_the_archive() -> None:
    html = '<script>a()</script><p onclick="a()" style="background:url(http://a.example)">b</p>'
    assert chapter(html + '<svg onload="a()"><a href="javascript:a()">c</a>').body == "<p>b</p>"


def test_a_deep_body_is_a_body() -> None:
    html = read_stored_body("<div>" * 2000 + "深" + "</div>" * 2000).html
    assert words(tree(chapter(html).body)) == "深"

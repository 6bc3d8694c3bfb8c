"""The body of an article on its page: local links, no remote picture, marked code, own names."""

from __future__ import annotations

import re

import pytest

from archiver.reading.exports.shown_body.page_headings import Heading
from archiver.reading.exports.site.page_body import Surroundings, page_body
from archiver.tree.document import parse_fragment, text_content


def shown(html: str, here: int = 5, pages: tuple[int, ...] = (5, 6583)) -> str:
    return page_body(html, here, Surroundings(pages)).html


# --- Links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("https://kexue.fm/archives/6583", "6583.html"),
        ("http://spaces.ac.cn/archives/6583/?utm=1#abc", "6583.html#abc"),
        ("https://kexue.fm/archives/5#fn1", "#fn1"),
        ("https://kexue.fm/archives/5", "5.html"),
        ("#here", "#here"),
        ("https://kexue.fm/archives/6583#comments", None),
        ("https://kexue.fm/archives/6583/comment-page-2#comment-9", None),
        ("https://kexue.fm/archives/7", None),
        ("https://example.org/a?b=1&c", None),
    ],
)
def test_links_lead_to_pages_that_are_there(address: str, local: str | None) -> None:
    """All others lead where they led, and tell nobody where they were clicked."""
    (link,) = parse_fragment(shown(f'<p><a href="{address}" target="_blank">甲</a></p>')).iter("a")
    assert link.get("href") == (local or address)
    assert link.get("rel") == (None if local else "noreferrer noopener")
    assert link.get("target") is None


@pytest.mark.parametrize(
    ("address", "shown_as"),
    [
        ("someone@example.org", "mailto:someone@example.org"),
        ("www.example.org/a?b", "https://www.example.org/a?b"),
        ("kexue.fm/archives/6583#abc", "6583.html#abc"),
        ("../usr/a.html", "https://kexue.fm/usr/a.html"),
        ("//example.org/a", "https://example.org/a"),
        ("?a=1", "5.html"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_no_link_leads_to_a_file_that_is_not_there(address: str, shown_as: str) -> None:
    """As an author wrote them, these would be looked for beside the page."""
    (link,) = parse_fragment(shown(f'<a href="{address}">甲</a>')).iter("a")
    assert link.get("href") == shown_as


def test_a_link_leads_to_the_file_that_is_there() -> None:
    address = "https://kexue.fm/usr/a.zip"
    html = page_body(f'<a href="{address}">甲</a>', 5, Surroundings(linked={address: "files/a"}))
    assert html.html == '<a href="../files/a">甲</a>'


# --- Pictures -------------------------------------------------------------------------------------


def test_a_picture_is_its_text_and_address() -> None:
    html = '<p>前<img src="https://kexue.fm/usr/a.png" alt="甲 &lt;乙&gt;" usemap="#m">后</p>'
    top = parse_fragment(shown(html))
    assert text_content(top) == "前图片：甲 <乙>https://kexue.fm/usr/a.png后"
    assert [link.get("href") for link in top.iter("a")] == ["https://kexue.fm/usr/a.png"]
    assert list(top.iter("img")) == []


def test_a_picture_in_a_link_is_no_link_in_a_link() -> None:
    html = shown('<a href="https://kexue.fm/b.png"><img src="https://kexue.fm/a.png" alt=""></a>')
    top = parse_fragment(html)
    assert [link.get("href") for link in top.iter("a")] == ["https://kexue.fm/b.png"]
    assert "https://kexue.fm/a.png" in text_content(top)


def test_a_picture_inside_its_address_is_shown() -> None:
    (picture,) = parse_fragment(shown('<img src=" DATA:image/png;base64,AA==">')).iter("img")
    assert picture.get("alt") == ""


def test_a_picture_of_the_archive_is_loaded_from_its_file() -> None:
    html = '<img src="https://kexue.fm/a.png" alt="甲 乙" width="90"><img src="https://kexue.fm/b.png">'
    files = {"https://kexue.fm/a.png": "files/ab/ab.png"}
    top = parse_fragment(page_body(html, 5, Surroundings(pictures=files)).html)
    (picture,) = top.iter("img")
    assert dict(picture.attrib) == {
        "src": "../files/ab/ab.png", "alt": "甲 乙", "width": "90", "loading": "lazy"
    }  # fmt: skip
    assert text_content(top) == "图片https://kexue.fm/b.png"


def test_nothing_of_a_player_is_loaded() -> None:
    html = shown(
        '<video src="https://a.example/v.mp4" poster="https://a.example/p.png">alt'
        '<track src="https://a.example/t.vtt"></video>尾'
        '<audio controls><source src="https://a.example/s.ogg" type="audio/ogg"></audio>'
        '<source src="https://a.example/stray">'
    )
    assert not re.search(r"<(video|audio|source|track)|src=|poster", html)
    assert "视频" in html
    assert "尾" in html
    links = [link.get("href") for link in parse_fragment(html).iter("a")]
    assert links == ["https://a.example/v.mp4", "https://a.example/s.ogg"]


# --- Code -----------------------------------------------------------------------------------------

CODE = "\n\ndef f(x):\n    return x < 1  # 熵\r\n\n"


@pytest.mark.parametrize("language", ["python", "bash", "c++", "matlab", "json", "html"])
def test_code_keeps_its_text(language: str) -> None:
    html = f'<pre><code class="language-{language}">{CODE.replace("<", "&lt;")}</code></pre>'
    before, after = parse_fragment(html), parse_fragment(shown(html))
    assert text_content(after) == text_content(before)


def test_code_of_a_known_language_is_marked() -> None:
    html = shown('<pre><code class="lang-python">return 1 # x</code></pre>')
    assert '<span class="s-k">return</span>' in html
    assert '<span class="s-c"># x</span>' in html


@pytest.mark.parametrize(
    "html",
    [
        "<pre><code>return 1</code></pre>",
        '<pre><code class="language-nosuch">return 1</code></pre>',
        '<pre><code class="language-python">return <b>1</b></code></pre>',
        f'<pre><code class="language-python">{"x = 1;" * 20_000}</code></pre>',
    ],
)
def test_other_code_stays_as_it_is(html: str) -> None:
    """Of no known language, with elements in it, or so long that a lexer may take minutes."""
    assert shown(html) == html


# --- Headings -------------------------------------------------------------------------------------


def test_headings_stand_below_the_title() -> None:
    html = r'<h1 id="a">一 $x\label{e}$</h1><h3>二 <b>粗</b></h3><h6>三</h6><h2> </h2>'
    body = page_body(html, 5, Surroundings())
    assert body.headings == [
        Heading("a", 1, "一 $x$"),
        Heading("s-heading-2", 3, "二 粗"),
        Heading("s-heading-3", 6, "三"),
    ]
    assert re.findall(r"<(h\d)", body.html) == ["h2", "h4", "h6", "h3"]


def test_the_highest_heading_is_the_second_level() -> None:
    assert "<h2 id=" in shown("<h4>一</h4>")


# --- Formulas -------------------------------------------------------------------------------------

LONG = f"$${'x+' * 4001}y$$"


@pytest.mark.parametrize(
    ("html", "ignored"),
    [
        (f"<p>{LONG}</p><p>$x$</p>", f'<p class="tex2jax_ignore">{LONG}</p><p>$x$</p>'),
        (f"<p><b>1</b>{LONG}</p>", f'<p class="tex2jax_ignore"><b>1</b>{LONG}</p>'),
        (f"{LONG}<p>$x$</p>", f'<div class="tex2jax_ignore">{LONG}<p>$x$</p></div>'),
        (f"<p>{'$x+y$ ' * 4000}</p>", f"<p>{'$x+y$ ' * 4000}</p>"),
    ],
)
def test_a_formula_of_great_length_stays_text(html: str, ignored: str) -> None:
    """To draw it takes minutes, in which nothing on the page can be clicked."""
    assert shown(html) == ignored


# --- Names ----------------------------------------------------------------------------------------


def test_ids_are_unique_and_none_is_the_page_s() -> None:
    html = shown('<p id="a">1</p><p id="a">2</p><p id="S-main">3</p><p id="mjx-eqn:x">4</p>')
    assert html == '<p id="a">1</p><p>2</p><p>3</p><p>4</p>'


def test_a_body_takes_no_class_of_the_page() -> None:
    html = shown('<p class="s-skip tex2jax_ignore S-header">1</p>')
    assert html == '<p class="tex2jax_ignore">1</p>'


def test_only_the_outer_table_is_boxed() -> None:
    html = shown("<table><tbody><tr><td><table></table></td></tr></tbody></table>尾")
    assert html.startswith('<div class="s-wide"><table>')
    assert html.count("s-wide") == 1
    assert html.endswith("</div>尾")

"""Odd pages: a result or a refusal that names the reason, in linear time; never another error."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import few_at_first
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from processor_time import is_in_proportion
from replica import make_post

from archiver import site
from archiver.body.clean.cleaner import clean_body
from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extraction import saved_page
from archiver.pages.article import parse_article
from archiver.pages.kind import Kind, kind_of_text
from archiver.pages.listing import parse_listing
from archiver.tree.copied_tags import MOST_ATTRIBUTES
from archiver.tree.document import parse_fragment, parse_page
from archiver.tree.lexbor_copy import DEEPEST
from archiver.tree.nesting import MOST_OPEN, MOST_TAGS, check_nesting
from archiver.tree.unexpected import UnexpectedPage

ID = 321
_MARK = "这里是正文"


@pytest.fixture(scope="module")
def frame() -> tuple[bytes, bytes]:
    """An article's page around its body."""
    post = make_post(ID, body=_MARK)
    before, after = answer(Blog((post,)), f"/archives/{ID}").body.split(_MARK.encode(), 1)
    return before, after


def extract(frame: tuple[bytes, bytes], body: bytes | str) -> Any:
    """The article, or the reason why there is none."""
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    try:
        (item,) = saved_page.extract(body.join(frame), site.article_url(ID)).rows
    except UnexpectedPage as refusal:
        return str(refusal)
    return item


# --- Time -----------------------------------------------------------------------------------------

UNITS = ["$", "$$", r"\begin{", "<", "&", "\\", "{", "}", "<!--", "<!---->", "<br>", "$<br>"]
UNITS += ["<b>$", "<b>$</b>", "]]>", "<!-- -- -->", "<p>", "</p>", "<a href=x>", "<a href=x></a>"]
UNITS += ["<font>", "<table>", "<td>", "<i>", "<div>", "<div></div>", "<li>", "<ul><li>", "<rp>"]
UNITS += ["<form>", "<button>", "<select>", "<svg>", "<math>", "<object>", "<embed src=x>", "\0"]
UNITS += ["<p><b>x", "<a><b>x", "<b><p>x", "<table><b>", "<textarea>", "&nbsp;", "&#0;", "\x01"]
UNITS += ["<script></script>$", '<script type="math/tex">x</script>$', "<h2><a href=#a>#</a>"]
UNITS += ["<img src=data:image/png,x>", "<a href='http://['>x</a>", "$a<!--x-->", "\ufffe", " \n"]
UNITS += ["<div id=pay></div>", "<div id=Footer></div>x", "<foo-bar>$", "<!--more-->", "<x:y>"]


@pytest.mark.parametrize("unit", few_at_first(UNITS))
def test_time_is_in_proportion_to_the_page(frame: tuple[bytes, bytes], unit: str) -> None:
    assert is_in_proportion(lambda size: extract(frame, unit * (size // len(unit))), 15_000)


def test_many_places_of_comments_take_linear_time(frame: tuple[bytes, bytes]) -> None:
    unit = "<p id=comments>x</p>"
    assert is_in_proportion(lambda size: extract(frame, unit * (size // len(unit))), 60_000)


def test_a_listing_page_of_thousands_of_articles_is_refused() -> None:
    """Those with articles inside one another take quadratic time."""
    page = answer(Blog((make_post(ID),)), "/").body.decode()
    before, after = page.split('<div class="Post', 1)
    many = before + '<div class="Post">' * 1_001 + '<div class="Post' + after
    with pytest.raises(UnexpectedPage, match="more than 1,000 articles on a listing page"):
        parse_listing(parse_page(many))


ROOTS = "tags <html> or <body> with more than 1,000 attributes in all"
PLAIN = "<b><big><code><em><font><i><nobr><s><small><strike><strong><tt><u>" * 3
MULTIPLIED = "open tags as <b> or <font> that multiply with each paragraph"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<div>" * (MOST_OPEN + 1), "more than 12,000 open tags, the last one <div>"),
        ("<B><i>" * MOST_OPEN, "more than 12,000 open tags, the last one <b>"),
        ("<br>" * (MOST_TAGS + 1), "more than 120,000 tags, and little else"),
        ("<p>x</p>" * (MOST_TAGS // 2 + 1), "more than 120,000 tags, and little else"),
        ("<!---->" * (MOST_TAGS + 1), "more than 120,000 tags, and little else"),
        ("<div></b>" * (MOST_OPEN + 1), "more than 12,000 open tags, the last one <div>"),
        (
            "<p " + " ".join(f"name{n}=1" for n in range(MOST_ATTRIBUTES * 5)) + ">",
            "a tag with more than 1,000 attributes",
        ),
        (
            "<p " + " ".join(f'name{n}=">"' for n in range(MOST_ATTRIBUTES * 5)) + ">",
            "a tag with more than 1,000 attributes",
        ),
        *(
            ("".join(f"<{tag} name{n}=1>" for n in range(MOST_ATTRIBUTES * 2)), ROOTS)
            for tag in ("html", "Body")
        ),
        *(
            ("".join(unit.replace("%d", str(n)) for n in range(2_000)), MULTIPLIED)
            for unit in (
                "<p><font color=#%d>x</p>",
                "<li><B id=x%d>x",
                "<div><i title='>' id=x%d>x</div>",
                "<p><a href=%d" + "x" * 3_000 + ">x</p>",
                "<b id=%d><i title=" + "x" * 3_000 + "><div></b>",
                "<p><a title='>' href=%d" + "x" * 3_000 + ">x</p>",
            )
        ),
        (f"<p>{PLAIN}</p>" + "<p>x</p>" * 3_000, MULTIPLIED),
    ],
)
def test_what_no_parser_reads_in_linear_time_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnexpectedPage) as refusal:
        check_nesting(text)
    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    "text",
    [
        "<div></div>" * 50_000,
        "<p>x<br>" * 50_000,
        "<ul>" + "<li>x" * 50_000,
        "<table>" + "<tr><td>x" * 50_000,
        '<img src="data:image/png;base64,' + "A" * 500_000 + '">',
        '<p title="' + "a " * 100_000 + '">',
        "<" * 100_000,
        "a < b, " * (MOST_TAGS + 1),
        "<p>字</p>" * (MOST_TAGS // 2),
        '<li><a href="/archives/12345">一篇文章的题目</a></li>' * MOST_TAGS,
        "<p><font color=red>x</p>" * 10_000,
        "<b><i><u><s><em><strong>x</strong></em></s></u></i></b>" * 2_000,
        "".join(f"<font color=#{n:06x}>x" for n in range(1_000)) + "</font>" * 1_000,
        "<table><tr>" + "".join(f"<td><font color=#{n:06x}>x" for n in range(1_000)),
        "".join(f"<p><font color=#{n:06x}>x</font></p>" for n in range(10_000)),
        "".join(f"<p><a href=/archives/{n}>x</p>" for n in range(10_000)),
        "".join(f"<p><span id=x{n}>x</p>" for n in range(10_000)),
        "".join(f"<p><font id=x{n}>x</p>" for n in range(100)) + "<p>x</p>" * 200,
        "<html><body class=a>" * 500,
    ],
)
def test_large_pages_are_not_refused(text: str) -> None:
    check_nesting(text)


def test_a_page_that_begins_with_comments_is_soon_known() -> None:
    """A pattern that tried every way to divide them would never end."""
    assert kind_of_text("<!--a-->" * 200 + "<html></html>") is None
    assert kind_of_text("<!--a-->" * 200 + "<rss></rss>") is Kind.FEED


# --- Content --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("一\0二", "一二"),
        ("一\x01\x0b\x1f二", "一二"),
        ("一&#1;&#xFFFE;&#xD800;二", "一\ufffd二"),
        ("一\ufffe\uffff二", "一二"),
        ("一]]>二", "一]]>二"),
        ("一<![CDATA[二]]>三", "一三"),
        ("一<!-- -- - --->二", "一二"),
        ("一<!-->二", "一二"),
        ("一<!--二--", "一"),  # the rest of the page is a comment
        ("一<?二?>三", "一三"),
        ("一</>二</ 三>四", "一二四"),
        ("<a" + " b" * 2000 + ">一", "一"),
        ("<p \0=1 <=2 '=3 \"=4 é=5>一", "一"),
        ('<p title="' + "长" * 200_000 + '">一', "一"),
        ("<\x01b>一", "<b>一"),
        ("<b\0>一", "一"),
        ("&#0;&#x110000;&unknown;&", "\ufffd\ufffd&unknown;&"),
    ],
)
def test_odd_characters(frame: tuple[bytes, bytes], body: str, text: str) -> None:
    item = extract(frame, body)
    assert item["body_text"] == text


def test_a_lone_surrogate_in_the_bytes_is_damage(frame: tuple[bytes, bytes]) -> None:
    """Its three bytes are no UTF-8, each of them."""
    page = "一\ud800二".encode("utf-8", "surrogatepass").join(frame)
    _, (item,), _, is_damaged = saved_page.extract(page, site.article_url(ID))
    assert (item["body_text"], is_damaged) == ("一\ufffd\ufffd\ufffd二", True)


@pytest.mark.parametrize("tag", ["b", "font", "a", "div", "blockquote", "ul", "p", "span", "x"])
def test_ten_thousand_nested_tags(frame: tuple[bytes, bytes], tag: str) -> None:
    item = extract(frame, f"<p>开头</p>{f'<{tag}>' * 10_000}最里面")
    assert item["body_text"] == "开头\n\n最里面"


MARKUP = ["<", ">", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?", "&", "&#", "&lt;", "\0", "\x01"]
MARKUP += ["\ud800", "\ufffe", "$", "\\", "{", "--", "-", "=", '"', "'", " ", "\n", "/", "b", "文"]
MARKUP += ["<p>", "<div>", "</div>", "<table>", "<td>", "<svg>", "<select>", "<form>", "<iframe"]
MARKUP += ["<script", ">", "<textarea>", "<plaintext>", "<xmp>", "<frameset>", "<html a=b>"]
MARKUP += [
    "<math><mi>",
    "<template>",
    "<noscript>",
    "<title>",
    "<img src=data:",
    "<a href=http://[",
]
MARKUP += ['<script type="math/tex">', "</script>", "<h2>", "<a href=#>#</a>"]


@limits(deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=25).map("".join))
def test_any_markup_gives_a_result(frame: tuple[bytes, bytes], html: str) -> None:
    """No exception but the named one, whatever stands in the body."""
    body = html.replace("\ud800", "&#xD800;")
    assert extract(frame, body)
    tree = parse_fragment(html)
    stored = clean_body(tree, ID)
    assert clean_body(parse_fragment(stored), ID) == stored
    assert find_formulas(parse_fragment(stored)).found == find_formulas(tree).found


# --- Depth ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", few_at_first(["div", "blockquote", "b"]))
def test_the_footer_goes_at_every_depth(frame: tuple[bytes, bytes], tag: str) -> None:
    """Deep content goes on at half the depth; no block of the footer is split there."""
    for depth in (0, 1, 2, 3, 50, *range(DEEPEST - 72, DEEPEST + 9), 10_000):
        page = f"<p>前文</p>{f'<{tag}>' * depth}作者的话".encode().join(frame).decode()
        body = parse_article(parse_page(page), site.article_url(ID)).body
        assert body is not None
        clean_body(body, ID)
        assert plain_text(body) == "前文\n\n作者的话", f"at {depth} open tags"


STRAY_QUOTES = [
    '<p><a href="/archives/5"" target="_blank">前文</a></p>',
    '<img src="/a.png" alt="5"屏幕">',
    '<a href=/archives/5">前文</a>',
    "<img src='/a.png' alt='it's'>",
    '<a href="/archives/5>前文</a>',
    '若$x<y$，他说"好。',
]


@pytest.mark.parametrize("body", STRAY_QUOTES)
def test_a_stray_quote_refuses_no_article(frame: tuple[bytes, bytes], body: str) -> None:
    """A page of the real size: thousands of tags stand behind the quote."""
    row = '<p class="a">一<b class="b">二</b><br /></p>\n'
    item = extract(frame, f"{row * 1500}{body}{row * 20}")
    assert isinstance(item, dict), item
    assert item["body_text"].count("一二") >= 1500

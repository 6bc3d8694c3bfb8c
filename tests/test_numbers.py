"""Numbers from outside: whatever stands in a page, no parser raises and nothing ends a run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from crawling import Archive
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from processor_time import is_in_proportion
from replica import make_post, make_posts

from archiver import site
from archiver.body.contents.text import plain_text
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extraction.dates import parse_date
from archiver.extraction.readers import parse_readers
from archiver.numbers import parse_number
from archiver.pages.article import parse_article, shows_no_comments
from archiver.pages.comments import places_for_comments
from archiver.pages.feed import parse_feed
from archiver.pages.fields import parse_comment_count
from archiver.pages.index import parse_index
from archiver.pages.listing import parse_listing
from archiver.tree.document import parse_page
from archiver.tree.unexpected import UnexpectedPage

LONG: Final = "9" * 5000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("000", 0),
        ("007", 7),
        (" 46 ", 46),
        ("1,234,567", 1_234_567),
        ("４６", 46),
        ("１，２３４", 1234),
        ("1000000", 1_000_000),
        ("0" * 5000 + "5", 5),
        ("9999999999", None),
        (LONG, None),
        (str(2**63), None),
        ("1,23", None),
        ("-1", None),
        ("+1", None),
        ("1_000", None),
        ("1.0", None),
        ("²", None),
        ("٣", None),
        ("三", None),
        ("", None),
    ],
)
def test_parse_number(text: str, number: int | None) -> None:
    assert parse_number(text, 1_000_000_000) == number


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("46 条评论", 46),
        ("1,046 评论", 1046),
        ("４６ 条评论", 46),
        ("第 3 页，46评论", 46),
        ("暂无评论", 0),
        ("仅有一条评论", 1),
        (f"{LONG} 条评论", None),
        (f"{2**63} 条评论", None),
        ("² 条评论", None),
        ("评论", None),
    ],
)
def test_comment_count(text: str, count: int | None) -> None:
    assert parse_comment_count(text) == count


@pytest.mark.parametrize("text", [f"{LONG}位读者", f"{LONG}.5万", f"1,{LONG}", "1." + LONG, "²³x"])
def test_readers_that_are_no_count(text: str) -> None:
    assert parse_readers(text) is None


@pytest.mark.parametrize("unit", ["9", "9,", "9 ", "9.", "9万", "9年9月9日 ", "-9"])
def test_time_is_in_proportion_to_the_digits(unit: str) -> None:
    """A page may have megabytes of them."""

    def parse(size: int) -> None:
        text = unit * (size // len(unit))
        parse_comment_count(text)
        parse_readers(text)
        parse_date(text)
        parse_number(text, 10)

    assert is_in_proportion(parse, 50_000)


# --- Pages ----------------------------------------------------------------------------------------

PAGER = '<ol class="page-navigator"><li><a href="/page/{0}/">{0}</a></li><li>{0}</li></ol>'


@pytest.mark.parametrize("number", [LONG, str(2**63), "1000000", "²", "0"])
def test_a_pager_that_names_no_page(number: str) -> None:
    page = answer(Blog((make_post(101),)), "/").body.decode()
    shown = page.replace('<div id="Sidebar">', f'{PAGER.format(number)}<div id="Sidebar">', 1)
    listing = parse_listing(parse_page(shown.replace("</div>\n<ol", "<ol")))
    assert (listing.last_page, listing.next_page, len(listing.entries)) == (None, None, 1)


_NUMBERS = st.one_of(
    st.text(alphabet="0123456789,. ²٣４年月日-/:评论条位读者万page#", max_size=30),
    st.sampled_from([LONG, str(2**63), "1e999", "0" * 5000, "9" * 400 + "-99-99"]),
    st.text(max_size=12),
)
_PLACES: Final = (
    "/archives/321", "2020-01-01", "1321位读者", "1 评论", "1 条评论", "2020年", "01月", "01日",
    "短文321", "page/2", ">2<", "Wed, 01 Jan 2020 08:30:15 +0800", "321",
)  # fmt: skip
_BLOG: Final = Blog((make_post(321, comments=1), *make_posts(12)))


def _page(path: str, place: str, number: str) -> str:
    return answer(_BLOG, path).body.decode().replace(place, number)


@limits(deadline=None)
@given(_NUMBERS, st.sampled_from(_PLACES))
def test_no_number_breaks_a_parser(number: str, place: str) -> None:
    """Every kind of page, with any text in the place of a number: items, or the named error."""
    base = site.Base.parse("http://127.0.0.1:8000/blog")
    readings = (
        lambda: parse_article(parse_page(_page("/archives/321", place, number)), None, base),
        lambda: parse_listing(parse_page(_page("/", place, number)), base),
        lambda: parse_index(parse_page(_page("/content.html", place, number)), base),
        lambda: parse_feed(_page("/feed/", place, number), base),
    )
    for read in readings:
        with suppress(UnexpectedPage):
            assert read()


@limits(deadline=None)
@given(_NUMBERS)
def test_no_text_breaks_a_field(text: str) -> None:
    """What a parser of a field gives is nothing, or fits into the database."""
    for number in (
        parse_number(text, 10**10),
        parse_comment_count(f"{text} 条评论"),
        parse_readers(text),
        site.article_id(f"/archives/{text}"),
    ):
        assert number is None or 0 <= number <= 10**10
    day, moment = parse_date(text)
    assert moment is None or day is not None


# --- A run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [LONG, str(2**63)], ids=["long", "2**63"])
def test_no_number_stops_a_run(tmp_path: Path, number: str) -> None:
    """In the pager, the counts and the links of all pages; the articles are stored all the same."""
    digits = number.encode()
    swaps = [
        ("^/$", b">2</a>", b">" + digits + b"</a>"),
        ("^/page/2/$", " 评论</a>".encode(), digits + " 评论</a>".encode()),
        ("^/archives/101$", " 条评论".encode(), digits + " 条评论".encode()),
        ("^/archives/102$", "位读者".encode(), digits + "位读者".encode()),
        ("^/content.html$", b"</ul>", b'<li><a href="/archives/' + digits + b'">x</a></li></ul>'),
        ("^/feed/$", b"</link>", digits + b"</link>"),
    ]
    with Archive(tmp_path, make_posts(12)) as archive:
        for pattern, old, new in swaps:
            archive.replica.fault(pattern, kind="swap", old=old, new=new)
        outcome = archive.crawl()
        assert (outcome.status, len(outcome.records)) == (0, 12), outcome.said
        assert outcome.records[101]["comment_count"] is None
        assert outcome.records[102]["readers"] is None
        assert outcome.count("doubtful values") == 1
        archive.assert_sound()


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        ('<div id="comments"></div>', True),
        ('<div id="comments"><h3>发表你的看法</h3><form></form></div>', True),
        ('<div id="comments"><h4>2 条评论</h4></div>', False),
        (f'<div id="comments"><h4>{"9" * 5000} 条评论</h4></div>', False),
        (
            '<div id="comments"><ol class="comment-list"><li id="comment-7">好</li></ol></div>',
            False,
        ),
        ("", False),
    ],
)
def test_no_comments_is_an_empty_place(comments: str, expected: bool) -> None:
    """A heading that cannot be read, or a list without one, does not say that there are none."""
    page = parse_page(f'<html><body><div id="content">{comments}</div></body></html>')
    assert shows_no_comments(places_for_comments(page)) is expected


@pytest.mark.parametrize("path", ["/archives/101", "/", "/page/2/"])
def test_a_page_of_another_kind_is_no_index(path: str) -> None:
    """An article links to others, and a listing shows ten; neither is all that there is."""
    page = parse_page(answer(Blog(tuple(make_posts(30))), path).body.decode())
    with pytest.raises(UnexpectedPage, match="not the index"):
        parse_index(page)


def test_an_article_in_place_of_a_listing_page() -> None:
    page = parse_page(answer(Blog(tuple(make_posts(30))), "/archives/101").body.decode())
    with pytest.raises(UnexpectedPage, match="an article in place of a listing page"):
        parse_listing(page)


def test_the_form_for_a_password_is_no_excerpt() -> None:
    entry = (
        '<div class="Post"><div class="title-wrap">'
        '<h2><a href="/archives/5">此内容被密码保护</a></h2>'
        '<span class="submitted">By 苏剑林 | 2019-05-03</span></div><div class="PostContent">'
        '<form><input type="password" name="protectPassword"></form>请输入密码访问'
        '<a href="/archives/5">点击阅读全文...</a></div></div>'
    )
    page = parse_page(f'<html><body><div id="content">{entry}</div></body></html>')
    assert [found.excerpt for found in parse_listing(page).entries] == [None]


@pytest.mark.parametrize("too_many", [1, 2, 3, 4])
def test_what_fell_out_of_the_body_is_taken_in(too_many: int) -> None:
    """However many elements around the body a ``</div>`` too many has closed."""
    page = answer(Blog((make_post(101),)), "/archives/101").body.decode()
    start = page.index("<p>", page.index('id="PostContent"'))
    text = parse_page(page[:start] + f"<p>前</p>{'</div>' * too_many}<p>后</p>" + page[start:])
    body = parse_article(text, None).body
    assert body is not None
    assert plain_text(body).startswith("前\n\n后\n\n")

"""Comments as a page shows them: who, when, what, and what answers what."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from comment_markup import (
    ARTICLE,
    TIME,
    URL,
    comments_of,
    item,
    listed,
    page_of,
    pager,
    parents,
    read,
)
from hypothesis import given
from hypothesis import strategies as st
from processor_time import is_in_proportion

from archiver import site
from archiver.body.read import read_body
from archiver.extraction.comment_words import author_url, parse_moment, read_words, text_of_words
from archiver.extraction.saved_page import extract
from archiver.items import CommentPage
from archiver.pages.comments import parse_comment_page, words_of
from archiver.tree.comment_lists import Element
from archiver.tree.document import parse_page, parse_source
from archiver.tree.lexbor_copy import build_tree
from archiver.tree.unexpected import UnexpectedPage


def further(source: str, asked: int = 2) -> CommentPage:
    return parse_comment_page(parse_page(source), ARTICLE, asked)


# --- One comment ----------------------------------------------------------------------------------


def test_all_that_a_comment_tells() -> None:
    words = r"<p>由$a_i$得<br>\begin{equation}a&lt;b\end{equation}</p>"
    (found,) = comments_of(
        item(675, words, author="苏 &amp; 剑林", href="https://blog.example.org/", by_author=True)
    )
    assert (found.id, found.parent_id, found.is_placed) == (675, None, True)
    assert (found.author, found.author_url) == ("苏 & 剑林", "https://blog.example.org/")
    assert found.by_author
    assert found.published_at == TIME
    assert found.html == words
    assert found.text == "由$a_i$得\n\\begin{equation}a<b\\end{equation}"


#: What plain words are made of, and what makes others of them.
_PLAIN = ("<p>", "</p>", "<br>", "\n", "  ", "&nbsp;", "&amp;lt;", "&lt;", "字", "a", "}", "$x  y$")
_ODD = ("<b>", "<p id=x>", "<!-- c -->", "</div>", "&#13;", "\x01", "\ufeff", "\ufdd0", "$", "\\")


@given(
    words=st.lists(st.sampled_from(_PLAIN * 4 + _ODD), max_size=9).map("".join),
    tag=st.sampled_from(("div", "div", "p", "xmp", "textarea")),
)
def test_plain_words_are_stored_as_the_cleaning_leaves_them(words: str, tag: str) -> None:
    page = f"<body><{tag} class=comment-content>{words}</{tag}>"

    def content() -> Element:
        found: list[Element] = parse_source(page).css(".comment-content")
        return found[0]

    expected = read_body(build_tree(content(), None), ARTICLE)
    shown = expected.html, text_of_words(expected)
    given_words = words_of(content())
    assert given_words is not None
    assert read_words(given_words, ARTICLE) == shown
    assert read_words(build_tree(content(), None), ARTICLE) == shown


def test_a_comment_in_the_other_markup_of_typecho() -> None:
    """``#li-comment-<id>`` around ``#comment-<id>``, and the time in a title."""
    words = '<li id="li-comment-7" class="comment-body"><div id="comment-7">'
    words += '<span class="comment-author"><a class="fn" href="http://a.example">甲</a></span>'
    words += '<span class="comment-meta"><abbr title="2019-05-03 20:01">昨天</abbr></span>'
    words += '<div class="comment-content"><p>好</p></div></div></li>'
    (found,) = comments_of(words)
    assert (found.id, found.author, found.author_url) == (7, "甲", "http://a.example")
    assert (found.published_at, found.text) == ("2019-05-03T20:01:00+08:00", "好")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (TIME, TIME),
        ("2022-06-27T21:43:38Z", TIME),
        ("2022-06-27T17:43:38-0400", TIME),
        ("2022-06-28 05:43:38", TIME),
        ("2022-06-28 05:43", "2022-06-28T05:43:00+08:00"),
        ("2022年6月28日 05:43", "2022-06-28T05:43:00+08:00"),
        ("2022-06-28", None),
        ("June 28th, 2022", None),
        ("3 天前", None),
        ("2022-13-28 05:43:38", None),
        ("1970-01-01T08:00:00+08:00", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("", None),
        (None, None),
    ],
)
def test_time(text: str | None, time: str | None) -> None:
    """Exact, in Asia/Shanghai, or not at all."""
    assert parse_moment(text) == time


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://blog.example.org/", "https://blog.example.org/"),
        (" http://例子.example/甲?a=1#b ", "http://例子.example/甲?a=1#b"),
        ("//blog.example.org", "//blog.example.org"),
        ("www.example.org", "www.example.org"),
        ("mailto:a@example.org", None),
        ("MAILTO:a@example.org", None),
        ("http://a@example.org", None),
        ("a@example.org", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_site_of_an_author(href: str | None, url: str | None) -> None:
    """Neither a mail address nor a script."""
    assert author_url(href) == url


def test_nobodys_mail_address_is_taken() -> None:
    """Portraits and mail links are gone; what is written in the text stays as it is written."""
    portrait = "https://secure.gravatar.com/avatar/0123456789abcdef0123456789abcdef"
    (found,) = comments_of(
        item(
            1,
            f'<p><a href="mailto:a@example.org">写信</a>给我<img class="avatar" src="{portrait}">，'
            f'或<img src="{portrait}">（b at example.org）<img src="/usr/x.png"></p>',
            href="mailto:c@example.org",
        )
    )
    assert "写信给我，或（b at example.org）" in found.text
    assert found.author_url is None
    for told in (found.html, found.text, str(found.author_url)):
        assert not any(word in told for word in ("a@ex", "c@ex", "gravatar", "0123456789abcdef"))
    assert 'src="https://kexue.fm/usr/x.png"' in found.html


def test_what_could_run_is_gone() -> None:
    attack = '<p onclick="x()">一<script>alert(1)</script><a href="javascript:alert(2)">二</a>'
    attack += (
        '<img src="x" onerror="alert(3)"><iframe src="//a.example"></iframe></p><form>三</form>'
    )
    (found,) = comments_of(item(1, attack))
    assert not any(word in found.html for word in ("script", "on", "iframe", "<form", "alert"))
    assert found.text.replace("\n", "") == "一二三"


@pytest.mark.parametrize(
    "words", ["", "   ", "<p></p>", "<p>没有结束的<b>标签", "<font><i>斜的", "</p></span>好</b>"]
)
def test_short_and_unclosed_words(words: str) -> None:
    first, second = comments_of(item(1, words), item(2, "<p>后一条</p>"))
    assert first.text == "".join(c for c in words.replace("<b>", "") if c >= "一")
    assert second.text == "后一条"


def test_a_name_that_a_terminal_would_obey_is_stored_as_shown() -> None:
    (found,) = comments_of(item(1, author="\u202e甲\x1b[31m\x00&#8238;"))
    assert found.author == "\u202e甲[31m\u202e"


def test_a_comment_with_many_formulas_that_never_end_is_text() -> None:
    """Such a body refuses its article; a reader's comment must not."""
    braces = "".join(rf"\begin{{a{n}}}{{\end{{a{n}}}" for n in range(200))
    ends = "".join(rf"\end{{a{n}}}" for n in range(200))
    (found,) = comments_of(item(1, f"<p>{braces}{ends}</p>"))
    assert found.text == braces + ends


# --- What answers what ----------------------------------------------------------------------------


def test_replies() -> None:
    found = comments_of(item(1, "甲", item(3, "乙", item(5, "丙")), item(4, "丁")), item(2, "戊"))
    assert parents(found) == {1: None, 2: None, 3: 1, 4: 1, 5: 3}


def test_only_the_first_answer_on_the_last_level_is_certain() -> None:
    """What answers a comment there stands beside it; an earlier one it cannot answer."""
    found = comments_of(
        item(
            1, "甲", item(9, "末", reply_link=False), item(4, "首", reply_link=False), item(2, "乙")
        )
    )
    assert parents(found) == {1: None, 9: None, 4: 1, 2: 1} or parents(found)[9] is None
    assert {comment.id: comment.is_placed for comment in found} == {
        1: True, 9: False, 4: False, 2: True,
    }  # fmt: skip


def test_the_last_level_where_nobody_can_reply() -> None:
    """Comments are closed: then it is that of Typecho's default."""
    inner = [item(6, reply_link=False), item(7, reply_link=False)]
    for number in (5, 4, 3, 2):
        inner = [item(number, "答", *inner, reply_link=False)]
    found = {comment.id: comment for comment in comments_of(*inner)}
    assert (found[5].parent_id, found[6].parent_id) == (4, 5)
    assert (found[7].parent_id, found[7].is_placed) == (None, False)


def nested_as_typecho_does(answers: Sequence[int | None], levels: int) -> str:
    """The page of comments that answer these, nested no deeper than so many levels.

    What answers a comment on the last level stands beside it, below its parent.
    """
    level: dict[int, int] = {}
    above: dict[int, int | None] = {}
    below: dict[int | None, list[int]] = {None: []}
    for number, answered in enumerate(answers, start=1):
        parent, below[number] = answered, []
        level[number] = 0 if parent is None else level[parent] + 1
        if parent is not None and level[number] >= levels:
            level[number], parent = level[parent], above[parent]
        above[number] = parent
        below[parent].append(number)

    def render(number: int) -> str:
        replies = [render(reply) for reply in reversed(below[number])]
        is_child, is_last = above[number] is not None, level[number] > levels - 2
        return item(number, "答", *replies, child=is_child, reply_link=not is_last)

    return page_of(*map(render, reversed(below[None])))


@given(st.data(), st.integers(2, 5))
def test_a_parent_is_right_or_not_told(data: st.DataObject, levels: int) -> None:
    """However deep a thread is; above the last level every parent is told."""
    earlier = [st.none() | st.integers(1, max(n, 1)) if n else st.none() for n in range(30)]
    answers = data.draw(st.tuples(*earlier))
    depth: dict[int, int] = {}
    for number, answered in enumerate(answers, start=1):
        depth[number] = 0 if answered is None else depth[answered] + 1
    for found in read(nested_as_typecho_does(answers, levels)).comments:
        told = answers[found.id - 1]
        assert found.parent_id in {told, None}
        assert found.parent_id == told or depth[found.id] >= levels - 1
        assert found.is_placed is (found.parent_id == told)


def test_a_link_beside_the_words_tells_the_parent() -> None:
    """A link in the words is the reader's own, and tells nothing."""
    name = '<a href="#comment-4">@乙</a>'
    beside = item(9, "丙", reply_link=False).replace("</cite>", f"</cite>{name}")
    inside = item(10, f"<p>{name}</p>", reply_link=False)
    found = comments_of(item(1, "甲", item(4, "乙"), beside, inside))
    assert parents(found) == {1: None, 4: 1, 9: 4, 10: None}


def test_a_reply_without_its_thread_has_no_parent() -> None:
    (found,) = comments_of(item(9, child=True))
    assert (found.parent_id, found.is_placed) == (None, False)


# --- The list -------------------------------------------------------------------------------------


def test_what_a_reader_writes_is_no_comment() -> None:
    """Neither an element with an id, nor a whole list, nor another place for comments."""
    forged = listed(item(2, "伪造"))
    found = comments_of(
        item(1, f'<p>看</p><div id="comments"><ul><li id="comment-3">字</li></ul>{forged}</div>'),
        item(4, "真的"),
    )
    assert [comment.id for comment in found] == [1, 4]
    assert "伪造" in found[0].text


def test_strange_items_are_counted() -> None:
    """An id that is 0, too long or there twice, no words, a comment of another article."""
    found = read(
        page_of(
            item(1),
            item(0),
            item("9" * 30),
            item("x"),
            item(1, "再来一次"),
            item(2).replace("comment-content", "other"),
            item(3, article=7006),
            item("y", "甲", item(5, "答案")),
            "<li>广告</li>",
        )
    )
    assert parents(found.comments) == {1: None, 5: None}
    assert [comment.text for comment in found.comments] == ["好文。", "答案"]
    assert [comment.is_placed for comment in found.comments] == [True, False]
    assert found.strange == 7


def test_doubts_are_named() -> None:
    bad = item(1, time="<time>某天</time>")
    doubts = extract(page_of(bad, item("x"), heading="2 条评论").encode(), URL).doubts
    assert [(doubt.name, doubt.text) for doubt in doubts] == [
        ("comment time", "某天"),
        ("comments", "1 in the list that are none"),
    ]
    (doubt,) = extract(page_of(heading="46 条评论").encode(), URL).doubts
    assert str(doubt) == "article 6583: comments not understood: '46 are told, and none is shown'"


def test_a_page_without_a_place_for_comments() -> None:
    source = page_of(item(1)).replace('id="comments"', 'id="talk"')
    assert read(source).comments == []


def test_comments_are_found_where_an_open_tag_of_the_body_has_put_them() -> None:
    source = page_of(item(1), heading="1 条评论").replace("<p>正文</p>", "<div><blockquote>正文")
    found = read(source)
    assert ([comment.id for comment in found.comments], found.count) == ([1], 1)


def test_a_protected_page_tells_nothing_of_comments() -> None:
    form = '<form><input name="protectPassword"></form>'
    source = page_of(item(1)).replace("<p>正文</p>", form)
    assert extract(source.encode(), URL).rows[0]["status"] == "protected"


def test_500_replies_in_a_row() -> None:
    """What answers what does not get lost where the tree of a page ends."""
    thread = ""
    for number in range(500, 0, -1):
        thread = item(number, f"第{number}层", *[thread] if thread else [])
    found = comments_of(thread)
    assert parents(found) == {1: None, **{number: number - 1 for number in range(2, 501)}}
    assert found[-1].text == "第500层"


def test_thousands_of_comments_take_a_time_in_proportion() -> None:
    def read_page(count: int) -> None:
        assert len(read(sources[count]).comments) == count

    sources = {
        count: page_of(*(item(n, "<p>$x$</p>") for n in range(1, count + 1)))
        for count in (600, 2400)
    }
    assert is_in_proportion(read_page, 600)


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("navigator", "place"),
    [
        ("", (1, 1)),
        (pager(1, 3), (1, 3)),
        (pager(3, 3), (3, 3)),
        (pager(2, 12), (2, 12)),
        ('<ol class="page-navigator"><li><a href="?cp=2">2</a></li></ol>', (1, 2)),
        ('<ol class="page-navigator"><li>1</li><li>四</li></ol>', (1, 1)),
        (f'<ol class="page-navigator"><li>{"9" * 50}</li></ol>', (1, 1)),
    ],
)
def test_pager(navigator: str, place: tuple[int, int]) -> None:
    """Which page it is, and how many there are; the article may show the last one first."""
    found = read(page_of(item(1), navigator=navigator))
    assert (found.number, found.pages) == place


def test_a_pager_that_a_reader_has_written_is_none() -> None:
    found = read(page_of(item(1, pager(1, 999)), navigator=pager(1, 2)))
    assert (found.number, found.pages) == (1, 2)


def test_further_page() -> None:
    found = further(page_of(item(1), item(2), heading="22 条评论", navigator=pager(2, 2)))
    assert (found.id, found.number, found.pages, found.count) == (ARTICLE, 2, 2, 22)


def test_a_page_that_no_longer_exists_is_taken_for_the_one_that_came() -> None:
    """Comments were deleted meanwhile, and the blog shows the last page there is."""
    found = further(page_of(item(1), navigator=pager(2, 2)), asked=3)
    assert (found.number, found.pages) == (2, 2)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (page_of(item(1), navigator=pager(1, 3)), "page 1 of the comments in place of page 2"),
        (page_of(navigator=pager(2, 3)), "a page of comments without comments"),
        (page_of(item(1)).replace("/archives/6583", "/archives/7006"), "the page of another"),
        (page_of(item(1)).replace("PostContent", "x"), "not an article's page"),
        (page_of().replace("正文", '<form><input name="protectPassword"></form>'), "password"),
    ],
)
def test_what_is_no_further_page(source: str, reason: str) -> None:
    with pytest.raises(UnexpectedPage, match=reason):
        further(source)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        (f"{URL}/comment-page-2#comments", 2),
        (f"{URL}?cp=3", 3),
        (f"{URL}?x=1&comment-page=4#comments", 4),
        (f"{URL}/comment-page-0", None),
        ("https://kexue.fm/page/2/", None),
    ],
)
def test_address_of_a_page(url: str, number: int | None) -> None:
    assert site.comments_number(url) == number

"""The index of all articles: its links in their order, each with the day that stands before it."""

from __future__ import annotations

import pytest

from archiver.items import IndexEntry
from archiver.pages.index import parse_index
from archiver.tree.document import parse_page
from archiver.tree.unexpected import UnexpectedPage

PAGE = """<!DOCTYPE html><html><body>
<div id="Header"><div id="content"><div id="archives"><a href="/archives/1">x</a></div></div></div>
<div id="content"><div class="Post"><div class="PostContent" id="PostContent">
<div id="archives"><h3>2025年 (共3篇)</h3><ul><li><span>08月</span><ul>INSIDE</ul></li></ul></div>
</div></div></div>
<div id="Sidebar"><a href="/archives/2">最近</a></div></body></html>"""


def dated(inside: str) -> list[tuple[int, str | None, str | None]]:
    entries = parse_index(parse_page(PAGE.replace("INSIDE", inside)))
    return [(entry.id, entry.title, entry.date_text) for entry in entries]


def test_each_article_once_with_its_day() -> None:
    inside = (
        '<li>03日: <a href="/archives/9">九</a> (<a href="/archives/9#PostComment">2009年</a>)</li>'
        '<li>02日: <a href="/archives/8">八<br>月</a>, <a href="/archives/9">again</a></li>'
    )
    assert dated(inside) == [(9, "九", "2025-08-03"), (8, "八月", "2025-08-02")]


@pytest.mark.parametrize(
    "other",
    [
        '<div id="Sidebar">2001年1月1日<a href="/archives/3">x</a></div>',
        '<b><div id="Footer"><p><a href="/archives/3">x</a></p></div></b>',
        '<ol class="comment-list"><li>2001年<a href="/archives/3">x</a></li></ol>',
        '<template>2001年<a href="/archives/3">x</a></template>',
        "<!-- 2001年 -->",
    ],
)
def test_what_is_no_part_of_the_page_is_no_part_of_the_index(other: str) -> None:
    """Wherever an unclosed tag has put it."""
    inside = f'<li>03日: {other}<a href="/archives/9">九</a></li>'
    assert dated(inside) == [(9, "九", "2025-08-03")]


@pytest.mark.parametrize("before", ["<!-- x -->", '<div id="Sidebar">x</div>'])
def test_the_day_behind_what_is_left_out(before: str) -> None:
    inside = f'<li>{before}03日: <a href="/archives/9">九</a></li>'
    assert dated(inside) == [(9, "九", "2025-08-03")]


def test_characters_that_no_tree_can_hold_are_left_out() -> None:
    inside = '<li>03日: <a href="/archives/9\x01">一\x01二\x0c三</a></li>'
    assert dated(inside) == [(9, "一二 三", "2025-08-03")]


def test_a_theme_without_the_list_has_the_links_of_its_body() -> None:
    """But not of an article, which has the line of author and date."""
    page = PAGE.replace('<div id="archives"><h3>', "<div><h3>").replace(
        "INSIDE", '<li>3日<a href="/archives/9">九</a></li>'
    )
    assert parse_index(parse_page(page)) == [IndexEntry(9, "九", date_text="2025-08-3")]
    byline = '<div class="title-wrap"><span class="submitted">By</span></div>'
    with pytest.raises(UnexpectedPage, match="not the index"):
        parse_index(parse_page(page.replace("<h3>", f"{byline}<h3>")))


def test_open_tags_of_all_articles_lie_inside_one_another() -> None:
    """As deep as no copy of the tree goes."""
    inside = "".join(f'<li>{n}日<b><a href="/archives/{n}">{n}</a>' for n in range(1, 29)) * 50
    assert [number for number, _, _ in dated(inside)] == list(range(1, 29))

"""Comments on an exported site: threads, what a page says of them, where links to them lead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from archived import DAY1, DAY2, DAY3, an_article
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement
from sqlite_utils import Database

from archiver.items import Comment, CommentPage
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.site import search_scripts, site_writer
from archiver.reading.exports.site.comment_places import CommentPlaces
from archiver.reading.exports.site.comment_section import web_address
from archiver.reading.exports.site.page_body import Surroundings
from archiver.reading.exports.site.shown_words import REL, comment_words
from archiver.reading.exports.site.threaded_comments import in_threads
from archiver.reading.exports.site_folder import write_site
from archiver.store.articles import save_article
from archiver.store.run_records import start_run
from archiver.tree.document import parse_fragment, parse_tree, text_content

ARTICLE = 5
TIME = "2022-06-28T05:43:38+08:00"


# --- Threads --------------------------------------------------------------------------------------


def rows(
    *given: tuple[int, int | None] | tuple[int, int | None, str | None],
) -> list[dict[str, Any]]:
    """Comments by id, the one that each answers, and its time; without one, that of its id."""
    return [
        {
            "id": comment,
            "parent_id": parent,
            "published_at": time[0] if time else f"2022-01-01T00:00:{comment:02}+08:00",
        }
        for comment, parent, *time in given
    ]


@pytest.mark.parametrize(
    ("given", "threads"),
    [
        pytest.param([], "", id="none"),
        pytest.param([(1, None), (2, 1), (3, None), (4, 2), (5, 1)], "1 .2 ..4 .5 3", id="threads"),
        pytest.param([(5, None), (4, 5), (3, 4)], "5 .4 ..3", id="a reply with a lower number"),
        pytest.param([(1, None), (2, 99), (3, 2)], "1 2 .3", id="a parent that is not there"),
        pytest.param([(1, 1), (2, 1)], "1 .2", id="an answer to itself"),
        pytest.param([(1, 3), (2, 1), (3, 2), (4, None)], "1 .2 ..3 4", id="a circle"),
        pytest.param([(1, 2), (2, 3), (3, 2), (4, 3)], "2 .1 .3 ..4", id="what hangs on a circle"),
        pytest.param(
            [(1, None, "2022-01-02T00:00:00+08:00"), (2, None, "2022-01-01T00:00:00+08:00")],
            "2 1",
            id="by time",
        ),
        pytest.param(
            [(1, None, "2022-01-02T00:00:00+08:00"), (2, None, "2022-01-01T20:00:00+00:00")],
            "1 2",
            id="by time of two zones",
        ),
        pytest.param(
            [(1, None), (2, None, None), (3, None, "nie"), (4, None)], "1 2 3 4", id="no time"
        ),
    ],
)  # fmt: skip
def test_threads(given: list[Any], threads: str) -> None:
    """In their order, with a dot for each level."""
    for some in (rows(*given), rows(*given)[::-1]):
        found = in_threads(some)
        assert " ".join("." * one.depth + str(one.row["id"]) for one in found) == threads


@given(
    st.lists(st.integers(1, 60), unique=True).flatmap(
        lambda ids: st.tuples(
            st.just(ids),
            st.lists(
                st.one_of(st.none(), st.integers(0, 61)), min_size=len(ids), max_size=len(ids)
            ),
        )
    )
)
def test_any_parents(drawn: tuple[list[int], list[int | None]]) -> None:
    """Every comment once, below what it answers, and one level further in than that."""
    some = rows(*zip(*drawn, strict=True))
    found = in_threads(some)
    assert sorted(one.row["id"] for one in found) == sorted(drawn[0])
    above: list[int] = []
    for one in found:
        assert one.depth <= len(above)
        del above[one.depth :]
        if one.depth:
            assert one.row["parent_id"] == above[-1]
            assert one.answered is not None
            assert one.answered["id"] == above[-1]
        above.append(one.row["id"])
    beginnings = {one.row["id"] for one in found if not one.depth}
    circles = {row["id"] for row in some if is_in_circle(row["id"], some)}
    for row in some:
        if row["parent_id"] not in set(drawn[0]):
            assert row["id"] in beginnings
        elif row["id"] not in circles:
            assert row["id"] not in beginnings


def is_in_circle(comment: int, some: list[dict[str, Any]]) -> bool:
    parents = {row["id"]: row["parent_id"] for row in some}
    at = parents[comment]
    for _ in some:
        if at == comment:
            return True
        at = parents.get(at)
    return False


def test_a_thread_of_five_thousand_levels() -> None:
    some = rows(*((number, number - 1 or None, TIME) for number in range(1, 5001)))
    assert [one.depth for one in in_threads(some)] == list(range(5000))


# --- Words ----------------------------------------------------------------------------------------


def words(html: str, pages: tuple[int, ...] = (5, 7)) -> HtmlElement:
    return parse_fragment(comment_words(html, ARTICLE, Surroundings(pages)))


@pytest.mark.parametrize(
    "html", ["<p>甲 &lt;script&gt; $x$<br>\n乙</p>", "", "甲", "<p>甲</p>\n<p>乙 &amp; 丙</p>"]
)
def test_plain_words_stay_as_they_are(html: str) -> None:
    assert comment_words(html, ARTICLE, Surroundings()) == html


def test_words_have_no_names_and_no_headings() -> None:
    """Which would be taken for those of the article, or of another comment."""
    html = '<h1 id="s-comments">甲</h1><p id="一">乙<a name="二" href="#三">丙</a></p>'
    assert comment_words(html, ARTICLE, Surroundings()) == (
        '<p class="s-comment-heading">甲</p><p>乙<a href="#三">丙</a></p>'
    )


def test_links_of_words() -> None:
    html = '<a href="https://kexue.fm/archives/7">甲</a><a href="https://example.org/">乙</a>'
    found = [(link.get("href"), link.get("rel")) for link in words(html).iter("a")]
    assert found == [("7.html", None), ("https://example.org/", REL)]


def test_words_load_nothing() -> None:
    top = words('<p><img src="https://example.org/a.png" alt="图">甲</p>')
    assert list(top.iter("img")) == []
    assert text_content(top) == "图片：图https://example.org/a.png甲"


def test_a_formula_that_takes_minutes_stays_latex() -> None:
    (ignored,) = words(f"<p>${'x' * 9000}$</p>").iter("p")
    assert ignored.get("class") == "tex2jax_ignore"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.example/?x=1", "https://a.example/?x=1"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("//a.example/b", "https://a.example/b"),
        ("javascript:alert(1)", ""),
        ("ftp://a.example/", ""),
        ("a.example", ""),
        ("https://", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_site_is_led_to_by_http_only(address: str | None, shown: str) -> None:
    assert web_address(address) == shown


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest to write: MathJax, and the rules of the search."""
    monkeypatch.setattr(site_writer, "mathjax_files", lambda _folder: [])
    monkeypatch.setattr(search_scripts, "rules_script", lambda: b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def a_comment(number: int, text: str = "好文。", **changes: Any) -> Comment:
    values = {"author": "路人", "published_at": TIME, "html": f"<p>{text}</p>", "text": text}
    return Comment(number, **{**values, **changes})


def archive(db: Database, *comments: Comment, day: str = DAY1, **changes: Any) -> None:
    """An article whose page shows these comments, and tells as many."""
    start_run(db, "normal", day)
    page = CommentPage(ARTICLE, list(comments), **{"count": len(comments), **changes})
    save_article(db, an_article(ARTICLE, comments=page, comment_count=page.count, links=[]), day)


def export(db: Database, folder: Path, **options: Any) -> Outcome:
    return write_site(Job(db, folder, **options))


def page(folder: Path, article: int = ARTICLE) -> HtmlElement:
    return parse_tree((folder / f"archives/{article}.html").read_text("utf-8"), left_out=None)


def section(folder: Path, article: int = ARTICLE) -> str:
    """What a page says of comments, on one line."""
    (found,) = page(folder, article).xpath("//section[@id='s-comments']")
    return " ".join(text_content(found).split())


def robots(folder: Path) -> list[str | None]:
    return [one.get("content") for one in page(folder).iter("meta") if one.get("name") == "robots"]


def test_what_is_known_of_a_comment(db: Database, folder: Path) -> None:
    archive(
        db,
        a_comment(7, author="a&b", author_url="https://example.org/?a=1&b"),
        a_comment(9, "谢谢。", parent_id=7, by_author=True, author="苏剑林", published_at=None),
        a_comment(11, "", author=None, published_at="2022-06-27T22:00:00+00:00", html=""),
    )
    export(db, folder)
    assert section(folder) == (
        "评论 3 条 a&b 2022-06-28 05:43 好文。 苏剑林 作者 回复 a&b 时间不详 谢谢。"
        " 匿名 2022-06-28 06:00 （没有文字）"
        " 评论由读者所写，版权归其作者。时间为博客的时区（UTC+8）。"
    )
    top = page(folder)
    items = top.xpath("//li[starts-with(@id, 's-comment-')]")
    assert [(item.get("id"), item.get("class")) for item in items] == [
        ("s-comment-7", "s-comment s-level-0"),
        ("s-comment-9", "s-comment s-level-1"),
        ("s-comment-11", "s-comment s-level-0"),
    ]
    (link,) = top.xpath("//a[@rel='nofollow noreferrer noopener']")
    assert link.get("href") == "https://example.org/?a=1&b"
    assert [link.text for link in top.xpath("//a[@href='#s-comments']")] == ["3 条评论"]
    assert robots(folder) == ["noindex"]


def test_a_comment_that_is_gone_or_changed_says_so(db: Database, folder: Path) -> None:
    """And shows what it said, in which MathJax looks for no formula: it would count them twice."""
    archive(db, a_comment(7, r"旧\begin{equation}x\end{equation}", author="旧名"), a_comment(9))
    archive(db, a_comment(7, "新"), day=DAY3)
    export(db, folder)
    said = section(folder)
    assert "新 修改过，看之前的 1 个版本 旧名 2026-11-03 03:00 UTC 发现修改 旧\\begin" in said
    assert "这条评论已从博客上消失（2026-11-03 03:00 UTC 发现）" in said
    shown = page(folder).xpath("//div[contains(@class, 's-words')]")
    assert [one.get("class") for one in shown] == [
        "s-words tex2jax_process", "s-words", "s-words tex2jax_process"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        (
            {"count": 46, "pages": 2},
            "published",
            "缺少的在博客的评论分页上：用 kexue crawl -a comments=1",
        ),
        ({"count": 46, "pages": 1}, "published", "评论分页都已读过，博客没有显示更多。"),
        ({"count": 46, "pages": 2}, "gone", "缺少的没有保存下来。"),
        ({"count": 1}, "published", None),
    ],
)
def test_what_is_missing_is_said(
    db: Database, folder: Path, changes: dict[str, Any], status: str, said: str | None
) -> None:
    archive(db, a_comment(7), **changes)
    if status == "gone":
        db.execute("UPDATE articles SET status = 'gone', gone_at = ?", [DAY2])
    export(db, folder)
    told = f"博客上有 46 条评论，存档中有其中 1 条。{said}"
    assert (told in section(folder)) == (said is not None)
    assert ("博客上有" in section(folder)) == (said is not None)


def test_an_article_of_which_only_the_number_is_known(db: Database, folder: Path) -> None:
    archive(db, count=2)
    export(db, folder)
    assert section(folder).startswith("评论 0 条 博客上有 2 条评论，存档中一条也没有。")
    assert robots(folder) == []


def test_without_comments(db: Database, folder: Path) -> None:
    """Nothing of them is on the pages; with them again, only their pages are written again."""
    archive(db, a_comment(7, "谁说的"))
    save_article(db, an_article(6, comment_count=0, comments=CommentPage(6), links=[]), DAY1)
    first = export(db, folder)
    assert "s-comment" not in (folder / "archives/6.html").read_text("utf-8")
    changed = export(db, folder, has_comments=False)
    assert (changed.written, changed.unchanged) == (1, first.written - 1)
    assert "谁说的" not in (folder / "archives/5.html").read_text("utf-8")
    assert "s-comment" not in (folder / "archives/5.html").read_text("utf-8")
    assert robots(folder) == []
    assert export(db, folder).written == 1


def test_an_odd_name_is_a_name(db: Database, folder: Path) -> None:
    names = [
        "</script><script>alert(1)</script>",
        "]]>",
        "\u202eRTL שלום",
        "\"a'&amp;",
        "很长" * 999,
    ]
    odd = [a_comment(number, author=name) for number, name in enumerate(names, start=10)]
    archive(db, *odd, *(a_comment(one.id + 10, parent_id=one.id) for one in odd))
    export(db, folder)
    top = page(folder)
    shown = [name.text for name in top.xpath("//li[@class='s-comment s-level-0']//span[1]")]
    assert shown == [name.text for name in top.xpath("//li//bdi")] == names
    assert not top.xpath("//script[text()]")


def test_damaged_rows_are_shown(db: Database, folder: Path) -> None:
    """Of a database that somebody has changed by hand: nothing hangs, nothing is lost."""
    archive(db, a_comment(7, "甲"), a_comment(9, "乙"), a_comment(11, "丙"), a_comment(13, "丁"))
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("UPDATE comments SET parent_id = 16 - id WHERE id IN (7, 9)")
    db.execute("UPDATE comments SET parent_id = 99, published_at = '昨天\n' WHERE id = 11")
    db.execute("UPDATE comments SET html = '</div></li><p>丁', author_url = 'x:y' WHERE id = 13")
    db.execute("UPDATE comments SET published_at = '9999-12-31T23:00:00+00:00' WHERE id = 9")
    export(db, folder)
    said = section(folder)
    assert all(said.count(text) == 1 for text in "甲乙丙丁")
    assert "路人 回复一条不在存档中的评论 昨天" in said
    assert said.endswith("（UTC+8）。")


def test_many_comments_and_deep_threads(db: Database, folder: Path) -> None:
    """No level is further in than the last that has room on a phone."""
    deep = [a_comment(n, parent_id=n - 1 if 1 < n < 501 else None) for n in range(1, 2001)]
    archive(db, *deep)
    export(db, folder)
    items = page(folder).xpath("//li[starts-with(@id, 's-comment-')]")
    assert [item.get("id") for item in items] == [f"s-comment-{one.id}" for one in deep]
    assert {item.get("class") for item in items[6:500]} == {"s-comment s-level-5"}
    assert len({id(item.getparent()) for item in items}) == 1


def test_formulas_of_comments_need_mathjax(db: Database, folder: Path) -> None:
    page_of_text: dict[str, Any] = {
        "body_html": "<p>字</p>",
        "body_text": "字",
        "formulas": [],
        "links": [],
    }
    for number, text in ((6, "字"), (7, "$x$与\\begin{equation}y\\end{equation}")):
        comments = CommentPage(number, [a_comment(number, text)], count=1)
        save_article(db, an_article(number, comments=comments, **page_of_text), DAY1)
    export(db, folder)
    scripts = {n: page(folder, n).xpath("//script[contains(@src, 'mathjax')]") for n in (6, 7)}
    assert (len(scripts[6]), len(scripts[7])) == (0, 1)
    assert page(folder, 7).xpath("//body/@data-formulas") == ["2"]


# --- Links to comments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://kexue.fm/archives/5#comment-7", "#s-comment-7"),
        ("http://spaces.ac.cn/archives/5/comment-page-2?x=1#comment-7", "#s-comment-7"),
        ("#comment-7", "#s-comment-7"),
        ("https://kexue.fm/archives/5#comments", "#s-comments"),
        ("https://kexue.fm/archives/5/comment-page-2", "#s-comments"),
        ("https://kexue.fm/archives/5#comment-9", None),
        ("https://kexue.fm/archives/5?replyTo=7#respond-post-5", None),
        ("https://kexue.fm/archives/5#PostComment", None),
        ("https://kexue.fm/archives/5#fn1", None),
    ],
)
def test_where_an_address_leads(db: Database, address: str, place: str | None) -> None:
    archive(db, a_comment(7))
    assert CommentPlaces(db).fragment(5, address) == place
    assert CommentPlaces(db, are_shown=False).fragment(5, address) is None
    assert CommentPlaces(db).fragment(6, address) is None


def test_links_to_comments_lead_to_them(db: Database, folder: Path) -> None:
    """From bodies and from comments; without comments they lead to the blog, as they did."""
    links = "".join(
        f'<a href="https://kexue.fm/archives/{place}">甲</a>'
        for place in ("5#comment-7", "5/comment-page-2#comments", "5#comment-9", "6#comment-7")
    )
    archive(db, a_comment(7, '见<a href="https://kexue.fm/archives/5#comment-7">上</a>'))
    save_article(db, an_article(6, body_html=links, links=[]), DAY1)
    export(db, folder)
    assert page(folder, 6).xpath("//div[@class='s-body tex2jax_process']//a/@href") == [
        "5.html#s-comment-7", "5.html#s-comments", "https://kexue.fm/archives/5#comment-9",
        "https://kexue.fm/archives/6#comment-7",
    ]  # fmt: skip
    assert page(folder).xpath("//div[@class='s-words tex2jax_process']//a/@href") == [
        "#s-comment-7"
    ]
    export(db, folder, has_comments=False)
    (link, *_) = page(folder, 6).xpath("//div[@class='s-body tex2jax_process']//a/@href")
    assert link == "https://kexue.fm/archives/5#comment-7"

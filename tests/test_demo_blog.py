"""The demo blog serves what it promises."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from replies import COOKIE, Reply, get

from archiver.demo.posts import load_posts, read_post
from archiver.demo.server import DemoServer

EIGHT = [
    ("6583", "从动力学角度看优化算法(四):GAN的第三个阶段", "2019-05-03", "94037位读者"),
    ("7006", "最小熵原理(五):“层层递进”之社区发现与聚类", "2019-10-19", "148764位读者"),
    ("6784", "你跳绳的时候,想过绳子的形状曲线是怎样的吗?", "2019-07-06", "48773位读者"),
    ("7325", "突破瓶颈,打造更强大的Transformer", "2020-04-13", "124234位读者"),
    ("7533", "积分梯度:一种新颖的神经网络可视化方法", "2020-06-28", "89083位读者"),
    ("7575", "BERT-of-Theseus:基于模块替换的模型压缩方法", "2020-07-17", "90045位读者"),
    ("8084", "【搜出来的文本】⋅(二)从MCMC到模拟退火", "2021-01-14", "49835位读者"),
    ("8870", "多任务学习漫谈(一):以损失之名", "2022-01-18", "147380位读者"),
]


GOOD_META = """<!-- {"id": 7, "title": "x", "published": "2020-01-01T00:00:00+08:00",
"readers": 1, "category": "Mathematics"} -->
"""


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    with DemoServer() as server:
        yield server


@pytest.fixture(scope="module")
def demo_listing(demo: DemoServer) -> list[Reply]:
    return [get(demo.base_url, f"/page/{n}/", COOKIE) for n in range(1, 8)]


# The posts.


def test_demo_posts_by_state() -> None:
    states = [post.state for post in load_posts()]
    counts = {state: states.count(state) for state in set(states)}
    assert counts == {"published": 62, "protected": 1, "draft": 2, "deleted": 1}


@pytest.mark.parametrize(
    "text",
    [
        "<p>no meta</p>",
        "<!-- [1] -->\n",
        "<!-- {broken -->\n",
        '<!-- {"id": 7} -->\n',
        GOOD_META.replace('"id": 7', '"id": 8'),
        GOOD_META.replace("+08:00", ""),
        GOOD_META.replace("Mathematics", "Cooking"),
        GOOD_META.replace("}", ', "state": "lost"}'),
        GOOD_META.replace("}", ', "added": "2026-09-08T20:10:00+08:00"}'),
        GOOD_META + "<!--added-->",
        GOOD_META.replace("}", ', "stickyy": true}'),
    ],
)
def test_bad_meta_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "7.html"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"7\.html: bad post meta"):
        read_post(path)


# The demo blog.


def test_demo_lists_63_entries_on_7_pages(demo: DemoServer, demo_listing: list[Reply]) -> None:
    assert [len(reply.entries) for reply in demo_listing] == [10] * 6 + [3]
    assert len({post_id for reply in demo_listing for post_id in reply.ids}) == 63
    assert get(demo.base_url, "/page/8/", COOKIE).status == 404


def test_demo_pager_ends_on_the_last_page(demo_listing: list[Reply]) -> None:
    following = [
        reply.page.css("ol.page-navigator li.next a::attr(href)").get() for reply in demo_listing
    ]
    assert following == [f"https://kexue.fm/page/{n}/" for n in range(2, 8)] + [None]


def test_demo_eight_rows_stand_together(demo_listing: list[Reply]) -> None:
    page = next(reply for reply in demo_listing if 6583 in reply.ids)
    start = page.ids.index(6583)
    rows = []
    for entry in page.entries[start : start + 8]:
        spans = entry.css("span.submitted > span::text").getall()
        url = entry.css("h2 > a::attr(href)").get("")
        rows.append((url.rpartition("/")[2], entry.css("h2 > a::text").get(), spans[1], spans[2]))
        assert spans[0] == "苏剑林"
    assert rows == EIGHT


def test_demo_excerpt_that_is_empty(demo_listing: list[Reply]) -> None:
    entry = next(
        entry
        for reply in demo_listing
        for entry, post_id in zip(reply.entries, reply.ids, strict=True)
        if post_id == 6784
    )
    assert entry.css(".PostContent").xpath("string()").get("").strip() == "点击阅读全文..."


def test_demo_sticky_first(demo_listing: list[Reply]) -> None:
    assert demo_listing[0].ids[0] == 6508
    assert 6508 not in [post_id for reply in demo_listing[1:] for post_id in reply.ids]


def test_demo_every_listed_article_is_served(demo: DemoServer, demo_listing: list[Reply]) -> None:
    by_id = {post.id: post for post in load_posts()}
    for post_id in (post_id for reply in demo_listing for post_id in reply.ids):
        reply = get(demo.base_url, f"/archives/{post_id}", COOKIE)
        assert reply.status == (403 if by_id[post_id].state == "protected" else 200)
        assert len(reply.page.css("#how_to_cite")) == 1
        assert len(reply.page.css("#comments li.comment-body")) <= by_id[post_id].comments


def test_demo_protected_post_hides_its_title(demo: DemoServer, demo_listing: list[Reply]) -> None:
    hidden = next(post for post in load_posts() if post.state == "protected")
    pages = [get(demo.base_url, path, COOKIE) for path in ("/content.html", "/feed/")]
    assert hidden.title.encode() not in b"".join(reply.body for reply in pages + demo_listing)
    page = get(demo.base_url, f"/archives/{hidden.id}", COOKIE).page
    assert page.css("h1 > a::text").getall()[1] == "此内容被密码保护"
    assert page.css('form.protected input[name="protectCID"]::attr(value)').get() == str(hidden.id)


def test_demo_drafts_and_deleted_posts_are_404_but_linked(demo: DemoServer) -> None:
    home = get(demo.base_url, "/", COOKIE)
    index = get(demo.base_url, "/content.html", COOKIE)
    for post in load_posts():
        if post.state in ("draft", "deleted"):
            reply = get(demo.base_url, f"/archives/{post.id}", COOKIE)
            assert reply.status == 404
            assert "404 - 页面没找到" in reply.body.decode()
            assert reply.page.css("#Sidebar ul.random a")
            assert f"/archives/{post.id}" not in index.page.css("#archives").get("")
    assert any(f"/archives/{post.id}/" in home.body.decode() for post in load_posts())


def test_demo_index_lists_all(demo: DemoServer) -> None:
    index = get(demo.base_url, "/content.html", COOKIE)
    links = index.page.css("#archives li li > a:first-child::attr(href)").getall()
    assert len(set(links)) == len(links) == 63


@pytest.mark.parametrize("path", ["/archives/8870/", "/archives/8870?utm_source=x", "/page/2"])
def test_demo_other_forms_of_an_address(demo: DemoServer, path: str) -> None:
    assert get(demo.base_url, path, COOKIE).status == 200


@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "/archives/1", "/page/0/", "/me.html", "/archives/8870/comment-page-9"]
)
def test_demo_everything_else_is_404(demo: DemoServer, path: str) -> None:
    assert get(demo.base_url, path, COOKIE).status == 404


def test_demo_robots(demo: DemoServer) -> None:
    assert get(demo.base_url, "/robots.txt", COOKIE).body == b"User-agent: *\nDisallow: /search/\n"


def test_demo_feed(demo: DemoServer) -> None:
    redirect = get(demo.base_url, "/feed", COOKIE)
    assert (redirect.status, redirect.headers["Location"]) == (302, "/feed/")
    items = ElementTree.fromstring(get(demo.base_url, "/feed/", COOKIE).body).findall(".//item")
    times = [parsedate_to_datetime(item.findtext("pubDate", "")) for item in items]
    published = sorted((p.published for p in load_posts() if p.state == "published"), reverse=True)
    assert times == published[:10]
    assert {time.utcoffset() for time in times} == {timedelta(hours=8)}


def test_demo_comments_are_as_many_as_the_heading_says(demo: DemoServer) -> None:
    post = max(load_posts(), key=lambda post: post.comments if post.state == "published" else 0)
    seen: list[str] = []
    path: str | None = f"/archives/{post.id}"
    while path:
        page = get(demo.base_url, path, COOKIE).page
        seen += page.css("#comments li.comment-body::attr(id)").getall()
        path = page.css("#comments li.next a::attr(href)").re_first(r"kexue\.fm([^#]*)")
    assert page.css("#comments > h4::text").get() == f"{post.comments} 条评论"
    assert len(set(seen)) == len(seen) == post.comments > 20


def test_demo_gate_opens_with_the_cookie(demo: DemoServer) -> None:
    closed = get(demo.base_url, "/archives/8870")
    assert (closed.status, closed.headers["Server"]) == (403, "nginx")
    assert len(closed.body) < 1000
    assert b"window.location.href='/archives/8870'" in closed.body
    cookie = closed.page.re_first(r"document\.cookie='([^;]+);")
    assert get(demo.base_url, "/archives/8870", {"Cookie": str(cookie)}).status == 200


def test_demo_keeps_the_connection(demo: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(demo.base_url).netloc, timeout=5)
    for path in ("/", "/archives/8870", "/feed"):
        connection.request("GET", path, headers=COOKIE)
        response = connection.getresponse()
        assert len(response.read()) == int(response.headers["Content-Length"])
        assert response.version == 11
    connection.close()


# The replica: posts that change, the log, the theme.

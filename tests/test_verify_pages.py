"""``scrapy verify`` extracts the pages in the WARC files again, and compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from replica import make_post
from scrapy import Request
from test_warc_files import ABOUT, an_exchange

from archiver import PARSER_VERSION, clock, site
from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.routes import answer
from archiver.extraction.refine import refine
from archiver.items import ListingEntry
from archiver.network.requests import CAPTURE
from archiver.network.stop import Stop
from archiver.pages.article import parse_article
from archiver.processes import Processes
from archiver.run.capture_log import CaptureLog
from archiver.run.warc_options import WarcOptions
from archiver.store.archive import Archive
from archiver.store.articles import Saved
from archiver.store.sqlite import close_archive
from archiver.tree.document import parse_page
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point

BASE = "http://127.0.0.1:8000"
BODY = "<p>设 $x_1$，见<a href='/archives/12'>前文</a>。</p><p><img src='/a.png' alt='图'></p>"
DAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Blogs:
    """An archive that reads pages of a blog, one run a page and a day."""

    def __init__(self, folder: Path, move_clock: Any) -> None:
        self.archive = Archive.open(folder / "kexue.db")
        self.warc = folder / "warc"
        self.base = site.Base.parse(BASE)
        self._move_clock = move_clock
        self._day = DAY

    def read(self, post: Post, *, warc: bool = True, accept: bool = False) -> Saved:
        """Read a page as a crawl does, with WARC files or without."""
        self._day += timedelta(days=1)
        self._move_clock(self._day)
        run = self.archive.runs.start("normal", clock.utc_now())
        page = answer(Blog((post,), site_url=BASE), site.article_path(post.id))
        capture = self.keep(post.id, page.status, page.body, run) if warc else None
        text = page.body.decode("utf-8")
        article = parse_article(parse_page(text), site.article_url(post.id), self.base)
        article.capture = capture
        if article.title == site.PROTECTED_TITLE:
            article.title = post.title
        refine(article, self.base)
        saved = self.archive.save_article(article, site.article_url(post.id), accept=accept)
        self.archive.runs.finish(run, {"ending": "finished", "outcome": "ok"})
        return saved

    def keep(self, article: int, status: int, body: bytes, run: int) -> int | None:
        """Write an answer to a WARC file; returns the number of its capture."""
        log = CaptureLog(self.archive, WarcOptions(self.warc, 10**6, ABOUT, 10**6), Stop())
        log.run_id = run
        url = f"{BASE}{site.article_path(article)}"
        head = b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        request = Request(url)
        log.keep(request, replace(an_exchange(head + body), url=url, sent_at=clock.now()))
        log.close()
        number: int | None = request.meta[CAPTURE]
        return number

    def check(self, processes: Processes | None = None, ids: frozenset[int] | None = None) -> Point:
        """The check, as if the blog were read from its own host again."""
        live = site.Base.parse(site.CANONICAL_BASE)
        (point,) = Checks(self.archive.db, ids).of_pages(self.warc, live, processes)
        return point

    def execute(self, sql: str) -> None:
        with self.archive.db.atomic():
            self.archive.db.execute(sql)


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blogs]:
    def move_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "_ahead", moment - datetime.now(UTC))

    blogs = Blogs(tmp_path, move_clock)
    yield blogs
    close_archive(blogs.archive.db)


def a_post(**changes: Any) -> Post:
    return replace(make_post(11, body=BODY), **changes)


def test_what_was_read_is_what_is_stored(blog: Blogs) -> None:
    blog.read(a_post())
    blog.read(make_post(12))
    point = blog.check()
    assert (point.compared, point.findings, point.remark) == (2, [], None)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE articles SET author = '别人'", "author"),
        ("UPDATE articles SET published = '2020-01-02'", "published"),
        ("UPDATE articles SET tags = '[]'", "tags"),
        ("UPDATE articles SET license = 'none'", "license"),
        ("UPDATE articles SET body_html = replace(body_html, '前', '后')", "body_html"),
        ("UPDATE articles SET body_text = body_text || ' '", "body_text"),
        ("UPDATE articles SET picture_count = 2", "picture_count"),
        ("UPDATE articles SET content_sha256 = 'ab'", "content_sha256"),
        ("UPDATE links SET target_id = 13", "links, position 0, target_id"),
        ("DELETE FROM formulas", "formulas, position 0"),
        ("UPDATE articles SET status = 'protected'", "status"),
    ],
)
def test_what_was_changed_is_named(blog: Blogs, sql: str, words: str) -> None:
    """A change with everything made from it, too: the page says otherwise."""
    blog.read(a_post())
    blog.execute(sql)
    (finding,) = blog.check().findings
    assert finding.startswith(f"article 11: {words}")


def test_an_edit_is_compared_with_its_own_page(blog: Blogs) -> None:
    blog.read(a_post())
    blog.read(a_post(title="新题", body=BODY + "<p>补充。</p>"))
    point = blog.check()
    assert (point.compared, point.findings) == (1, [])
    for table in ("revisions", "changes"):
        blog.execute(f"UPDATE {table} SET capture_id = NULL WHERE capture_id = 2")
    blog.execute("DELETE FROM captures WHERE id = 2")
    point = blog.check()
    assert (point.compared, point.differ) == (0, 0)
    assert point.remark == "pages: not compared: 1 article read again without WARC files"


def test_a_protected_page_leaves_the_body_to_an_older_one(blog: Blogs) -> None:
    blog.read(a_post())
    blog.read(a_post(state="protected"))
    assert blog.archive.articles()[11].status == "protected"
    assert blog.check().findings == []
    blog.execute("UPDATE articles SET body_text = 'x'")
    (finding,) = blog.check().findings
    assert finding.startswith("article 11: body_text")


def test_a_page_that_was_never_open_has_no_body(blog: Blogs) -> None:
    blog.read(a_post(state="protected"))
    point = blog.check()
    assert (point.compared, point.findings) == (1, [])


def test_an_article_that_is_gone_keeps_what_its_last_page_said(blog: Blogs) -> None:
    blog.read(a_post())
    blog.archive.mark_gone(11)
    point = blog.check()
    assert (point.compared, point.findings) == (1, [])


def test_a_page_that_was_not_taken_is_passed_over(blog: Blogs) -> None:
    """It is suspicious; the archive has the version before, until somebody accepts the new one."""
    blog.read(a_post())
    less = a_post(body="<p>少。</p>")
    assert blog.read(less).suspicious is not None
    point = blog.check()
    assert (point.compared, point.findings) == (1, [])
    blog.read(less, accept=True)
    point = blog.check()
    assert (point.compared, point.findings) == (1, [])


def test_a_page_of_the_same_second_that_was_not_taken(blog: Blogs) -> None:
    blog.read(a_post())
    blog.read(a_post(body="<p>少。</p>"))
    (moment,) = blog.archive.db.execute("SELECT max(fetched_at) FROM captures").fetchone()
    blog.execute(f"UPDATE articles SET fetched_at = '{moment}'")
    blog.execute(f"UPDATE runs SET finished_at = '{moment}'")
    assert blog.check().findings == []


def test_what_an_older_version_has_read_is_a_remark(blog: Blogs) -> None:
    blog.read(a_post())
    blog.execute(f"UPDATE articles SET parser_version = {PARSER_VERSION - 1}, body_text = 'x'")
    point = blog.check()
    assert (point.compared, point.differ) == (0, 0)
    assert str(point.remark).startswith("pages: not compared: 1 article read by an older version")


def test_what_was_read_without_warc_files_since(blog: Blogs) -> None:
    blog.read(a_post())
    blog.read(a_post(title="新题"), warc=False)
    point = blog.check()
    assert (point.compared, point.findings) == (0, [])
    assert "read again without WARC files" in str(point.remark)


def test_what_only_a_listing_tells_is_no_difference(blog: Blogs) -> None:
    """A newer entry shows other counts, and another excerpt, than the page."""
    blog.read(a_post())
    entry = ListingEntry(11, title="短文11", readers=99_999, comment_count=7, excerpt="摘要")
    blog.archive.save_listing_entry(entry)
    assert blog.check().findings == []


def test_a_page_of_which_no_article_is_made_any_more(blog: Blogs) -> None:
    blog.read(a_post())
    listing = answer(Blog((a_post(),), site_url=BASE), site.HOME_PATH).body
    blog.keep(11, 200, listing, 1)
    blog.archive.clear_failure("")
    blog.execute("UPDATE captures SET article_id = 11")
    (finding,) = blog.check().findings
    assert finding.startswith("article 11: capture 2: not an article's page")


def test_a_damaged_capture_is_left_to_its_own_check(blog: Blogs) -> None:
    blog.read(a_post())
    (path,) = blog.warc.glob("*.gz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    point = blog.check()
    assert (point.compared, point.differ) == (0, 0)
    assert any(p.differ for p in Checks(blog.archive.db, None).of_warc(blog.warc))


def test_many_processes_say_the_same(blog: Blogs) -> None:
    for number in range(11, 31):
        blog.read(make_post(number))
    blog.execute("UPDATE articles SET author = '别人' WHERE id IN (12, 29)")
    alone = blog.check()
    with Processes(2) as processes:
        together = blog.check(processes)
    assert (alone.compared, alone.differ) == (20, 2)
    assert together.findings == alone.findings


@pytest.mark.parametrize("column", ["html", "text", "author", "author_url", "by_author"])
def test_a_comment_that_was_changed_is_named(blog: Blogs, column: str) -> None:
    blog.read(a_post(comments=6))
    value = "1 - by_author" if column == "by_author" else "'https://a.example/'"
    blog.execute(
        f"UPDATE comments SET {column} = {value} WHERE id = (SELECT min(id) FROM comments)"
    )
    (number,) = blog.archive.db.execute("SELECT min(id) FROM comments").fetchone()
    (finding,) = blog.check().findings
    assert finding.startswith(f"article 11: comment {number}: {column}")


def test_comments_that_the_newest_page_does_not_tell(blog: Blogs) -> None:
    """Changed since on another page, read by an older version, and deleted on somebody's wish."""
    blog.read(a_post(comments=6))
    first, second, third = (
        n for (n,) in blog.archive.db.execute("SELECT id FROM comments LIMIT 3")
    )
    now = "2030-01-01T00:00:00+00:00"
    blog.execute(
        f"INSERT INTO comment_revisions (comment_id, number, replaced_at, html)"
        f" VALUES ({first}, 1, '{now}', '')"
    )
    blog.execute("UPDATE comments SET parent_id = NULL")
    blog.execute(f"UPDATE comments SET html = '' WHERE id = {first}")
    blog.execute(f"UPDATE comments SET html = '', parser_version = 1 WHERE id = {second}")
    blog.execute(f"DELETE FROM comments WHERE id = {third}")
    assert blog.check().findings == []

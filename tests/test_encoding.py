"""Bytes that are no UTF-8: a few are damage and keep no article out, many are another charset."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from conftest import REAL
from crawling import FIRST, Archive
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from replica import make_post, make_posts

from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extraction.saved_page import extract
from archiver.pages.decoding import read_page
from archiver.pages.kind import Kind
from archiver.store.suspicion import is_damaged_copy
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    pass

PAGE: Final = answer(Blog((make_post(101),)), "/archives/101").body
#: The first two bytes of a Chinese character.
CUT: Final = "科".encode()[:2]
BODY = "SELECT body_text FROM articles WHERE id = 101"
GOOD: Final = "这是第101篇短文".encode()
BAD: Final = b"\xff\xe8\xbf\x99\xe6\x98\xaf\xe7\xac\xac101\xe7\xaf\x87\xe7\x9f\xad\xe6\x96"


# --- One page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</body>", b"<!-- " + CUT + b" --></body>"),
        (b'<div id="Sidebar">', b'<div id="Sidebar">' + CUT),
        (b"<head>", b'<head><meta name="description" content="' + CUT + b'">'),
        (b'<ol class="comment-list">', b'<ol class="comment-list"><li>' + CUT),
        (b'<div id="how_to_cite">', b'<div id="how_to_cite">' + CUT),
        ('<h2 id="推导">'.encode(), b'<!-- ' + CUT + ' --><h2 id="推导">'.encode()),
        (b"<!DOCTYPE", b"\xff<!DOCTYPE"),
    ],
)  # fmt: skip
def test_bad_bytes_around_the_text_change_nothing(old: bytes, new: bytes) -> None:
    page = PAGE.replace(b"</h4>", b'</h4><ol class="comment-list"></ol>')
    assert old in page
    whole = extract(page)
    assert not whole.is_damaged
    assert extract(page.replace(old, new, 1)) == whole


@pytest.mark.parametrize(
    ("old", "new", "key", "value"),
    [
        (GOOD, BAD, "body_text", "\ufffd这是第101篇短\ufffd"),
        ("短文101</a></h1>".encode(), CUT + b"</a></h1>", "title", "\ufffd"),
        ("苏剑林".encode(), b"\xff" + "苏剑林".encode(), "author", "\ufffd苏剑林"),
    ],
)
def test_bad_bytes_in_the_text_are_kept_and_told(
    old: bytes, new: bytes, key: str, value: str
) -> None:
    assert old in PAGE
    _, (row,), _, is_damaged = extract(PAGE.replace(old, new, 1))
    assert row[key].startswith(value)
    assert is_damaged


def test_the_authors_own_replacement_character_is_no_damage() -> None:
    _, (row,), _, is_damaged = extract(PAGE.replace(GOOD, "这是\ufffd".encode()))
    assert row["body_text"].startswith("这是\ufffd")
    assert not is_damaged


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "big5", "utf-16", "utf-16-be", "utf-32"])
def test_another_charset_is_refused(charset: str) -> None:
    body = PAGE.decode().encode(charset, "xmlcharrefreplace")
    reason = r"invalid UTF-8 at byte [\d,]+: the page is in another charset"
    with pytest.raises(UnexpectedPage, match=reason):
        read_page(body, str)


def test_what_surrounds_a_body_may_be_in_another_charset() -> None:
    """A side bar or a comment list in GBK keeps no article out, however much of the page it is."""
    bar = "这是另一种编码的边栏，比正文长得多。".encode("gbk") * 20
    page = PAGE.replace(b"</body>", b'<div id="Sidebar">' + bar + b"</div></body>", 1)
    assert extract(page) == extract(PAGE)


def test_a_body_alone_in_another_charset_is_refused() -> None:
    """The theme is UTF-8, what the database holds is not."""
    text = "这是一篇文章的正文，数据库里是另一种编码。" * 3
    page = PAGE.replace(GOOD, text.encode("gbk"))
    with pytest.raises(UnexpectedPage, match="the page is in another charset"):
        extract(page)


def test_a_page_without_chinese_may_have_a_bad_byte() -> None:
    body = b"<html><body><p>one \xe9 of Latin-1</p></body></html>"
    assert read_page(body, lambda text: text[15:22]) == ("one \ufffd o", ("one \ufffd o",))


@limits(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PAGE)), st.binary(max_size=3)), max_size=4))
def test_any_bytes_give_a_result(damage: list[tuple[int, bytes]]) -> None:
    """Put in anywhere: an article, or a reason why there is none."""
    page = PAGE
    for place, added in damage:
        page = page[:place] + added + page[place:]
    with suppress(UnexpectedPage):
        kind, (row,), *_ = extract(page)
        assert kind is not Kind.ARTICLE or row["body_html"]


@pytest.mark.parametrize(
    ("good", "text", "expected"),
    [
        ("注意力机制", "注意\ufffd机制", True),
        ("注意力机制", "注意\ufffd\ufffd\ufffd机制", True),
        ("注意力机制", "注意力机制\ufffd", True),  # a byte more
        ("注意力机制", "\ufffd\ufffd\ufffd\ufffd\ufffd", True),
        ("注意力机制", "注\ufffd机制", False),  # two characters for one
        ("注意力机制", "注意\ufffd机器", False),
        ("注意力机制", "注意力机制", False),
        ("注意\ufffd机制", "注意力机制", False),
        ("注意\ufffd机制", "注意\ufffd机制", False),
        ("", "\ufffd", False),
        (None, "\ufffd", False),
        ("注意", None, False),
        ("a" * 4000, "a\ufffd" * 2000, True),
        ("a" * 4000, "b\ufffd" * 2000, False),
    ],
)
def test_a_damaged_copy(good: str | None, text: str | None, expected: bool) -> None:
    assert is_damaged_copy(good, text) is expected


@pytest.mark.real
def test_the_trial_case() -> None:
    file = REAL / "trial_cases" / "bad-byte-everywhere" / "page.html"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    _, (row,), _, is_damaged = extract(file.read_bytes())
    assert (row["title"], row["body_text"], is_damaged) == ("测试页", "正文", False)


# --- A run ----------------------------------------------------------------------------------------


def spoil(archive: Archive, times: int | None = None) -> None:
    """Damage the body of 101."""
    archive.replica.fault("^/archives/101$", kind="swap", old=GOOD, new=BAD, times=times)


def test_a_cut_side_bar_keeps_nothing_out(tmp_path: Path) -> None:
    """Every page of the blog has the byte; none is asked twice, and nothing is doubtful."""
    with Archive(tmp_path, make_posts(12)) as archive:
        replica = archive.replica
        replica.fault("/feed/", kind="swap", old=b"</rss>", new=b"<!-- " + CUT + b" --></rss>")
        replica.fault("^/(?!robots|feed)", kind="swap", old=b"</body>", new=CUT + b"</body>")
        outcome = archive.crawl()
        assert (outcome.status, len(outcome.records)) == (0, 12), outcome.said
        assert len(set(outcome.paths)) == len(outcome.paths)
        assert "doubtful values" not in outcome.stdout
        archive.assert_sound()


def test_a_byte_in_a_body_is_asked_for_once_more(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        spoil(archive, times=1)
        outcome = archive.crawl()
        assert (outcome.status, sorted(outcome.articles)) == (0, [101, 101, 102, 103])
        assert archive.rows(BODY)[0][0].startswith("这是第101篇短文")
        assert "doubtful values" not in outcome.stdout


def test_a_byte_that_comes_again_is_kept(tmp_path: Path) -> None:
    """The next run looks once more; after that it is the article's own."""
    with Archive(tmp_path, make_posts(3)) as archive:
        spoil(archive)
        first = archive.crawl()
        assert (first.status, first.articles.count(101)) == (0, 2), first.said
        assert first.count("doubtful values") == 1
        assert first.stderr.count("came again, and is kept as U+FFFD") == 1
        text = archive.rows(BODY)[0][0]
        assert text.startswith("\ufffd这是第101篇短\ufffd")
        archive.assert_sound()
        second = archive.crawl(KEXUE_RECHECK=0)
        assert (second.status, second.articles) == (0, [101, 101])
        third = archive.crawl(KEXUE_RECHECK=0)
        assert (third.status, third.articles, archive.rows(BODY)) == (0, [], [(text,)])


def test_what_was_damaged_heals(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        spoil(archive, times=2)
        archive.crawl()
        second = archive.crawl(KEXUE_RECHECK=0)
        assert (second.status, second.articles, second.count("changed")) == (0, [101], 1)
        assert "\ufffd" not in archive.rows(BODY)[0][0]


def test_damage_is_no_edit(tmp_path: Path) -> None:
    """The good copy stays, also against damage that it had once."""
    with Archive(tmp_path, make_posts(3)) as archive:
        spoil(archive, times=2)
        archive.crawl()
        archive.crawl()
        good = archive.rows(BODY)
        assert "\ufffd" not in good[0][0]
        spoil(archive, times=2)
        again = archive.crawl("full=1")
        assert (again.status, again.count("suspicious"), again.count("changed")) == (1, 1, 0)
        assert "some characters of its body_html cannot be read any more" in again.said
        assert archive.rows(BODY) == good
        assert archive.crawl().status == 0
        assert archive.rows(BODY) == good


def test_another_charset_is_named_and_is_no_edit(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        good = archive.rows(BODY)
        archive.replica.fault("^/archives/101$", kind="charset", charset="gbk")
        again = archive.crawl("full=1")
        assert (again.status, again.count("failed")) == (1, 1)
        assert "the page is in another charset" in again.stdout
        assert archive.rows(BODY) == good
        assert archive.rows("SELECT count(*) FROM revisions WHERE article_id = 101") == [(1,)]


def test_bytes_in_listing_index_and_feed(tmp_path: Path) -> None:
    """Kept when they come again; an excerpt that was good stays good.

    Of the feed nothing is kept but times, so there they do not matter.
    """
    excerpt = "SELECT excerpt FROM articles WHERE id = 103"
    good, bad = "这是第103篇短文".encode(), "这是第103篇短".encode() + CUT
    title = "短文103".encode()
    with Archive(tmp_path, make_posts(3)) as archive:
        assert archive.crawl().status == 0
        before = archive.rows(excerpt)
        archive.replica.fault("^/$", kind="swap", old=good, new=bad)
        archive.replica.fault("^/content.html$", kind="swap", old=title, new=title + CUT)
        archive.replica.fault("^/feed/$", kind="swap", old=title, new=title + CUT)
        again = archive.crawl("full=1")
        assert again.status == 0, again.said
        assert again.paths[:5] == [*FIRST[:2], FIRST[1], FIRST[2], FIRST[2]]
        assert again.count("doubtful values") == 2
        assert archive.rows(excerpt) == before

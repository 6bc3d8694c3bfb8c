"""Pages that look like a changed theme do not replace what the archive has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from crawling import Archive
from replica import make_post, make_posts
from rig.themes import ThemeChange

GOOD: Final = make_post(105).body
_IMAGE: Final = re.compile(r"<img [^>]*>")
_LINK: Final = re.compile(r"</?a\b[^>]*>")
#: What the page of 105 may show instead, and why it is not taken.
LOSSES: Final = {
    "body": ("", "it has lost its body"),
    "text": ("<p>讨论$x^2=105$的解。</p>", "it has lost 89 % of its text"),
    "formulas": (f"<p>{'没有公式。' * 30}</p>", "it has lost all of its 3 formulas"),
    "picture": (_IMAGE.sub("", GOOD), "it has lost its only picture"),
    "links": (_LINK.sub("", GOOD), "it has lost all of its 2 links"),
}
ROW = "SELECT title, body_html, content_sha256, formula_count FROM articles WHERE id = 105"
VERSIONS = "SELECT number, suspicious FROM revisions WHERE article_id = 105 ORDER BY number"


@pytest.mark.parametrize("loss", LOSSES)
def test_the_good_row_stays_and_the_run_fails(tmp_path: Path, loss: str) -> None:
    body, why = LOSSES[loss]
    with Archive.complete(tmp_path, 12) as archive:
        good = archive.rows(ROW)
        archive.replica.edit(105, body=body)
        again = archive.crawl()
        assert (again.status, again.count("suspicious"), again.count("changed")) == (1, 1, 0)
        assert "1 suspicious and not taken" in again.sentence
        assert "has the theme changed?" in again.sentence
        assert archive.rows(ROW) == good
        assert again.records[105]["body_html"] == good[0][1]
        assert archive.rows(VERSIONS) == [(1, None), (2, why)]
        assert archive.rows("SELECT article_id, reason FROM failures") == [
            (105, f"suspicious: {why}")
        ]
        assert archive.rows("SELECT suspicious FROM runs ORDER BY id") == [(0,), (1,)]
        archive.assert_sound(whole=False)


def test_one_link_less_is_an_edit(tmp_path: Path) -> None:
    """Of two, and then the last one: a dead link is taken out."""
    one = GOOD.replace('<a href="/archives/104">另一篇</a>', "另一篇")
    with Archive.complete(tmp_path, 12) as archive:
        for body in (one, _LINK.sub("", GOOD)):
            archive.replica.edit(105, body=body)
            again = archive.crawl("ids=105")
            assert (again.status, again.count("changed")) == (0, 1), again.said
        assert archive.rows("SELECT * FROM links WHERE article_id = 105") == []


def test_pictures_that_load_late_are_no_loss(tmp_path: Path) -> None:
    """The theme begins to load them by a script: they are the same."""
    late = GOOD.replace('src="/usr', 'class="lazy" src="/loading.gif" data-src="/usr')
    with Archive.complete(tmp_path, 12) as archive:
        pictures = archive.rows("SELECT * FROM pictures")
        archive.replica.edit(105, body=late)
        assert archive.crawl("ids=105").status == 0
        assert archive.rows("SELECT * FROM pictures") == pictures


def test_it_comes_first_in_the_next_run_and_fails_it_too(tmp_path: Path) -> None:
    """Until somebody decides or the page is good again; it makes no third version."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.edit(105, body="")
        archive.crawl()
        archive.replica.publish(make_post(300, 40))
        again = archive.crawl(KEXUE_RECHECK=0)
        assert (again.status, again.articles) == (1, [105, 300])
        assert archive.rows(VERSIONS) == [(1, None), (2, "it has lost its body")]
        assert archive.rows("SELECT kind, revision FROM changes WHERE article_id = 105") == [
            ("new", 1),
            ("suspicious", 2),
        ]


def test_a_page_that_is_good_again_clears_it(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        good = archive.rows(ROW)
        archive.replica.edit(105, body="")
        archive.crawl()
        archive.pass_days()
        archive.replica.edit(105, body=GOOD)
        again = archive.crawl(KEXUE_RECHECK=0)
        assert (again.status, again.articles) == (0, [105])
        assert archive.rows(ROW) == good
        assert archive.rows(VERSIONS) == [(1, None), (2, "it has lost its body")]
        assert archive.rows("SELECT * FROM failures") == []
        archive.assert_sound()


def test_accept_takes_the_page_as_it_is(tmp_path: Path) -> None:
    """The author has really cut the article down."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.edit(105, body=LOSSES["text"][0])
        archive.crawl()
        taken = archive.crawl("ids=105", "accept=1")
        assert (taken.status, taken.paths) == (0, ["/robots.txt", "/archives/105"])
        assert archive.rows(VERSIONS) == [(1, None), (2, None)]
        texts = archive.rows("SELECT body_html FROM revisions WHERE article_id = 105")
        assert archive.rows("SELECT body_html FROM articles WHERE id = 105") == [texts[1]]
        assert archive.rows("SELECT * FROM failures") == []
        assert archive.rows("SELECT kind, revision FROM changes WHERE article_id = 105") == [
            ("new", 1),
            ("suspicious", 2),
            ("edited", 2),
        ]
        archive.assert_sound()
        assert archive.crawl().status == 0
        archive.assert_sound()


def test_what_is_bad_good_and_bad_again_fails_again(tmp_path: Path) -> None:
    """Also when it looks just as it did the first time."""
    with Archive.complete(tmp_path, 12) as archive:
        good = archive.rows(ROW)
        for body, status in (("", 1), (GOOD, 0), ("", 1)):
            archive.replica.edit(105, body=body)
            archive.pass_days()
            assert archive.crawl().status == status
        assert archive.rows(ROW) == good
        assert archive.rows(VERSIONS) == [(1, None), (2, "it has lost its body")]
        archive.assert_sound(whole=False)


def test_accept_without_ids_is_wrong_use(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        outcome = archive.crawl("accept=1")
    assert (outcome.status, outcome.paths) == (2, [])
    assert "accept=1" in outcome.stderr


@pytest.mark.parametrize("change", ["empty", "pictures"])
def test_a_theme_change_stops_the_run(tmp_path: Path, change: ThemeChange) -> None:
    """Three in a row are enough to know; the next run with the old theme finds nothing lost."""
    with Archive.complete(tmp_path, 12) as archive:
        before = archive.rows("SELECT id, content_sha256 FROM articles ORDER BY id")
        archive.replica.change_theme(change)
        again = archive.crawl(KEXUE_BREAKER=3)
        assert again.status == 1
        assert "3 pages in a row are suspicious; has the theme changed?" in again.sentence
        assert 3 <= len(again.articles) <= 4
        assert archive.rows("SELECT id, content_sha256 FROM articles ORDER BY id") == before
        archive.assert_sound(whole=False)
        archive.pass_days()
        archive.replica.change_theme(None)
        assert archive.crawl().status == 0
        assert archive.rows("SELECT id, content_sha256 FROM articles ORDER BY id") == before
        archive.assert_sound()


def test_a_theme_that_cannot_be_read_at_all(tmp_path: Path) -> None:
    """The body's element has another name: nothing is stored, nothing is lost."""
    with Archive.complete(tmp_path, 12) as archive:
        before = archive.rows("SELECT id, content_sha256 FROM articles ORDER BY id")
        archive.replica.change_theme("renamed")
        again = archive.crawl(KEXUE_BREAKER=3)
        assert again.status == 1
        assert len(set(again.articles)) <= 4
        assert archive.rows("SELECT id, content_sha256 FROM articles ORDER BY id") == before
        archive.replica.change_theme(None)
        assert archive.crawl().status == 0
        archive.assert_sound()

"""A run on an archive that is there already: few requests, and nothing overlooked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import few_at_first
from crawling import FIRST, Archive
from replica import make_post, make_posts

from archiver.demo.posts import CATEGORIES, SHANGHAI
from archiver.demo.routes import HTML, answer

# --- How many requests ----------------------------------------------------------------------------


@pytest.mark.parametrize("posts", few_at_first([25, 60]))
def test_without_news_a_run_costs_three_requests(tmp_path: Path, posts: int) -> None:
    """Whatever the size of the archive."""
    with Archive(tmp_path, make_posts(posts)) as archive:
        first = archive.crawl()
        bytes_before = first.jsonl
        again = archive.crawl(KEXUE_RECHECK=0)
        assert (first.status, again.status) == (0, 0), again.stderr
        assert again.paths == FIRST
        assert again.jsonl == bytes_before
        assert archive.run("verify", "--fidelity").status == 0
        assert archive.run("status").status == 0


def test_the_gate_costs_one_request_more(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 25, gate="script") as archive:
        again = archive.crawl(KEXUE_RECHECK=0)
        assert again.status == 0
        assert again.paths == ["/robots.txt", *FIRST]


def test_the_first_run_is_one_walk_and_one_request_an_article(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(25)) as archive:
        first = archive.crawl()
    assert first.paths[:6] == [*FIRST, "/page/2/", "/page/3/", "/feed/"]
    assert first.articles == list(range(125, 100, -1))
    assert len(first.paths) == 6 + 25


def test_a_new_article_costs_one_request_and_the_feed(tmp_path: Path) -> None:
    """The feed is read for its exact time, and only when something is new."""
    with Archive.complete(tmp_path, 25) as archive:
        archive.replica.publish(make_post(300, 40))
        again = archive.crawl(KEXUE_RECHECK=0)
        assert again.status == 0
        assert again.paths == [*FIRST, "/feed/", "/archives/300"]
        assert again.records[300]["published_at"] == "2020-02-10T08:30:15+08:00"
        assert archive.rows("SELECT kind, revision FROM changes WHERE article_id = 300") == [
            ("new", 1)
        ]
        archive.assert_sound()


def test_a_new_article_with_an_old_date_is_found_in_the_middle(tmp_path: Path) -> None:
    """Only the index shows it at once; its listing page, for the excerpt, is not far to seek."""
    with Archive.complete(tmp_path, 60) as archive:
        archive.replica.publish(make_post(300, 30))
        again = archive.crawl(KEXUE_RECHECK=0)
        assert again.status == 0
        assert again.articles == [300]
        assert 1 <= len(again.listings) <= 2
        assert again.paths.count("/feed/") == 1
        assert len(again.paths) == 5 + len(again.listings)
        assert again.records[300]["excerpt"].startswith("这是第300篇短文")
        archive.assert_sound()


# --- Re-checks ------------------------------------------------------------------------------------


@pytest.mark.soak
def test_rechecks_come_round_to_every_article(tmp_path: Path) -> None:
    """20 a run, the longest unread first: 45 articles are all read again in three runs."""
    with Archive.complete(tmp_path, 45) as archive:
        asked: list[list[int]] = []
        for _ in range(3):
            archive.pass_days()
            again = archive.crawl()
            assert again.paths[:3] == FIRST
            assert len(again.paths) == 3 + 20
            asked.append(again.articles)
        assert all(len(set(articles)) == 20 for articles in asked)
        assert not set(asked[0]) & set(asked[1])
        assert set().union(*asked) == set(range(101, 146))
        archive.assert_sound()


@pytest.mark.parametrize(("recheck", "articles"), [(0, 0), (7, 7), (100, 12)])
def test_the_number_of_rechecks_is_a_setting(tmp_path: Path, recheck: int, articles: int) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.pass_days()
        assert len(archive.crawl(KEXUE_RECHECK=recheck).articles) == articles


def test_young_articles_are_read_again_more_often(tmp_path: Path) -> None:
    """They are edited and commented on; one of last week takes its turn before one of 2020."""
    young = replace(make_post(300), published=datetime.now(SHANGHAI) - timedelta(days=7))
    with Archive(tmp_path, [young, *make_posts(11)]) as archive:
        archive.crawl()
        for _ in range(3):
            archive.pass_days(3)
            assert archive.crawl(KEXUE_RECHECK=1).articles == [300]


def test_an_edit_that_only_the_page_shows_is_found_by_rechecks(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 45) as archive:
        body = next(post.body for post in archive.replica.posts if post.id == 103)
        archive.replica.edit(103, body=f"{body}<p>补充一句</p>")
        for _ in range(3):
            archive.pass_days()
            assert archive.crawl().status == 0
        versions = archive.rows("SELECT number, body_html FROM revisions WHERE article_id = 103")
        assert [number for number, _ in versions] == [1, 2]
        assert "补充一句" not in versions[0][1]
        assert versions[1][1].endswith("<p>补充一句</p>")
        assert archive.rows(
            "SELECT kind, revision, fields FROM changes WHERE article_id = 103 ORDER BY id"
        ) == [("new", 1, "[]"), ("edited", 2, '["body_html"]')]
        archive.assert_sound()


# --- Edits that index and listing show ------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["ids=101"]], ids=["re-check", "ids"])
def test_the_last_comment_is_deleted(tmp_path: Path, arguments: list[str]) -> None:
    """The page then has no heading with their number, and its listing page is not read."""
    with Archive.complete(tmp_path, 25) as archive:
        archive.replica.edit(101, comments=0)
        again = archive.crawl(*arguments, KEXUE_RECHECK=100)
        assert again.listings == []
        assert archive.rows("SELECT comment_count FROM articles WHERE id = 101") == [(0,)]
        archive.assert_sound()


@pytest.mark.parametrize(
    ("article", "changes", "fields"),
    [
        (103, {"title": "改过的题"}, '["title"]'),
        (103, {"published": datetime(2020, 1, 3, 20, 0, tzinfo=SHANGHAI)}, None),
        (103, {"published": datetime(2019, 5, 1, 8, 0, tzinfo=SHANGHAI)}, '["published"]'),
        (122, {"tags": ("新签",)}, '["tags"]'),
        (122, {"category": CATEGORIES["Questions"], "tags": ()}, '["category", "tags"]'),
    ],
    ids=["title", "hour", "day", "tags", "category and tags"],
)
def test_an_edit_that_is_shown_is_read_at_once(
    tmp_path: Path, article: int, changes: dict[str, Any], fields: str | None
) -> None:
    """The index has titles and days of all articles, the first listing page more of the newest."""
    with Archive.complete(tmp_path, 25) as archive:
        archive.replica.edit(article, **changes)
        again = archive.crawl(KEXUE_RECHECK=0)
        assert again.status == 0
        assert again.articles == ([] if fields is None else [article])
        edited = archive.rows(
            "SELECT article_id, kind, revision, fields FROM changes WHERE kind <> 'new'"
        )
        assert edited == ([] if fields is None else [(article, "edited", 2, fields)])
        versions = archive.rows(f"SELECT count(*) FROM revisions WHERE article_id = {article}")
        assert versions == [(1 if fields is None else 2,)]
        assert archive.crawl(KEXUE_RECHECK=0).paths == FIRST  # and not again
        archive.assert_sound()


def test_an_old_version_keeps_its_title_and_category(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.edit(110, title="改过的题", category=CATEGORIES["Questions"])
        archive.crawl(KEXUE_RECHECK=0)
        assert archive.rows(
            "SELECT number, title, category FROM revisions WHERE article_id = 110 ORDER BY number"
        ) == [(1, "短文110", "资源共享"), (2, "改过的题", "问题百科")]


# --- What becomes protected -----------------------------------------------------------------------


def test_protected_and_opened_again(tmp_path: Path) -> None:
    """A password takes nothing out of the archive."""
    with Archive.complete(tmp_path, 12) as archive:
        body = archive.records[105]["body_html"]
        archive.replica.protect(105)
        shut = archive.crawl(KEXUE_RECHECK=0)
        assert (shut.status, shut.articles) == (0, [105])
        record = shut.records[105]
        assert (record["status"], record["title"], record["body_html"]) == (
            "protected",
            "短文105",
            body,
        )
        archive.assert_sound()
        archive.replica.show(105)
        opened = archive.crawl(KEXUE_RECHECK=0)
        assert (opened.status, opened.articles) == (0, [105])
        assert (opened.records[105]["status"], opened.records[105]["body_html"]) == (
            "published",
            body,
        )
        assert archive.rows(
            "SELECT kind, revision FROM changes WHERE article_id = 105 ORDER BY id"
        ) == [("new", 1), ("protected", 1), ("opened", 1)]
        archive.assert_sound()


def test_protected_from_the_first_day(tmp_path: Path) -> None:
    """There is nothing to keep, and that is no failure; its text comes when it is opened."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.publish(make_post(300, 40, state="protected"))
        shut = archive.crawl(KEXUE_RECHECK=0)
        assert (shut.status, shut.records[300]["body_html"]) == (0, None)
        archive.assert_sound()
        archive.replica.show(300)
        opened = archive.crawl(KEXUE_RECHECK=0)
        assert (opened.status, opened.articles) == (0, [300])
        assert opened.records[300]["body_text"].startswith("这是第300篇短文")
        assert archive.rows(
            "SELECT kind, revision FROM changes WHERE article_id = 300 ORDER BY id"
        ) == [("new", None), ("opened", 1)]
        archive.assert_sound()


# --- Readers --------------------------------------------------------------------------------------


def test_readers_only(tmp_path: Path) -> None:
    """One request gives the counts of ten articles; no article, no index, no feed is read."""
    with Archive.complete(tmp_path, 25) as archive:
        archive.pass_days()
        for post in archive.replica.posts:
            archive.replica.edit(post.id, readers=post.id + 5000)
        today = datetime.now(UTC).date()
        for _ in range(2):  # the second time on one day makes no second row
            readers = archive.crawl("readers=1")
            assert readers.status == 0, readers.stderr
            assert readers.paths == ["/robots.txt", "/", "/page/2/", "/page/3/"]
        assert archive.rows(
            "SELECT article_id, readers FROM reader_counts"
            f" WHERE seen_at >= '{today}' ORDER BY article_id"
        ) == [(article, article + 5000) for article in range(101, 126)]
        assert archive.rows("SELECT count(*) FROM reader_counts") == [(50,)]
        assert archive.rows("SELECT count(*) FROM articles WHERE readers = id + 5000") == [(25,)]
        assert archive.rows("SELECT mode, outcome FROM runs ORDER BY id DESC LIMIT 1") == [
            ("readers", "ok")
        ]
        archive.assert_sound()


def test_readers_only_leaves_new_articles_to_the_next_run(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.publish(make_post(300, 40))
        assert archive.crawl("readers=1").articles == []
        again = archive.crawl(KEXUE_RECHECK=0)
        assert (again.status, again.articles) == (0, [300])
        archive.assert_sound()


def test_readers_and_another_argument_is_wrong_use(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        outcome = archive.crawl("readers=1", "ids=101")
    assert (outcome.status, outcome.paths) == (2, [])
    assert "readers=1" in outcome.stderr


# --- Without counts in the JSONL ------------------------------------------------------------------


def test_jsonl_without_counts(tmp_path: Path) -> None:
    """In git a diff then shows what the author has changed, and nothing else."""
    with Archive(tmp_path, make_posts(12)) as archive:
        before = archive.crawl(KEXUE_JSONL_COUNTS=0).jsonl
        for post in archive.replica.posts:
            archive.replica.edit(post.id, readers=post.id + 5000, comments=9)
        again = archive.crawl(KEXUE_JSONL_COUNTS=0)
        assert again.status == 0
        assert again.jsonl == before
        assert all(
            {"readers", "comment_count"}.isdisjoint(entry) for entry in again.records.values()
        )
        assert archive.rows("SELECT DISTINCT readers - id, comment_count FROM articles") == [
            (5000, 9)
        ]
        assert archive.run("verify", KEXUE_JSONL_COUNTS=0).status == 0
        assert archive.run("verify").status == 1  # as it would be with the counts
        assert archive.run("status", KEXUE_JSONL_COUNTS=0).status == 0


@pytest.mark.parametrize("empty", [False, True])
def test_a_pager_that_promises_a_page_too_many(tmp_path: Path, empty: bool) -> None:
    """It costs nothing on a day without news, and its last page (404, or empty) is no failure."""
    with Archive(tmp_path, make_posts(30)) as archive:
        archive.replica.set_theme(extra_pages=1)
        if empty:
            page = answer(replace(archive.replica.blog, posts=()), "/").body
            archive.replica.fault("^/page/4/$", kind="not-html", content_type=HTML, body=page)
        assert archive.crawl().status == 0
        assert archive.crawl(KEXUE_RECHECK=0).paths == ["/robots.txt", "/content.html", "/"]
        outcome = archive.crawl("readers=1")
    assert outcome.status == 0, outcome.said
    assert outcome.paths.count("/page/4/") == 1

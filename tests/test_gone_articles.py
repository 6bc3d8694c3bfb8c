"""Articles that disappear from the blog: their copies stay, and nothing else is called gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import few_at_first
from crawling import FIRST, Archive, Outcome, article_ids
from replica import make_post, make_posts

from archiver.demo.routes import answer

CHANGES = "SELECT kind, revision FROM changes WHERE article_id = 105 ORDER BY id"
STATE = "SELECT status, gone_at IS NOT NULL, body_html IS NOT NULL FROM articles WHERE id = 105"
PUBLISHED = [("published", 0, 1)]
GONE = [("gone", 1, 1)]


def failed(outcome: Outcome) -> list[tuple[object, ...]]:
    return outcome.rows("SELECT article_id, reason FROM failures")


# --- Gone -----------------------------------------------------------------------------------------


def test_deleted_is_gone_on_the_next_run(tmp_path: Path) -> None:
    """Not listed any more, and its page says 404: that is no failure, and the copy stays."""
    with Archive.complete(tmp_path, 12) as archive:
        before = archive.records[105]
        archive.replica.delete(105)
        again = archive.crawl()
        assert (again.status, again.count("gone")) == (0, 1)
        assert archive.rows(STATE) == GONE
        assert archive.rows("SELECT number FROM revisions WHERE article_id = 105") == [(1,)]
        assert archive.rows(CHANGES) == [("new", 1), ("gone", None)]
        record = again.records[105]
        started, finished = archive.rows("SELECT started_at, finished_at FROM runs")[1]
        assert started <= record["gone_at"] <= finished
        assert {**record, "status": "published", "gone_at": None} == before
        feed = (archive.folder / "changes.xml").read_text("utf-8")
        assert "<title>Gone: 短文105</title>" in feed
        archive.assert_sound()


def test_what_is_not_listed_any_more_is_looked_at_at_once(tmp_path: Path) -> None:
    """Its page tells whether it is gone; it does not wait for its turn among the re-checks."""
    with Archive.complete(tmp_path, 30) as archive:
        archive.replica.delete(105)
        again = archive.crawl(KEXUE_RECHECK=0)
        assert (again.status, again.articles) == (0, [105])
        assert archive.rows(STATE) == GONE


def test_gone_is_not_asked_for_any_more(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.delete(105)
        archive.crawl()
        archive.pass_days()
        again = archive.crawl()
        assert (again.status, again.count("archived"), again.count("listed")) == (0, 12, 11)
        assert 105 not in again.articles
        assert archive.rows(STATE) == GONE


def test_hidden_is_gone_on_the_second_run(tmp_path: Path) -> None:
    """Its page is still there: a theme may have left it out once, so one run is not enough."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.hide(105)
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        assert archive.rows(STATE) == PUBLISHED
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        assert archive.rows(STATE) == GONE
        assert archive.crawl(KEXUE_RECHECK=0).paths == FIRST
        assert archive.rows(CHANGES) == [("new", 1), ("gone", None)]
        archive.assert_sound()


def test_a_proxy_that_says_404_of_what_is_not_listed(tmp_path: Path) -> None:
    """Index and page agree that it is not there, whoever has written the page."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.hide(105)
        archive.replica.fault("^/archives/105$", kind="bare-404")
        assert archive.crawl().status == 0
        assert archive.rows(STATE) == GONE


def test_the_lists_of_two_runs_must_lack_it_in_a_row(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        for change in (archive.replica.hide, archive.replica.show, archive.replica.hide):
            change(105)
            assert archive.crawl(KEXUE_RECHECK=0).status == 0
        assert archive.rows(STATE) == PUBLISHED
        assert archive.rows(CHANGES) == [("new", 1)]
        archive.assert_sound()


def test_what_was_asked_for_by_its_number_is_gone_at_once(tmp_path: Path) -> None:
    """So that whoever has looked in a browser need not wait for an index that is not believed."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.delete(105)
        asked = archive.crawl("ids=105,106")
        assert (asked.status, asked.articles, asked.count("gone")) == (0, [105, 106], 1)
        assert archive.rows(STATE) == GONE
        archive.assert_sound()


# --- Back again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["delete", "hide"])
def test_what_is_listed_again_has_returned(tmp_path: Path, way: str) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        before = archive.records[105]
        getattr(archive.replica, way)(105)
        archive.crawl(KEXUE_RECHECK=0)
        archive.crawl(KEXUE_RECHECK=0)
        assert archive.rows(STATE) == GONE
        archive.replica.show(105)
        back = archive.crawl(KEXUE_RECHECK=0)
        assert (back.status, back.articles) == (0, [105])
        assert back.records[105] == before
        assert archive.rows(CHANGES) == [("new", 1), ("gone", None), ("returned", 1)]
        assert archive.crawl(KEXUE_RECHECK=0).paths == FIRST
        archive.assert_sound()


def test_what_is_back_behind_a_password_keeps_its_text(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        body = archive.records[105]["body_html"]
        archive.replica.delete(105)
        archive.crawl()
        archive.replica.protect(105)
        back = archive.crawl(KEXUE_RECHECK=0)
        record = back.records[105]
        assert (back.status, record["status"], record["body_html"], record["gone_at"]) == (
            0,
            "protected",
            body,
            None,
        )
        archive.assert_sound()


# --- Missing, and failed --------------------------------------------------------------------------


def test_deleted_before_it_was_archived_is_missing(tmp_path: Path) -> None:
    """There is no copy to keep: it is named as long as the blog lists it."""
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/archives/105$", kind="status", code=404, full=True)
        first = archive.crawl()
        assert (first.status, first.count("missing"), first.count("failed")) == (1, 1, 0)
        assert "1 listed but missing" in first.sentence
        assert failed(first) == [(105, "HTTP 404 (Not Found)")]
        archive.assert_sound(whole=False)
        archive.replica.delete(105)
        again = archive.crawl()
        assert again.status == 0, again.stderr
        assert failed(again) == []
        archive.assert_sound()


def test_a_404_that_is_not_the_blogs_is_a_failure(tmp_path: Path) -> None:
    """The index still lists the article, and a proxy has answered."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.fault("^/archives/105$", kind="bare-404")
        again = archive.crawl()
        assert again.status == 1
        assert failed(again) == [(105, "HTTP 404 (Not Found)")]
        assert archive.rows(STATE) == PUBLISHED
        assert archive.rows(CHANGES) == [("new", 1)]
        archive.assert_sound(whole=False)
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).articles == [105]
        archive.assert_sound()


def test_a_404_in_a_run_without_index_is_a_failure(tmp_path: Path) -> None:
    """A blog in trouble answers 404 to everything: no article is gone by that."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.fault("^/content.html$", kind="status", code=404, full=True)
        archive.replica.fault("^/archives/105$", kind="status", code=404, full=True)
        again = archive.crawl()
        assert again.status == 1
        assert 105 in [article for article, _ in failed(again)]
        assert archive.rows(STATE) == PUBLISHED
        assert archive.rows("SELECT count(*) FROM articles WHERE status = 'gone'") == [(0,)]


def test_nothing_is_gone_when_the_whole_blog_says_404(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.fault("^/(?!robots)", kind="status", code=404, full=True)
        for _ in range(2):
            assert archive.crawl().status == 1
        assert archive.rows("SELECT count(*) FROM articles WHERE status <> 'published'") == [(0,)]
        archive.replica.clear_faults()
        assert archive.crawl().status == 0
        archive.assert_sound()


def test_pages_that_answer_404_though_they_are_listed_stop_the_run(tmp_path: Path) -> None:
    """After three tombstones in a row it is the blog that is broken."""
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.fault("^/archives/", kind="status", code=404, full=True)
        again = archive.crawl(KEXUE_BREAKER=3)
        assert again.status == 1
        assert "articles in a row are listed, but have no page" in again.sentence
        assert len(again.articles) <= 4
        archive.replica.clear_faults()
        assert archive.crawl().status == 0
        assert archive.rows("SELECT count(*) FROM articles WHERE status <> 'published'") == [(0,)]
        archive.assert_sound()


def test_articles_without_a_copy_that_answer_404_stop_the_run_too(tmp_path: Path) -> None:
    """And the next run goes on behind them; at the end they alone are missing."""
    with Archive(tmp_path, make_posts(40)) as archive:
        archive.replica.fault("^/archives/1(1[0-9]|2[0-9])$", kind="status", code=404, full=True)
        first = archive.crawl(KEXUE_BREAKER=4)
        assert first.status == 1
        assert "4 articles in a row are listed, but have no page" in first.sentence
        assert first.articles[:15] == [*range(140, 125, -1)]
        assert len(first.articles) <= 16  # one more may be on its way
        second = archive.crawl(KEXUE_BREAKER=4, KEXUE_RECHECK=0)
        assert len(second.records) == 20
        for _ in range(3):
            assert len(archive.crawl(KEXUE_BREAKER=4).articles) < 40
        archive.replica.clear_faults()
        assert archive.crawl().status == 0
        archive.assert_sound()


def test_redirects_to_a_404_stop_the_run_too(tmp_path: Path) -> None:
    """Each says nothing about its article; many say that something is wrong with the blog."""
    with Archive(tmp_path, make_posts(40)) as archive:
        base = archive.replica.base_url
        archive.replica.fault("^/archives/1[0-9]+$", kind="other-host", host=base, path="/nowhere")
        outcome = archive.crawl(KEXUE_BREAKER=4)
        assert outcome.status == 1
        assert "4 articles in a row are listed, but have no page" in outcome.sentence
        assert sum(path.startswith("/archives/") for path in outcome.paths) <= 8


@pytest.mark.parametrize("fault", ["itself", "junk"])
def test_articles_that_fail_in_any_way_stop_the_run(tmp_path: Path, fault: str) -> None:
    """A redirect to the same page, or what cannot be unpacked: not each of them is asked for."""
    with Archive(tmp_path, make_posts(40)) as archive:
        if fault == "itself":
            base = archive.replica.base_url
            archive.replica.fault("^/archives/", kind="other-host", host=base)
        else:
            archive.replica.fault(
                "^/archives/", kind="odd-header", name="Content-Encoding", value="gzip"
            )
        outcome = archive.crawl(KEXUE_BREAKER=4)
        assert outcome.status == 1
        assert "4 addresses in a row failed" in outcome.sentence
        assert len({path for path in outcome.paths if path.startswith("/archives/")}) == 4


def test_single_missing_articles_stop_no_run(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(20)) as archive:
        archive.replica.fault("^/archives/1[0-9][02468]$", kind="status", code=404, full=True)
        first = archive.crawl()
        assert (first.status, first.count("missing"), len(first.records)) == (1, 10, 10)
        again = archive.crawl()
        assert (again.status, again.count("missing"), len(again.records)) == (1, 10, 10)
        assert "10 listed but missing" in again.sentence


@pytest.mark.parametrize("path", ["/nothing", "/archives/105/"])
def test_a_404_behind_a_redirect_is_no_statement_about_the_article(
    tmp_path: Path, path: str
) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.replica.hide(105)
        base = archive.replica.base_url
        archive.replica.fault("^/archives/105$", kind="other-host", host=base, path=path)
        archive.replica.fault("^/archives/105/$", kind="status", code=404, full=True)
        again = archive.crawl("ids=105")
        assert again.status == 1
        assert failed(again) == [(105, "HTTP 404 (Not Found) after a redirect")]
        assert archive.crawl().status == 1
        assert archive.rows(STATE) == PUBLISHED
        last = archive.crawl()  # by index and listing, as if it had no page
        assert (last.status, last.count("gone"), archive.rows(STATE)) == (0, 1, GONE)


# --- Indexes that lack articles -------------------------------------------------------------------


def index_without(archive: Archive, articles: Iterable[int]) -> None:
    """Let the index lack some articles; pages and listings show them."""
    posts = tuple(post for post in archive.replica.posts if post.id not in set(articles))
    page = answer(replace(archive.replica.blog, posts=posts), "/content.html")
    archive.replica.fault(
        "^/content.html$", kind="not-html", content_type="text/html", body=page.body
    )


GONE_ONES = "SELECT count(*) FROM articles WHERE status <> 'published'"


@pytest.mark.parametrize(
    "lacks",
    [[105], [130], [101], [160], [*range(125, 130)], [103, 121, 140, 158]],
    ids=["one", "in the middle", "the oldest", "the newest", "side by side", "here and there"],
)
def test_what_the_listings_show_is_not_gone(tmp_path: Path, lacks: list[int]) -> None:
    """Whatever the index lacks, run after run; and every run says so."""
    with Archive.complete(tmp_path, 60) as archive:
        index_without(archive, lacks)
        for _ in range(3):
            again = archive.crawl(KEXUE_RECHECK=0)
            assert again.status == 1
            ((article, reason),) = failed(again)
            assert article is None
            assert "the index lacks" in str(reason)
            assert "that the listing pages show" in str(reason)
            assert len(again.listings) <= 2 * len(lacks)
            assert archive.rows(GONE_ONES) == [(0,)]
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        archive.assert_sound()


@pytest.mark.parametrize("way", few_at_first(["hide", "index"]))
def test_many_that_are_not_listed_any_more_are_not_taken_for_gone(tmp_path: Path, way: str) -> None:
    """Their pages are there: the run says so, and reads no more listing pages than always."""
    lacks = range(130, 142)
    with Archive.complete(tmp_path, 150) as archive:
        if way == "index":
            index_without(archive, lacks)
        else:
            for article in lacks:
                archive.replica.hide(article)
        for _ in range(3):
            again = archive.crawl(KEXUE_RECHECK=0)
            assert again.status == 1
            assert failed(again)[0][0] is None
            assert "12 articles (130, …) any more" in str(failed(again)[0][1])
            assert archive.rows(GONE_ONES) == [(0,)]
            assert again.listings == []
        full = archive.crawl("full=1")
        assert full.status == (1 if way == "index" else 0)
        assert archive.rows(GONE_ONES) == [(0 if way == "index" else 12,)]
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        archive.assert_sound()


def test_a_few_that_are_hidden_at_once_need_a_look_at_all_listing_pages(tmp_path: Path) -> None:
    """Neither index nor listings show them: their pages answer, so somebody must have a look."""
    hidden = [105, 117, 131, 149]
    with Archive.complete(tmp_path, 60) as archive:
        for article in hidden:
            archive.replica.hide(article)
        for _ in range(3):
            again = archive.crawl(KEXUE_RECHECK=0)
            assert again.status == 1
            assert "so many at once are not taken for gone" in str(failed(again)[0][1])
            assert archive.rows(GONE_ONES) == [(0,)]
        assert archive.crawl("full=1").status == 0
        assert archive.rows(GONE_ONES) == [(len(hidden),)]


def test_many_deletions_are_seen_at_once(tmp_path: Path) -> None:
    """Index and page agree: no listing page is needed for that."""
    with Archive.complete(tmp_path, 150) as archive:
        for article in range(130, 142):
            archive.replica.delete(article)
        again = archive.crawl(KEXUE_RECHECK=0)
        assert (again.status, again.count("gone"), again.listings) == (0, 12, [])
        archive.assert_sound()


@pytest.mark.parametrize("article", [101, 102, 131, 140, 141, 160])
def test_hidden_is_gone_when_its_listing_page_was_read(tmp_path: Path, article: int) -> None:
    """One or two pages, wherever it stood."""
    with Archive.complete(tmp_path, 60) as archive:
        archive.replica.hide(article)
        for gone in (0, 1):
            again = archive.crawl(KEXUE_RECHECK=0)
            assert (again.status, again.articles) == (0, [article])
            assert len(again.listings) <= 2
            assert archive.rows(GONE_ONES) == [(gone,)]
        assert archive.crawl(KEXUE_RECHECK=0).paths == FIRST
        archive.assert_sound()


def test_hidden_is_not_gone_when_its_listing_page_cannot_be_read(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 60) as archive:
        archive.replica.hide(125)
        archive.replica.fault("^/page/", kind="status", code=500)
        for _ in range(2):
            assert archive.crawl(KEXUE_RECHECK=0).status == 1
        assert archive.rows(GONE_ONES) == [(0,)]
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        assert archive.rows(GONE_ONES) == [(1,)]
        archive.assert_sound()


def test_a_look_at_the_listings_reads_no_more_articles_than_asked_for(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 60) as archive:
        archive.replica.hide(125)
        archive.replica.publish(*(make_post(300 + n, 70 + n) for n in range(5)))
        assert len(archive.crawl("limit=2").articles) == 2


def test_an_index_that_shows_a_part_only_is_not_believed(tmp_path: Path) -> None:
    """Cut by a new theme or a limit: what it lacks is not gone."""
    with Archive.complete(tmp_path, 30) as archive:
        some = replace(archive.replica.blog, posts=tuple(make_posts(12, first_id=119)))
        page = answer(some, "/content.html")
        archive.replica.fault(
            "^/content.html$", kind="not-html", content_type="text/html", body=page.body
        )
        for _ in range(2):
            again = archive.crawl(KEXUE_RECHECK=0)
            assert again.status == 1
            assert again.articles == []
            assert failed(again) == [(None, "the index lists only 12 of 30 articles")]
        assert archive.rows("SELECT count(*) FROM articles WHERE status <> 'published'") == [(0,)]
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        archive.assert_sound()


def test_without_index_the_first_listing_page_still_brings_the_news(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 25) as archive:
        archive.replica.publish(make_post(300, 40))
        archive.replica.fault("^/content.html$", kind="status", code=503)
        again = archive.crawl(KEXUE_RECHECK=0)
        assert again.status == 1
        assert again.articles == [300]
        assert 300 in again.records
        assert again.listings == []
        assert [article for article, _ in failed(again)] == [None]
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).paths == FIRST
        archive.assert_sound()


def test_a_first_run_without_index_walks_to_the_end_of_the_pager(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(25)) as archive:
        archive.replica.fault("^/content.html$", kind="status", code=503)
        first = archive.crawl()
        assert first.status == 1
        assert first.listings == ["/page/2/", "/page/3/"]
        assert sorted(first.records) == list(range(101, 126))
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        archive.assert_sound()


def test_an_index_that_fails_twice_does_not_double_the_re_checks(tmp_path: Path) -> None:
    """It is asked for once more at the end, and the agenda goes on from there again."""
    with Archive.complete(tmp_path, 25) as archive:
        archive.replica.fault("^/content.html$", kind="status", code=500)
        outcome = archive.crawl(KEXUE_RECHECK=6)
    assert outcome.status == 1
    assert outcome.paths.count("/content.html") > 2
    assert len(article_ids(outcome.paths)) == 6

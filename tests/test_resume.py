"""Runs that end before their time, and the next ones, which go on with what is left."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from crawling import FIRST, Archive, Outcome, article_ids, options_of
from replica import make_post, make_posts
from rig.commands import run

SIGNALS: Final = [signal.SIGINT, signal.SIGKILL]
BOTH: Final = pytest.mark.parametrize("number", SIGNALS, ids=["SIGINT", "SIGKILL"])


# --- Interrupted, killed --------------------------------------------------------------------------


@dataclass
class Story:
    """A first run that is ended in the middle of the articles, and the next one."""

    number: signal.Signals
    first: Outcome
    stored: set[int]
    second: Outcome
    runs: list[tuple[object, ...]]


@pytest.fixture(scope="module", params=SIGNALS, ids=["SIGINT", "SIGKILL"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    with Archive(tmp_path_factory.mktemp("story"), make_posts(30)) as archive:
        first = archive.crawl_until("^/archives/115$", request.param)
        archive.assert_undamaged()
        stored = {article for (article,) in archive.rows("SELECT id FROM articles")}
        second = archive.crawl()
        archive.assert_sound()
    runs = second.rows(
        "SELECT ending, outcome, finished_at >= started_at, unread FROM runs ORDER BY id"
    )
    return Story(request.param, first, stored, second, runs)


def test_what_was_stored_is_there(story: Story) -> None:
    """All that was read before the signal; of the page at which it came a kill leaves nothing."""
    before = set(range(116, 131))
    assert story.stored == (before | {115} if story.number is signal.SIGINT else before)


def test_nothing_is_read_again(story: Story) -> None:
    """No listing page, and no article that is stored; what was left comes in its order."""
    assert story.second.paths[:3] == FIRST
    assert story.second.listings == []
    assert sorted(story.second.articles) == sorted(set(range(101, 131)) - story.stored)


def test_the_next_run_completes_the_archive(story: Story) -> None:
    """With the excerpts that the first one has read, and the times of the feed."""
    assert story.second.status == 0, story.second.stderr
    assert sorted(story.second.records) == list(range(101, 131))
    for article, record in story.second.records.items():
        assert record["excerpt"] == f"这是第{article}篇短文，讨论$x^2={article}$的解，参考另一篇。"
        assert (record["published_at"] is None) == (article <= 120)


def test_the_run_has_its_record(story: Story) -> None:
    """A killed one gets it from the next run; `unread` is what an interrupted one had to leave."""
    if story.number is signal.SIGINT:
        assert story.first.status == 1
        sentence = (
            "the run ended early (interrupted); 14 are not read yet;"
            " the next run goes on from there"
        )
        assert story.first.sentence == f"scrapy crawl: {sentence}"
        assert story.runs[0] == ("interrupted", sentence, 1, 14)
    else:
        assert story.first.status == -signal.SIGKILL
        ending, outcome, is_closed, unread = story.runs[0]
        assert (ending, is_closed, unread) == ("killed", 1, None)
        assert str(outcome).startswith("the run was killed")
    assert story.runs[1] == ("finished", "ok", 1, 0)


@BOTH
def test_ended_in_the_middle_of_the_listings(tmp_path: Path, number: signal.Signals) -> None:
    """The next run begins with the first page, as every run, and goes on where the walk was."""
    with Archive(tmp_path, make_posts(60)) as archive:
        first = archive.crawl_until("^/page/4/$", number)
        assert first.paths == [*FIRST, "/page/2/", "/page/3/", "/page/4/"]
        second = archive.crawl()
        assert second.status == 0, second.stderr
        read = ["/page/2/", "/page/3/"] + (["/page/4/"] if number is signal.SIGINT else [])
        assert sorted([*read, *second.listings]) == [f"/page/{n}/" for n in range(2, 7)]
        assert second.articles == list(range(160, 100, -1))
        assert {record["excerpt"] is None for record in second.records.values()} == {False}
        archive.assert_sound()


@BOTH
def test_rechecks_of_an_ended_run_count(tmp_path: Path, number: signal.Signals) -> None:
    """20 a day are 20 a day, however many runs it takes; none is done twice."""
    with Archive.complete(tmp_path, 30) as archive:
        archive.pass_days()
        first = archive.crawl_until("^/archives/", number, times=8)
        assert len(first.articles) == 8
        done = first.articles if number is signal.SIGINT else first.articles[:-1]
        second = archive.crawl()
        assert second.status == 0
        assert not set(done) & set(second.articles)
        assert len(done) + len(second.articles) == 20
        archive.assert_sound()


def test_a_full_run_goes_on_too(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        archive.pass_days()
        first = archive.crawl_until("^/archives/106$", signal.SIGKILL, "full=1")
        assert first.articles == list(range(112, 105, -1))
        second = archive.crawl("full=1")
        assert second.status == 0
        assert second.articles == [105, 104, 103, 102, 101, 106]
        archive.assert_sound()


def test_many_killed_runs_lose_nothing(tmp_path: Path) -> None:
    """Each gets a little further; together they ask for no page more than twice."""
    with Archive(tmp_path, make_posts(12)) as archive:
        for article in (109, 106):
            archive.crawl_until(f"^/archives/{article}$", signal.SIGKILL)
        last = archive.crawl()
        assert last.status == 0
        asked = [path for path in archive.replica.paths if path.startswith("/archives/")]
        assert len(asked) == 12 + 2
        assert {asked.count(path) for path in asked} <= {1, 2}
        assert archive.rows("SELECT ending FROM runs ORDER BY id") == [
            ("killed",),
            ("killed",),
            ("finished",),
        ]
        archive.assert_sound()


# --- What failed ----------------------------------------------------------------------------------


def test_what_failed_comes_first(tmp_path: Path) -> None:
    """Before new articles and re-checks; a failed listing page right after the first one."""
    with Archive(tmp_path, make_posts(25)) as archive:
        archive.replica.fault("^/(page/2/|archives/105)$", kind="status", code=500)
        first = archive.crawl()
        assert (first.status, first.count("failed")) == (1, 2)
        archive.assert_sound(whole=False)
        archive.replica.clear_faults()
        archive.replica.publish(make_post(300, 40))
        again = archive.crawl()
        assert again.status == 0, again.stderr
        shifted = "/page/3/"  # where an article of the failed page has come to meanwhile
        assert again.paths[:7] == [*FIRST, "/page/2/", shifted, "/feed/", "/archives/105"]
        assert again.articles[1] == 300
        assert archive.rows("SELECT * FROM failures") == []
        assert {record["excerpt"] is None for record in again.records.values()} == {False}
        archive.assert_sound()


#: What the feed can answer, and what the report says then.
NO_FEED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "status", "code": 404, "full": True}, "HTTP 404 (Not Found)"),
    ({"kind": "bare-404"}, "HTTP 404 (Not Found)"),
    ({"kind": "forbidden"}, "HTTP 403 (Forbidden)"),
    ({"kind": "gone"}, "HTTP 410 (Gone)"),
    ({"kind": "status", "code": 500}, "HTTP 500 (Internal Server Error)"),
    ({"kind": "reset"}, "the connection broke"),
    ({"kind": "captive"}, "not an RSS feed"),
    ({"kind": "cut-clean"}, "the page is cut off"),
    ({"kind": "not-html"}, "invalid UTF-8 at byte 128: the page is in another charset"),
    ({"kind": "other-host"}, "a redirect to another host (127.0.0.1:9)"),
    ({"kind": "gate", "gate": "never"}, "the gate did not open after 3 tries"),
]


@pytest.mark.parametrize(("fault", "reason"), NO_FEED, ids=[str(n) for n, _ in enumerate(NO_FEED)])
def test_without_the_feed_the_archive_is_complete(
    tmp_path: Path, fault: dict[str, Any], reason: str
) -> None:
    """It only adds exact times: named in the report, and no failure; not even the breaker's."""
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/feed/$", **fault)
        first = archive.crawl(KEXUE_BREAKER=1, RETRY_TIMES=0)
        assert (first.status, len(first.records)) == (0, 12)
        assert f"  without: {archive.replica.base_url}/feed/  {reason}\n" in first.stdout
        assert archive.rows("SELECT * FROM failures") == []
        archive.assert_sound()


def test_the_feed_that_failed_is_read_with_the_next_re_checks(tmp_path: Path) -> None:
    """A fault that passes costs no exact time; one that lasts costs nothing on other days."""
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/feed/$", kind="status", code=500)
        assert archive.crawl().status == 0
        archive.replica.clear_faults()
        assert archive.crawl(KEXUE_RECHECK=0).paths == FIRST
        archive.pass_days()
        again = archive.crawl()
        assert again.paths[:4] == [*FIRST, "/feed/"]
        times = "SELECT count(published_at) FROM articles"
        assert archive.rows(times) == [(10,)]
        archive.assert_sound()


def test_what_fails_again_counts_its_tries(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/archives/105$", kind="reset")
        tries = []
        for _ in range(2):
            assert archive.crawl(KEXUE_RECHECK=0).status == 1
            tries += archive.rows("SELECT tries FROM failures WHERE article_id = 105")
        # The first run asks three times more at its end, the second, which knows it, no more.
        assert tries == [(4,), (5,)]
        assert archive.rows("SELECT failed, unread FROM runs") == [(1, 0), (1, 0)]


def test_failures_of_what_is_not_listed_any_more_are_forgotten(tmp_path: Path) -> None:
    """Nobody could ever mend them."""
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/archives/105$", kind="status", code=500)
        assert archive.crawl().status == 1
        archive.replica.delete(105)
        archive.replica.clear_faults()
        again = archive.crawl()
        assert again.status == 0, again.stderr
        assert archive.rows("SELECT * FROM failures") == []
        archive.assert_sound()


def test_a_run_for_a_part_forgets_no_failures(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/archives/105$", kind="status", code=500)
        archive.crawl()
        archive.crawl("ids=107")
        archive.crawl("readers=1")
        assert archive.rows("SELECT article_id FROM failures") == [(105,)]
        archive.assert_sound(whole=False)


# --- One run at a time ----------------------------------------------------------------------------


def test_a_second_run_says_so_and_the_first_goes_on(tmp_path: Path) -> None:
    """The second one asks the blog for nothing; `scrapy demo` writes to the same folder."""
    reached, go_on = threading.Event(), threading.Event()

    def stop_here() -> None:
        reached.set()
        go_on.wait(60)

    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/archives/105$", kind="hook", times=1, call=stop_here)
        with archive.going_on() as first:
            assert reached.wait(60)
            asked = len(archive.replica.paths)
            crawl, demo = archive.crawl(), archive.run("demo")
            assert len(archive.replica.paths) == asked
            go_on.set()
            first.wait()
            stderr = first.stderr.decode()
        sentence = f"another run is writing to the data folder {archive.folder};"
        for name, second in (("crawl", crawl), ("demo", demo)):
            assert (second.status, second.stdout) == (2, "")
            assert second.sentence.startswith(f"scrapy {name}: {sentence}")
        assert first.returncode == 0, stderr
        assert archive.rows("SELECT count(*) FROM articles") == [(12,)]
        assert archive.rows("SELECT outcome FROM runs") == [("ok",)]
        assert not (archive.folder / "demo.db").exists()
        archive.assert_sound()


def test_reading_commands_work_beside_a_run(tmp_path: Path) -> None:
    """`verify` and `status` wait for nobody and disturb nobody."""
    reached, go_on = threading.Event(), threading.Event()

    def stop_here() -> None:
        reached.set()
        go_on.wait(60)

    with Archive.complete(tmp_path, 12) as archive:
        archive.pass_days()
        archive.replica.fault("^/archives/105$", kind="hook", times=1, call=stop_here)
        with archive.going_on() as first:
            assert reached.wait(60)
            said = [archive.run(name) for name in ("verify", "status")]
            go_on.set()
            first.wait()
            stderr = first.stderr.decode()
        assert [command.status for command in said] == [0, 0], said
        assert first.returncode == 0, stderr


# --- A full disk ----------------------------------------------------------------------------------


def crawl_with_files_up_to(archive: Archive, size: int) -> Outcome:
    """Run a crawl none of whose files can grow beyond so many bytes, as on a full disk."""
    asked = len(archive.replica.paths)
    options = options_of(archive.replica.base_url, archive.folder)
    ended = run("crawl", "kexue", *options, largest_file=size)
    assert "Traceback" not in ended.stderr, ended.stderr
    paths = archive.replica.paths[asked:]
    return Outcome(ended.returncode, ended.stdout, ended.stderr, archive.folder, paths)


@pytest.mark.parametrize("size", [700_000, 2_000_000])
def test_a_full_disk_ends_the_run_and_damages_nothing(tmp_path: Path, size: int) -> None:
    """At the first articles or later: it is named, and the next run goes on with the rest."""
    with Archive(tmp_path, make_posts(60)) as archive:
        full = crawl_with_files_up_to(archive, size)
        assert full.status == 1, full.said
        assert "the database cannot be written" in full.sentence
        archive.assert_undamaged()
        stored = {article for (article,) in archive.rows("SELECT id FROM articles")}
        assert 0 < len(stored) < len(full.articles) < 60
        again = archive.crawl()
        assert again.status == 0, again.stderr
        assert not stored & set(again.articles)
        assert sorted(again.records) == list(range(101, 161))
        archive.assert_sound()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(12)) as archive:
        before = archive.crawl().jsonl
        archive.replica.publish(make_post(300, 40))
        (archive.folder / "kexue.jsonl.part").mkdir()
        again = archive.crawl(KEXUE_RECHECK=0)
        assert again.status == 1
        assert "cannot write" in again.sentence
        assert again.jsonl == before
        assert archive.rows("SELECT count(*) FROM articles") == [(13,)]
        (archive.folder / "kexue.jsonl.part").rmdir()
        assert archive.crawl(KEXUE_RECHECK=0).status == 0
        archive.assert_sound()


def test_a_burst_of_failures_at_the_very_start(tmp_path: Path) -> None:
    """Index and first page fail with all their tries: they are asked for once more."""
    with Archive(tmp_path, make_posts(12)) as archive:
        archive.replica.fault("^/(content.html)?$", kind="status", code=503, times=4)
        outcome = archive.crawl(RETRY_TIMES=1)
    assert outcome.status == 0, outcome.said
    assert len(outcome.records) == 12


def test_a_failure_is_named_by_the_address_that_was_asked(tmp_path: Path) -> None:
    """A redirect to another article must not put the blame on that one."""
    with Archive(tmp_path, make_posts(4)) as archive:
        base = archive.replica.base_url
        archive.replica.fault("^/archives/102$", kind="other-host", host=base, path="/archives/103")
        outcome = archive.crawl(RETRY_TIMES=0)
    assert outcome.status == 1
    assert outcome.rows("SELECT url, article_id, reason FROM failures") == [
        (f"{base}/archives/102", 102, "the page of another article (103)")
    ]


def test_a_closed_server_is_not_asked_more_with_every_run(tmp_path: Path) -> None:
    """Robots.txt, index and listings answer, articles do not: what failed before counts as well."""
    with Archive(tmp_path, make_posts(30)) as archive:
        archive.replica.fault("^/archives/", kind="status", code=503)
        runs = [archive.crawl(RETRY_TIMES=1) for _ in range(4)]
        archive.replica.clear_faults()
        healed = archive.crawl()
    assert {run.status for run in runs} == {1}
    assert {len(article_ids(run.paths)) for run in runs} == {2 * 4}
    assert (healed.status, len(healed.records)) == (0, 30)


def test_pages_that_are_broken_for_good_do_not_end_every_run(tmp_path: Path) -> None:
    """Between them other pages are read, which shows that the server is well."""
    with Archive(tmp_path, make_posts(30)) as archive:
        archive.replica.fault("^/archives/1(1[0-9]|20)$", kind="status", code=500)
        runs = [archive.crawl(RETRY_TIMES=0) for _ in range(4)]
    assert [run.status for run in runs] == [1, 1, 1, 1]
    assert len(runs[-1].records) == 19
    assert "11 failed" in runs[-1].sentence


def test_listings_that_could_not_be_read_are_read_by_the_end_or_by_the_next_run(
    tmp_path: Path,
) -> None:
    """The first one fails once: what only the listings tell is told by all of them all the same."""
    with Archive(tmp_path, make_posts(25)) as archive:
        archive.replica.fault("^/$", kind="status", code=503, times=5)
        first = archive.crawl()
        assert (first.status, len(first.records)) == (0, 25), first.said
        assert archive.rows("SELECT count(*) FROM articles WHERE excerpt IS NULL") == [(0,)]
        assert archive.rows("SELECT DISTINCT kind FROM changes") == [("new",)]


def test_what_was_read_by_its_number_is_looked_for_on_the_listings(tmp_path: Path) -> None:
    """Its excerpt stands there alone; that it is told for the first time is no edit."""
    with Archive(tmp_path, make_posts(30)) as archive:
        archive.crawl("ids=105")
        assert archive.rows("SELECT excerpt FROM articles WHERE id = 105") != []
        assert archive.crawl().status == 0
        assert archive.rows("SELECT count(*) FROM articles WHERE excerpt IS NULL") == [(0,)]
        assert archive.rows("SELECT DISTINCT kind FROM changes") == [("new",)]
        assert archive.crawl(KEXUE_RECHECK=0).listings == []

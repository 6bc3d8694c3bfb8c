"""The whole crawl, end to end: the real command against a local blog with faults."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from crawling import Outcome, crawl
from replica import Gate, Kind, Replica, make_post, make_posts
from rig.commands import run

from archiver.demo.posts import Post


def expected_row(post: Post) -> tuple[Any, ...]:
    """Literal values of ``make_post`` as the archive has them."""
    return (
        post.id,
        f"https://kexue.fm/archives/{post.id}",
        f"短文{post.id}",
        "苏剑林",
        post.published.date().isoformat(),
        1000 + post.id,
        post.category.name,
        json.dumps(["测试", f"标签{post.id % 3}"], ensure_ascii=False),
        post.id % 4,
        f"这是第{post.id}篇短文，讨论$x^2={post.id}$的解，参考另一篇。",
        3,
        1,
        "published",
    )


ROWS = """SELECT id, url, title, author, published, readers, category, tags, comment_count, excerpt,
    formula_count, picture_count, status FROM articles ORDER BY id"""


# --- A healthy blog -------------------------------------------------------------------------------


@dataclass
class Finished:
    """A finished crawl of a healthy blog, and a second one of the same blog."""

    posts: list[Post]
    first: Outcome
    first_jsonl: bytes
    first_rows: list[tuple[Any, ...]]
    paths: list[str]
    agents: set[str]
    peak: int
    second: Outcome


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    posts = [make_post(400, 90, state="draft"), make_post(401, 91, state="deleted")]
    posts += make_posts(23)
    with Replica(posts, gate="script") as replica:
        first = crawl(replica.base_url, folder)
        jsonl, rows = first.jsonl, first.rows(ROWS)
        agents = {seen.headers.get("User-Agent", "") for seen in replica.log}
        paths, peak = replica.paths, replica.peak
        second = crawl(replica.base_url, folder)
    return Finished(posts[2:], first, jsonl, rows, paths, agents, peak, second)


def test_every_article_as_the_blog_has_it(finished: Finished) -> None:
    assert finished.first.status == 0, finished.first.stderr
    assert finished.first_rows == [expected_row(post) for post in reversed(finished.posts)]


def test_the_body_is_the_authors(finished: Finished) -> None:
    entry = json.loads(finished.first_jsonl.splitlines()[0])
    assert entry["body_text"] == (
        "这是第101篇短文，讨论$x^2=101$的解，参考另一篇。\n\n推导\n\n两边开方即得\n"
        "\\begin{equation}x=\\pm\\sqrt{101}\\label{eq:101}\\end{equation}\n"
        "见式$\\eqref{eq:101}$。\n\n第101句引文。"
    )
    for word in ("转载", "how_to_cite", "打赏", ">#</a>"):
        assert word not in entry["body_html"]
    assert entry["links"][0] == {
        "url": "https://kexue.fm/archives/100",
        "text": "另一篇",
        "target_id": 100,
        "problem": None,
    }
    assert [formula["label"] for formula in entry["formulas"]] == [None, "eq:101", None]
    assert "讨论$x^2=101$的解" in entry["body_markdown"]
    assert "\n## 推导\n" in entry["body_markdown"]


def test_exact_times_come_from_the_feed(finished: Finished) -> None:
    times = finished.first.rows("SELECT id, published_at FROM articles ORDER BY id DESC")
    assert times[:10] == [(post.id, post.published.isoformat()) for post in finished.posts[:10]]
    assert {time for _, time in times[10:]} == {None}


def test_the_report_has_the_counts(finished: Finished) -> None:
    names = ("listed", "archived", "new", "changed", "unchanged", "missing", "failed")
    assert [finished.first.count(name) for name in names] == [23, 23, 23, 0, 0, 0, 0]
    assert [finished.second.count(name) for name in names] == [23, 23, 0, 0, 23, 0, 0]


def test_the_second_run_changes_nothing(finished: Finished) -> None:
    assert finished.second.status == 0
    assert finished.second.jsonl == finished.first_jsonl
    assert finished.second.rows(ROWS) == finished.first_rows
    assert finished.second.rows("SELECT count(*) FROM revisions") == [(23,)]
    assert finished.second.rows("SELECT count(*) FROM reader_counts") in ([(23,)], [(46,)])


def test_the_runs_are_recorded(finished: Finished) -> None:
    sql = "SELECT mode, outcome, listed, new, changed, unchanged, failed FROM runs ORDER BY id"
    assert finished.second.rows(sql) == [
        ("normal", "ok", 23, 23, 0, 0, 0),
        ("normal", "ok", 23, 0, 0, 23, 0),
    ]
    assert finished.second.rows("SELECT requests > 0 AND bytes > 0 FROM runs") == [(1,), (1,)]


def test_each_page_is_asked_for_once(finished: Finished) -> None:
    paths = list(finished.paths)
    assert paths[0] == "/robots.txt"
    assert paths.count("/robots.txt") <= 2  # once more through the gate
    pages = [path for path in paths if path != "/robots.txt"]
    assert pages.count("/content.html") <= 2
    order = ["/content.html", "/", "/page/2/", "/page/3/", "/feed/"]
    articles = [f"/archives/{post.id}" for post in finished.posts]
    assert list(dict.fromkeys(pages)) == order + articles
    assert len(paths) <= 1 + len(order) + len(articles) + 2


def test_one_at_a_time_and_by_name(finished: Finished) -> None:
    assert finished.peak == 1
    (agent,) = finished.agents
    assert agent.startswith("kexue-archiver/")
    assert "@" in agent


def test_what_is_in_the_folder(finished: Finished) -> None:
    names = sorted(path.name for path in finished.first.folder.iterdir())
    assert names == [".run.lock", "changes.xml", "kexue.db", "kexue.jsonl", "warc"]


def test_the_log_has_no_bodies(finished: Finished, tmp_path: Path) -> None:
    assert "引文" not in finished.first.said
    with Replica(make_posts(2)) as replica:
        outcome = crawl(replica.base_url, tmp_path, LOG_LEVEL="DEBUG")
    assert outcome.status == 0
    assert "Article 101" in outcome.stderr
    for piece in ("引文", "开方", "PostContent", "<p>"):
        assert piece not in outcome.said


# --- What changes on the blog ---------------------------------------------------------------------


def test_edits_make_revisions(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        assert crawl(replica.base_url, tmp_path).status == 0
        old_body = next(post.body for post in replica.posts if post.id == 104)
        replica.edit(104, body=f"{old_body}<p>改过的正文</p>")
        replica.edit(105, title="改过的题")
        outcome = crawl(replica.base_url, tmp_path, "full=1")
    assert outcome.status == 0
    assert (outcome.count("changed"), outcome.count("unchanged")) == (2, 10)
    versions = outcome.rows(
        "SELECT article_id, count(*) FROM revisions GROUP BY 1 HAVING count(*) > 1"
    )
    assert versions == [(104, 2), (105, 2)]
    old = outcome.rows("SELECT body_html FROM revisions WHERE article_id = 104 ORDER BY number")
    assert "改过的正文" not in old[0][0]
    assert old[1][0].endswith("<p>改过的正文</p>")
    assert outcome.records[105]["title"] == "改过的题"
    assert outcome.rows("SELECT rowid FROM articles_fts WHERE articles_fts MATCH '改过的正文'") == [
        (104,)
    ]


def test_a_retitled_article_is_found_without_full(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        crawl(replica.base_url, tmp_path)
        replica.edit(103, title="改过的题")
        replica.publish(make_post(300, 30))
        replica.clear_log()
        outcome = crawl(replica.base_url, tmp_path, KEXUE_RECHECK=0)
        asked = [path for path in replica.paths if path.startswith("/archives/")]
    assert sorted(asked) == ["/archives/103", "/archives/300"]
    assert (outcome.count("new"), outcome.count("changed")) == (1, 1)


@pytest.mark.parametrize("page", ["/page/2/", "/content.html"])
def test_published_during_the_walk(tmp_path: Path, page: str) -> None:
    with Replica(make_posts(25)) as replica:
        new = make_post(300, 400)
        replica.fault(f"^{page}$", kind="hook", times=1, call=lambda: replica.publish(new))
        outcome = crawl(replica.base_url, tmp_path)
    assert outcome.status == 0
    assert len(outcome.records) == 26
    assert outcome.records[300]["excerpt"].startswith("这是第300篇短文")


def test_deleted_during_the_walk(tmp_path: Path) -> None:
    """A deleted article shifts one to a page that was read already: it must not be lost."""
    with Replica(make_posts(25)) as replica:
        replica.fault("^/page/2/$", kind="hook", times=1, call=lambda: replica.delete(125))
        outcome = crawl(replica.base_url, tmp_path)
    shown = outcome.records.keys()
    assert set(range(101, 125)) <= shown
    assert {entry["excerpt"] is None for entry in outcome.records.values()} == {False}
    assert outcome.status == 1  # 125 was listed and could not be read
    assert "/archives/125" in outcome.stdout


def test_protected(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        replica.protect(105)
        outcome = crawl(replica.base_url, tmp_path)
        assert outcome.status == 0
        assert outcome.count("protected") == 1
        record = outcome.records[105]
        assert (record["status"], record["body_html"]) == ("protected", None)
        body = outcome.records[104]["body_html"]
        replica.protect(104)
        again = crawl(replica.base_url, tmp_path)
    assert again.status == 0
    assert (again.records[104]["status"], again.records[104]["body_html"]) == ("protected", body)
    assert again.records[104]["title"] == "短文104"


# --- The gate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gate", "status"), [("script", 403), ("header", 403), ("script", 200)])
def test_gate_that_opens(tmp_path: Path, gate: Gate, status: int) -> None:
    with Replica(make_posts(3), gate=gate, gate_status=status) as replica:
        outcome = crawl(replica.base_url, tmp_path)
        closed = [seen for seen in replica.log if "Cookie" not in seen.headers]
    assert (outcome.status, len(outcome.records)) == (0, 3)
    assert len(closed) <= 2  # robots.txt and the home page; then the cookie is kept


def test_gate_that_never_opens(tmp_path: Path) -> None:
    with Replica(make_posts(3), gate="never") as replica:
        outcome = crawl(replica.base_url, tmp_path)
        asked = len(replica.log)
    assert outcome.status == 1
    assert "gate" in outcome.said
    assert outcome.jsonl == b""
    assert asked <= 15


# --- Pages that are damaged or missing ------------------------------------------------------------

FAULTS: list[tuple[int, Kind, dict[str, Any], str]] = [
    (101, "cut", {}, "cut off"),
    (102, "cut-clean", {}, "cut off"),
    (103, "invalid-utf8", {}, "invalid UTF-8"),
    (104, "not-html", {}, "not a|invalid UTF-8"),
    (105, "big", {"size": 9_000_000}, "too large|MB"),
    (106, "wrong-article", {"article": 113}, "another article"),
    (107, "login", {}, "not an article"),
    (108, "other-host", {"host": "http://127.0.0.1:9"}, "another host"),
    (109, "status", {"code": 404}, "404"),
    (110, "status", {"code": 500}, "500"),
    (111, "reset", {}, "connection"),
    (112, "not-html", {"content_type": "application/json", "body": b"{}"}, "not a"),
]


@dataclass
class Spoilt:
    """A run with a fault for each of twelve articles, and the next one without faults."""

    first: Outcome
    failures: dict[int, tuple[str, int]]
    stored: set[int]
    second: Outcome


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Spoilt:
    folder = tmp_path_factory.mktemp("spoilt")
    with Replica(make_posts(14)) as replica:
        for article, kind, options, _ in FAULTS:
            replica.fault(f"^/archives/{article}$", kind=kind, **options)
        first = crawl(replica.base_url, folder, KEXUE_BREAKER=0)
        rows = first.rows("SELECT article_id, reason, tries FROM failures")
        stored = set(first.records)
        replica.clear_faults()
        second = crawl(replica.base_url, folder)
    return Spoilt(first, {row[0]: (row[1], row[2]) for row in rows}, stored, second)


@pytest.mark.parametrize(
    ("article", "reason"), [(article, reason) for article, _, _, reason in FAULTS]
)
def test_each_spoilt_article_is_named(spoilt: Spoilt, article: int, reason: str) -> None:
    (line,) = [
        line for line in spoilt.first.stdout.splitlines() if f"/archives/{article}  " in line
    ]
    assert any(words in line for words in reason.split("|")), line
    named, tries = spoilt.failures[article]
    assert any(words in named for words in reason.split("|")), named
    assert tries in {1, 2}  # the first of them are asked for once more at the end


def test_the_other_articles_are_stored(spoilt: Spoilt) -> None:
    assert spoilt.first.status == 1
    assert spoilt.stored == {113, 114}
    assert spoilt.first.sentence.startswith("scrapy crawl: the archive is not complete: ")
    assert (spoilt.first.count("missing"), spoilt.first.count("failed")) == (1, 11)


def test_the_next_run_heals(spoilt: Spoilt) -> None:
    assert spoilt.second.status == 0, spoilt.second.said
    assert set(spoilt.second.records) == set(range(101, 115))
    assert spoilt.second.rows("SELECT * FROM failures") == []
    assert spoilt.second.rows("SELECT outcome = 'ok' FROM runs") == [(0,), (1,)]


def test_faults_that_pass_are_not_failures(tmp_path: Path) -> None:
    kinds: tuple[Kind, ...] = ("cut", "cut-clean", "invalid-utf8", "not-html", "reset", "gate")
    with Replica(make_posts(9)) as replica:
        for article, kind in enumerate(kinds, start=101):
            replica.fault(f"^/archives/{article}$", kind=kind, times=1)
        replica.fault("^/archives/107$", kind="status", code=503, retry_after=1, times=1)
        replica.fault("^/$", kind="cut-clean", times=1)
        replica.fault("^/content.html$", kind="status", code=502, times=1)
        outcome = crawl(replica.base_url, tmp_path)
    assert outcome.status == 0, outcome.said
    assert len(outcome.records) == 9


@pytest.mark.parametrize("path", ["/", "/page/2/", "/content.html"])
def test_spoilt_listings_are_named(tmp_path: Path, path: str) -> None:
    with Replica(make_posts(22)) as replica:
        for address in (path, "/feed/"):
            replica.fault(f"^{address}$", kind="status", code=500)
        outcome = crawl(replica.base_url, tmp_path)
    assert outcome.status == 1
    assert f"failed: {replica.base_url}{path}  HTTP 500" in outcome.stdout
    assert f"without: {replica.base_url}/feed/  HTTP 500" in outcome.stdout
    assert len(outcome.records) == 22


def test_endless_pager_ends(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        replica.fault("^/page/", kind="endless-pager")
        assert crawl(replica.base_url, tmp_path).status == 0  # the index tells where to stop
        replica.clear_log()
        outcome = crawl(replica.base_url, tmp_path, "full=1")
        pages = [path for path in replica.paths if path.startswith("/page/")]
    assert outcome.status == 1
    assert "pager" in outcome.stdout
    assert len(pages) <= 6
    assert len(outcome.records) == 12


# --- Nobody there, or somebody else ---------------------------------------------------------------


def test_unknown_host(tmp_path: Path) -> None:
    outcome = crawl("http://kexue.invalid", tmp_path)
    assert outcome.status == 1
    assert "robots.txt cannot be read (the host is unknown" in outcome.sentence


def test_another_site(tmp_path: Path) -> None:
    with Replica(make_posts(3)) as replica:
        replica.fault("^/(?!robots)", kind="login")
        outcome = crawl(replica.base_url, tmp_path)
        asked = len(replica.log)
    assert outcome.status == 1
    assert outcome.sentence
    assert asked <= 13  # robots.txt; index and first page, each twice, and four more chances


def test_an_outage_loses_nothing(tmp_path: Path) -> None:
    with Replica(make_posts(3)) as replica:
        before = crawl(replica.base_url, tmp_path).jsonl
    outcome = crawl("http://127.0.0.1:9", tmp_path)
    assert outcome.status == 1
    assert "robots.txt cannot be read (the host refuses connections)" in outcome.sentence
    assert outcome.jsonl == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-a", "since=2024-13-01"), "since=2024-13-01"),
        (("-s", "KEXUE_BASE_URL=kexue.fm"), "KEXUE_BASE_URL"),
        (("-s", "DOWNLOAD_DELAY=soon"), "DOWNLOAD_DELAY"),
        (("-s", "KEXUE_DATA_DIR=/dev/null/x"), "KEXUE_DATA_DIR"),
        (("-s", "KEXUE_DATA_DIR="), "KEXUE_DATA_DIR is empty"),
        (("-s", "KEXUE_RECHEKC=5"), "there is no setting KEXUE_RECHEKC"),
        (("-s", "KEXUE_HOOK_WHEN=never"), "KEXUE_HOOK_WHEN"),
        (("-a", "readers=1", "-a", "full=1"), "readers=1"),
        (("-a", "accept=1"), "accept=1 needs ids"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    folder = ("-s", f"KEXUE_DATA_DIR={tmp_path}")
    ended = run("crawl", "kexue", "-s", "KEXUE_BASE_URL=http://127.0.0.1:9", *folder, *arguments)
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_foreign_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kexue.db")) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
    before = hashlib.sha256((tmp_path / "kexue.db").read_bytes()).hexdigest()
    outcome = crawl("http://127.0.0.1:9", tmp_path)
    assert outcome.status == 2
    assert "another program" in outcome.sentence
    assert hashlib.sha256((tmp_path / "kexue.db").read_bytes()).hexdigest() == before


# --- Manners --------------------------------------------------------------------------------------


def robots(replica: Replica, text: str) -> None:
    body = text.encode()
    replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=body)


def test_own_hosts_only(tmp_path: Path) -> None:
    """Neither links, pictures and redirects nor the names in them lead to another server."""
    with Replica([]) as other, Replica(make_posts(11), site_url=other.base_url) as replica:
        replica.fault("^/archives/103$", kind="other-host", host=other.base_url)
        outcome = crawl(replica.base_url, tmp_path)
        assert other.log == []
        hosts = {seen.headers["Host"] for seen in replica.log}
        assert hosts == {replica.base_url.removeprefix("http://")}
        assert not [path for path in replica.paths if "uploads" in path]
    assert outcome.status == 1


def test_robots_disallow(tmp_path: Path) -> None:
    with Replica(make_posts(4)) as replica:
        robots(replica, "User-agent: *\nDisallow: /archives/102\n")
        outcome = crawl(replica.base_url, tmp_path)
        assert "/archives/102" not in replica.paths
    assert outcome.status == 1
    assert set(outcome.records) == {101, 103, 104}
    (line,) = [line for line in outcome.stdout.splitlines() if "/archives/102" in line]
    assert "robots.txt" in line


def test_robots_disallow_everything(tmp_path: Path) -> None:
    with Replica(make_posts(2)) as replica:
        robots(replica, "User-agent: kexue-archiver\nDisallow: /\n")
        outcome = crawl(replica.base_url, tmp_path)
        assert set(replica.paths) == {"/robots.txt"}
    assert outcome.status == 1


#: A busy machine notes the arrival of a request too late, so the next seems to come too soon.
ALMOST_A_SECOND = 0.6


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    with Replica(make_posts(1)) as replica:
        robots(replica, "User-agent: *\nCrawl-delay: 1\n")
        outcome = crawl(replica.base_url, tmp_path, "ids=101,102,103")
        times = [seen.start for seen in replica.log[1:]]
    assert outcome.status == 1
    assert all(later - earlier > ALMOST_A_SECOND for earlier, later in pairwise(times))
    assert len(times) == 3


def test_download_delay_is_kept(tmp_path: Path) -> None:
    with Replica(make_posts(2)) as replica:
        crawl(replica.base_url, tmp_path, "ids=101,102", DOWNLOAD_DELAY="1")
        times = [seen.start for seen in replica.log]
    assert all(later - earlier > ALMOST_A_SECOND for earlier, later in pairwise(times))


# --- Parts of the blog ----------------------------------------------------------------------------


def test_ids(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        outcome = crawl(replica.base_url, tmp_path, "ids=103,108,103")
        assert replica.paths == ["/robots.txt", "/archives/103", "/archives/108"]
    assert outcome.status == 0
    assert list(outcome.records) == [103, 108]
    assert outcome.rows("SELECT mode FROM runs") == [("ids",)]


def test_limit_then_the_rest(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        outcome = crawl(replica.base_url, tmp_path, "limit=4")
        assert (outcome.status, list(outcome.records)) == (0, [109, 110, 111, 112])
        assert outcome.count("left for later") == 8
        outcome = crawl(replica.base_url, tmp_path)
    assert (outcome.status, len(outcome.records)) == (0, 12)


def test_since(tmp_path: Path) -> None:
    with Replica(make_posts(12)) as replica:
        outcome = crawl(replica.base_url, tmp_path, "since=2020-01-10")
    assert (outcome.status, list(outcome.records)) == (0, [110, 111, 112])


@pytest.mark.parametrize(
    "options",
    [
        {"article_slash": True, "byline": "plain"},
        {"article_host": "http://www.spaces.ac.cn", "byline": "no-by"},
    ],
)
def test_other_themes(tmp_path: Path, options: dict[str, Any]) -> None:
    posts = make_posts(11)
    with Replica(posts, **options) as replica:
        outcome = crawl(replica.base_url, tmp_path)
    assert outcome.status == 0
    assert outcome.rows(ROWS) == [expected_row(post) for post in reversed(posts)]

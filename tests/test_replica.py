"""The replica of the blog serves what it promises, faults included."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from replica import Kind, Replica, Storm, make_post, make_posts
from replies import COOKIE, get
from rig.storm import SORTS
from rig.themes import ThemeChange

from archiver import clock
from archiver.demo.posts import CATEGORIES, SHANGHAI
from archiver.pages.kind import is_gate


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(make_posts(25)) as server:
        yield server


def test_posts_change_while_it_runs(replica: Replica) -> None:
    assert get(replica.base_url, "/").ids == list(range(125, 115, -1))
    replica.publish(make_post(200, day=100))
    replica.edit(124, title="改过的<题目>")
    replica.delete(123)
    replica.protect(122)
    home = get(replica.base_url, "/")
    assert home.ids == [200, 125, 124, *range(122, 115, -1)]
    assert home.entries[2].css("h2 a").get("").count("改过的&lt;题目&gt;") == 1
    statuses = {n: get(replica.base_url, f"/archives/{n}").status for n in (200, 124, 123, 122)}
    assert statuses == {200: 200, 124: 200, 123: 404, 122: 403}
    with pytest.raises(KeyError):
        replica.delete(999)


def test_log_and_peak(replica: Replica) -> None:
    replica.fault("^/archives/", kind="slow", seconds=0.1)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda n: get(replica.base_url, f"/archives/{n}"), (101, 102, 103)))
    get(replica.base_url, "/archives/104?x=1", {"X-Test": "yes"})
    assert sorted(replica.paths[:3]) == ["/archives/101", "/archives/102", "/archives/103"]
    assert (replica.peak, len(replica.log)) == (3, 4)
    last = replica.log[-1]
    assert (last.path, last.headers["X-Test"], last.status) == ("/archives/104?x=1", "yes", 200)
    assert last.end - last.start >= 0.1
    replica.clear_log()
    assert (replica.peak, replica.log) == (0, [])


def test_theme_options() -> None:
    options = {
        "article_slash": True,
        "article_host": "https://spaces.ac.cn",
        "site_url": "http://x",
    }
    with Replica(make_posts(11), byline="plain", **options) as replica:  # type: ignore[arg-type]
        page = get(replica.base_url, "/").page
    assert page.css(".Post h2 a::attr(href)").get() == "https://spaces.ac.cn/archives/111/"
    assert page.css("span.submitted").get() == (
        '<span class="submitted">By 苏剑林 | 2020-01-11 | 1111位读者 | 引用</span>'
    )
    assert page.css("li.next a::attr(href)").get() == "http://x/page/2/"


@pytest.mark.parametrize(
    ("byline", "text"),
    [
        ("spans", "By 苏剑林 | 2020-01-01 | 1101位读者 | 引用"),
        ("no-by", "苏剑林 | 2020-01-01 | 1101位读者 | 引用"),
        ("no-readers", "By 苏剑林 | 2020-01-01 | 引用"),
    ],
)
def test_byline_styles(replica: Replica, byline: str, text: str) -> None:
    replica.edit(101, byline=byline)
    page = get(replica.base_url, "/archives/101").page
    assert page.css("span.submitted").xpath("string()").get() == text


def test_footer_in_quote(replica: Replica) -> None:
    replica.edit(101, footer_in_quote=True, heading="h2")
    page = get(replica.base_url, "/archives/101").page
    assert page.css("#PostContent blockquote #how_to_cite")
    assert page.css("div.Post h2 a::text").get() == "短文101"


def test_empty_replica() -> None:
    with Replica([]) as replica:
        home = get(replica.base_url, "/")
        assert (home.status, home.ids) == (200, [])
        assert get(replica.base_url, "/feed/").status == 200


# The gates.


def test_gate_header() -> None:
    with Replica(make_posts(1), gate="header") as replica:
        closed = get(replica.base_url, "/")
        cookie = closed.headers["Set-Cookie"].partition(";")[0]
        assert closed.status == 403
        assert get(replica.base_url, "/", {"Cookie": cookie}).ids == [101]


def test_gate_with_status_200_and_gate_that_never_opens() -> None:
    with Replica(make_posts(1), gate="script", gate_status=200) as replica:
        assert len(get(replica.base_url, "/").body) < 1000
        assert get(replica.base_url, "/", COOKIE).ids == [101]
    with Replica(make_posts(1), gate="never") as replica:
        assert get(replica.base_url, "/", COOKIE).status == 403


# The faults.


def test_fault_times_and_clear(replica: Replica) -> None:
    fault = replica.fault("^/archives/101$", kind="status", code=503, times=2)
    codes = [get(replica.base_url, "/archives/101").status for _ in range(3)]
    assert (codes, fault.used) == ([503, 503, 200], 2)
    replica.fault("^/", kind="status", code=500)
    assert get(replica.base_url, "/").status == 500
    replica.clear_faults()
    assert get(replica.base_url, "/").status == 200


def test_fault_status(replica: Replica) -> None:
    replica.fault("101", kind="status", code=429, retry_after=2)
    replica.fault("102", kind="status", code=403, full=True)
    short, full = (get(replica.base_url, f"/archives/{n}") for n in (101, 102))
    assert (short.status, short.headers["Retry-After"]) == (429, "2")
    assert len(short.body) < 1000
    assert (full.status, full.headers["Retry-After"]) == (403, None)
    assert b"PostContent" in full.body


def test_fault_gate_in_the_middle_of_a_crawl() -> None:
    with Replica(make_posts(1), gate="script") as replica:
        replica.fault("101", kind="gate", times=1)
        assert get(replica.base_url, "/archives/101", COOKIE).status == 403
        assert get(replica.base_url, "/archives/101", COOKIE).status == 200


def test_fault_reset(replica: Replica) -> None:
    replica.fault("101", kind="reset", times=1)
    with pytest.raises(ConnectionResetError):
        get(replica.base_url, "/archives/101")
    assert replica.log[0].status == 0
    assert get(replica.base_url, "/archives/101").status == 200


def test_fault_cut(replica: Replica) -> None:
    replica.fault("101", kind="cut")
    with pytest.raises(http.client.IncompleteRead):
        get(replica.base_url, "/archives/101")


def test_fault_cut_clean(replica: Replica) -> None:
    whole = get(replica.base_url, "/archives/101").body
    replica.fault("101", kind="cut-clean")
    cut = get(replica.base_url, "/archives/101").body
    assert whole.startswith(cut)
    assert b"PostContent" in cut
    assert b"how_to_cite" not in cut.partition(b"PostContent")[2]


def test_fault_invalid_utf8(replica: Replica) -> None:
    replica.fault("101", kind="invalid-utf8")
    body = get(replica.base_url, "/archives/101").body
    assert b"\xff" in body.partition(b'id="PostContent"')[2][:200]


def test_fault_big(replica: Replica) -> None:
    replica.fault("101", kind="big")
    assert len(get(replica.base_url, "/archives/101").body) == 30_000_000


@pytest.mark.parametrize(
    ("kind", "options", "content_type"),
    [
        ("not-html", {}, "application/octet-stream"),
        ("not-html", {"content_type": "application/json", "body": b"{}"}, "application/json"),
        ("login", {}, "text/html; charset=UTF-8"),
    ],
)
def test_fault_other_content(
    replica: Replica, kind: Kind, options: dict[str, Any], content_type: str
) -> None:
    replica.fault("101", kind=kind, **options)
    reply = get(replica.base_url, "/archives/101")
    assert (reply.status, reply.headers["Content-Type"]) == (200, content_type)
    assert b"PostContent" not in reply.body


def test_fault_other_host(replica: Replica) -> None:
    replica.fault("101", kind="other-host", host="http://127.0.0.1:9")
    reply = get(replica.base_url, "/archives/101")
    assert (reply.status, reply.headers["Location"]) == (302, "http://127.0.0.1:9/archives/101")


def test_fault_wrong_article(replica: Replica) -> None:
    replica.fault("^/archives/101$", kind="wrong-article", article=102)
    page = get(replica.base_url, "/archives/101").page
    assert page.css("div.Post h1 a::text").get() == "短文102"


def test_fault_endless_pager(replica: Replica) -> None:
    replica.fault("^/page/", kind="endless-pager")
    for number in (3, 4, 500):
        reply = get(replica.base_url, f"/page/{number}/")
        following = reply.page.css("li.next a::attr(href)").get()
        assert (reply.ids, following) == (
            [105, 104, 103, 102, 101],
            f"https://kexue.fm/page/{number + 1}/",
        )


def test_fault_hook_shifts_later_pages(replica: Replica) -> None:
    new = make_post(300, day=400)
    replica.fault("^/page/2/$", kind="hook", times=1, call=lambda: replica.publish(new))
    ids = [get(replica.base_url, path).ids for path in ("/", "/page/2/", "/page/3/")]
    assert ids[0][-1] == ids[1][0] == 116
    assert len(ids[2]) == 6


def test_fault_slow_passes_on_to_the_next(replica: Replica) -> None:
    replica.fault("101", kind="slow", seconds=0.05)
    replica.fault("101", kind="status", code=502)
    start = time.monotonic()
    assert get(replica.base_url, "/archives/101").status == 502
    assert time.monotonic() - start >= 0.05


# Posts and themes that change.


def test_hidden_post_has_its_page_but_no_place(replica: Replica) -> None:
    replica.hide(125)
    assert get(replica.base_url, "/").ids == list(range(124, 114, -1))
    index, feed = (get(replica.base_url, path).body for path in ("/content.html", "/feed/"))
    found = [re.findall(rb'/archives/12[45](?=["<])', body) for body in (index, feed)]
    assert [set(urls) for urls in found] == [{b"/archives/124"}, {b"/archives/124"}]
    assert get(replica.base_url, "/archives/125").status == 200
    replica.show(125)
    assert get(replica.base_url, "/").ids[0] == 125


def test_edited_fields_are_shown(replica: Replica) -> None:
    replica.edit(125, title="新题", tags=("新签",), category=CATEGORIES["Life-Feeling"])
    for path in ("/archives/125", "/"):
        post = get(replica.base_url, path).page.css("#content .Post")[0]
        assert "新题" in post.css(".title-wrap a::text").getall()
    tools = get(replica.base_url, "/archives/125").page.css("#tools a::text").getall()
    assert tools == ["生活/情感", "新签"]


@pytest.mark.parametrize(
    ("change", "elements", "formulas", "pictures"),
    [(None, 1, 2, 0), ("renamed", 0, 0, 0), ("empty", 1, 0, 0), ("pictures", 1, 0, 3)],
)
def test_theme_changes(
    replica: Replica, change: ThemeChange | None, elements: int, formulas: int, pictures: int
) -> None:
    replica.change_theme(change)
    page = get(replica.base_url, "/archives/101").page
    body = page.css("#PostContent")
    assert len(body) == elements
    text = body.get("")
    assert (text.count("x^2=101") + text.count("sqrt{101}"), len(body.css("img.tex"))) == (
        formulas,
        pictures,
    )
    assert get(replica.base_url, "/").entries.css(".PostContent")  # listings stay as they were
    replica.change_theme(None)
    assert "x^2=101" in get(replica.base_url, "/archives/101").page.css("#PostContent").get("")


# The new faults.


def test_retry_after_in_seconds_and_as_a_date(replica: Replica) -> None:
    replica.fault("101", kind="retry-after", seconds=7)
    replica.fault("102", kind="retry-after", code=503, seconds=60, date=True)
    plain, dated = (get(replica.base_url, f"/archives/{n}") for n in (101, 102))
    assert (plain.status, plain.headers["Retry-After"], dated.status) == (429, "7", 503)
    until = parsedate_to_datetime(str(dated.headers["Retry-After"]))
    assert 59 <= (until - datetime.now(UTC)).total_seconds() <= 61
    assert [seen.retry_after for seen in replica.log] == ["7", dated.headers["Retry-After"]]


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        ("forbidden", 403, "<h1>error</h1>"),
        ("gone", 410, "404 - 页面没找到"),
        ("bare-404", 404, "404 page not found"),
        ("captive", 200, "欢迎使用无线网络"),
    ],
)
def test_other_answers(replica: Replica, kind: Kind, status: int, says: str) -> None:
    replica.fault("^/archives/101$", kind=kind)
    reply = get(replica.base_url, "/archives/101")
    assert reply.status == status
    assert says in reply.body.decode()
    assert b'PostContent" id' not in reply.body


def test_captive_page_is_no_gate(replica: Replica) -> None:
    replica.fault("101", kind="captive")
    body = get(replica.base_url, "/archives/101").body
    assert body.rstrip().endswith(b"</html>")
    assert len(body) > 1000
    assert not is_gate(body)


def test_fault_that_comes_and_goes(replica: Replica) -> None:
    replica.fault("^/archives/", kind="forbidden", rhythm=(2, 3))
    statuses = [get(replica.base_url, "/archives/101").status for _ in range(8)]
    assert statuses == [403, 403, 200, 200, 200, 403, 403, 200]


def test_length_that_is_wrong(replica: Replica) -> None:
    whole = get(replica.base_url, "/archives/101").body
    replica.fault("101", kind="length", off=50)
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(replica.base_url, "/archives/101")
    assert caught.value.partial == whole
    replica.clear_faults()
    replica.fault("101", kind="length", off=-50)
    assert get(replica.base_url, "/archives/101").body == whole[:-50]


def test_drip_that_goes_on(replica: Replica) -> None:
    whole = get(replica.base_url, "/archives/101").body
    replica.fault("101", kind="drip", seconds=0.2)
    start = time.monotonic()
    assert get(replica.base_url, "/archives/101").body == whole
    assert time.monotonic() - start >= 0.15


def test_drip_that_stops(replica: Replica) -> None:
    replica.fault("101", kind="drip", seconds=0.02, then="stop")
    with pytest.raises(http.client.IncompleteRead):
        get(replica.base_url, "/archives/101")


@pytest.mark.parametrize(
    ("kind", "options"), [("timeout", {}), ("drip", {"seconds": 0.02, "then": "silent"})]
)
def test_silence(replica: Replica, kind: Kind, options: dict[str, Any]) -> None:
    replica.fault("101", kind=kind, **options)
    with pytest.raises(TimeoutError):
        get(replica.base_url, "/archives/101", timeout=0.3)
    assert replica.log[0].fault == kind
    assert get(replica.base_url, "/archives/102").status == 200


def test_cookie_that_is_no_use_any_more() -> None:
    with Replica(make_posts(2), gate="script") as replica:
        assert get(replica.base_url, "/", COOKIE).status == 200
        replica.fault("102", kind="new-cookie", times=1)
        closed = get(replica.base_url, "/archives/102", COOKIE)
        assert closed.status == 403
        assert get(replica.base_url, "/", COOKIE).status == 403
        cookie = closed.page.re_first(r"document\.cookie='([^;]+);")
        assert get(replica.base_url, "/", {"Cookie": str(cookie)}).status == 200


def test_closed_and_opened_again() -> None:
    with Replica(make_posts(1), gate="script") as replica:
        replica.closed()
        paths = ("/robots.txt", "/", "/archives/101")
        assert [get(replica.base_url, path, COOKIE).status for path in paths] == [503] * 3
        replica.closed("reset")
        with pytest.raises(ConnectionResetError):
            get(replica.base_url, "/", COOKIE)
        replica.open()
        assert get(replica.base_url, "/", COOKIE).status == 200


# The storm.

SHARES = {"429": 0.1, "503": 0.05, "reset": 0.03, "cut": 0.03}


def drawn(storm: Storm, count: int) -> list[str]:
    """The next faults of a storm: the status or the kind, and "" for none."""
    faults = [storm.draw() for _ in range(count)]
    return [str(fault.options.get("code", fault.kind)) if fault else "" for fault in faults]


def test_storm_keeps_its_shares() -> None:
    storm = Storm(7, SHARES)
    found = Counter(drawn(storm, 10_000))
    assert storm.used == 10_000 - found[""]
    for name, share in SHARES.items():
        assert abs(found[name] / 10_000 - share) < 0.01


def test_storm_is_the_same_for_the_same_seed() -> None:
    first, again, other = (drawn(Storm(seed, SHARES), 200) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_storm_has_bursts() -> None:
    met = [name != "" for name in drawn(Storm(7, {"reset": 0.01}, burst=(20, 4)), 48)]
    assert met[20:24] == met[44:48] == [True] * 4
    assert sum(met) <= 10


@pytest.mark.parametrize(
    ("shares", "words"), [({"429": 0.7, "cut": 0.6}, "more than all"), ({"rain": 0.1}, "rain")]
)
def test_storm_that_cannot_be(shares: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Storm(7, shares)


def test_every_sort_of_fault_can_be_in_a_storm() -> None:
    for name in (*SORTS, "403", "gate", "captive", "timeout"):
        assert Storm(7, {name: 1.0}).draw() is not None


def test_storm_over_a_replica() -> None:
    with Replica(make_posts(1), gate="script") as replica:
        replica.storm(7, {"503": 0.5})
        statuses = [get(replica.base_url, "/robots.txt").status for _ in range(40)]
        assert set(statuses) == {503, 403}  # in front of the gate
        assert [seen.fault for seen in replica.log] == [
            "status" if status == 503 else None for status in statuses
        ]
        replica.clear_faults()
        assert {get(replica.base_url, "/").status for _ in range(5)} == {403}


# The log.


def test_log_counts_attempts(replica: Replica) -> None:
    replica.fault("101", kind="status", code=503, times=1)
    for path in ("/archives/101", "/archives/102", "/archives/101"):
        get(replica.base_url, path)
    found = [(seen.path[-3:], seen.attempt, seen.status, seen.fault) for seen in replica.log]
    assert found == [("101", 1, 503, "status"), ("102", 1, 200, None), ("101", 2, 200, None)]


def test_requests_of_a_day(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in (1, 2, 2):
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2026, 1, day, tzinfo=UTC))
        get(replica.base_url, f"/archives/{100 + day}")
    assert [seen.path for seen in replica.requests_of_day(date(2026, 1, 2))] == [
        "/archives/102",
        "/archives/102",
    ]


def test_replica_stops_at_once() -> None:
    with Replica(make_posts(1)) as replica:
        connection = http.client.HTTPConnection(urlsplit(replica.base_url).netloc, timeout=5)
        connection.request("GET", "/")
        connection.getresponse().read()
        start = time.monotonic()
    assert time.monotonic() - start < 1
    connection.close()
    assert threading.active_count() < 50


def test_made_posts_have_every_field_set() -> None:
    post = make_posts(3)[0]
    assert (post.id, post.published) == (103, datetime(2020, 1, 3, 8, 30, 15, tzinfo=SHANGHAI))
    assert all((post.title, post.author, post.readers, post.tags, post.excerpt, post.comments))

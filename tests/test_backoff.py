"""The retry policy: how long is waited after trouble, what trouble is, and when a run gives up."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from replica import Replica, make_posts
from rig.commands import run
from scrapy import Request, Spider, exceptions
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.test import get_crawler

from archiver.network.backoff import backoff, parse_retry_after
from archiver.network.exceptions import Stopped
from archiver.network.retry import RetryLater, damage_of, robots_trouble_of, trouble_of
from archiver.network.retry_policy import RetryPolicy

URL = "https://kexue.fm/archives/6583"
ROBOTS = Request("https://kexue.fm/robots.txt", meta={"dont_obey_robotstxt": True})
PAGE = "<!DOCTYPE html><html><body><p>注意力</p></body></html>".encode()
PROTECTED = PAGE.replace(b"</p>", b'<input name="protectPassword"></p>')
GATE = (
    b"<html><script>document.cookie='kxgate=abc123; path=/';"
    b"window.location.href='/archives/6583'</script></html>"
)
CUT = PAGE[:-18]
IN_GBK = PAGE.decode().replace("注意力", "注意力机制" * 5).encode("gbk")
BUSY = "HTTP 503 (Service Unavailable)"
NOW = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


# --- The header -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        (b"120", 120.0),
        ("120", 120.0),
        (b" 7 ", 7.0),
        (b"0", 0.0),
        (b"9" * 400, 366 * 86400.0),
        (b"9" * 5000, 366 * 86400.0),
        (b"Mon, " + b"9" * 5000 + b" Nov 2026 08:01:30 GMT", None),
        (b"Mon, 23 Nov 2026 08:01:30 GMT", 90.0),
        (b"Monday, 23-Nov-26 08:01:30 GMT", 90.0),
        (b"Mon Nov 23 08:01:30 2026", 90.0),
        (b"Mon, 23 Nov 2026 16:01:30 +0800", 90.0),
        (b"Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        (b"Fri, 31 Dec 9999 23:59:59 GMT", 366 * 86400.0),
        (b"-5", None),
        (b"1e9", None),
        (b"1.5", None),
        (b"0x10", None),
        (b"120, 120", None),
        (b"soon", None),
        (b"", None),
        ("²", None),
        (b"\xff\xfe", None),
        (b"Mon, 99 Nov 2026 08:01:30 GMT", None),
        (b"Mon, 23 Nov 99999999999999999999 08:01:30 GMT", None),
        (b"Mon, 23 Nov 2026", None),
    ],
)
def test_retry_after(value: bytes | str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


# --- The waits ------------------------------------------------------------------------------------


@dataclass
class Time:
    """A clock that only its own sleep moves."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Rig:
    """A crawler that is not running, and its retry policy on a clock of its own."""

    crawler: Crawler
    policy: RetryPolicy
    time: Time
    middleware: RetryLater

    def answer(
        self, response: Response, request: Request | None = None, **meta: Any
    ) -> Request | Response:
        """What the middleware makes of an answer."""
        asked = request or Request(URL, meta=meta)
        return self.middleware.process_response(asked, response)

    def stopped(self) -> str | None:
        """Why the run was stopped."""
        return self.policy.stop.reason

    def pause(self) -> float:
        """How long the next request is held back, in seconds."""
        before = self.time.now
        asyncio.run(self.policy.pause.wait())
        return round(self.time.now - before, 6)

    def fail_for_good(self, response: Response, **meta: Any) -> int:
        """Send a request until it is not sent again; returns how often it was sent."""
        request, tries = Request(URL, meta=meta), 0
        while True:
            tries += 1
            result = self.middleware.process_response(request, response)
            if not isinstance(result, Request):
                assert result is response
                return tries
            request = result


MakeRig = Callable[..., Rig]


#: The first wait is then two seconds, the longest twenty.
BREAKS = {"DOWNLOAD_DELAY": 2, "KEXUE_BREAKER": 3}


@pytest.fixture
def make_rig(settings: Settings, tmp_path: Path) -> MakeRig:
    def make(**changes: object) -> Rig:
        values = {**settings.copy_to_dict(), "TWISTED_REACTOR_ENABLED": False}
        crawler = get_crawler(
            Spider, {**values, **BREAKS, "KEXUE_DATA_DIR": str(tmp_path), **changes}
        )
        crawler.spider = crawler._create_spider("test")
        policy, time = RetryPolicy.of(crawler), Time()
        policy.pause.time = lambda: time.now
        policy.pause.sleep = time.sleep
        policy.uniform = lambda low, high: (low + high) / 2
        middleware = build_from_crawler(RetryLater, crawler)
        return Rig(crawler, policy, time, middleware)

    return make


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    """With the settings of the project."""
    return make_rig()


def page(body: bytes = PAGE, status: int = 200, **headers: str) -> HtmlResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return HtmlResponse(URL, status=status, body=body, headers=names)


@pytest.mark.parametrize(
    ("attempts", "first", "most", "seconds"),
    [
        (1, 2.0, 20.0, 2.0),
        (2, 2.0, 20.0, 4.0),
        (4, 2.0, 20.0, 16.0),
        (5, 2.0, 20.0, 20.0),
        (5000, 2.0, 20.0, 20.0),
        (1, 5.0, 3.0, 3.0),
        (3, 0.0, 20.0, 0.0),
    ],
)
def test_backoff(attempts: int, first: float, most: float, seconds: float) -> None:
    assert backoff(attempts, first, most) == seconds


@pytest.mark.parametrize(
    ("end", "attempts", "retry_after", "seconds"),
    [
        (0, 1, None, 1.5),  # the lower end of the jitter
        (1, 1, None, 2.5),
        (0, 9, None, 15.0),
        (1, 9, None, 20.0),  # the longest wait that is named is not exceeded
        (0, 1, 0.0, 1.5),
        (0, 9, 1.0, 15.0),  # the server's wish is a minimum
        (0, 1, 120.0, 120.0),  # and is never shortened
        (1, 1, 120.0, 126.0),
        (1, 1, 299.0, 300.0),  # nor is the patience
        (0, 1, 300.0, 300.0),
    ],
)
def test_jitter(
    rig: Rig, end: int, attempts: int, retry_after: float | None, seconds: float
) -> None:
    rig.policy.uniform = lambda *ends: ends[end]
    assert rig.policy.wait_after(attempts, retry_after) == pytest.approx(seconds)


def test_the_wait_doubles_over_all_addresses(rig: Rig) -> None:
    waits = []
    for number in range(6):
        again = rig.answer(page(status=503), Request(f"https://kexue.fm/archives/{number}"))
        assert isinstance(again, Request)
        waits.append(rig.pause())
    assert waits == [2, 4, 8, 16, 20, 20]
    assert isinstance(rig.answer(page()), Response)
    rig.answer(page(status=503))
    assert rig.pause() == 2


def test_a_longer_pause_stays(rig: Rig) -> None:
    rig.answer(page(status=503, Retry_After="100"))
    rig.answer(page(status=503), Request("https://kexue.fm/"))
    assert rig.pause() == 102.5


@pytest.mark.parametrize("status", [200, 301, 404])
def test_retry_after_without_trouble(rig: Rig, status: int) -> None:
    response = page(status=status, Retry_After="100")
    assert rig.answer(response) is response
    assert rig.pause() == 0


def test_all_requests_wait(rig: Rig) -> None:
    """The one for robots.txt too."""
    rig.policy.pause.extend(10)

    async def send_four() -> list[float]:
        async def send(request: Request) -> float:
            await rig.middleware.process_request(request)
            return rig.time.now

        requests = [ROBOTS, *(Request(f"https://kexue.fm/archives/{n}") for n in range(3))]
        return await asyncio.gather(*map(send, requests))

    assert all(time >= 1010 for time in asyncio.run(send_four()))


def test_a_wait_ends_with_the_run(rig: Rig) -> None:
    rig.policy.pause.extend(250)

    async def stop_after(seconds: float) -> None:
        await Time.sleep(rig.time, seconds)
        if rig.time.now > 1005:
            rig.policy.stop.call("enough")

    rig.policy.pause.sleep = stop_after
    with pytest.raises(Stopped, match="enough"):
        asyncio.run(rig.policy.pause.wait())
    assert 1005 < rig.time.now < 1006
    with pytest.raises(Stopped, match="enough"):
        asyncio.run(rig.middleware.process_request(Request(URL)))


def test_a_download_is_aborted(rig: Rig) -> None:
    async def download() -> str:
        await asyncio.Event().wait()
        return "never"

    async def abort() -> None:
        waiting = asyncio.ensure_future(rig.policy.in_flight.run(download()))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not waiting.done()
        rig.policy.stop.call("interrupted")
        rig.policy.in_flight.abort()
        await waiting

    with pytest.raises(Stopped, match="interrupted"):
        asyncio.run(abort())


def test_a_download_in_time(rig: Rig) -> None:
    async def download() -> str:
        return "page"

    assert asyncio.run(rig.policy.in_flight.run(download())) == "page"


# --- What trouble is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (PAGE, 200, None),
        (b"", 301, None),
        (b"", 401, None),
        (PROTECTED, 403, None),
        (PAGE, 404, None),
        (PAGE, 410, None),
        (CUT, 200, "the page is cut off"),
        (b"\xff" + PAGE, 200, None),
        (IN_GBK, 200, None),  # what it says decides: the spider asks again
        (b"{}", 200, "not an HTML page"),
        (PAGE, 403, "HTTP 403 (Forbidden)"),
        (PROTECTED[:-18], 403, "HTTP 403 (Forbidden)"),
        (b"", 403, "HTTP 403 (Forbidden)"),
        (b"404 page not found", 404, "HTTP 404 (Not Found)"),
        (b"", 410, "HTTP 410 (Gone)"),
        (PAGE, 408, "HTTP 408 (Request Timeout)"),
        (PAGE, 429, "HTTP 429 (Too Many Requests)"),
        (PAGE, 500, "HTTP 500 (Internal Server Error)"),
        (b"", 503, BUSY),
        (b"", 520, "HTTP 520"),
        (b"", 527, "HTTP 527"),
    ],
)
def test_trouble(rig: Rig, body: bytes, status: int, reason: str | None) -> None:
    response = page(body, status)
    assert trouble_of(response, rig.middleware.codes) == reason
    result = rig.answer(response)
    assert isinstance(result, Request) is (reason is not None)
    assert rig.pause() == (0 if reason is None else 2)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (page(), None),
        (page(b"\xef\xbb\xbf" + PAGE), None),
        (page(CUT), "the page is cut off"),
        (page(b"\xff" + PAGE), None),
        (page(IN_GBK), None),
        (page(b"{}"), "not an HTML page"),
        (page(b""), "not an HTML page"),
        (page(GATE), "the page of the gate"),
        (Response(URL, body=b"GIF89a"), "not a page"),
    ],
)
def test_damage(response: Response, reason: str | None) -> None:
    assert damage_of(response) == reason


@pytest.mark.parametrize(
    ("status", "is_trouble"),
    [
        (200, False),
        (401, False),
        (404, False),
        (410, False),
        (403, True),
        (408, True),
        (429, True),
        (500, True),
        (501, True),
    ],
)
def test_trouble_with_robots_txt(rig: Rig, status: int, is_trouble: bool) -> None:
    response = Response(ROBOTS.url, status=status, body=b"\xff")
    assert (robots_trouble_of(response, rig.middleware.codes) is not None) is is_trouble


def test_the_page_of_an_error_has_no_rules(rig: Rig) -> None:
    """RFC 9309: with a 4xx everything is allowed, whatever its page says."""
    response = Response(ROBOTS.url, status=410, body=b"User-agent: *\nDisallow: /")
    result = rig.answer(response, ROBOTS)
    assert isinstance(result, Response)
    assert (result.status, result.body) == (410, b"")
    rules = Response(ROBOTS.url, body=b"User-agent: *\nDisallow: /")
    assert rig.answer(rules, ROBOTS) is rules


# --- The tries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [PAGE, b""])
def test_five_tries(rig: Rig, body: bytes) -> None:
    assert rig.fail_for_good(page(body, 503)) == 5
    assert rig.stopped() is None


def test_a_try_keeps_its_request(rig: Rig) -> None:
    request = Request(URL, priority=-7, cb_kwargs={"article": 6583}, meta={"own": 1})
    again = rig.answer(page(CUT), request)
    assert isinstance(again, Request)
    assert (again.url, again.priority, again.dont_filter) == (URL, -7, True)
    assert (again.cb_kwargs, again.meta) == ({"article": 6583}, {"own": 1, "retry_times": 1})


@pytest.mark.parametrize(
    ("error", "tries_again"),
    [
        (exceptions.DownloadTimeoutError("slow"), True),
        (exceptions.DownloadConnectionRefusedError("closed"), True),
        (exceptions.CannotResolveHostError("who"), True),
        (exceptions.ResponseDataLossError("cut"), True),
        (exceptions.DownloadFailedError("reset"), True),
        (ConnectionResetError("reset"), True),
        (exceptions.IgnoreRequest("robots.txt"), False),
        (Stopped("interrupted"), False),
        (exceptions.DownloadCancelledError("too large"), False),
        (ValueError("a defect"), False),
    ],
)
def test_failures_of_the_network(rig: Rig, error: Exception, tries_again: bool) -> None:
    request = Request(URL)
    for attempt in range(1, 5):
        again = rig.middleware.process_exception(request, error)
        assert (again is not None) is tries_again
        if again is not None:
            assert again.meta["retry_times"] == attempt
            request = again
    assert rig.middleware.process_exception(request, error) is None
    assert rig.policy.addresses.count == (1 if tries_again else 0)


@pytest.mark.parametrize(("seconds", "stops"), [("300", False), ("301", True), ("3900", True)])
def test_a_long_retry_after_ends_the_run(rig: Rig, seconds: str, stops: bool) -> None:
    response = page(status=503, Retry_After=seconds)
    result = rig.answer(response)
    assert (result is response) is stops
    assert (rig.stopped() is not None) is stops
    if seconds == "3900":
        assert rig.stopped() == "the server asks to wait 1 h 5 min (Retry-After)"


# --- The breaker ----------------------------------------------------------------------------------


def test_three_addresses_in_a_row(make_rig: MakeRig) -> None:
    rig = make_rig(RETRY_TIMES=1)
    rig.answer(page())
    for _ in range(2):
        assert rig.fail_for_good(page(status=503)) == 2
    rig.answer(page())
    for _ in range(2):
        assert rig.fail_for_good(page(CUT)) == 2
    assert rig.stopped() is None
    assert rig.fail_for_good(page(b"", 403)) == 2
    assert rig.stopped() == (
        "3 addresses in a row failed, the last with HTTP 403 (Forbidden);"
        " the server seems to be closed"
    )
    assert rig.fail_for_good(page(status=503)) == 1  # nothing is sent again after the end


@pytest.mark.parametrize(("breaker", "failures"), [(1, 1), (2, 2), (5, 5)])
def test_the_breaker_is_a_setting(make_rig: MakeRig, breaker: int, failures: int) -> None:
    rig = make_rig(RETRY_TIMES=0, KEXUE_BREAKER=breaker)
    rig.answer(page())
    for _ in range(failures):
        assert rig.stopped() is None
        rig.answer(page(status=503))
    assert rig.stopped() is not None


def test_no_breaker(make_rig: MakeRig) -> None:
    rig = make_rig(RETRY_TIMES=0, KEXUE_BREAKER=0)
    for _ in range(20):
        rig.answer(page(status=503))
    assert rig.stopped() is None


def test_errors_that_no_try_changes_count(rig: Rig) -> None:
    rig.answer(page())
    for _ in range(3):
        response = page(status=401)
        assert rig.answer(response) is response
    assert "the last with HTTP 401 (Unauthorized)" in str(rig.stopped())


def test_the_spider_knows_better(make_rig: MakeRig) -> None:
    """A whole page that is not the right one (a portal's) does not reset what it must add to."""
    rig = make_rig(RETRY_TIMES=2, KEXUE_BREAKER=2)
    waits = []
    for number in range(2):
        request: Request | None = Request(f"https://kexue.fm/archives/{number}")
        while request is not None:
            assert isinstance(rig.answer(page(), request), Response)
            assert (rig.policy.attempts, rig.policy.addresses.count) == (0, 0)
            request = rig.policy.page_refused(request, "not an article")
            waits.append(rig.pause())
        rig.policy.address_failed(Request(URL), "not an article")
        assert (rig.stopped() is None) is (number == 0)
        if number == 0:
            assert waits == [2, 4, 8]


# --- robots.txt -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503])
def test_rules_that_cannot_be_known(make_rig: MakeRig, status: int) -> None:
    rig = make_rig(RETRY_TIMES=1)
    response = Response(ROBOTS.url, status=status)
    again: Request | Response = ROBOTS
    for _ in range(2):  # twice as often as any other address
        assert isinstance(again, Request)
        again = rig.answer(response, again)
    assert isinstance(again, Request)
    with pytest.raises(Stopped):
        rig.answer(response, again)
    reason = str(rig.stopped())
    assert reason.startswith(f"robots.txt cannot be read (HTTP {status} ")
    assert reason.endswith("; without the server's rules nothing is asked")


def test_no_connection_for_the_rules(make_rig: MakeRig) -> None:
    rig = make_rig(RETRY_TIMES=0)
    with pytest.raises(Stopped):
        rig.middleware.process_exception(ROBOTS, exceptions.DownloadTimeoutError("slow"))
    assert rig.stopped() == (
        "robots.txt cannot be read (no answer in time); without the server's rules nothing is asked"
    )


def test_forbidden_rules_are_no_rules(make_rig: MakeRig) -> None:
    rig = make_rig(RETRY_TIMES=1)
    response = Response(ROBOTS.url, status=403, body=b"User-agent: *\nDisallow: /")
    result: Request | Response = ROBOTS
    for _ in range(3):
        assert isinstance(result, Request)
        result = rig.answer(response, result)
    assert isinstance(result, Response)
    assert (result.status, result.body) == (403, b"")
    assert rig.stopped() is None


# --- A whole crawl --------------------------------------------------------------------------------


def crawl(base_url: str, folder: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run the command for eight articles, with no delay of its own."""
    values = {
        "KEXUE_BASE_URL": base_url,
        "KEXUE_DATA_DIR": folder,
        "KEXUE_BACKOFF": 0.01,
        "KEXUE_BACKOFF_MOST": 0.05,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": 0,
        "KEXUE_PICTURES": 0,
        **settings,
    }
    options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
    ids = ",".join(str(number) for number in range(101, 109))
    ended = run("crawl", "kexue", "-a", f"ids={ids}", *options)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended


@pytest.mark.parametrize("concurrent", [1, 4])
def test_a_pause_holds_for_other_addresses(tmp_path: Path, concurrent: int) -> None:
    """Also for those that have passed the middlewares and wait for the delay between requests."""
    settings = {"DOWNLOAD_DELAY": 0.1, "CONCURRENT_REQUESTS": concurrent}
    with Replica(make_posts(8)) as replica:
        replica.fault("^/archives/102$", kind="status", code=503, retry_after=1, times=1)
        ended = crawl(replica.base_url, tmp_path, **settings)
        log = replica.log
    assert ended.returncode == 0, ended.stderr
    assert len(log) == 10
    (busy,) = [seen for seen in log if seen.status == 503]
    later = [seen.start - busy.start for seen in log if seen.start > busy.start]
    assert len(later) == 7
    assert min(later) >= 1.0  # the answer cannot be there before the request


def test_a_server_that_closes(tmp_path: Path) -> None:
    with Replica(make_posts(8)) as replica:
        replica.fault("^/archives/10[3-8]$", kind="status", code=502)
        ended = crawl(replica.base_url, tmp_path)
        paths = replica.paths
    assert ended.returncode == 1
    assert "4 addresses in a row failed, the last with HTTP 502 (Bad Gateway)" in ended.stderr
    assert paths == [
        "/robots.txt",
        "/archives/101",
        "/archives/102",
        *(f"/archives/{number}" for number in (103, 104, 105, 106) for _ in range(5)),
    ]


def test_a_server_that_asks_for_hours(tmp_path: Path) -> None:
    with Replica(make_posts(8)) as replica:
        replica.fault("^/archives/102$", kind="status", code=429, retry_after=3900)
        ended = crawl(replica.base_url, tmp_path)
        paths = replica.paths
    assert ended.returncode == 1
    assert "the server asks to wait 1 h 5 min (Retry-After)" in ended.stderr
    assert paths == ["/robots.txt", "/archives/101", "/archives/102"]


@pytest.mark.parametrize(
    ("rule", "asks"), [("86400", "24 h 0 min"), ("300.5", "5 min 0 s"), ("1e9", "8784 h 0 min")]
)
def test_a_server_that_asks_for_a_page_a_day(tmp_path: Path, rule: str, asks: str) -> None:
    """The same limit, sentence and ending as with Retry-After; the data folder is free again."""
    rules = f"User-agent: *\nCrawl-delay: {rule}\n".encode()
    with Replica(make_posts(8)) as replica:
        replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=rules)
        ended = crawl(replica.base_url, tmp_path)
        assert replica.paths == ["/robots.txt"]
        assert ended.returncode == 1
        sentence = f"the server asks to wait {asks} (Crawl-delay of robots.txt)"
        assert f"the run ended early ({sentence})" in ended.stderr
        replica.clear_faults()
        assert crawl(replica.base_url, tmp_path).returncode == 0


@pytest.mark.parametrize("rule", ["9" * 5000, "-5", "nan", "inf", "soon", "", "0"])
def test_a_crawl_delay_that_is_none(tmp_path: Path, rule: str) -> None:
    rules = f"User-agent: *\nCrawl-delay: {rule}\n".encode()
    with Replica(make_posts(8)) as replica:
        replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=rules)
        ended = crawl(replica.base_url, tmp_path)
    assert ended.returncode == 0, ended.stderr


def test_nothing_is_asked_without_the_rules(tmp_path: Path) -> None:
    with Replica(make_posts(8)) as replica:
        replica.fault("^/robots.txt$", kind="status", code=503)
        ended = crawl(replica.base_url, tmp_path)
        assert replica.paths == ["/robots.txt"] * 9
    assert ended.returncode == 1
    assert "robots.txt cannot be read (HTTP 503 (Service Unavailable))" in ended.stderr


def test_the_backoff_is_seen_by_the_server(tmp_path: Path) -> None:
    with Replica(make_posts(8)) as replica:
        replica.fault("^/archives/101$", kind="cut-clean", times=3)
        ended = crawl(replica.base_url, tmp_path, KEXUE_BACKOFF=0.4, KEXUE_BACKOFF_MOST=9)
        starts = [seen.start for seen in replica.log if seen.path == "/archives/101"]
    assert ended.returncode == 0, ended.stderr
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(gaps) == 3
    assert all(gap >= least for gap, least in zip(gaps, (0.15, 0.3, 0.6), strict=True))

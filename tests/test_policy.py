"""The manners: whom the crawler asks, how often, under which name, and what it does at the gate."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT
from replica import Replica, make_posts
from rig.commands import run
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured, UsageError
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings, default_settings
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.test import get_crawler

from archiver import __version__
from archiver.commands.value_checks import check_arguments, check_settings
from archiver.items import Article
from archiver.network.crawl_delay import ApplyCrawlDelay
from archiver.network.gate import PassGate, script_cookie
from archiver.network.own_hosts import OwnHostsOnly
from archiver.network.retry_policy import RetryPolicy
from archiver.planning.plan import Plan
from archiver.run.archive_run import ArchiveRun
from archiver.run.counts import RunCounts
from archiver.run.log import name_of
from archiver.run.progress import Progress, progress_line
from archiver.run.report import Failure, Report
from archiver.spiders.kexue import KexueSpider
from archiver.terminal.durations import format_seconds

URL = "https://kexue.fm/archives/6583"
PAGE = "<!DOCTYPE html><html><body><p>注意力</p></body></html>".encode()
GATE = (
    b"<html><script>document.cookie='kxgate=abc123; path=/';"
    b"window.location.href='/archives/6583'</script></html>"
)


def crawler_with(settings: Settings, spider: type[Spider] = Spider, **changes: object) -> Crawler:
    """A crawler that is not running: it needs no reactor."""
    values = {**settings.copy_to_dict(), "TWISTED_REACTOR_ENABLED": False, **changes}
    return get_crawler(spider, values)


def answer(body: bytes, status: int = 200, request: Request | None = None) -> HtmlResponse:
    return HtmlResponse(URL, status=status, body=body, request=request or Request(URL))


# --- The settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROBOTSTXT_OBEY", True),
        ("CONCURRENT_REQUESTS", 1),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        ("DOWNLOAD_DELAY_JITTER", 0),
        ("AUTOTHROTTLE_ENABLED", True),
        ("COOKIES_ENABLED", True),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("REMOTE_CONTROL_ENABLED", False),
        ("TELNETCONSOLE_ENABLED", False),
        ("METAREFRESH_ENABLED", False),
        ("REFERRER_POLICY", "no-referrer"),
        ("KEXUE_BASE_URL", "https://kexue.fm"),
        ("KEXUE_DATA_DIR", "data"),
        ("CONCURRENT_ITEMS", 1),
    ],
)
def test_settings(settings: Settings, name: str, value: object) -> None:
    assert settings[name] == value


def test_the_extensions_of_scrapy_are_loaded_but_four(settings: Settings) -> None:
    """Those two that are switched off, the one that logs progress, and the one that writes feeds.

    Remote control would be an open door, so that not even its code is there.
    """
    left_out = {
        "scrapy.extensions.telnet.TelnetConsole",
        "scrapy.extensions.feedexport.FeedExporter",
        "scrapy.extensions.logstats.LogStats",
        "scrapy.extensions.remote_control.RemoteControl",
    }
    scrapys = {**default_settings.EXTENSIONS_BASE}
    assert {name: scrapys.pop(name) for name in left_out}.keys() == left_out
    assert dict(settings["EXTENSIONS_BASE"]) == scrapys


def test_the_delay_is_three_seconds_or_more(settings: Settings) -> None:
    assert settings.getfloat("DOWNLOAD_DELAY") >= 3
    assert settings.getfloat("AUTOTHROTTLE_TARGET_CONCURRENCY") <= 1
    assert 0 < settings.getint("RETRY_TIMES") <= 4
    assert 0 < settings.getint("DOWNLOAD_MAXSIZE") <= 8 * 1024 * 1024


def test_no_address_has_a_pace_of_its_own(settings: Settings) -> None:
    assert dict(settings["DOWNLOAD_SLOTS"] or {}) == {}


def test_the_language_is_chinese(settings: Settings) -> None:
    assert settings["DEFAULT_REQUEST_HEADERS"]["Accept-Language"].startswith("zh-CN")


def test_the_user_agent_has_name_version_and_contact(settings: Settings) -> None:
    crawler = crawler_with(settings, KexueSpider, KEXUE_CONTACT="me@example.net")
    agent = crawler.settings["USER_AGENT"]
    assert agent == f"kexue-archiver/{__version__} (+mailto:me@example.net)"


def test_nothing_of_a_body_in_a_log_line() -> None:
    article = Article(6583, title="题", body_html="<p>文</p>")
    assert name_of(article) == "Article 6583"
    assert "文" not in repr(article)


# --- A spider without an archive ------------------------------------------------------------------

BARE = """
from scrapy import Spider

class Bare(Spider):
    name = "bare"
    start_urls = ["URL"]
    custom_settings = SETTINGS

    def parse(self, response):
        self.logger.warning("%s: %d", response.url, response.status)
        yield {"url": response.url}
"""


@pytest.mark.parametrize(
    "settings", ["{}", "{'DOWNLOADER_MIDDLEWARES': {}, 'ITEM_PIPELINES': {}, 'EXTENSIONS': {}}"]
)
def test_another_spider_opens_no_archive(tmp_path: Path, settings: str) -> None:
    """Neither one with all components of these settings, nor that of benchmarks/crawl.py."""
    with Replica(make_posts(3)) as replica:
        text = BARE.replace("SETTINGS", settings).replace("URL", f"{replica.base_url}/")
        (tmp_path / "bare.py").write_text(text)
        replica.fault("^/$", kind="status", code=503, times=1)
        options = {"KEXUE_BASE_URL": replica.base_url, "DOWNLOAD_DELAY": 0, "KEXUE_BACKOFF": 0.01}
        words = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
        ended = run(
            *("runspider", "bare.py", *words),
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "archiver.settings"},
        )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr
    assert replica.log[-1].status == 200
    assert {path.name for path in tmp_path.iterdir()} <= {"bare.py", "__pycache__"}


# --- Other hosts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "url", "allowed"),
    [
        ("https://kexue.fm", URL, True),
        ("https://kexue.fm", "http://www.spaces.ac.cn/archives/1", True),
        ("https://kexue.fm", "https://example.org/", False),
        ("https://kexue.fm", "https://publicsuffix.org/list/public_suffix_list.dat", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/", True),
        ("http://127.0.0.1:8080", URL, False),
        ("https://例子.测试", "https://例子.测试/archives/1", True),
        ("https://例子.测试", "https://xn--fsqu00a.xn--0zwm56d/archives/1", True),
        ("https://XN--FSQU00A.xn--0zwm56d", "https://例子.测试/archives/1", True),
        ("https://例子.测试", "https://例子.test/", False),
        ("https://例子.测试", "https://测试/", False),
    ],
)
def test_own_hosts_only(settings: Settings, base: str, url: str, allowed: bool) -> None:
    hosts = build_from_crawler(OwnHostsOnly, crawler_with(settings, KEXUE_BASE_URL=base))
    if allowed:
        assert hosts.process_request(Request(url)) is None  # type: ignore[func-returns-value]
    else:
        with pytest.raises(IgnoreRequest, match="a request to another host"):
            hosts.process_request(Request(url))
        with pytest.raises(IgnoreRequest, match="a redirect to another host"):
            hosts.process_request(Request(url, meta={"redirect_times": 1}))


# --- The gate -------------------------------------------------------------------------------------


def through_gate(crawler: Crawler, request: Request, response: Response) -> Request | Response:
    """What the middleware returns, when it does not have to wait."""
    step = build_from_crawler(PassGate, crawler).process_response(request, response)
    with pytest.raises(StopIteration) as ended:
        step.send(None)
    result: Request | Response = ended.value.value
    return result


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (PAGE, 200),
        (PAGE, 403),
        (GATE, 404),
        (GATE, 503),
        (GATE + b" " * 1000, 403),
        (b"<html>403 Forbidden</html>", 403),
        (b"", 403),
    ],
)
def test_not_the_gate(settings: Settings, body: bytes, status: int) -> None:
    response = answer(body, status)
    assert through_gate(crawler_with(settings), Request(URL), response) is response


@pytest.mark.parametrize("status", [200, 403])
def test_the_gate_is_asked_again_with_its_cookie(settings: Settings, status: int) -> None:
    crawler = crawler_with(settings)
    request = Request(URL, cookies={"a": "b"}, priority=-7, cb_kwargs={"article": 6583})
    again = through_gate(crawler, request, answer(GATE, status))
    assert isinstance(again, Request)
    assert again.url == URL
    assert again.cookies == [
        {"name": "a", "value": "b"},
        {"name": "kxgate", "value": "abc123", "path": "/"},
    ]
    assert (again.dont_filter, again.priority) == (True, -6)
    assert again.cb_kwargs == {"article": 6583}
    assert crawler.stats is not None
    assert crawler.stats.get_value("kexue/gate") == 1


async def closed_gate(crawler: Crawler) -> int:
    """How often a gate that stays closed is asked again."""
    gate = build_from_crawler(PassGate, crawler)
    request, tries = Request(URL), 0
    while True:
        try:
            again = await gate.process_response(request, answer(GATE, 403))
        except IgnoreRequest:
            return tries
        assert isinstance(again, Request)
        request, tries = again, tries + 1


def test_a_closed_gate_is_asked_three_times(settings: Settings, tmp_path: Path) -> None:
    crawler = crawler_with(
        settings, KEXUE_GATE_DELAY=1.5, KEXUE_BREAKER=2, KEXUE_DATA_DIR=str(tmp_path)
    )
    policy, now = RetryPolicy.of(crawler), 0.0

    async def note(seconds: float) -> None:
        nonlocal now
        now += seconds

    policy.pause.time = lambda: now
    policy.pause.sleep = note
    assert asyncio.run(closed_gate(crawler)) == 3
    assert now == pytest.approx(1.5 + 3.0)
    assert (policy.attempts, policy.addresses.count) == (0, 1)
    assert asyncio.run(closed_gate(crawler)) == 3
    assert str(policy.stop.reason).startswith(
        "2 addresses in a row failed, the last with the gate did not open after 3 tries"
    )


@pytest.mark.parametrize(
    ("body", "cookies"),
    [
        (GATE, {"kxgate": "abc123"}),
        (b'document.cookie = "a=b=c"', {"a": "b=c"}),
        (b"document.cookie='a='", {"a": ""}),
        (b"document.cookie='nothing'", {}),
        (b"document.cookie='=x'", {}),
        (b"document.cookie=x", {}),
        (b"\xff\xfe", {}),
        (b"", {}),
    ],
)
def test_script_cookie(body: bytes, cookies: dict[str, str]) -> None:
    assert script_cookie(body) == cookies


# --- Crawl-delay ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "delay", "slot"),
    [
        (None, 3, 3),
        (0, 3, 3),
        (1, 3, 3),
        (10, 10, 10),
        ("7.5", 7.5, 7.5),
        (300, 300, 300),
        (-10, 3, 3),
        (float("nan"), 3, 3),
        (301, 3, 3),  # the run ends
        (float("inf"), 3, 3),
    ],
)
def test_crawl_delay(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, wish: Any, delay: float, slot: float
) -> None:
    crawler = crawler_with(settings)
    slots = {"kexue.fm": SimpleNamespace(delay=3.0)}
    downloader = SimpleNamespace(_delay=3.0, slots=slots)
    crawler.engine = SimpleNamespace(downloader=downloader)  # type: ignore[assignment]
    throttle = SimpleNamespace(mindelay=3.0, maxdelay=5.0)
    monkeypatch.setattr(crawler, "get_extension", lambda _: throttle)
    extension = build_from_crawler(ApplyCrawlDelay, crawler)
    extension.robots_parsed(SimpleNamespace(crawl_delay=lambda agent: wish))  # type: ignore[arg-type]
    assert (downloader._delay, slots["kexue.fm"].delay) == (delay, slot)
    assert (throttle.mindelay, throttle.maxdelay) == (delay, max(5.0, delay))
    is_too_long = wish is not None and float(wish) > 300
    assert (RetryPolicy.of(crawler).stop.reason is not None) is is_too_long


# --- Progress -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned", "done", "listed", "seconds", "line"),
    [
        (0, 0, 30, 5.0, "reading the listings: 30 articles found"),
        (100, 0, 100, 5.0, "0/100 articles, 0/min"),
        (100, 20, 100, 60.0, "20/100 articles, 20/min, 4 min 0 s left"),
        (1340, 120, 1340, 400.0, "120/1340 articles, 18/min, 1 h 7 min left"),
        (10, 10, 10, 0.0, "10/10 articles, 0/min"),
    ],
)
def test_progress_line(planned: int, done: int, listed: int, seconds: float, line: str) -> None:
    counts = RunCounts(planned=planned, listed=set(range(listed)), gone=set(range(done)))
    assert progress_line(counts, seconds) == line


def test_progress_of_comments() -> None:
    counts = RunCounts(planned=10, gone=set(range(10)), comment_pages=3)
    assert progress_line(counts, 60.0) == "10/10 articles, 10/min, 3 pages of comments"


def test_progress_of_pictures() -> None:
    """They come behind the articles; a last try of one does not count twice."""
    counts = RunCounts(planned=10, files_planned=300, files_done=12)
    assert progress_line(counts, 60.0) == "12/300 pictures"
    counts.files_done = 302
    assert progress_line(counts, 60.0) == "300/300 pictures"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal(settings: Settings, tmp_path: Path) -> None:
    crawler = crawler_with(settings, KexueSpider, KEXUE_DATA_DIR=str(tmp_path))
    times = iter([0.0, 0.1, 1.0, 1.1, 2.0])
    terminal = Terminal()
    owner = ArchiveRun.of(crawler)
    progress = Progress(crawler, owner, terminal, lambda: next(times))
    owner.run.counts.listed = {1, 2}
    for _ in range(3):
        progress.response_received()
    assert terminal.getvalue() == "\r\x1b[Kreading the listings: 2 articles found"
    progress.spider_closed()
    assert terminal.getvalue().endswith("\r\x1b[K")
    owner.run.finish("finished", {})


def test_progress_is_silent_elsewhere(settings: Settings) -> None:
    stream = io.StringIO()
    crawler = crawler_with(settings, KexueSpider)
    progress = Progress(crawler, ArchiveRun.of(crawler), stream, lambda: 0.0)
    progress.response_received()
    progress.spider_closed()
    assert stream.getvalue() == ""
    with pytest.raises(NotConfigured, match="LOG_ENABLED"):
        build_from_crawler(Progress, crawler_with(settings, KexueSpider, LOG_ENABLED=False))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (59.94, "59.9 s"),
        (60, "1 min 0 s"),
        (75.3, "1 min 15 s"),
        (3599.7, "1 h 0 min"),
        (4105, "1 h 8 min"),
    ],
)
def test_format_seconds(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


# --- The report -----------------------------------------------------------------------------------


def a_report(**changes: Any) -> Report:
    values: dict[str, Any] = dict.fromkeys(
        (
            "listed",
            "archived",
            "new",
            "changed",
            "unchanged",
            "protected",
            "gone",
            "without_body",
            "left",
        ),
        0,
    )
    return Report(**{"mode": "normal", "ending": "finished", **values, **changes})


LOST = [Failure(URL, 6583, "HTTP 500")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"left": 3, "mode": "partial"}, None),
        ({"left": 3, "mode": "ids"}, None),
        ({"left": 3}, "the archive is not complete: 3 not read"),
        ({"listed": 9, "failed": LOST}, "the archive is not complete: 1 failed"),
        ({"failed": LOST, "mode": "ids"}, "the archive is not complete: 1 failed"),
        ({"missing": LOST, "mode": "partial"}, "the archive is not complete: 1 listed but missing"),
        (
            {"listed": 9, "missing": LOST, "failed": LOST, "left": 2},
            "the archive is not complete: 1 listed but missing, 1 failed, 2 not read",
        ),
        ({"failed": LOST}, f"the blog cannot be read: {URL}: HTTP 500"),
        ({"suspicious": LOST, "listed": 9}, "the archive is not complete: 1 suspicious and not"),
        ({"ending": "shutdown"}, "the run ended early (shutdown); the next run"),
        ({"ending": "shutdown", "left": 7}, "the run ended early (shutdown); 7 are not read yet"),
    ],
)
def test_report(changes: dict[str, Any], problem: str | None) -> None:
    report = a_report(**changes)
    assert report.exit_status == (0 if problem is None else 1)
    if problem is None:
        assert report.problem is None
    else:
        assert str(report.problem).startswith(problem)
        assert "\n" not in str(report.problem)


def test_report_lines() -> None:
    many = [Failure(f"u{number}", number, "HTTP 500") for number in range(25)]
    lines = a_report(listed=1340, requests=1500, bytes=67_000_000, failed=many).lines()
    assert lines[0] == "  listed     1,340"
    assert "  received   67.0 MB" in lines
    assert "  failed: u0  HTTP 500" in lines
    assert lines[-1] == "  failed: … and 5 more, all in the table failures"
    assert not [line for line in lines if line.startswith("  doubtful")]
    assert "  doubtful values  2" in a_report(doubtful=2).lines()


# --- What is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "plan", "mode"),
    [
        ({}, Plan(), "normal"),
        ({"full": "1"}, Plan(full=True), "full"),
        ({"full": "no"}, Plan(), "normal"),
        ({"ids": "6583, 7006,6583"}, Plan(ids=(6583, 7006)), "ids"),
        ({"since": "2024-01-31"}, Plan(since="2024-01-31"), "partial"),
        ({"limit": "5", "full": "1"}, Plan(limit=5, full=True), "partial"),
    ],
)
def test_plan(arguments: dict[str, Any], plan: Plan, mode: str) -> None:
    check_arguments(arguments)
    assert Plan.parse(**arguments) == plan
    assert plan.mode == mode


@pytest.mark.parametrize(
    "arguments",
    [
        {"full": "perhaps"},
        {"ids": ""},
        {"ids": "1,x"},
        {"ids": "0"},
        {"ids": "-1"},
        {"ids": "6583 7006"},
        {"ids": "1" * 30},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "1.5"},
        {"limit": "x"},
        {"since": ""},
        {"since": "2024-13-01"},
        {"since": "yesterday"},
        {"colour": "red"},
    ],
)
def test_wrong_arguments(arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(arguments))):
        check_arguments(arguments)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEXUE_BASE_URL", "kexue.fm"),
        ("KEXUE_BASE_URL", ""),
        ("DOWNLOAD_DELAY", "soon"),
        ("DOWNLOAD_DELAY", "-1"),
        ("DOWNLOAD_DELAY", "nan"),
        ("DOWNLOAD_TIMEOUT", "x"),
        ("KEXUE_RECHECK", "many"),
        ("KEXUE_RECHECK", "1.5"),
        ("KEXUE_MOST_PAGES", "-5"),
        ("KEXUE_GATE_DELAY", "-0.1"),
    ],
)
def test_wrong_settings(settings: Settings, name: str, value: object) -> None:
    changed = settings.copy()
    changed.set(name, value, priority="cmdline")
    with pytest.raises(UsageError, match=name):
        check_settings(changed)
    check_settings(settings)

"""The manners of the crawler as the server sees them: real commands, times by its own clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from replica import Replica, Seen, make_posts
from rig.zygote import Said, Zygote

#: The server may see two requests a little closer together than they were sent.
SLACK = 0.02
SETTINGS = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "0",
    "KEXUE_GATE_DELAY": "0.01",
    "KEXUE_BACKOFF": "0.01",
    "KEXUE_BACKOFF_MOST": "0.05",
    "LOG_LEVEL": "WARNING",
}


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as process:
        yield process


def crawl(zygote: Zygote, replica: Replica, folder: Path, *arguments: str, **settings: str) -> Said:
    values = {**SETTINGS, **settings}
    said = zygote.crawl(replica.base_url, folder / "data", *arguments, settings=values)
    assert "Traceback" not in said.stderr
    return said


def robots(replica: Replica, text: str) -> None:
    body = text.encode()
    replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=body)


def gaps(log: list[Seen]) -> list[float]:
    """Seconds between the starts of requests."""
    return [later.start - earlier.start for earlier, later in pairwise(log)]


# One at a time, and not too soon.


def test_delay_and_one_at_a_time_in_a_storm(zygote: Zygote, tmp_path: Path) -> None:
    """Retries, redirects and the gate keep the delay like everything else."""
    with Replica(make_posts(12), gate="script") as replica:
        replica.fault("^/archives/103$", kind="new-cookie", times=1)
        replica.fault("^/archives/104$", kind="other-host", host="", path="/archives/104/", times=1)
        replica.fault("^/archives/106$", kind="slow", seconds=0.3)
        replica.storm(11, {"503": 0.1, "reset": 0.1, "cut": 0.1, "429": 0.1})
        said = crawl(zygote, replica, tmp_path, DOWNLOAD_DELAY="0.1")
        log, peak = replica.log, replica.peak
    assert said.status == 0, said.stderr
    assert peak == 1
    assert len(log) > 20
    assert min(gaps(log)) >= 0.1 - SLACK


def test_a_reset_is_not_asked_again_at_once(zygote: Zygote, tmp_path: Path) -> None:
    """An HTTP client asks by itself once more when a kept connection breaks; it must not."""
    with Replica(make_posts(9)) as replica:
        replica.fault("^/archives/10[3-7]$", kind="reset", rhythm=(1, 1))
        said = crawl(zygote, replica, tmp_path, DOWNLOAD_DELAY="0.15")
        log = replica.log
    assert said.status == 0, said.stderr
    assert [seen.fault for seen in log].count("reset") == 5
    assert min(gaps(log)) >= 0.15 - SLACK
    assert re.search(rf"  requests +{len(log)}\n", said.stdout)  # the report knows of them all


def test_crawl_delay_of_robots_holds_for_retries(zygote: Zygote, tmp_path: Path) -> None:
    with Replica(make_posts(3)) as replica:
        robots(replica, "User-agent: *\nCrawl-delay: 0.3\n")
        replica.fault("^/archives/102$", kind="status", code=503, times=2)
        said = crawl(zygote, replica, tmp_path)
        log, peak = replica.log, replica.peak
    assert said.status == 0, said.stderr
    assert peak == 1
    assert min(gaps(log[1:])) >= 0.3 - SLACK


# Retry-After.


@pytest.mark.parametrize("concurrency", ["1", "4"])
def test_retry_after_holds_for_everything(zygote: Zygote, tmp_path: Path, concurrency: str) -> None:
    """Requests that were on their way when the answer came do not count."""
    on_the_way = SLACK if concurrency == "1" else 0.2
    with Replica(make_posts(12)) as replica:
        replica.fault("^/archives/110$", kind="retry-after", code=503, seconds=1, times=1)
        replica.fault("^/archives/106$", kind="retry-after", code=429, seconds=1, times=1)
        said = crawl(
            zygote, replica, tmp_path, CONCURRENT_REQUESTS=concurrency,
            CONCURRENT_REQUESTS_PER_DOMAIN=concurrency,
        )  # fmt: skip
        log = replica.log
    assert said.status == 0, said.stderr
    told = [seen for seen in log if seen.retry_after]
    assert len(told) == 2
    for seen in told:
        later = [other.start for other in log if other.start > seen.end + on_the_way]
        assert min(later) >= seen.end + 1 - SLACK


def test_retry_after_as_a_date(zygote: Zygote, tmp_path: Path) -> None:
    with Replica(make_posts(2)) as replica:
        replica.fault("^/archives/102$", kind="retry-after", seconds=1, date=True, times=1)
        said = crawl(zygote, replica, tmp_path)
        log = replica.log
    assert said.status == 0, said.stderr
    (told,) = [seen for seen in log if seen.retry_after]
    (after,) = [gap for seen, gap in zip(log, gaps(log), strict=False) if seen is told]
    assert 1 - SLACK <= after < 4


def test_retry_after_of_robots_holds_too(zygote: Zygote, tmp_path: Path) -> None:
    with Replica(make_posts(1)) as replica:
        replica.fault("^/robots.txt$", kind="retry-after", code=503, seconds=1, times=1)
        said = crawl(zygote, replica, tmp_path)
        log = replica.log
    assert said.status == 0, said.stderr
    assert [seen.path for seen in log[:2]] == ["/robots.txt", "/robots.txt"]
    assert gaps(log)[0] >= 1 - SLACK


def test_an_hour_is_not_waited_for(zygote: Zygote, tmp_path: Path) -> None:
    with Replica(make_posts(9)) as replica:
        replica.fault("^/archives/105$", kind="retry-after", code=503, seconds=3600)
        said = crawl(zygote, replica, tmp_path)
        paths = replica.paths
    assert said.status == 1
    assert "Retry-After" in said.stderr
    assert said.ended.seconds < 5
    assert paths[-1] == "/archives/105"
    assert paths.count("/archives/105") == 1


# robots.txt.

RULES = "User-agent: *\nDisallow: /archives/102\nDisallow: /private\n"


@pytest.mark.parametrize("gate", ["script", "header", None])
def test_robots_is_obeyed_behind_the_gate(zygote: Zygote, tmp_path: Path, gate: str | None) -> None:
    with Replica(make_posts(4), gate=gate) as replica:  # type: ignore[arg-type]
        robots(replica, RULES)
        said = crawl(zygote, replica, tmp_path)
        paths = replica.paths
    assert said.status == 1
    assert "/archives/102" not in paths
    assert {"/archives/101", "/archives/103", "/archives/104"} <= set(paths)
    assert "/archives/102  " in said.stdout


@pytest.mark.parametrize("kind", ["status", "reset", "cut"])
def test_robots_is_obeyed_after_a_failed_try(zygote: Zygote, tmp_path: Path, kind: str) -> None:
    """Rules that came late are rules; nothing is asked for before."""
    with Replica(make_posts(4)) as replica:
        replica.fault("^/robots.txt$", kind=kind, code=503, times=2)  # type: ignore[arg-type]
        robots(replica, RULES)
        crawl(zygote, replica, tmp_path)
        paths = replica.paths
    assert paths[:3] == ["/robots.txt"] * 3
    assert "/archives/102" not in paths
    assert "/archives/103" in paths


def test_robots_is_obeyed_for_retries(zygote: Zygote, tmp_path: Path) -> None:
    """What is forbidden is not asked for when everything has to be asked for twice, either."""
    with Replica(make_posts(4)) as replica:
        replica.fault("^/(?!robots)", kind="status", code=503, rhythm=(1, 1))
        robots(replica, RULES)
        crawl(zygote, replica, tmp_path)
        paths = replica.paths
    assert paths.count("/archives/103") == 2
    assert "/archives/102" not in paths


def test_a_redirect_does_not_lead_around_robots(zygote: Zygote, tmp_path: Path) -> None:
    with Replica(make_posts(4)) as replica:
        robots(replica, RULES)
        for article, path in ((101, "/private/101"), (103, "/archives/102")):
            replica.fault(f"^/archives/{article}$", kind="other-host", host="", path=path)
        said = crawl(zygote, replica, tmp_path)
        paths = replica.paths
    assert said.status == 1
    assert {"/archives/101", "/archives/103"} <= set(paths)
    assert not {"/private/101", "/archives/102"} & set(paths)


def test_without_rules_nothing_is_asked(zygote: Zygote, tmp_path: Path) -> None:
    with Replica(make_posts(4)) as replica:
        replica.fault("^/robots.txt$", kind="status", code=503)
        said = crawl(zygote, replica, tmp_path)
        paths = replica.paths
    assert said.status == 1
    assert "robots.txt" in said.stderr
    assert set(paths) == {"/robots.txt"}
    assert len(paths) <= 10


def test_every_request_has_the_name(zygote: Zygote, tmp_path: Path) -> None:
    """Also those that Scrapy sends by itself: robots.txt, redirects, retries."""
    with Replica(make_posts(3), gate="header") as replica:
        replica.storm(5, {"503": 0.2, "reset": 0.1})
        crawl(zygote, replica, tmp_path, KEXUE_CONTACT="somebody@example.net")
        agents = {seen.headers.get("User-Agent") for seen in replica.log}
    (agent,) = agents
    assert str(agent).startswith("kexue-archiver/")
    assert "somebody@example.net" in str(agent)

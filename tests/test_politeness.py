"""The manners of the crawler: real commands, as the server sees them and as they note themselves.

A gap between requests is judged by the client's own notes (rig/sent.py), which no scheduling can
shorten; that nothing left beside them, by the server's log.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from replica import Replica, make_posts
from rig.commands import run
from rig.sent import FILE, NOTE, PAUSE, Sent, read_notes, read_sent

#: What is lost between clocks, and in sums of fractions of a second.
SLACK = 0.005
SETTINGS = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "0",
    "KEXUE_GATE_DELAY": "0.01",
    "KEXUE_BACKOFF": "0.01",
    "KEXUE_BACKOFF_MOST": "0.05",
    "LOG_LEVEL": "WARNING",
}


def crawl(replica: Replica, folder: Path, **settings: str) -> CompletedProcess[str]:
    values = {
        **SETTINGS, "KEXUE_BASE_URL": replica.base_url, "KEXUE_DATA_DIR": folder / "data",
        **settings,
    }  # fmt: skip
    options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
    ended = run("crawl", "kexue", *options, program=NOTE, env={FILE: str(folder / "sent")})
    assert "Traceback" not in ended.stderr
    return ended


def robots(replica: Replica, text: str) -> None:
    body = text.encode()
    replica.fault("^/robots.txt$", kind="not-html", content_type="text/plain", body=body)


def sent_by(folder: Path, replica: Replica) -> list[Sent]:
    """What the crawl has noted, which must be all that the server has seen, one after the other."""
    sent = read_sent(folder / "sent")
    assert [request.path for request in sent] == replica.paths
    assert all(earlier.answered <= later.left for earlier, later in pairwise(sent))
    return sent


def gaps(sent: list[Sent]) -> list[float]:
    """Seconds between the turns of requests."""
    return [later.turn - earlier.turn for earlier, later in pairwise(sent)]


# One at a time, and not too soon.


def test_delay_and_one_at_a_time_in_a_storm(tmp_path: Path) -> None:
    """Retries, redirects and the gate keep the delay like everything else."""
    with Replica(make_posts(12), gate="script") as replica:
        replica.fault("^/archives/103$", kind="new-cookie", times=1)
        replica.fault("^/archives/104$", kind="other-host", host="", path="/archives/104/", times=1)
        replica.fault("^/archives/106$", kind="slow", seconds=0.2)
        replica.storm(11, {"503": 0.1, "reset": 0.1, "cut": 0.1, "429": 0.1})
        said = crawl(replica, tmp_path, DOWNLOAD_DELAY="0.1")
        sent = sent_by(tmp_path, replica)
    assert said.returncode == 0, said.stderr
    assert len(sent) > 20
    assert min(gaps(sent)) >= 0.1 - SLACK


def test_a_reset_is_not_asked_again_at_once(tmp_path: Path) -> None:
    """An HTTP client asks by itself once more when a kept connection breaks; it must not."""
    with Replica(make_posts(9)) as replica:
        replica.fault("^/archives/10[3-7]$", kind="reset", rhythm=(1, 1))
        said = crawl(replica, tmp_path, DOWNLOAD_DELAY="0.1")
        sent, log = sent_by(tmp_path, replica), replica.log
    assert said.returncode == 0, said.stderr
    assert [seen.fault for seen in log].count("reset") == 5
    assert min(gaps(sent)) >= 0.1 - SLACK
    assert re.search(rf"  requests +{len(log)}\n", said.stdout)  # the report knows of them all


def test_crawl_delay_of_robots_holds_for_retries(tmp_path: Path) -> None:
    with Replica(make_posts(3)) as replica:
        robots(replica, "User-agent: *\nCrawl-delay: 0.2\n")
        replica.fault("^/archives/102$", kind="status", code=503, times=2)
        said = crawl(replica, tmp_path)
        sent = sent_by(tmp_path, replica)
    assert said.returncode == 0, said.stderr
    assert min(gaps(sent[1:])) >= 0.2 - SLACK


# Retry-After.


@pytest.mark.parametrize("concurrency", ["1", "4"])
def test_retry_after_holds_for_everything(tmp_path: Path, concurrency: str) -> None:
    """From the moment when the answer was read; before it requests may have left."""
    with Replica(make_posts(12)) as replica:
        for article, code in ((110, 503), (106, 429)):
            path = f"^/archives/{article}$"
            replica.fault(path, kind="retry-after", code=code, seconds=1, times=1)
        said = crawl(
            replica, tmp_path, CONCURRENT_REQUESTS=concurrency,
            CONCURRENT_REQUESTS_PER_DOMAIN=concurrency,
        )  # fmt: skip
        assert [seen.retry_after for seen in replica.log].count("1") == 2
    assert said.returncode == 0, said.stderr
    notes = read_notes(tmp_path / "sent")
    for article in (110, 106):
        told = next(request for request in notes if request.path == f"/archives/{article}")
        pause = next(one.left for one in notes if one.path == PAUSE and one.left >= told.answered)
        later = [one.left for one in notes if one.path != PAUSE and one.left > pause]
        assert min(later) >= pause + 1 - SLACK


def test_retry_after_as_a_date(tmp_path: Path) -> None:
    """The next request begins after the moment that was told, and before the next minute."""
    with Replica(make_posts(2)) as replica:
        replica.fault("^/archives/102$", kind="retry-after", seconds=1, date=True, times=1)
        said = crawl(replica, tmp_path)
        log = replica.log
    assert said.returncode == 0, said.stderr
    (after,) = [later.start - told.start for told, later in pairwise(log) if told.retry_after]
    assert 1 - SLACK <= after < 60


def test_retry_after_of_robots_holds_too(tmp_path: Path) -> None:
    with Replica(make_posts(1)) as replica:
        replica.fault("^/robots.txt$", kind="retry-after", code=503, seconds=1, times=1)
        said = crawl(replica, tmp_path)
    assert said.returncode == 0, said.stderr
    first, second = read_sent(tmp_path / "sent")[:2]
    assert first.path == second.path == "/robots.txt"
    assert second.left - first.answered >= 1 - SLACK


def test_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    with Replica(make_posts(9)) as replica:
        replica.fault("^/archives/105$", kind="retry-after", code=503, seconds=3600)
        said = crawl(replica, tmp_path)
        paths = replica.paths
    assert said.returncode == 1
    assert "Retry-After" in said.stderr
    assert paths[-1] == "/archives/105"
    assert paths.count("/archives/105") == 1


# robots.txt.

RULES = "User-agent: *\nDisallow: /archives/102\nDisallow: /private\n"


@pytest.mark.parametrize("gate", ["script", "header", None])
def test_robots_is_obeyed_behind_the_gate(tmp_path: Path, gate: str | None) -> None:
    with Replica(make_posts(4), gate=gate) as replica:  # type: ignore[arg-type]
        robots(replica, RULES)
        said = crawl(replica, tmp_path)
        paths = replica.paths
    assert said.returncode == 1
    assert "/archives/102" not in paths
    assert {"/archives/101", "/archives/103", "/archives/104"} <= set(paths)
    assert "/archives/102  " in said.stdout


@pytest.mark.parametrize("kind", ["status", "reset", "cut"])
def test_robots_is_obeyed_after_a_failed_try(tmp_path: Path, kind: str) -> None:
    """Rules that came late are rules; nothing is asked for before."""
    with Replica(make_posts(4)) as replica:
        replica.fault("^/robots.txt$", kind=kind, code=503, times=2)  # type: ignore[arg-type]
        robots(replica, RULES)
        crawl(replica, tmp_path)
        paths = replica.paths
    assert paths[:3] == ["/robots.txt"] * 3
    assert "/archives/102" not in paths
    assert "/archives/103" in paths


def test_robots_is_obeyed_for_retries(tmp_path: Path) -> None:
    """What is forbidden is not asked for when everything has to be asked for twice, either."""
    with Replica(make_posts(4)) as replica:
        replica.fault("^/(?!robots)", kind="status", code=503, rhythm=(1, 1))
        robots(replica, RULES)
        crawl(replica, tmp_path)
        paths = replica.paths
    assert paths.count("/archives/103") == 2
    assert "/archives/102" not in paths


def test_a_redirect_does_not_lead_around_robots(tmp_path: Path) -> None:
    with Replica(make_posts(4)) as replica:
        robots(replica, RULES)
        for article, path in ((101, "/private/101"), (103, "/archives/102")):
            replica.fault(f"^/archives/{article}$", kind="other-host", host="", path=path)
        said = crawl(replica, tmp_path)
        paths = replica.paths
    assert said.returncode == 1
    assert {"/archives/101", "/archives/103"} <= set(paths)
    assert not {"/private/101", "/archives/102"} & set(paths)


def test_without_rules_nothing_is_asked(tmp_path: Path) -> None:
    with Replica(make_posts(4)) as replica:
        replica.fault("^/robots.txt$", kind="status", code=503)
        said = crawl(replica, tmp_path)
        paths = replica.paths
    assert said.returncode == 1
    assert "robots.txt" in said.stderr
    assert set(paths) == {"/robots.txt"}
    assert len(paths) <= 10


def test_every_request_has_the_name(tmp_path: Path) -> None:
    """Also those that Scrapy sends by itself: robots.txt, redirects, retries."""
    with Replica(make_posts(3), gate="header") as replica:
        replica.storm(5, {"503": 0.2, "reset": 0.1})
        crawl(replica, tmp_path, KEXUE_CONTACT="somebody@example.net")
        agents = {seen.headers.get("User-Agent") for seen in replica.log}
    (agent,) = agents
    assert str(agent).startswith("kexue-archiver/")
    assert "somebody@example.net" in str(agent)

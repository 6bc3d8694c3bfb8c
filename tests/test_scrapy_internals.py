"""Private parts of Scrapy, Twisted and asyncio are used in one file, and each has its test."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import ROOT
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.test import get_crawler

from archiver.network import scrapy_internals, wire_tap
from archiver.network.cookies import OfflineCookies

SOURCES = sorted((ROOT / "archiver").rglob("*.py"))
#: Underscores that belong to the public interface.
PUBLIC = {"_replace", "_exit"}


def private_names(path: Path) -> Iterator[str]:
    """The private attributes that a file takes from anything but its own ``self`` or ``cls``."""
    tree = ast.parse(path.read_text("utf-8"))
    own = {
        name
        for kind in ast.walk(tree)
        if isinstance(kind, ast.ClassDef)
        for part in ast.walk(kind)
        for name in [getattr(part, "name", None) or getattr(part, "attr", None)]
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not re.match(r"_[a-z]", node.attr):
            continue
        is_own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", "super"}
        if not is_own and node.attr not in PUBLIC and (node.attr not in own or is_foreign(node)):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"


def is_foreign(node: ast.Attribute) -> bool:
    """True for what hangs on an attribute, as ``self.other._part``: it is another's."""
    return isinstance(node.value, ast.Attribute)


def test_no_file_reaches_into_private_state() -> None:
    allowed = {Path(str(module.__file__)) for module in (scrapy_internals, wire_tap)}
    found = [name for path in SOURCES if path not in allowed for name in private_names(path)]
    assert found == []


def test_a_reach_into_private_state_is_found() -> None:
    found = list(private_names(Path(scrapy_internals.__file__)))
    assert any("downloader._delay" in name for name in found)


def functions_with_tests() -> dict[str, str]:
    """The public functions of the file, with the line of the docstring that names the test."""
    return {
        name: re.sub(r"\s+", " ", re.search(r"Test: (.*)", str(function.__doc__), re.DOTALL)[1])  # type: ignore[index]
        for name, function in inspect.getmembers(scrapy_internals, inspect.isfunction)
        if function.__module__ == scrapy_internals.__name__
        and not name.startswith("_")
        and name != "forget_lookups"  # named with the function before it
    }


@pytest.mark.parametrize(("name", "words"), functions_with_tests().items())
def test_the_test_that_is_named_is_there(name: str, words: str) -> None:
    """Whoever takes a new version of Scrapy finds the test that fails first."""
    found = re.search(r"(?:``(?P<test>\w+)`` in )?tests/(?P<file>\w+\.py)", words)
    assert found, f"{name} names no test"
    text = (ROOT / "tests" / found["file"]).read_text("utf-8")
    assert found["test"] is None or f"def {found['test']}(" in text, name


def test_no_suffix_list_is_downloaded(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Scrapy would fetch it from publicsuffix.org to check the domain of a cookie."""
    asked: list[object] = []

    def look_up(*words: object, **_: object) -> list[object]:
        asked.append(words)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("HOME", str(tmp_path))
    values = {**settings.copy_to_dict(), "TWISTED_REACTOR_ENABLED": False}
    cookies = build_from_crawler(OfflineCookies, get_crawler(Spider, values))
    request = Request("https://www.kexue.fm/")
    answer = Response(request.url, headers={"Set-Cookie": "a=b; Domain=kexue.fm"})
    cookies.process_response(request, answer)
    second = Request("https://kexue.fm/")
    cookies.process_request(second)
    assert second.headers["Cookie"] == b"a=b"
    assert asked == []


def test_one_answer_after_the_other() -> None:
    """A request waits until the answer before has been dealt with, where they go one by one."""
    seen: list[str] = []

    class Slow(Spider):
        name = "slow"
        custom_settings = {"CONCURRENT_REQUESTS": 1, "TWISTED_REACTOR_ENABLED": False}  # noqa: RUF012

    crawler = get_crawler(Slow, {"TWISTED_REACTOR_ENABLED": False})
    slot = SimpleNamespace(active={"an answer"})
    crawler._engine = cast("Any", SimpleNamespace(scraper=SimpleNamespace(slot=slot)))

    async def send() -> None:
        await scrapy_internals.until_dealt_with(crawler)
        seen.append("sent")

    async def deal() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        seen.append("dealt with")
        slot.active.clear()

    async def both() -> None:
        await asyncio.gather(send(), deal())

    asyncio.run(both())
    assert seen == ["dealt with", "sent"]
    slot.active.add("a pipeline that waits for a request of its own")
    asyncio.run(send())
    assert seen[-1] == "sent"

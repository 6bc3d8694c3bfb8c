"""Datasette with the demo archive in a browser: pages open, links lead on, nothing complains.

``make browser-test`` runs these; whoever has no browser gets a skip that says what is missing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
from chromium import open_browser, without_complaints
from rig.commands import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

READY = re.compile(r"Uvicorn running on (http://127\.0\.0\.1:\d+)")
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the demo blog."""
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "-s", f"KEXUE_DATA_DIR={folder}")
    assert done.returncode == 0, done.stderr
    return folder / "demo.db"


@contextmanager
def serving(archive: Path) -> Iterator[str]:
    """Datasette on a free port of this machine, as README.md starts it; its address."""
    command = [sys.executable, "-m", "datasette", str(archive), "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
    ) as server:
        assert server.stderr is not None
        try:
            yield address_in(server.stderr)
        finally:
            server.terminate()


def address_in(log: IO[str]) -> str:
    """The address that the server says; it is read to the end where it stops before that."""
    said = []
    for line in log:
        said.append(line)
        if found := READY.search(line):
            return found[1]
    pytest.fail(f"Datasette has ended: {''.join(said)}")


@pytest.fixture(scope="module")
def server(archive: Path) -> Iterator[str]:
    with serving(archive) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser, server: str) -> Iterator[Page]:
    """A tab in which a complaint of the page is a failure."""
    page = browser.new_page(base_url=server)
    with without_complaints(page):
        yield page


def open_page(tab: Page, address: str) -> None:
    answer = tab.goto(address)
    assert answer is not None
    assert answer.status == 200, address


PAGES = (
    *("/", "/demo", "/demo/article_list", "/demo/articles", "/demo/articles/6583"),
    *("/demo/cited_by", "/demo/links", "/demo/readers_by_month", "/demo/search?words=熵"),
)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_the_screen(tab: Page, width: int) -> None:
    """What is wider, as a table, is moved in a box of its own."""
    tab.set_viewport_size({"width": width, "height": 900})
    for address in PAGES:
        open_page(tab, address)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("width", WIDTHS)
def test_the_name_of_a_parameter_is_not_cut_off(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    open_page(tab, "/demo/article_formulas")
    label = tab.locator("form.sql label")
    assert label.inner_text() == "article_id"
    assert label.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_one_character_is_found(tab: Page) -> None:
    open_page(tab, "/demo")
    tab.get_by_role("link", name="Search 搜索").click()
    tab.get_by_label("words").fill("熵")
    tab.get_by_role("button", name="Run SQL").click()
    tab.wait_for_selector("td.col-article_id")
    assert tab.locator("td.col-article_id").all_inner_texts() == ["10850", "7006", "8352"]


def test_a_link_leads_to_the_row_of_the_article(tab: Page) -> None:
    open_page(tab, "/demo/links?article_id=66&target_id__notnull=1")
    tab.locator("td.col-target_id a").first.click()
    tab.wait_for_url("**/demo/articles/11795")
    assert "2026年8月12日日全食" in tab.locator("td.col-title").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_article_is_read_from_top_to_bottom(tab: Page, width: int) -> None:
    """Each value below the one before, with its name; the text in the lines that it has."""
    tab.set_viewport_size({"width": width, "height": 900})
    open_page(tab, "/demo/articles/6583")
    tops = tab.locator("tbody td").evaluate_all("all => all.map(e => e.getBoundingClientRect().y)")
    assert len(tops) > 20
    assert tops == sorted(set(tops))
    names = "all => all.map(e => getComputedStyle(e, '::before').content)"
    assert tab.locator("td.col-body_text").evaluate_all(names) == ['"body_text"']
    assert "\n\n最小的例子\n\n" in tab.locator("td.col-body_text").inner_text()

"""A WACZ file in a browser: articles, their pictures and listings are shown from it alone.

``make browser-test`` runs these; whoever lacks the browser or pywb gets a skip that says so.
"""

from __future__ import annotations

import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import open_browser
from crawling import Archive
from replaying import program, replaying
from replica import make_posts
from rig import recorded
from rig.recorded import RecordingReplica

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = pytest.mark.browser

HAS_PICTURE = "SELECT count(*) FROM captures WHERE status = 200 AND url LIKE '%/112.png'"


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\0" + bytes(width)) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def as_picture(_: bytes) -> bytes:
    body = png(30, 20)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


@dataclass
class Replay:
    """What the browser shows of the file, at ``base`` of pywb; the blog itself is gone."""

    base: str
    blog: str
    page: Page
    asked: list[str] = field(default_factory=list)

    def show(self, path: str) -> Frame:
        """Open a page of the blog; gives the frame with what was archived."""
        self.page.goto(f"{self.base}/{self.blog}{path}", wait_until="load")
        return self.archived()

    def archived(self) -> Frame:
        frame = self.page.frame(name="replay_iframe")
        assert frame is not None, self.page.content()
        frame.wait_for_load_state("load")
        return frame


@pytest.fixture(scope="module")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The file of a blog that was read twice, and the address of the blog, which is gone."""
    program("wayback")
    folder = tmp_path_factory.mktemp("replay")
    archive = Archive(folder, [])
    archive.replica = RecordingReplica(make_posts(12), gate="script")
    archive.replica.odd("^/archives/112$", recorded.gzipped_in_chunks)
    archive.replica.odd("^/usr/uploads/", as_picture)
    with archive:
        archive.replica.set_theme(site_url=archive.replica.base_url)  # where its links lead
        assert archive.crawl(KEXUE_PICTURES=1).status == 0
        time.sleep(1)  # a record refers to an earlier one by its second
        assert archive.crawl("full=1", KEXUE_PICTURES=1).status == 0
        assert archive.rows("SELECT count(*) FROM captures WHERE refers_to")[0][0] > 10
        assert archive.rows(HAS_PICTURE) == [(1,)]
        exported = archive.run("export", "wacz", str(folder / "blog.wacz"))
        assert exported.status == 0, exported.said
        base = archive.replica.base_url
    return folder / "blog.wacz", base


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def replay(
    wacz: tuple[Path, str], browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replay]:
    path, blog = wacz
    with replaying(path, tmp_path_factory.mktemp("pywb")) as base:
        context = browser.new_context()
        context.set_default_timeout(20_000)
        shown = Replay(base, blog, context.new_page())
        context.on("request", lambda request: shown.asked.append(request.url))
        yield shown
        context.close()


def test_the_file_is_valid(wacz: tuple[Path, str]) -> None:
    """As the program of those who have made the format says."""
    command = [str(program("wacz")), "validate", "-f", str(wacz[0])]
    said = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (said.returncode, said.stdout.splitlines()[-1]) == (
        0,
        "Validation succeeded, the passed WACZ is valid",
    )


def test_an_article_is_shown_with_its_picture(replay: Replay) -> None:
    """It came in packed chunks, with extensions; and the second time it was only referred to."""
    article = replay.show("/archives/112")
    assert "两边开方即得" in article.inner_text("#PostContent")
    size = article.eval_on_selector(
        "#PostContent img", "async i => (await i.decode(), [i.naturalWidth, i.naturalHeight])"
    )
    assert size == [30, 20]


def test_links_lead_on(replay: Replay) -> None:
    """From the listing to the next one, and from there to an article."""
    listing = replay.show("/")
    assert listing.locator("#content div.Post").count() == 10
    listing.click("ol.page-navigator li.next a")
    listing.wait_for_url("**/page/2/")
    listing.click("#content div.Post h2 a >> nth=0")
    listing.wait_for_url("**/archives/*")
    assert "两边开方即得" in listing.inner_text("#PostContent")


def test_nothing_else_is_asked(replay: Replay) -> None:
    """No request went to the blog, nor anywhere else."""
    replay.show("/archives/111")
    assert len(replay.asked) > 5
    elsewhere = [
        url for url in replay.asked if not url.startswith((replay.base.rpartition("/")[0], "data:"))
    ]
    assert elsewhere == []

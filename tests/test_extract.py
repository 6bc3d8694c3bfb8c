"""``scrapy extract``: what it prints is what a crawl stores; odd pages are read or refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from replica import make_post

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.posts import Post, load_posts
from archiver.demo.routes import answer
from archiver.extraction.extractor import Extractor
from archiver.run.run import Run
from archiver.store.jsonl import records
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    from scrapy.settings import Settings

#: Not told by an article's page: the archive's own time, and the time that only the feed has.
ELSEWHERE = {"first_seen", "published_at"}


def page_of(post: Post, blog: Blog | None = None) -> bytes:
    return answer(blog or Blog((post,)), f"/archives/{post.id}").body


def extract(settings: Settings, post: Post) -> dict[str, Any]:
    _, (item,) = Extractor(settings).extract(page_of(post), site.article_url(post.id))
    return item


def run_extract(
    *words: str, page: bytes = b"", stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "extract", *words],
        cwd=ROOT,
        input=page,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )


def test_prints_what_a_crawl_stores(settings: Settings, tmp_path: Path) -> None:
    """Every demo article: the printed object equals the JSONL line of a real crawl."""
    command = [sys.executable, "-m", "scrapy", "demo", "-s", f"KEXUE_DATA_DIR={tmp_path}"]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=True)
    run = Run({"database": tmp_path / "demo.db", "jsonl": tmp_path / "demo.jsonl"})
    stored = {record["id"]: record for record in records(run.archive.db)}
    run.archive.db.close()
    posts = load_posts()
    blog = Blog(tuple(posts))
    extractor = Extractor(settings)
    for post in posts:
        if post.state in {"published", "protected"}:
            page = page_of(post, blog)
            _, (item,) = extractor.extract(page, site.article_url(post.id))
            expected = stored[post.id]
            if item["comment_count"] is None:
                expected["comment_count"] = None  # only its listing tells
            for key in expected.keys() - ELSEWHERE:
                assert item[key] == expected[key], (post.id, key)


def test_reads_a_file_and_standard_input(tmp_path: Path) -> None:
    post = make_post(321)
    file = tmp_path / "page.html"
    file.write_bytes(page_of(post))
    from_file = run_extract(str(file), "--url", site.article_url(321))
    from_input = run_extract("-", page=page_of(post))
    assert from_file.returncode == from_input.returncode == 0
    assert json.loads(from_file.stdout) == json.loads(from_input.stdout)
    assert json.loads(from_file.stdout)["title"] == post.title


@pytest.mark.parametrize(
    ("words", "page", "status", "sentence"),
    [
        (["no-such-file.html"], b"", 1, b"no-such-file.html: No such file"),
        (["-"], b"", 1, b"standard input: it is empty"),
        (["-"], b"text", 1, b"standard input: not an HTML page"),
        (["-"], b"\xff\xfe<html>", 1, b"invalid UTF-8"),
        (["-"], b"<html><body><p>half a pa", 1, b"cut off"),
        (["a.html", "b.html"], b"", 2, b"give one file"),
        (["--audti", "a.html"], b"", 2, b"unknown option --audti"),
        (["-", "--url", "archives/1"], b"", 2, b"--url archives/1 is no address"),
        (["-", "--url", "ftp://kexue.fm/archives/1"], b"", 2, b"is no address"),
        (["-", "--url", "https://kexue.fm/archives/1"], page_of(make_post(321)), 1, b"another"),
    ],
)
def test_refuses_in_one_line(words: list[str], page: bytes, status: int, sentence: bytes) -> None:
    done = run_extract(*words, page=page)
    assert done.returncode == status
    assert sentence in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == b"" or status == 2


@pytest.mark.parametrize("words", [["-"], ["--audit", "-"]])
def test_bytes_that_are_no_utf8_are_kept_with_a_warning(words: list[str]) -> None:
    page = page_of(make_post(321)).replace("这是第".encode(), b"\xff" + "这是第".encode(), 1)
    done = run_extract(*words, page=page)
    assert done.returncode == 0
    assert done.stderr == (
        b"scrapy extract: standard input: bytes that are no UTF-8 are kept as U+FFFD\n"
    )


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def _buffering(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buffered output fails when it is flushed, at the latest when Python ends."""
    monkeypatch.setenv("PYTHONUNBUFFERED", request.param)


@pytest.mark.usefixtures("_buffering")
@pytest.mark.parametrize("words", [(), ("--audit",)])
def test_a_reader_that_goes_away_is_no_error(words: tuple[str, ...]) -> None:
    """``scrapy extract FILE | head -1``: exit status 1 and not a word."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run_extract("-", *words, page=page_of(make_post(321)), stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.usefixtures("_buffering")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = run_extract("-", page=page_of(make_post(321)), stdout=full.fileno())
    assert done.returncode == 1
    assert done.stderr == (
        b"scrapy extract: cannot write to standard output: No space left on device\n"
    )


def test_output_that_takes_no_chinese_has_the_same_json(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = json.loads(run_extract("-", page=page_of(make_post(321))).stdout)
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = run_extract("-", page=page_of(make_post(321)))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("ascii")) == expected


def test_closed_output_is_told_in_one_line() -> None:
    """``scrapy extract FILE >&-`` must not end as if it had printed something."""
    command = f"exec '{sys.executable}' -m scrapy extract - >&-"
    page = page_of(make_post(321))
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, input=page, stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr == b"scrapy extract: cannot write to standard output: it is closed\n"


@pytest.mark.parametrize(
    "body",
    [
        "<p>前面的话</p></div><p>后面的话 $y$</p>",
        "<p>前面的话</p></div></div><p>后面的话 $y$</p>",
        "<p>前面的话</p></div>后面的话 $y$",
    ],
)
def test_a_closing_tag_too_many_loses_nothing(settings: Settings, body: str) -> None:
    """A stray ``</div>`` puts the rest of the text outside the body's element."""
    item = extract(settings, make_post(321, body=body))
    assert item["body_text"].split() == ["前面的话", "后面的话", "$y$"]
    assert item["formula_count"] == 1


@pytest.mark.parametrize("tag", ["b", "div", "blockquote", "font", "table><tr><td"])
def test_ten_thousand_open_tags(settings: Settings, tag: str) -> None:
    """A result, in reasonable time, and the author's text is in it."""
    item = extract(settings, make_post(321, body=f"<p>开头</p>{f'<{tag}>' * 10_000}最里面"))
    assert item["body_text"].startswith("开头")
    assert "最里面" in item["body_text"]


def test_characters_that_xml_cannot_hold(settings: Settings) -> None:
    body = "<p>一\x00二\x01三&#0;&#11;&#xFFFE;四]]>五<!-- a--b -->六<?php 七 ?></p>"
    item = extract(settings, make_post(321, body=body))
    assert item["body_text"].replace("\ufffd", "") == "一二三四]]>五六"


def test_a_body_of_a_megabyte(settings: Settings) -> None:
    item = extract(settings, make_post(321, body="<p>$x_1$ 你好</p>" * 40_000))
    assert item["formula_count"] == 40_000


def test_refuses_an_article_without_a_title(settings: Settings) -> None:
    with pytest.raises(UnexpectedPage, match="no title"):
        extract(settings, make_post(321, title=""))

"""``scrapy extract``: what it prints is what a crawl stores; odd pages are read or refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, few_at_first
from replica import make_post
from rig.commands import run, run_bytes

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.posts import Post, load_posts
from archiver.demo.routes import answer
from archiver.extraction.refine import refine
from archiver.extraction.saved_page import extract, scrape
from archiver.pages.completion import complete_from_listing
from archiver.pages.decoding import open_page
from archiver.pages.listing import parse_listing
from archiver.store.records import article_record
from archiver.tree.unexpected import UnexpectedPage

#: Not told by an article's page: the archive's own time, and the time that only the feed has.
ELSEWHERE = {"first_seen", "published_at"}


def page_of(post: Post, blog: Blog | None = None) -> bytes:
    return answer(blog or Blog((post,)), f"/archives/{post.id}").body


def extract_post(post: Post) -> dict[str, Any]:
    (item,) = extract(page_of(post), site.article_url(post.id)).rows
    return item


def run_extract(
    *words: str, page: bytes = b"", stdout: int | None = None
) -> subprocess.CompletedProcess[bytes]:
    return run_bytes("extract", *words, page=page, stdout=stdout)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """The JSONL objects of a crawl of the demo blog, by article."""
    folder = tmp_path_factory.mktemp("demo")
    assert run("demo", "-s", f"KEXUE_DATA_DIR={folder}").returncode == 0
    lines = (folder / "demo.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def archived_posts() -> list[Post]:
    return [post for post in load_posts() if post.state in {"published", "protected"}]


def test_prints_what_a_crawl_stores(stored: dict[int, dict[str, Any]]) -> None:
    """Every demo article: the printed object equals the JSONL line of a real crawl."""
    blog = Blog(tuple(load_posts()))
    for post in archived_posts():
        (item,) = extract(page_of(post, blog), site.article_url(post.id)).rows
        # only its listing tells
        left_out = {"comment_count"} if item["comment_count"] is None else set()
        for key in stored[post.id].keys() - ELSEWHERE - left_out:
            assert item[key] == stored[post.id][key], (post.id, key)


def test_saved_pages_of_all_kinds_are_all_that_a_crawl_needs(
    stored: dict[int, dict[str, Any]],
) -> None:
    """Every column but the archive's own time can be made again, without a crawl."""
    blog = Blog(tuple(load_posts()))

    def items_of(path: str) -> dict[int, Any]:
        return {item.id: item for item in scrape(answer(blog, path).body.decode())[1]}

    listed: dict[int, Any] = {}
    number: int | None = 1
    while number is not None:
        path = site.listing_path(number)
        listed |= items_of(path)
        number = parse_listing(open_page(answer(blog, path).body.decode())).next_page
    index, feed = items_of(site.INDEX_PATH), items_of(site.FEED_PATH)
    for post in archived_posts():
        article = items_of(site.article_path(post.id))[post.id]
        complete_from_listing(article, listed.get(post.id), index.get(post.id))
        article.feed_text = feed[post.id].date_text if post.id in feed else None
        assert refine(article) == []
        row = article_record(article)
        assert row | {"first_seen": stored[post.id]["first_seen"]} == stored[post.id]


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


def test_names_pipelines_that_it_does_not_apply() -> None:
    """What a crawl would store may then be something else."""
    pipelines = (
        '{"archiver.pipelines.dates.NormaliseDates": 100, "mine.One": 350, "mine.Two": null}'
    )
    done = run_extract("-", "-s", f"ITEM_PIPELINES={pipelines}", page=page_of(make_post(321)))
    assert (done.returncode, json.loads(done.stdout)["id"]) == (0, 321)
    assert done.stderr == (
        b"scrapy extract: mine.One is not applied: only a crawl runs pipelines\n"
    )


def test_says_what_it_has_not_understood() -> None:
    """A date that cannot be one stays out, as in a crawl, and not in silence."""
    case = ROOT / "fixtures" / "cases" / "article-date-out-of-range" / "page.html"
    done = run_extract(str(case))
    assert (done.returncode, json.loads(done.stdout)["published"]) == (0, None)
    assert done.stderr == b"article 6602: date not understood: '2031-01-01'\n"


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


def test_output_that_takes_no_chinese_has_the_same_json() -> None:
    page = page_of(make_post(321))
    expected = json.loads(run_extract("-", page=page).stdout)
    done = run_bytes("extract", "-", page=page, env={"PYTHONIOENCODING": "ascii"})
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
def test_a_closing_tag_too_many_loses_nothing(body: str) -> None:
    """A stray ``</div>`` puts the rest of the text outside the body's element."""
    item = extract_post(make_post(321, body=body))
    assert item["body_text"].split() == ["前面的话", "后面的话", "$y$"]
    assert item["formula_count"] == 1


@pytest.mark.parametrize("tag", few_at_first(["b", "div", "blockquote", "font", "table><tr><td"]))
def test_ten_thousand_open_tags(tag: str) -> None:
    """A result, in reasonable time, and the author's text is in it."""
    item = extract_post(make_post(321, body=f"<p>开头</p>{f'<{tag}>' * 10_000}最里面"))
    assert item["body_text"].startswith("开头")
    assert "最里面" in item["body_text"]


def test_characters_that_xml_cannot_hold() -> None:
    body = "<p>一\x00二\x01三&#0;&#11;&#xFFFE;四]]>五<!-- a--b -->六<?php 七 ?></p>"
    item = extract_post(make_post(321, body=body))
    assert item["body_text"].replace("\ufffd", "") == "一二三四]]>五六"


@pytest.mark.soak
def test_a_body_of_a_megabyte() -> None:
    item = extract_post(make_post(321, body="<p>$x_1$ 你好</p>" * 40_000))
    assert item["formula_count"] == 40_000


def test_refuses_an_article_without_a_title() -> None:
    with pytest.raises(UnexpectedPage, match="no title"):
        extract_post(make_post(321, title=""))

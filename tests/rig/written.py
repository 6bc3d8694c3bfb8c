"""An archive with all of its files, written by runs without a network, in a second."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from replica import make_post
from scrapy import Request

from archiver import clock, site
from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.routes import answer
from archiver.extraction.refine import refine
from archiver.items import IndexEntry, ListingEntry
from archiver.network.requests import CAPTURE
from archiver.pages.article import parse_article
from archiver.planning.plan import Plan
from archiver.run.file_options import FileOptions
from archiver.run.run import Run
from archiver.run.warc_options import WarcOptions
from archiver.tree.document import parse_page
from archiver.warc.exchange import Exchange

FILES: Final = {"database": "kexue.db", "jsonl": "kexue.jsonl", "changes": "changes.xml"}
BASE: Final = "http://127.0.0.1:8000"
_FIRST: Final = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_PICTURE: Final = '<img src="/usr/uploads/2020/01/{n}.png">'
_FORMULAS: Final = (
    "<p>" + "，".join(f"设$x_{{{n}}}=\\frac{{{n}}}{{2}}$" for n in range(40)) + "</p>"
)


def files_of(folder: Path) -> dict[str, Path]:
    """The paths of the files of an archive, by their kinds."""
    return {kind: folder / name for kind, name in FILES.items()}


def write_archive(folder: Path) -> None:
    """Two runs: the second finds an edit, the same page again, and all that can happen besides."""
    (folder / "files").mkdir(parents=True)
    texts = {n: f"<p>第{n}篇</p>{_FORMULAS}{_PICTURE.format(n=n)}" for n in range(11, 17)}
    posts = [replace(make_post(n, n), body=text) for n, text in texts.items()]
    edited = replace(posts[0], title="新题", body=posts[0].body + "<p>补充。</p>")
    hidden, spoilt = replace(posts[2], state="protected"), replace(posts[3], body="<p>少</p>")
    before = clock._ahead
    try:
        _run(folder, _FIRST, posts)
        _run(folder, _FIRST + timedelta(days=1), [edited, posts[1], hidden, spoilt], gone=15)
    finally:
        clock._ahead = before


def _run(folder: Path, moment: datetime, posts: list[Post], gone: int | None = None) -> None:
    clock.set_to(moment)
    options = WarcOptions(folder / "warc", 10**6, {"software": "kexue-archiver/0"}, 10**6)
    pictures = FileOptions(folder / "files", linked=False, most=100, days=180, largest=10**6)
    run = Run(files_of(folder), warc=options, pictures=pictures, base=site.Base.parse(BASE))
    run.begin(Plan())
    run.archive.save_index([IndexEntry(p.id, p.title, published="2020-01-12") for p in posts])
    for post in posts:
        _read(run, post)
    if gone is not None:
        run.archive.mark_gone(gone)
    _keep_pictures(run)
    run.archive.save_failure(f"{BASE}/archives/99", 99, "404 Not Found")
    run.archive.count_absence([post.id for post in posts], whole=True)
    run.finish("finished", {"requests": len(posts), "bytes": 10_000})


def _read(run: Run, post: Post) -> None:
    path = site.article_path(post.id)
    page = answer(Blog((post,), site_url=BASE), path)
    base = site.Base.parse(BASE)
    run.archive.save_listing_entry(ListingEntry(post.id, title=post.title, readers=post.readers))
    article = parse_article(parse_page(page.body.decode()), site.article_url(post.id), base)
    if article.title == site.PROTECTED_TITLE:
        article.title = post.title
    refine(article, base)
    article.capture = _keep(run, f"{BASE}{path}", page.status, page.body)
    run.archive.save_article(article, site.article_url(post.id))


def _keep_pictures(run: Run) -> None:
    assert run.file_log is not None
    for file in run.file_log.select(Plan()):
        data = b"\x89PNG\r\n\x1a\n" + file.url.encode() * 20
        run.file_log.keep(file, data, "image/png", "png", etag='"1"', last_modified=None)


def _keep(run: Run, url: str, status: int, page: bytes) -> int | None:
    assert run.captures is not None
    body = gzip.compress(page, 6, mtime=0)
    head = b"HTTP/1.1 %d OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    request = Request(url)
    exchange = Exchange(url, clock.now(), b"GET / HTTP/1.1\r\n\r\n", bytearray())
    exchange.response += head % (status, len(body)) + body
    run.captures.keep(request, exchange)
    number: int | None = request.meta[CAPTURE]
    return number

"""Time of extraction per article page: all fields, everything but the store.

``lxml.html.document_fromstring`` of the same pages, in the same run, is the measure of the machine.
No two pages are the same, so that nothing is read from a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from statistics import median
from time import perf_counter
from typing import Final

from lxml.html import document_fromstring

from archiver.demo.blog import Blog
from archiver.demo.posts import MORE, SHANGHAI, Post, load_posts
from archiver.demo.theme import render_article
from archiver.extraction.saved_page import extract

PAGE_BYTES: Final = 67_000
FIRST_ID: Final = 1001
_PAGES: Final = 200
_WARM_UP: Final = 20
_TARGET_MS: Final = 10
_COMMENTS: Final = 20  # a page of them; with the side bars this leaves a body of some 20 kB
_FIRST_TIME: Final = datetime(2010, 1, 1, 9, 30, tzinfo=SHANGHAI)


def main() -> None:
    """Measure, and print the table."""
    posts = build_posts(_PAGES)
    blog = Blog(tuple(posts))
    pages = [(blog.article_url(post.id), render_article(blog, post).encode()) for post in posts]
    _check(*pages[0])

    ours: list[float] = []
    plain: list[float] = []
    for url, body in pages:
        ours.append(_seconds(partial(extract, body, url)))
        plain.append(_seconds(partial(document_fromstring, body)))
    size = median(len(body) for _, body in pages) / 1000
    print(f"extract: an article page of {size:.0f} kB, median of {_PAGES - _WARM_UP} pages")
    print(f"  {'':<34}{'ms a page':>10}{'target':>10}")
    ours_ms, plain_ms = (median(times[_WARM_UP:]) * 1000 for times in (ours, plain))
    print(f"  {'all fields, refined':<34}{ours_ms:>10.2f}{_TARGET_MS:>10}")
    print(f"  {'lxml.html.document_fromstring':<34}{plain_ms:>10.2f}{'':>10}")
    print(f"  {'the first in units of the second':<34}{ours_ms / plain_ms:>10.1f}{'':>10}")


def build_posts(count: int) -> list[Post]:
    """Articles with pages of ``PAGE_BYTES``, made of the demo blog's bodies, one a day."""
    models = [
        post
        for post in load_posts()
        if post.state == "published" and post.byline == "spans" and not post.footer_in_quote
    ]
    frames = [
        replace(
            models[number % len(models)],
            id=FIRST_ID + number,
            published=_FIRST_TIME + timedelta(days=number),
            listed=None,
            sticky=False,
            comments=_COMMENTS,
            body="",
        )
        for number in range(count)
    ]
    room = PAGE_BYTES - len(render_article(Blog(tuple(frames)), frames[-1]).encode())
    return [replace(post, body=_body(models, number, room)) for number, post in enumerate(frames)]


def _body(models: list[Post], first: int, room: int) -> str:
    """Bodies of posts, one after the other from number ``first`` on, up to ``room`` bytes."""
    return f"\n{MORE}\n".join(_once(_pieces(models, first, room)))


def _once(pieces: Iterator[str]) -> tuple[str, str]:
    """The first piece, and all others as one; the only "more" mark stands between them."""
    return next(pieces), "\n".join(pieces)


def _pieces(models: list[Post], first: int, room: int) -> Iterator[str]:
    start = first % len(models)
    for post in islice(cycle(models), start, None):
        piece = post.body.replace(MORE, "")
        yield piece
        room -= len(piece.encode()) + 1
        if room <= 0:
            return


def _check(url: str, body: bytes) -> None:
    """Stop unless the page gives what an article has: a wrong page would be fast."""
    (article,) = extract(body, url).rows
    wanted = ("title", "author", "published", "readers", "category", "excerpt", "body_text")
    empty = [key for key in (*wanted, "formula_count", "links") if not article[key]]
    if empty:
        raise SystemExit(f"the page of the benchmark gives no {', '.join(empty)}")


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main()

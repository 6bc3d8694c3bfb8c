"""The pages that are measured: articles of the demo blog, made as long as real ones.

No two pages of a list are the same, so that nothing is read from a cache.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from archiver.demo.blog import Blog
from archiver.demo.posts import MORE, SHANGHAI, Post, load_posts
from archiver.demo.theme import render_article

#: Real pages, which are no part of the project; read where they are at hand.
REAL: Final = Path(__file__).parents[2] / "shared" / "real_articles"
PAGE_BYTES: Final = 67_000
FIRST_ID: Final = 1001
#: How many articles are shorter pages, real or of the demo blog.
MODERN: Final = 5
_COMMENTS: Final = 20  # a page of them; with the side bars this leaves a body of some 20 kB
_FIRST_TIME: Final = datetime(2010, 1, 1, 9, 30, tzinfo=SHANGHAI)
#: The length of the modern real articles' bodies in bytes, in the order of their numbers.
_MODERN_BYTES: Final = (2400, 7700, 4200, 7400, 6000)

#: An address and the page that is there.
Page = tuple[str, bytes]


def models() -> list[Post]:
    """The posts of the demo blog whose pages are read like those of most articles."""
    return [
        post
        for post in load_posts()
        if post.state == "published" and post.byline == "spans" and not post.footer_in_quote
    ]


def build_posts(count: int) -> list[Post]:
    """Articles with pages of ``PAGE_BYTES``, made of the demo blog's bodies, one a day."""
    posts = models()
    frames = [
        replace(
            posts[number % len(posts)],
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
    return [replace(post, body=body_of(posts, number, room)) for number, post in enumerate(frames)]


def body_of(posts: list[Post], first: int, room: int) -> str:
    """Bodies of posts, one after the other from number ``first`` on, up to ``room`` bytes."""
    pieces = _pieces(posts, first, room)
    return f"\n{MORE}\n".join((next(pieces), "\n".join(pieces)))  # the only "more" mark


def _pieces(posts: list[Post], first: int, room: int) -> Iterator[str]:
    for post in islice(cycle(posts), first % len(posts), None):
        piece = post.body.replace(MORE, "")
        yield piece
        room -= len(piece.encode()) + 1
        if room <= 0:
            return


def dense_pages(count: int) -> list[Page]:
    """Pages of ``PAGE_BYTES`` with many formulas, links and pictures."""
    return _rendered(build_posts(count))


def page_of_size(size: int) -> Page:
    """A page of the same kind as the dense ones, with so many bytes or a few more."""
    (frame,) = build_posts(1)
    frame = replace(frame, comments=0, body="")
    room = size - len(_page_alone(frame)[1])
    posts = models()
    return _page_alone(replace(frame, body=body_of(posts, 0, room) if room > 0 else "短。"))


def modern_pages() -> list[Page]:
    """The pages of five real articles where they are at hand, else of like ones of the demo."""
    return real_pages() if REAL.is_dir() else demo_pages()


def real_pages() -> list[Page]:
    """The bodies of the newest real articles, each in a page of the demo blog's theme."""
    numbers = sorted((int(path.name) for path in REAL.glob("[0-9]*")), reverse=True)[:MODERN]
    return [_page_alone(_real_post(number)) for number in sorted(numbers)]


def demo_pages() -> list[Page]:
    """Pages of the demo blog with bodies as long as those of the real articles."""
    posts = models()
    return [
        _page_alone(replace(post, body=body_of(posts, 7 * number, room), comments=0))
        for number, (post, room) in enumerate(zip(posts, _MODERN_BYTES, strict=False))
    ]


def _real_post(number: int) -> Post:
    folder = REAL / str(number)
    facts = json.loads((folder / "snapshot.json").read_text("utf-8"))["metadata"]
    body = (folder / "source.html").read_text("utf-8").split(">", 1)[1].rstrip()
    return replace(
        models()[0],
        id=number,
        title=facts["title"],
        published=datetime.fromisoformat(facts["date"]).replace(tzinfo=SHANGHAI),
        body=body.removesuffix("</div>"),
        comments=0,
    )


def _page_alone(post: Post) -> Page:
    return _rendered([post])[0]


def _rendered(posts: list[Post]) -> list[Page]:
    blog = Blog(tuple(posts))
    return [(blog.article_url(post.id), render_article(blog, post).encode()) for post in posts]

"""The articles of large archives: those of the demo blog in turn, each with text of its own.

The text of its own are words that no other article has in this order, so that search index and
JSONL are as large as those of different articles.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pages import FIRST_ID, body_of, models
from sentences import Words

from archiver.demo.blog import Blog
from archiver.demo.posts import SHANGHAI, Post
from archiver.demo.theme import render_article
from archiver.extraction.refine import refine
from archiver.extraction.saved_page import scrape
from archiver.items import Article
from archiver.store.records import Row, article_record

#: The bytes of a body, without the text of its own.
_BYTES: Final = 2500
#: The characters of the text of its own.
_OWN: Final = 300
#: Where that stands in the body and title of a model.
_PLACE: Final = "此处是自己的文字"
_TITLE: Final = "此处是自己的题目"
_FIRST: Final = datetime(2009, 3, 1, 9, 30, tzinfo=SHANGHAI)
_DAYS: Final = 6000


def many_posts(count: int) -> list[Post]:
    """So many articles, spread over sixteen years."""
    made, texts = _models(), _own_texts()
    return [_post(made[n % len(made)], n, count, *next(texts)) for n in range(count)]


def many_articles(count: int) -> Iterator[Article]:
    """The same articles as a crawl extracts them.

    Only one page of each model is extracted: what differs between its articles is put into what was
    made of it. The first article of each model is extracted itself too, and the program ends where
    the two differ.
    """
    made, texts = _models(), _own_texts()
    extracted = [_extracted(post) for post in made]
    for number in range(count):
        place, own = number % len(made), next(texts)
        post = _post(made[place], number, count, *own)
        article = _article(extracted[place], post, own)
        if number < len(made) and _row(article) != _row(_extracted(post)):
            raise SystemExit("the articles of the benchmark are not what their pages give")
        article.published_at = post.published.isoformat()  # as the feed has told when it was new
        article.comment_count = post.comments  # as the listings tell
        yield article


def _models() -> list[Post]:
    # An address within the page would differ from article to article.
    posts = [post for post in models() if 'href="#' not in post.body]
    return [
        replace(
            post,
            title=f"{post.title}{_TITLE}",
            body=f"{body_of(posts, number, _BYTES)}\n<p>{_PLACE}</p>",
            comments=0,
            listed=None,
            sticky=False,
        )
        for number, post in enumerate(posts)
    ]


def _own_texts() -> Iterator[tuple[str, str]]:
    """The own words of each article's title and body."""
    words = Words(random.Random(1), demo_share=0)
    while True:
        yield words.text(6).strip("。，！\n"), " ".join(words.text(_OWN).split())


def _post(model: Post, number: int, count: int, title: str, text: str) -> Post:
    return replace(
        model,
        id=FIRST_ID + number,
        title=model.title.replace(_TITLE, title),
        body=model.body.replace(_PLACE, text),
        published=_FIRST + timedelta(days=_DAYS * number / count),
    )


def _extracted(post: Post) -> Article:
    blog = Blog((post,))
    _, (article,) = scrape(render_article(blog, post), blog.article_url(post.id))
    assert isinstance(article, Article)
    refine(article)
    return article


def _article(model: Article, post: Post, own: tuple[str, str]) -> Article:
    texts: dict[str, Any] = {
        name: value.replace(_TITLE, own[0]).replace(_PLACE, own[1])
        for name in ("title", "body_html", "body_text", "body_markdown", "excerpt")
        if (value := getattr(model, name)) is not None
    }
    day = post.published.date().isoformat()
    comments = replace(model.comments, id=post.id) if model.comments else None
    return replace(model, id=post.id, published=day, comments=comments, **texts)


def _row(article: Article) -> Row:
    return article_record(article)

"""``refine`` gives what the pipelines of a crawl give, for all pages at hand."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

from scrapy.exceptions import DropItem
from scrapy.settings import Settings
from scrapy.utils.misc import load_object
from test_fixtures import CASES, page_bytes, read
from test_pipelines import build, crawler_with

from archiver.demo.blog import Blog
from archiver.demo.posts import load_posts
from archiver.demo.routes import answer
from archiver.extraction.article_body import read_ahead
from archiver.extraction.refine import refine
from archiver.extraction.saved_page import scrape
from archiver.items import Article, Item
from archiver.pages.decoding import decode_page
from archiver.pipelines.base import Pipeline
from archiver.pipelines.store import Store
from archiver.site import Base, article_url
from archiver.tree.document import parse_fragment
from archiver.tree.unexpected import UnexpectedPage

COPY = "http://127.0.0.1:8080/copy"


def pages() -> Iterator[tuple[bytes, str | None]]:
    """The saved pages of all kinds, and the articles of the demo blog."""
    for case in sorted(path.name for path in CASES.iterdir()):
        yield page_bytes(case), read(case, "case.json")["url"]
    posts = load_posts()
    for post in posts:
        yield answer(Blog(tuple(posts)), f"/archives/{post.id}").body, article_url(post.id)


def scraped() -> Iterator[Item]:
    """The items of these pages, and odd articles, made anew with each call."""
    base = Base.parse(COPY)
    for page, url in pages():
        with suppress(UnexpectedPage):
            yield from scrape(decode_page(page), url, base)[1]
    yield Article(1, body=parse_fragment("<p>无题</p>"))
    yield Article(2, "题", body=parse_fragment(f'<p><a href="{COPY}/archives/3">文</a></p>'))
    yield Article(3, "题", date_text="2013 年 6 月", readers_text="许多读者", body=None)
    braces = "".join(rf"\begin{{a{n}}}{{\end{{a{n}}}" for n in range(200))
    ends = "".join(rf"\end{{a{n}}}" for n in range(200))
    yield Article(5, "题", body=parse_fragment(f"{braces}{ends}"))
    yield Article(4, "题", date_text=None, feed_text="Sat, 04 May 2019 14:20:59 +0800")


def refusal_of(work: Callable[[], object]) -> str | None:
    """The reason for which a function refuses an item."""
    try:
        work()
    except (DropItem, UnexpectedPage) as error:
        return str(error)
    return None


def test_the_pipelines_in_their_order_give_what_refine_gives(settings: Settings) -> None:
    """A pipeline that is in the settings only, or in another place there, is found here."""
    crawler = crawler_with(settings, KEXUE_BASE_URL=COPY)
    order = sorted(settings.getdict("ITEM_PIPELINES").items(), key=lambda entry: entry[1])
    *kinds, last = [load_object(path) for path, _ in order]
    assert last is Store
    pipelines: list[Pipeline] = [build(kind, crawler) for kind in kinds]
    doubts: Counter[str] = Counter()

    def pass_on(item: Item) -> None:
        for pipeline in pipelines:
            pipeline.process_item(item)

    def refine_and_count(item: Item) -> None:
        doubts.update(doubt.name for doubt in refine(item, Base.parse(COPY)))

    articles = 0
    for one, other in zip(scraped(), scraped(), strict=True):
        assert refusal_of(lambda: pass_on(one)) == refusal_of(lambda: refine_and_count(other))  # noqa: B023
        assert one == other
        articles += isinstance(one, Article)
    assert articles > 100
    assert crawler.stats is not None
    counted = crawler.stats.get_stats()
    assert doubts == {name: counted[f"kexue/doubtful/{name}"] for name in ("date", "readers")}


def test_a_body_that_was_read_ahead_gives_the_same() -> None:
    """In another process, before the listings have told of the article; with an excerpt or not."""
    base, read = Base.parse(COPY), 0
    for one, other in zip(scraped(), scraped(), strict=True):
        if not isinstance(one, Article) or not isinstance(other, Article):
            continue
        if refusal_of(lambda: read_ahead(one, base)) is not None:  # noqa: B023
            assert one.id == 5, "a body that is refused is left to the crawl"
            continue
        sent: Article = pickle.loads(pickle.dumps(one))
        for article in (sent, other):
            if article.id % 2:
                article.excerpt, article.excerpt_known = "摘要", True
        assert refusal_of(lambda: refine(sent, base)) == refusal_of(lambda: refine(other, base))  # noqa: B023
        assert sent == other
        read += sent.is_read
    assert read > 100

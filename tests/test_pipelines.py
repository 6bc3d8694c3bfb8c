"""Each pipeline, value by value, built as Scrapy builds it."""

from __future__ import annotations

from typing import TypeVar

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import Settings
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.test import get_crawler

from archiver.items import Article, FeedEntry, IndexEntry, ListingEntry, Status
from archiver.pipelines.base import Pipeline
from archiver.pipelines.boilerplate import StripBoilerplate
from archiver.pipelines.dates import NormaliseDates
from archiver.pipelines.links import ListLinks
from archiver.pipelines.readers import ParseReaderCounts
from archiver.pipelines.text import ExtractText
from archiver.pipelines.validate import Validate
from archiver.tree.document import parse_fragment

P = TypeVar("P", bound=Pipeline)
BodyPipeline = StripBoilerplate | ExtractText | ListLinks | Validate
BODY_PIPELINES: tuple[type[BodyPipeline], ...] = (
    StripBoilerplate,
    ExtractText,
    ListLinks,
    Validate,
)


@pytest.fixture
def crawler(settings: Settings) -> Crawler:
    return crawler_with(settings)


def crawler_with(settings: Settings, **changes: object) -> Crawler:
    """A crawler that is not running: it needs no reactor."""
    values = {**settings.copy_to_dict(), "TWISTED_REACTOR_ENABLED": False, **changes}
    return get_crawler(Spider, values)


def build(kind: type[P], crawler: Crawler) -> P:
    return build_from_crawler(kind, crawler)


def stat(crawler: Crawler, name: str) -> object:
    assert crawler.stats is not None
    return crawler.stats.get_value(name)


# --- Dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date_text", "feed_text", "published", "published_at", "doubtful"),
    [
        ("2019-05-03", None, "2019-05-03", None, None),
        (
            "2019-05-03",
            "Fri, 03 May 2019 14:20:59 +0800",
            "2019-05-03",
            "2019-05-03T14:20:59+08:00",
            None,
        ),
        ("2019-05-03", "Sat, 04 May 2019 14:20:59 +0800", "2019-05-03", None, None),
        ("2019-05-03", "Fri, 03 May 2019 14:20:59 CST", "2019-05-03", None, None),
        (None, "Fri, 03 May 2019 14:20:59 CST", None, None, None),
        ("2019-05-03", "Fri, 03 May 2019 14:20:59", "2019-05-03", None, None),
        (
            "2019-05-03",
            "Fri, 03 May 2019 06:20:59 GMT",
            "2019-05-03",
            "2019-05-03T14:20:59+08:00",
            None,
        ),
        ("2019-05-03 14:20", None, "2019-05-03", "2019-05-03T14:20:00+08:00", None),
        (None, "Sat, 04 May 2019 14:20:59 +0800", "2019-05-04", "2019-05-04T14:20:59+08:00", None),
        ("2013 年 6 月", None, None, None, 1),
        (None, None, None, None, None),
    ],
)
def test_normalise_dates(
    crawler: Crawler,
    date_text: str | None,
    feed_text: str | None,
    published: str | None,
    published_at: str | None,
    doubtful: int | None,
) -> None:
    item = Article(6583, date_text=date_text, feed_text=feed_text)
    assert build(NormaliseDates, crawler).process_item(item) is item
    assert (item.published, item.published_at) == (published, published_at)
    assert stat(crawler, "kexue/doubtful/date") == doubtful


@pytest.mark.parametrize("kind", [ListingEntry, IndexEntry, FeedEntry])
def test_every_kind_of_item_gets_its_date(
    crawler: Crawler, kind: type[ListingEntry] | type[IndexEntry] | type[FeedEntry]
) -> None:
    item = kind(1, "题", date_text="2019-05-03")
    build(NormaliseDates, crawler).process_item(item)
    assert item.published == "2019-05-03"


# --- Readers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "readers", "doubtful"),
    [("12位读者", None, 12, None), (None, 7, 7, None), ("许多读者", None, None, 1)],
)
def test_parse_reader_counts(
    crawler: Crawler,
    caplog: pytest.LogCaptureFixture,
    text: str | None,
    before: int | None,
    readers: int | None,
    doubtful: int | None,
) -> None:
    item = ListingEntry(6583, readers_text=text, readers=before)
    assert build(ParseReaderCounts, crawler).process_item(item) is item
    assert item.readers == readers
    assert stat(crawler, "kexue/doubtful/readers") == doubtful
    assert caplog.messages == (
        [f"article 6583: readers not understood: {text!r}"] if doubtful else []
    )


# --- Body, text, links ----------------------------------------------------------------------------

PAGE = """<p>讨论$x&lt;1$，见<a href="/archives/7006#comments" onclick="track()">此文</a></p>
<!--more--><p>后半<img src="a.png"/></p><script>alert(1)</script>
<p><em><strong>转载到请包括本文地址：</strong></em>……</p>
<div id="content_tips">推荐</div><div id="pay">打赏</div><div id="how_to_cite">引用</div>"""


def test_the_body_pipelines_in_their_order(crawler: Crawler) -> None:
    item = Article(6583, title="题", body=parse_fragment(PAGE))
    for kind in BODY_PIPELINES:
        assert build(kind, crawler).process_item(item) is item
    assert item.body_html == (
        '<p>讨论$x&lt;1$，见<a href="https://kexue.fm/archives/7006#comments">此文</a></p>\n'
        '<p>后半<img src="https://kexue.fm/archives/a.png"></p>'
    )
    assert item.body_text == "讨论$x<1$，见此文\n\n后半"
    assert item.body_markdown == (
        "讨论$x<1$，见[此文](https://kexue.fm/archives/7006#comments)\n\n"
        "后半![](https://kexue.fm/archives/a.png)"
    )
    assert [formula.latex for formula in item.formulas] == ["$x<1$"]
    assert [picture.url for picture in item.pictures] == ["https://kexue.fm/archives/a.png"]
    assert (item.excerpt, item.excerpt_known) == ("讨论$x<1$，见此文", True)
    assert [(link.url, link.text, link.target_id) for link in item.links] == [
        ("https://kexue.fm/archives/7006#comments", "此文", 7006)
    ]


def test_the_listings_excerpt_is_not_replaced(crawler: Crawler) -> None:
    item = Article(1, body=parse_fragment(PAGE), excerpt="列表", excerpt_known=True)
    build(ExtractText, crawler).process_item(item)
    assert item.excerpt == "列表"


def test_links_to_a_copy_of_the_blog_are_its_own(settings: Settings) -> None:
    crawler = crawler_with(settings, KEXUE_BASE_URL="http://127.0.0.1:8080/copy")
    item = Article(1, body=parse_fragment('<a href="http://127.0.0.1:8080/copy/archives/2">x</a>'))
    build(ListLinks, crawler).process_item(item)
    assert [link.target_id for link in item.links] == [2]


@pytest.mark.parametrize("kind", BODY_PIPELINES)
def test_what_has_no_body_passes(crawler: Crawler, kind: type[BodyPipeline]) -> None:
    pipeline = build(kind, crawler)
    entry = ListingEntry(1)
    protected = Article(1, title="题", status=Status.PROTECTED)
    assert pipeline.process_item(entry) is entry
    assert pipeline.process_item(protected) is protected
    assert protected == Article(1, title="题", status=Status.PROTECTED)


# --- Validation -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("article", "without_body"),
    [
        (Article(1, title="题", body_html="<p>文</p>"), None),
        (Article(1, title="题", body_html=""), 1),
        (Article(1, title="题"), 1),
        (Article(1, title="题", status=Status.PROTECTED), None),
    ],
)
def test_validate_lets_pass(crawler: Crawler, article: Article, without_body: int | None) -> None:
    assert build(Validate, crawler).process_item(article) is article
    assert stat(crawler, "kexue/without_body") == without_body


@pytest.mark.parametrize(
    ("article", "reason", "field"),
    [
        (Article(0, title="题"), "an article without an id", "id"),
        (Article(-1, title="题"), "an article without an id", "id"),
        (Article(7), "article 7 has no title", "title"),
        (Article(7, title=""), "article 7 has no title", "title"),
    ],
)
def test_validate_refuses(crawler: Crawler, article: Article, reason: str, field: str) -> None:
    with pytest.raises(DropItem, match=f"^{reason}$"):
        build(Validate, crawler).process_item(article)
    assert stat(crawler, f"kexue/refused/{field}") == 1

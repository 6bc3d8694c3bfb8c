"""Ask again for a page that arrived damaged: cut off, not UTF-8, or not a page at all.

A proxy on the way can cut an answer without breaking HTTP. What is still damaged after the last
try goes on to the spider, which names it as failed; it is never stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import TextResponse

from archiver.pages.errors import UnexpectedPage
from archiver.pages.received import decode_page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class RetryDamaged:
    """Retry answers with status 200 that cannot be what the server meant to send."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for a crawler."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Let an answer pass, or return the request to send again."""
        if response.status != 200 or request.url.endswith("/robots.txt"):
            return response
        reason = damage_of(response)
        if reason is None or self.crawler.spider is None:
            return response
        again = get_retry_request(request, spider=self.crawler.spider, reason=reason)
        return again or response


def damage_of(response: Response) -> str | None:
    """What is wrong with an answer, or ``None``."""
    if not isinstance(response, TextResponse):
        return "not a page"
    try:
        decode_page(response.body)
    except UnexpectedPage as error:
        return str(error)
    return None

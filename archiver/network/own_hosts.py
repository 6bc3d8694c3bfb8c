"""Refuse requests to other hosts than the blog's, also after a redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from archiver.network.exceptions import ForeignHost
from archiver.site import Base

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class OwnHostsOnly:
    """Refuses every request to another host than the blog's (``site.Base.may_ask``)."""

    def __init__(self, base: Base) -> None:
        self.base = base

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for the base address of the settings."""
        return cls(Base.parse(crawler.settings["KEXUE_BASE_URL"]))

    def process_request(self, request: Request) -> None:
        """Raise ``ForeignHost`` for a foreign address."""
        if not self.base.may_ask(request.url):
            kind = "a redirect" if request.meta.get("redirect_times") else "a request"
            raise ForeignHost(f"{kind} to another host ({urlsplit(request.url).netloc})")

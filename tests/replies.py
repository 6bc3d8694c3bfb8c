"""Answers of a local server, as they come."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from parsel import Selector, SelectorList

from archiver.demo.server import COOKIE_VALUE

COOKIE = {"Cookie": f"kxgate={COOKIE_VALUE}"}


@dataclass
class Reply:
    """An HTTP reply."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def page(self) -> Selector:
        return Selector(self.body.decode())

    @property
    def entries(self) -> SelectorList[Selector]:
        return self.page.css("#content > div.Post")

    @property
    def ids(self) -> list[int]:
        urls = self.entries.css(".title-wrap h2 > a::attr(href)").getall()
        return [int(url.rstrip("/").rpartition("/")[2]) for url in urls]


def get(
    base_url: str, path: str, headers: dict[str, str] | None = None, timeout: float = 5
) -> Reply:
    """GET without following redirects; raises what http.client raises."""
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()

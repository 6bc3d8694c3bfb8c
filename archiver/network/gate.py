"""Pass the gate as a browser does: keep its cookie and send the same request again.

The first request without its cookie is answered with HTTP 403 (200 was seen too) and a page of
less than 1,000 bytes whose script sends the browser to the same path. The cookie comes in a header
or is set by the script. A protected article's 403 is a full page and not the gate.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Self

from archiver import site
from archiver.network.exceptions import GateClosed
from archiver.network.requests import is_file, is_robots
from archiver.network.retry_policy import RetryPolicy
from archiver.pages.file_types import file_type_of
from archiver.pages.kind import is_gate

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.http.request import VerboseCookie

logger = logging.getLogger(__name__)

MOST_TRIES: Final = 3
_STATUSES: Final = frozenset({200, 403})
_TRIES_KEY: Final = "kexue_gate_tries"


class PassGate:
    """Sends a request again with the cookie, at most three times, each time after a longer wait."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.policy = RetryPolicy.of(crawler)
        self.delay = crawler.settings.getfloat("KEXUE_GATE_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware for a crawler."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Let an answer pass, or return the request to send again.

        Raises ``GateClosed`` when the gate stays closed: its page never reaches a parser;
        ``Stopped`` when the run was stopped meanwhile.
        """
        if response.status not in _STATUSES or not is_gate(response.body):
            return response
        if is_file(request) and file_type_of(response.body) is not None:
            return response  # a drawing (SVG) that has a script
        tries = request.meta.get(_TRIES_KEY, 0) + 1
        self.crawler.stats.inc_value("kexue/gate")
        if tries > MOST_TRIES:
            reason = f"the gate did not open after {MOST_TRIES} tries"
            if is_robots(request):
                self.policy.stop_without_rules(reason)
            self.policy.address_failed(request, reason)
            raise GateClosed(reason)
        if tries > 1:  # the first time the download delay is wait enough, as for a browser
            self.policy.pause.extend(self.delay * 2 ** (tries - 2))
            await self.policy.pause.wait()
        logger.debug("gate at %s, asking again (%d)", request.url, tries)
        again = request.replace(
            cookies=_with_cookies(request, script_cookie(response.body)),
            dont_filter=True,
            priority=request.priority + 1,
        )
        again.meta[_TRIES_KEY] = tries
        return again


def script_cookie(body: bytes) -> dict[str, str]:
    """The cookie that the gate's script sets, as ``{name: value}``."""
    match = site.GATE_COOKIE.search(body.decode("utf-8", "replace"))
    if match is None:
        return {}
    name, equals, value = match["cookie"].partition(";")[0].partition("=")
    return {name.strip(): value.strip()} if equals and name.strip() else {}


def _with_cookies(request: Request, cookies: dict[str, str]) -> list[VerboseCookie]:
    """A request's cookies and those of the gate, which are for the whole blog.

    With the path of the page a cookie that the gate has changed would be sent beside the old one.
    """
    old = request.cookies
    if isinstance(old, dict):
        old = [{"name": str(name), "value": str(value)} for name, value in old.items()]
    kept = [cookie for cookie in old if cookie["name"] not in cookies]
    new: list[VerboseCookie] = [
        {"name": name, "value": value, "path": "/"} for name, value in cookies.items()
    ]
    return [*kept, *new]

"""Requests of the spider: what they answer, and how one is sent afresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

from archiver.network.backoff import LAST_CHANCE
from archiver.network.gate import GateClosed

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

#: What the pages of articles may answer besides 200: protected, deleted.
ARTICLE_STATUSES: Final = (403, 404, 410)
#: Why a page is asked for once more, and where ``meta`` has the places of the damage.
DAMAGED: Final = "invalid UTF-8 in its text"
#: All else in ``meta`` counts tries and redirects.
_KEPT: Final = frozenset({"handle_httpstatus_list", DAMAGED})


def asked(response: Response) -> str:
    """The address that a response answers."""
    assert response.request is not None
    return url_of(response.request)


def url_of(request: Request) -> str:
    """The address that was asked for first, before any redirect."""
    return str(request.meta.get("redirect_urls", [request.url])[0])


def request_of(failure: Failure) -> Request:
    """The request that failed; Scrapy puts it on every failure that it gives to an errback."""
    request: Request = vars(failure)["request"]
    return request


def afresh(request: Request) -> Request:
    """The same request as if it had not been sent yet, for one more chance at the end of a run."""
    meta = {key: value for key, value in request.meta.items() if key in _KEPT}
    meta[LAST_CHANCE] = chances_of(request) + 1
    return request.replace(url=url_of(request), meta=meta, cookies={})


def chances_of(request: Request) -> int:
    """How many chances at the end of the run a request has had."""
    return int(request.meta.get(LAST_CHANCE, 0))


def is_not_found(failure: Failure) -> bool:
    """Does the server say that there is no such page?"""
    error = failure.value
    return isinstance(error, HttpError) and error.response.status in {404, 410}


def is_forbidden(failure: Failure) -> bool:
    """True when robots.txt does not allow the request: it was not sent."""
    return isinstance(failure.value, IgnoreRequest) and "robots.txt" in str(failure.value)


def may_pass(failure: Failure) -> bool:
    """Is it the server's trouble, which may be over later, and not a request that was refused?"""
    refused = isinstance(failure.value, IgnoreRequest)
    return not refused or isinstance(failure.value, HttpError | GateClosed)

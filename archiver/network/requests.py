"""What a request carries in ``meta``, and what can be told from a request, response or failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

from archiver.network.exceptions import GateClosed

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

#: Statuses that the spider accepts for an article besides 200: protected, deleted.
ARTICLE_STATUSES: Final = (403, 404, 410)
#: The key of the number of the capture that the answer is in.
CAPTURE: Final = "kexue_capture"
#: The key of an address that has been counted as failed.
GAVE_UP: Final = "kexue_gave_up"
#: The key of the number of final retries that the request is the last of.
FINAL_RETRY: Final = "kexue_last_chance"
#: The key of a request without whose answer the archive is complete.
OPTIONAL: Final = "kexue_nice_to_have"
#: The key of the places at which the text of the last answer was damaged; also the reason in words.
DAMAGED: Final = "invalid UTF-8 in its text"
#: The key of a request for a picture or another file, and no page.
FILE: Final = "kexue_file"
#: Scrapy's key of the most bytes of an answer.
LARGEST: Final = "download_maxsize"
#: All other keys count tries and redirects.
_KEPT: Final = frozenset({"handle_httpstatus_list", DAMAGED, FILE, LARGEST})


def original_url(request: Request) -> str:
    """The address that was requested first, before any redirect."""
    return str(request.meta.get("redirect_urls", [request.url])[0])


def request_of(answer: Response | Failure) -> Request:
    """The request that a response answers, or that a failure of an errback ended."""
    request: Request | None = getattr(answer, "request", None)
    assert request is not None  # Scrapy sets it on all that it gives to a callback or errback
    return request


def requested_url(response: Response) -> str:
    """The address that was requested first, before any redirect, of a response."""
    return original_url(request_of(response))


def final_retry(request: Request) -> Request:
    """The same request as if it had not been sent yet, marked as one more final retry."""
    meta = {key: value for key, value in request.meta.items() if key in _KEPT}
    meta[FINAL_RETRY] = final_retries_of(request) + 1
    return request.replace(url=original_url(request), meta=meta, cookies={})


def final_retries_of(request: Request) -> int:
    """How many final retries a request has had, itself included."""
    return int(request.meta.get(FINAL_RETRY, 0))


def is_file(request: Request) -> bool:
    """True for a request for a picture or another file, and no page."""
    return bool(request.meta.get(FILE))


def is_robots(request: Request) -> bool:
    """True for Scrapy's own request for robots.txt; its mark stays at a redirect."""
    return bool(request.meta.get("dont_obey_robotstxt"))


def is_not_found(failure: Failure) -> bool:
    """True when the server says that there is no such page."""
    error = failure.value
    return isinstance(error, HttpError) and error.response.status in {404, 410}


def is_temporary(failure: Failure) -> bool:
    """True for trouble of the server, which may pass; false for a request that was refused."""
    refused = isinstance(failure.value, IgnoreRequest)
    return not refused or isinstance(failure.value, HttpError | GateClosed)

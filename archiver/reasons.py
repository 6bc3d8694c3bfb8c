"""Why a request failed, in words for the report."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError

if TYPE_CHECKING:
    from twisted.python.failure import Failure  # comes with Scrapy

_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (exceptions.CannotResolveHostError, "the host is unknown (no such name, or no network)"),
    (exceptions.DownloadConnectionRefusedError, "the host refuses connections"),
    (exceptions.DownloadTimeoutError, "no answer in time"),
    (exceptions.ResponseDataLossError, "the answer was cut off"),
    (exceptions.DownloadCancelledError, "the answer is too large for a page"),
    (exceptions.DownloadFailedError, "the connection broke"),
)


def reason_of(failure: Failure) -> str:
    """One short sentence for what a request ended with."""
    error = failure.value
    if isinstance(error, HttpError):
        return status_reason(error.response.status)
    if isinstance(error, exceptions.IgnoreRequest):
        return _lower_first(str(error)) or "not asked"
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:200]


def status_reason(status: int) -> str:
    """``HTTP 503 (Service Unavailable)``."""
    try:
        return f"HTTP {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"HTTP {status}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]

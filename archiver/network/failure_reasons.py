"""Why a request failed, in words for log and report."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from gzip import BadGzipFile
from http import HTTPStatus
from typing import Final

from OpenSSL import SSL
from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectionClosed
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from archiver.network.certificate import causes_of
from archiver.network.exceptions import CertificateRefused
from archiver.network.scrapy_internals import is_unpacked_too_large
from archiver.warc.exchange import Failed

TOO_LARGE: Final = "the answer is too large for a page"
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (exceptions.CannotResolveHostError, "the host is unknown (no such name, or no network)"),
    (exceptions.DownloadConnectionRefusedError, "the host refuses connections"),
    (exceptions.DownloadTimeoutError, "no answer in time"),
    (exceptions.ResponseDataLossError, "the answer was cut off"),
    (exceptions.DownloadCancelledError, TOO_LARGE),
)
#: The attribute of an error whose reason is known in words.
_TOLD: Final = "kexue_reason"
#: The errors of a download, by the names of their classes.
_KINDS: Final[Mapping[str, type[Exception]]] = {
    kind.__name__: kind
    for kind in (*(kind for kind, _ in _REASONS), exceptions.UnsupportedURLSchemeError)
}


def reason_of(failure: Failure) -> str:
    """Why a request failed, in a few words."""
    error = failure.value
    if (told := getattr(error, _TOLD, None)) is not None:
        return str(told)
    if isinstance(error, HttpError):
        return status_reason(error.response.status)
    if is_unpacked_too_large(error):
        return TOO_LARGE
    if isinstance(error, exceptions.IgnoreRequest):
        return _lower_first(str(error)) or "not asked"
    if isinstance(error, exceptions.DownloadFailedError):
        return _connection_reason(error)
    if isinstance(error, BadGzipFile | zlib.error):
        return f"the answer cannot be unpacked ({error})"
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:200]


def failed_with(error: BaseException) -> Failed:
    """What is kept of the error that a request has ended with."""
    return Failed(type(error).__name__, reason_of(Failure(error)))  # type: ignore[no-untyped-call]


def error_again(failed: Failed) -> Exception:
    """An error that is dealt with as the one was of which this was kept."""
    if failed.kind == CertificateRefused.__name__:
        return CertificateRefused(failed.reason)
    error = _KINDS.get(failed.kind, exceptions.DownloadFailedError)(failed.reason)
    setattr(error, _TOLD, failed.reason)
    return error


def _connection_reason(error: Exception) -> str:
    """Why a connection failed, from the exceptions that Twisted names."""
    causes = causes_of(error)
    if any(isinstance(cause, SSL.Error) for cause in causes):
        return "no encrypted connection (TLS) comes about"
    if any(not isinstance(cause, ConnectionClosed) for cause in causes):
        return "the answer is not HTTP as it should be (a header, or its first line)"
    if type(error.__cause__) is ResponseFailed:  # and not its kind for which nothing came at all
        return "the answer broke off in the middle, or a header of it is too long"
    return "the connection broke"


def status_reason(status: int) -> str:
    """A status in words: ``HTTP 503 (Service Unavailable)``."""
    try:
        return f"HTTP {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"HTTP {status}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]

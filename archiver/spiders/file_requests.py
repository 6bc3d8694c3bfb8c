"""The requests for pictures and other files, and what comes of them. Nothing here is a page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from scrapy import Request

from archiver.network.exceptions import ForeignHost, Stopped
from archiver.network.failure_reasons import TOO_LARGE, reason_of, status_reason
from archiver.network.requests import FILE, LARGEST, request_of, requested_url
from archiver.pages.file_types import (
    UNKNOWN,
    FileType,
    file_type_of,
    is_cut_off,
    is_page,
)
from archiver.upload_urls import path_of

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.network.retry_policy import RetryPolicy
    from archiver.run.file_log import FileLog
    from archiver.site import Base
    from archiver.store.file_addresses import FileAddress

_MISSING: Final = (404, 410)
_UNCHANGED: Final = 304
_CUT_OFF: Final = "the file is cut off"


class FileRequests:
    """Makes requests for files, and hands what comes of them to the log of the run."""

    def __init__(self, base: Base, policy: RetryPolicy, log: FileLog) -> None:
        self.base = base
        self.policy = policy
        self.log = log

    def request(self, file: FileAddress, position: int) -> Request:
        """The request for a file, which is sent behind those with a lower position."""
        return Request(
            self.base.url(path_of(file.url)),
            callback=self.parse,
            errback=self.failed,
            headers={"Accept": "*/*", **_conditions(file)},
            cb_kwargs={"file": file},
            meta={
                FILE: True,
                LARGEST: self.log.options.largest,
                "handle_httpstatus_list": [_UNCHANGED, *_MISSING],
            },
            priority=-position,
            dont_filter=True,
        )

    def parse(self, response: Response, file: FileAddress) -> Iterator[Request]:
        """Store a file, or why there is none; gives the request for another try."""
        if response.status in _MISSING:
            self.log.refuse(file, "missing", status_reason(response.status))
        elif response.status == _UNCHANGED and _conditions(file):
            self.log.confirm(file, **_validators(response))
            self._answered(response)
        elif response.status != 200 or not response.body:
            has_status = response.status != 200
            reason = status_reason(response.status) if has_status else "an empty answer"
            yield from self._again(response, file, reason)
        else:
            yield from self._parse_body(response, file)

    def _parse_body(self, response: Response, file: FileAddress) -> Iterator[Request]:
        kind = _kind_of(response.body, file)
        if kind is None:
            reason = _strange(response.body)
            self.log.refuse(file, "not-a-picture", reason)
            self.policy.answer_refused(request_of(response), reason)
        elif is_cut_off(kind, response.body) and not self._came_again(response):
            yield from self._again(response, file, _CUT_OFF)
        else:
            self.log.keep(
                file, response.body, kind.media_type, kind.extension, **_validators(response)
            )
            self._answered(response)

    def failed(self, failure: Failure) -> None:
        """Store why a request brought nothing."""
        request = request_of(failure)
        file: FileAddress = request.cb_kwargs["file"]
        reason = reason_of(failure)
        if isinstance(failure.value, Stopped):
            return
        if isinstance(failure.value, ForeignHost):
            self.log.refuse(file, "foreign", reason)
        elif reason == TOO_LARGE:
            most = self.log.options.largest / 1e6
            self.log.refuse(file, "too-large", f"larger than {most:,.0f} MB (KEXUE_FILE_SIZE)")
        else:
            self.log.refuse(file, "failed", reason)
            self.policy.request_failed(failure)

    def _again(self, response: Response, file: FileAddress, reason: str) -> Iterator[Request]:
        """The request for the next try; after the last one the address has failed."""
        request = request_of(response)
        again = self.policy.page_refused(request, reason)
        if again is not None:
            yield again
            return
        self.log.refuse(file, "failed", reason)
        self.policy.page_failed(request, reason)

    def _came_again(self, response: Response) -> bool:
        """True when the last try gave the same bytes: the file is so on the server."""
        digest = hashlib.sha256(response.body).hexdigest()
        return self.policy.accepts_damage(request_of(response), digest)

    def _answered(self, response: Response) -> None:
        self.policy.page_read(requested_url(response))


def _conditions(file: FileAddress) -> dict[str, str]:
    """The headers with which the server need not send a file that has not changed."""
    if file.sha256 is None or file.is_lost:
        return {}
    wishes = {"If-None-Match": file.etag, "If-Modified-Since": file.last_modified}
    return {name: value for name, value in wishes.items() if value}


def _validators(response: Response) -> dict[str, str | None]:
    """The two headers by which a later run can ask whether a file has changed."""
    return {
        "etag": _header(response, "ETag"),
        "last_modified": _header(response, "Last-Modified"),
    }


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() or None if value else None


def _kind_of(data: bytes, file: FileAddress) -> FileType | None:
    """The type of what came; ``None`` when it is not what was asked for."""
    kind = file_type_of(data)
    if file.is_picture:
        return kind if kind is not None and kind.is_picture else None
    return None if kind is None and is_page(data) else kind or UNKNOWN


def _strange(data: bytes) -> str:
    """What came in place of a file, in words."""
    kind = file_type_of(data)
    if kind is not None:
        return f"not a picture, but {kind.media_type}"
    return "a page in its place" if is_page(data) else "not a picture"

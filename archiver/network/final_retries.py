"""The last tries of a run: pages that a server in trouble has not given, once more at its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from archiver.network.requests import final_retries_of, final_retry, original_url

if TYPE_CHECKING:
    from scrapy import Request

#: How often a page is tried afresh at the end of a run, as faults may come in bursts.
_MOST: Final = 3
#: So many final retries in a row that were in vain end them all.
_MOST_IN_VAIN: Final = 4


class FinalRetries:
    """The requests to send once more, in the order in which they failed."""

    def __init__(self) -> None:
        self._waiting: dict[str, Request] = {}
        self._failed_before: frozenset[str] = frozenset()
        self._in_vain = 0

    def exclude(self, urls: Iterable[str]) -> None:
        """Give no final retry to these addresses: they failed in an earlier run already."""
        self._failed_before = frozenset(urls)

    def add(self, request: Request) -> None:
        """Note a request that failed; it is sent once more while that is of use."""
        retries = final_retries_of(request)
        self._in_vain += retries > 0
        if self._in_vain >= _MOST_IN_VAIN:
            self._waiting.clear()
        elif retries < _MOST and original_url(request) not in self._failed_before:
            self._waiting[original_url(request)] = final_retry(request)

    def succeed(self, url: str) -> None:
        """Note a page that was read: it needs no final retry, and the server answers."""
        self._waiting.pop(url, None)
        self._in_vain = 0

    def next_request(self) -> Request | None:
        """The request to send once more, which is taken off the list; ``None`` at its end."""
        return self._waiting.pop(next(iter(self._waiting))) if self._waiting else None

"""The downloads that are in flight, so that the end of the run can abort them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from archiver.network.stop import Stop

_T = TypeVar("_T")


class InFlight:
    """The downloads that have begun and not ended."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self._tasks: set[asyncio.Future[Any]] = set()
        self._is_aborted = False

    async def run(self, download: Coroutine[Any, Any, _T]) -> _T:
        """The result of a download; raises ``Stopped`` when it was aborted."""
        task = asyncio.ensure_future(download)
        self._tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._is_aborted:
                self.stop.check()
            raise
        finally:
            self._tasks.discard(task)

    def abort(self) -> None:
        """Close the connections of all downloads. The run must have been stopped."""
        self._is_aborted = True
        for task in list(self._tasks):
            task.cancel()

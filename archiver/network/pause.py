"""A pause in which no request of the crawl is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from archiver.network.stop import Stop

#: A wait is slept in pieces of so many seconds, so that it ends soon after the run was stopped.
_PIECE: Final = 0.1


class Pause:
    """Holds all requests back until it is over."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        # What a test replaces: the clock (seconds) and the sleep.
        self.time: Callable[[], float] = monotonic
        self.sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
        self._until = 0.0

    def extend(self, seconds: float) -> None:
        """Send nothing for so long from now; an earlier, longer pause stays."""
        self._until = max(self._until, self.time() + seconds)

    async def wait(self) -> None:
        """Return when the pause is over; raises ``Stopped`` when the run has been stopped."""
        while True:
            self.stop.check()
            left = self._until - self.time()
            if left <= 0:
                return
            await self.sleep(min(left, _PIECE))

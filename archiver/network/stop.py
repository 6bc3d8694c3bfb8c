"""The early end of a crawl, and its reason.

It knows nothing of an archive, so that a crawl without one can be stopped too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from archiver.network.exceptions import Stopped

logger = logging.getLogger(__name__)

#: The reason of a run that a signal ended.
INTERRUPTED: Final = "interrupted"


class Stop:
    """Ends a crawl early, at most once; the first reason stays."""

    def __init__(self) -> None:
        self.reason: str | None = None
        #: Called once, at the first ``call``.
        self.on_call: Callable[[], None] = lambda: None

    def call(self, reason: str) -> None:
        """End the crawl: no further request is sent."""
        if self.reason is None:
            self.reason = reason
            logger.warning("the run ends: %s", reason)
            self.on_call()

    def check(self) -> None:
        """Raise ``Stopped`` when the crawl has been stopped."""
        if self.reason is not None:
            raise Stopped(self.reason)

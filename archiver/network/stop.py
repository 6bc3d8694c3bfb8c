"""That a crawl is to end before its time, and why.

Everything that takes part in a crawl shares one ``Stop`` (``stop_of``): what finds that it is no
use to go on, what waits, and what ends the engine. It knows nothing of an archive, so that a
spider without one can be stopped too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

#: The reason of a run that a signal ended.
INTERRUPTED: Final = "interrupted"


class Stop:
    """Called at most once; the first reason stays."""

    def __init__(self) -> None:
        self.reason: str | None = None
        #: Called once when the crawl is to end before its time.
        self.on_call: Callable[[], None] = lambda: None

    def call(self, reason: str) -> None:
        """End the crawl: no further request is sent."""
        if self.reason is None:
            self.reason = reason
            logger.warning("the run ends: %s", reason)
            self.on_call()


_stops: WeakKeyDictionary[Crawler, Stop] = WeakKeyDictionary()


def stop_of(crawler: Crawler) -> Stop:
    """The stop of a crawler, made at the first call."""
    return _stops.setdefault(crawler, Stop())

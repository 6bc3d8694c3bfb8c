"""What a crawl itself knows of its requests: when the turn of each came, and when it was answered.

A server cannot judge the gap between two requests: on a busy machine the first may arrive late
and the second in time. What the client can promise is that it does not begin with the second one
earlier. So `NOTE`, run in a forked crawl, writes down each request as it leaves.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from archiver.network.pause import Pause

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

#: The program for `rig.commands.Command`, and the variable that names the file of the notes.
NOTE: Final = "from rig.sent import note_requests; note_requests()"
FILE: Final = "RIG_SENT"


#: The path of a note that is no request: a pause has begun.
PAUSE: Final = "(pause)"


@dataclass(frozen=True)
class Sent:
    """A request of a crawl, in seconds; those of `turn` are of another clock than the others."""

    path: str
    #: When Scrapy's downloader gave it the turn, from which the delay to the next one counts.
    turn: float
    #: When it left, and when its answer was there, or its failure.
    left: float
    answered: float


def read_sent(file: Path) -> list[Sent]:
    """The noted requests in the order in which they left."""
    return [sent for sent in read_notes(file) if sent.path != PAUSE]


def read_notes(file: Path) -> list[Sent]:
    """The noted requests and pauses, in the order in which they left and began."""
    found = [Sent(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]
    return sorted(found, key=lambda sent: sent.left)


def note_requests() -> None:
    """Let Scrapy's handler of HTTP append each request to the file."""
    send = HTTP11DownloadHandler.download_request

    async def download_request(self: Any, request: Request) -> Response:
        slot = self._crawler.engine.downloader.slots[request.meta["download_slot"]]
        turn, left = slot.lastseen, monotonic()
        try:
            return await send(self, request)
        finally:
            note(Sent(urlsplit(request.url).path, turn, left, monotonic()))

    extend = Pause.extend

    def extend_and_note(self: Pause, seconds: float) -> None:
        now = monotonic()
        extend(self, seconds)
        note(Sent(PAUSE, now, now, now))

    HTTP11DownloadHandler.download_request = download_request  # type: ignore[method-assign]
    Pause.extend = extend_and_note  # type: ignore[method-assign]


def note(sent: Sent) -> None:
    """Append a note to the file."""
    with Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(sent)) + "\n")

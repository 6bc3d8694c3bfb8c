"""One request and what came back, as bytes of the wire."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

#: Why an answer is not whole, in the words of WARC 1.1 (5.13).
TOO_LONG: Final = "length"
TIMED_OUT: Final = "time"
DISCONNECTED: Final = "disconnect"
UNSPECIFIED: Final = "unspecified"


@dataclass(slots=True)
class Exchange:
    """A request as it went out, and its answer as it came, below TLS and before any decoding."""

    url: str
    #: When the request was handed to the connection, in UTC.
    sent_at: datetime
    #: Empty as long as there is no connection.
    request: bytes = b""
    response: bytearray = field(default_factory=bytearray)
    ip_address: str | None = None
    #: Bytes. An answer that has more of them on the wire is broken off.
    most: int = sys.maxsize
    #: Why the answer is not whole; ``None`` when it is.
    truncated: str | None = None

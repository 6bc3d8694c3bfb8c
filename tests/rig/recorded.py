"""A replica that notes every byte that it reads and sends, and that can send an answer oddly.

with RecordingReplica(make_posts(3)) as replica:
    replica.odd(r"^/archives/101$", gzipped_in_chunks)
    ... crawl replica.base_url ...
    assert replica.exchanges[0].request.startswith(b"GET /robots.txt")
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from replica import Replica

from archiver.demo.posts import Post
from rig.wire import ReplicaHandler

#: The page → the whole answer.
Manner = Callable[[bytes], bytes]


@dataclass
class Recorded:
    """A request as it was read, and its answer as it was sent."""

    path: str
    request: bytes
    answer: bytes
    #: The page that the blog shows at the address.
    page: bytes


class Copied:
    """A file of a socket, of which a copy is kept of all that is read or written."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.copy = bytearray()

    def readline(self, *limit: int) -> bytes:
        line: bytes = self._file.readline(*limit)
        self.copy += line
        return line

    def write(self, data: bytes) -> int:
        self.copy += data
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class RecordingHandler(ReplicaHandler):
    """Copies what comes and goes."""

    def setup(self) -> None:
        super().setup()
        self.rfile, self.wfile = Copied(self.rfile), Copied(self.wfile)  # type: ignore[assignment]

    @property
    def recording(self) -> RecordingReplica:
        """The replica that this connection belongs to."""
        site: RecordingReplica = self.server.site  # type: ignore[assignment]
        return site

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        coming: Any = self.rfile
        going: Any = self.wfile
        request, coming.copy = bytes(coming.copy), bytearray()
        page = self.recording.answer_with(None, self.path, self.headers.get("Cookie", "")).body
        odd = self.recording.odd_for(self.path)
        if odd is None:
            super().do_GET()
        else:
            self.wfile.write(odd.manner(page))
            self.close_connection = odd.closes
        # Noted before the client has all of it: it may look at once.
        self.recording.exchanges.append(Recorded(self.path, request, bytes(going.copy), page))
        going.copy.clear()
        self.wfile.flush()


@dataclass
class Odd:
    """An odd way to answer the paths in which a pattern is found."""

    pattern: re.Pattern[str]
    manner: Manner
    #: Whether only the end of the connection ends the answer. Behind others it stays open: a client
    #: is free to send its next request there, and would send it to nobody.
    closes: bool


class RecordingReplica(Replica):
    """Context manager, as `Replica`."""

    handler = RecordingHandler

    def __init__(self, posts: Iterable[Post], **options: Any) -> None:
        super().__init__(posts, **options)
        self.exchanges: list[Recorded] = []
        self._odd: list[Odd] = []

    def odd(self, pattern: str, manner: Manner, *, closes: bool = False) -> None:
        """Answer the paths in which `pattern` is found in another manner."""
        self._odd.append(Odd(re.compile(pattern), manner, closes))

    def odd_for(self, path: str) -> Odd | None:
        """The odd way for a path, if there is one."""
        return next((odd for odd in self._odd if odd.pattern.search(path)), None)


# --- Manners --------------------------------------------------------------------------------------

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n"


def in_chunks(body: bytes, size: int = 700) -> bytes:
    """A body in chunks, with a chunk extension and a trailer."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + b"0\r\nX-Trailer: yes\r\n\r\n"


def gzipped_in_chunks(page: bytes) -> bytes:
    head = OK + b"content-encoding:gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + in_chunks(gzip.compress(page))


def brotli_by_length(page: bytes) -> bytes:
    body: bytes = import_module("brotli").compress(page)  # comes with Scrapy, without types
    return OK + b"Content-Encoding: br\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def deflated(page: bytes) -> bytes:
    body = zlib.compress(page)
    return OK + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def http_1_0(page: bytes) -> bytes:
    """Without a length: the end of the connection is that of the page."""
    return b"HTTP/1.0 200 Fine\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n" + page


def odd_header(page: bytes) -> bytes:
    """A line without colon, a folded one, one twice, small letters, an unusual reason."""
    lines = (
        b"HTTP/1.1 200 Sehr gut\r\nno colon here\r\nx-folded: a\r\n  b\r\nETag:x\r\nX-Two: 1\r\n"
    )
    lines += b"x-two:2\r\nContent-Type: text/html; charset=UTF-8\r\n"
    return lines + b"Content-Length: %d\r\n\r\n" % len(page) + page


def after_early_hints(page: bytes) -> bytes:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    return hints + OK + b"Content-Length: %d\r\n\r\n" % len(page) + page


def not_modified(_: bytes) -> bytes:
    return b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 1234\r\n\r\n'


def empty(_: bytes) -> bytes:
    return OK + b"Content-Length: 0\r\n\r\n"


def cut_off(page: bytes) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n" % len(page) + page[: len(page) // 2]


def cut_off_in_a_chunk(page: bytes) -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + in_chunks(page)[:1000]


def cut_off_in_the_header(_: bytes) -> bytes:
    return OK + b"Content-Le"


def not_http(_: bytes) -> bytes:
    return b"SSH-2.0-OpenSSH_9.2\r\n"


def not_gzip(page: bytes) -> bytes:
    return OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(page) + page


def moved(_: bytes) -> bytes:
    head = b"HTTP/1.1 301 Moved Permanently\r\nLocation: /archives/101/\r\n"
    return head + b"Content-Length: 5\r\n\r\nmoved"

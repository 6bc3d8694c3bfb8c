"""The demo blog on a free port of 127.0.0.1."""

import threading
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from archiver.demo.blog import SITE_URL, Blog
from archiver.demo.posts import Post, load_posts
from archiver.demo.routes import Answer, answer, text_answer
from archiver.demo.theme import gate_script
from archiver.demo.theme.gate import COOKIE

COOKIE_VALUE = "5f1c0e7a9b3d2468"


def shows_cookie(cookies: str) -> bool:
    """True when a Cookie header holds the cookie that opens the gate."""
    try:
        morsel = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return False
    return morsel is not None and morsel.value == COOKIE_VALUE


class QuietHTTPServer(ThreadingHTTPServer):
    """A threading server of one blog; a broken connection is no error to it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    site: "DemoServer"

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing about a client that went away."""


class BlogHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD over HTTP/1.1, and logs nothing."""

    server: QuietHTTPServer
    server_version = "nginx"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = 65536
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Send the answer of the blog."""
        self.send(self.server.site.answer(self.path, self.headers.get("Cookie", "")))

    def do_HEAD(self) -> None:
        """Send the head of the answer of the blog."""
        self.do_GET()

    def send(self, given: Answer) -> None:
        """Send an answer with its exact length, or say that the client has it already."""
        mark = dict(given.headers).get("ETag")
        if mark is not None and self.headers.get("If-None-Match") == mark:
            given = Answer(304, b"", given.content_type, given.headers)
        self.send_head(given, len(given.body))
        if self.command != "HEAD":
            self.wfile.write(given.body)

    def send_head(self, given: Answer, length: int) -> None:
        """Send status and headers, with the length that is said, true or not."""
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        if given.status != 304:
            self.send_header("Content-Length", str(length))
        for name, value in given.headers:
            self.send_header(name, value)
        self.end_headers()

    def version_string(self) -> str:
        """The Server header."""
        return self.server_version

    def log_message(self, *args: object) -> None:
        """Log nothing."""


class DemoServer:
    """Context manager that serves posts; `base_url` is where.

    With `gate`, a request without the cookie gets HTTP 403 and a page whose script sets it.
    """

    handler: type[BlogHandler] = BlogHandler

    def __init__(
        self, posts: Iterable[Post] | None = None, *, site_url: str = SITE_URL, gate: bool = True
    ) -> None:
        self.blog = Blog(tuple(load_posts() if posts is None else posts), site_url=site_url)
        self.gate = gate
        self._http = QuietHTTPServer(("127.0.0.1", 0), type(self).handler)
        self._http.site = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        """Address of the blog, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, target: str, cookies: str) -> Answer:
        """The answer to a request target; `cookies` is the request's Cookie header."""
        if self.gate and not shows_cookie(cookies):
            return text_answer(403, gate_script(target, COOKIE_VALUE))
        return answer(self.blog, target)

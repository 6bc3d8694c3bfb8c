"""Blogs on the loopback interface, each in a process of its own, whose time is not counted.

    python benchmarks/blog_server.py prebuilt 1500

All servers say their address on one line, and end with their standard input.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Final

from archive_posts import many_posts
from commands import ROOT
from pages import FIRST_ID, build_posts

from archiver.demo.blog import PAGE_SIZE, Blog
from archiver.demo.posts import Post
from archiver.demo.routes import Answer, answer
from archiver.demo.server import DemoServer


class PrebuiltServer(DemoServer):
    """Serves pages that were rendered beforehand, without the gate."""

    def __init__(self, blog: Blog, paths: list[str]) -> None:
        super().__init__(blog.posts, gate=False)
        self.blog = blog
        self._pages = {path: answer(blog, path) for path in paths}

    def answer(self, target: str, cookies: str) -> Answer:
        """The page at a path."""
        return self._pages.get(target) or super().answer(target, cookies)


class CompressingServer(DemoServer):
    """Serves every page with gzip, without the gate; each is made when it is first asked for."""

    def __init__(self, posts: list[Post]) -> None:
        super().__init__(posts, gate=False)
        self._made: dict[str, Answer] = {}

    def show(self, posts: list[Post]) -> None:
        """Show other posts from now on."""
        self.blog = Blog(tuple(posts), site_url=self.blog.site_url)
        self._made.clear()

    def answer(self, target: str, cookies: str) -> Answer:  # noqa: ARG002 - there is no gate
        """The page at a path."""
        if target not in self._made:
            given = answer(self.blog, target)
            headers = (*given.headers, ("Content-Encoding", "gzip"))
            body = gzip.compress(given.body, 6, mtime=0)
            self._made[target] = replace(given, body=body, headers=headers)
        return self._made[target]


def paths_of(count: int) -> list[str]:
    """The paths that a first crawl of so many dense articles asks for."""
    pages = -(-count // PAGE_SIZE)
    listings = ["/", *(f"/page/{number}/" for number in range(2, pages + 1))]
    articles = [f"/archives/{FIRST_ID + number}" for number in range(count)]
    return [*listings, "/content.html", "/feed/", *articles]


@contextmanager
def serving(kind: str, count: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a server with so many articles, and what lets a day pass there.

    ``kind`` is a key of ``KINDS``.
    """
    command = [sys.executable, __file__, kind, str(count)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        if not base:
            raise SystemExit("the server of the benchmark did not start")
        try:
            yield base, _day_passer(process.stdin, process.stdout)
        finally:
            process.communicate()


def _day_passer(going: IO[str], coming: IO[str]) -> Callable[[], None]:
    def let_a_day_pass() -> None:
        going.write("a day\n")
        going.flush()
        coming.readline()

    return let_a_day_pass


# --- In the process of the server -----------------------------------------------------------------


def _serve_prebuilt(count: int) -> None:
    """Dense articles, rendered before the address is told."""
    _serve(PrebuiltServer(Blog(tuple(build_posts(count))), paths_of(count)))


def _serve_many(count: int) -> None:
    """The articles of ``archive_posts.py``; pages of articles are rendered when asked for.

    Without side bars, which take long to render for as many as 15,000 articles.
    """
    blog = Blog(tuple(many_posts(count)), sidebars=False)
    _serve(PrebuiltServer(blog, ["/", "/content.html", "/feed/"]))


def _serve(server: DemoServer) -> None:
    with server:
        print(server.base_url, flush=True)
        sys.stdin.read()


def _serve_compressed(count: int) -> None:
    """Dense articles, compressed; at each line of standard input a day passes."""
    posts = build_posts(count)
    with CompressingServer(posts) as server:
        print(server.base_url, flush=True)
        for _ in sys.stdin:
            posts = [replace(post, readers=(post.readers or 0) + 1) for post in posts]
            server.show(posts)
            print("a day has passed", flush=True)


KINDS: Final = {
    "prebuilt": _serve_prebuilt,
    "many": _serve_many,
    "compressed": _serve_compressed,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]))

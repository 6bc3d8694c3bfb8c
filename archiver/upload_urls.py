"""The addresses of pictures and other files of the blog, each in one form. No I/O.

A body writes them as its author did: with http or https, on any of the four hosts, in Chinese or
escaped, with ``../`` in the middle. The same file must be asked for once.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from archiver import site

#: Where the blog has its files; ``/sci/`` is older than its uploads.
_FOLDERS: Final = ("/usr/uploads/", "/sci/")
#: Names with these endings are pages, also below those folders.
_PAGES: Final = frozenset({"", ".php", ".htm", ".html", ".asp", ".aspx", ".jsp"})
#: Characters that are not escaped: as ``site`` has them, and in a query.
_PATH: Final = "/%:@!$&'()*+,;=~-._"
_QUERY: Final = _PATH + "?"
_SCHEMES: Final = frozenset({"http", "https"})
_PORTS: Final = frozenset({None, 80, 443})
#: Most addresses: the host is told without a look at the parts, and often a path without dots too.
_PLAIN = re.compile(
    r"https?://(?P<host>[a-z0-9.-]+)(?=[/?#]|\Z)"
    r"(?:(?P<path>(?:/[a-z0-9_-][a-z0-9_.-]*)+/?)(?:#[!-~]*)?\Z)?", re.IGNORECASE | re.ASCII
)  # fmt: skip


def file_url(url: str, base: site.Base | None = None) -> str | None:
    """The one form of the address of a file of the blog; ``None`` for an address of another host.

    ``https://kexue.fm``, and path and query as a browser sends them: without fragment, dots and
    characters beyond ASCII. With ``base`` addresses on the host that the blog is read from are the
    blog's, too. ``data:`` and other schemes, and what cannot be an address, give ``None``.
    """
    if (plain := _PLAIN.match(url)) is not None:
        host = plain["host"].lower()
        if host not in site.BLOG_HOSTS and (base is None or host != base.host):
            return None
        if host in site.BLOG_HOSTS and plain["path"]:
            return site.CANONICAL_BASE + str(plain["path"])
    parts = site.split_url(url)
    if parts is None or parts.scheme not in _SCHEMES or parts.username is not None:
        return None
    if (parts.hostname or "").lower() in site.BLOG_HOSTS and parts.port in _PORTS:
        path = parts.path
    elif parts.hostname and base is not None and base.owns(parts):
        path = quote(parts.path, _PATH).removeprefix(base.path)
    else:
        return None
    query = f"?{quote(parts.query, _QUERY)}" if parts.query else ""
    return f"{site.CANONICAL_BASE}{_without_dots(quote(path.replace(chr(92), '/'), _PATH))}{query}"


def path_of(file: str) -> str:
    """Path and query of an address that ``file_url`` gave."""
    return file.removeprefix(site.CANONICAL_BASE)


def is_linked_file(file: str) -> bool:
    """True for the address (of ``file_url``) of a file that a link may lead to, and not a page."""
    path = path_of(file).partition("?")[0]
    return path.startswith(_FOLDERS) and PurePosixPath(path).suffix.lower() not in _PAGES


def _without_dots(path: str) -> str:
    """A path without ``.`` and ``..``, escaped or not, as a browser resolves them."""
    kept: list[str] = []
    *folders, name = path.removeprefix("/").split("/")
    for segment in folders:
        if _dots(segment) == "..":
            del kept[-1:]
        elif _dots(segment) != ".":
            kept.append(segment)
    if _dots(name) == "..":
        del kept[-1:]
    kept.append("" if _dots(name) in {".", ".."} else name)
    return "/" + "/".join(kept)


def _dots(segment: str) -> str:
    return segment.replace("%2e", ".").replace("%2E", ".")

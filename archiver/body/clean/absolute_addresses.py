"""The addresses of a body: made absolute, and the problems of broken ones.

A broken address is kept as its author wrote it and named: to guess what was meant is left to the
reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archiver import site
from archiver.items import Problem
from archiver.tree.document import ASCII_SPACE

#: The attributes with an address, by the element.
_ADDRESSES: Final = {
    "a": ("href",), "area": ("href",), "img": ("src",), "blockquote": ("cite",),
    "audio": ("src",), "video": ("src", "poster"), "source": ("src",),
}  # fmt: skip
#: An empty address is the page's own for a link, and none for all others.
_LINKS: Final = frozenset({"a", "area"})
#: Addresses that run a script when followed; white space and control characters do not hinder it.
_SCRIPT = re.compile(
    r"[\s\x00-\x1f]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript)\s*:", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s@/:?#]+@[^\s@/:?#]+\.[^\s@/:?#.]+\Z")
_BLOG_HOSTS = "|".join(re.escape(host) for host in sorted(site.BLOG_HOSTS))
_HOST_ONLY = re.compile(rf"(?:www\.[^\s/.]+\.[^\s/]+|{_BLOG_HOSTS})(?:[/?#]|\Z)", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
#: Most relative addresses: what they stand for can be written without being resolved.
_SIMPLE = re.compile(
    r"(?:(?:/[a-z0-9_-][a-z0-9_.-]*)+/?|(?=#))(?:#[a-z0-9_:.-]+)?\Z", re.IGNORECASE | re.ASCII
)
_WITH_HOST: Final = frozenset({"http", "https", "ftp"})
_HOST = re.compile(r"[^\s\\<>\"^`{|}]+\Z")


def make_absolute(
    elements: Iterable[HtmlElement], article: int, document: str | None = None
) -> None:
    """Resolve the addresses of elements against their article's, in place; drop script addresses.

    ``document`` is what they are resolved against on a page with a ``<base>``.
    """
    for element in elements:
        is_link = element.tag in _LINKS
        for attribute in _ADDRESSES.get(element.tag, ()):
            given = element.get(attribute)
            if given is None:
                continue
            value = given if is_link else given.strip(ASCII_SPACE)
            if _SCRIPT.match(value) or (not is_link and not value):
                del element.attrib[attribute]
            elif (whole := absolute(value, article, document)) != given:
                element.set(attribute, whole)


def absolute(href: str, article: int, document: str | None = None) -> str:
    """An address of an article's body, absolute; a broken one as written.

    White space behind an address is part of what was written and stays.
    """
    written = href.strip(ASCII_SPACE)
    if _SCHEME.match(written):
        return href
    if document is None and _SIMPLE.match(href):
        return (site.CANONICAL_BASE if href[0] == "/" else site.article_url(article)) + href
    if problem_of(href) not in {None, Problem.SPACE}:
        return href
    resolved = site.resolve(written, article, document)
    if written.endswith(("#", "?")) and not resolved.endswith(written[-1]):
        resolved += written[-1]  # urljoin drops an empty fragment or query
    return resolved + href[len(href.rstrip(ASCII_SPACE)) :] if written else resolved


@lru_cache(maxsize=256)  # asked when an address is made absolute, of its link and of its target
def problem_of(href: str) -> Problem | None:
    """The problem that keeps a reader from following an address; ``None`` when none is known."""
    written = href.strip(ASCII_SPACE)
    if _EMAIL.match(written):
        return Problem.EMAIL
    if _HOST_ONLY.match(written):
        return Problem.SCHEME
    if not _has_host(written):
        return Problem.HOST
    return Problem.SPACE if written != href and written else None


def _has_host(url: str) -> bool:
    """True for an address with a valid host, and for one that needs none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.netloc:
        return parts.scheme not in _WITH_HOST
    return bool(parts.hostname) and _HOST.match(parts.netloc) is not None


def target_of(href: str, base: site.Base | None = None) -> int | None:
    """The archive id that an absolute address leads to, also where its scheme is missing."""
    if problem_of(href) is Problem.SCHEME:
        href = f"https://{href.strip(ASCII_SPACE)}"
    return site.article_id(href, base)

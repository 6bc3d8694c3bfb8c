"""Pictures that count visitors and show nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archiver import site

#: The names of the hosts; ``urlsplit`` leaves line breaks and tabs out.
_COUNTERS = re.compile(
    "|".join(map(re.escape, sorted(site.TRACKER_HOSTS))) + r"|[\t\r\n]", re.IGNORECASE
)
_SIZE = re.compile(r"\s*[01](?:px)?\s*\Z")


def is_tracker(picture: HtmlElement) -> bool:
    """True for a visitor counter: a picture that is invisible or comes from a counter's host."""
    sizes = picture.get("width"), picture.get("height")
    if all(size is not None and _SIZE.match(size) for size in sizes):
        return True
    source = picture.get("src") or ""
    if not _COUNTERS.search(source):
        return False
    try:
        host = urlsplit(source).hostname
    except ValueError:
        return False
    return host in site.TRACKER_HOSTS

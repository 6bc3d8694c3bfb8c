"""The key by which the index of a web archive is sorted: an address in SURT form.

As the package ``surt`` makes it, by which pywb, ReplayWeb.page and others look an address up, but
without the session numbers that it takes out, which the blog has not.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_WWW: Final = re.compile(r"^www\d*\.")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
#: What stays as it is besides letters and digits.
_SAFE: Final = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def url_key(url: str) -> str:
    """``fm,kexue)/archives/6583`` of ``https://www.kexue.fm/archives/6583/``.

    An address that cannot be read is its own key.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = _WWW.sub("", (parts.hostname or "").strip("."), count=1)
    key = ",".join(reversed(host.split(".")))
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        key += f":{port}"
    return f"{key}){_path(parts.path)}{_query(parts.query)}"


def _path(text: str) -> str:
    """A path without empty parts, ``.`` and ``..``, in small letters."""
    kept: list[str] = []
    for part in _plain(text).split("/")[1:]:
        if part == ".." and kept:
            kept.pop()
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(filter(None, kept)).lower()


def _query(text: str) -> str:
    """The arguments in their order, in small letters."""
    arguments = _plain(text).lower().split("&")
    return "?" + "&".join(sorted(arguments, key=lambda x: x.split("=", 1))) if text else ""


def _plain(text: str) -> str:
    """A text with all escapes undone, however often it was escaped, and escaped once."""
    data = text.encode()
    while (unescaped := unquote_to_bytes(data)) != data:
        data = unescaped
    return quote_from_bytes(data, _SAFE)

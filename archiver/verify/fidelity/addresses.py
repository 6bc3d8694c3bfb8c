"""Addresses by the rules of docs/data-format.md: absolute, and what is wrong with broken ones.

Written for the audit alone, from the contract and https://url.spec.whatwg.org/.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urljoin

from archiver import site
from archiver.items import Problem

_SPACE: Final = " \t\r\n\x0c"
_NEED_HOSTS: Final = frozenset({"http", "https", "ftp"})
#: Characters that a browser ignores in an address.
_IGNORED = re.compile(r"[\t\r\n]")
_URL = re.compile(r"(?:(?P<scheme>[A-Za-z][-A-Za-z0-9+.]*):)?(?://(?P<authority>[^/?#]*))?")
_HOST = re.compile(
    r"(?:[^@]*@)?(?:\[(?P<ipv6>[^]]*)\]|[^][\s\\<>\"^`{|}:@]+)(?::(?P<port>[0-9]*))?"
)
_LARGEST_PORT: Final = 65535


def absolute_address(href: str, article: int, document: str | None = None) -> str:
    """An address of an article's page, made absolute; a broken or absolute one as it is written.

    ``document`` is what relative addresses are resolved against on a page with a ``<base>``.
    """
    if problem_of(href) not in {None, Problem.SPACE} or _scheme(href.strip(_SPACE)):
        return href
    written = href.strip(_SPACE)
    url = urljoin(document or site.article_url(article), written)
    if written[-1:] in {"#", "?"} and url[-1:] != written[-1]:
        url += written[-1]
    behind = href[len(href.rstrip(_SPACE)) :] if written else ""
    return url + behind


def problem_of(href: str) -> Problem | None:
    """Why an address cannot be followed as it is written; ``None`` when nothing is wrong."""
    written = href.strip(_SPACE)
    if _is_mail(written):
        return Problem.EMAIL
    if _lacks_scheme(written):
        return Problem.SCHEME
    if not _has_host(written):
        return Problem.HOST
    return Problem.SPACE if written and written != href else None


def target_of(href: str, base: site.Base | None = None) -> int | None:
    """The archive id that an absolute address leads to, even one that lacks its scheme.

    ``None`` for an address of no article. ``base`` is where the blog was read from.
    """
    written = href.strip(_SPACE)
    return site.article_id(f"https://{written}" if _lacks_scheme(written) else href, base)


def _is_mail(written: str) -> bool:
    """True when an address has the form ``name@host.example``."""
    name, at, host = written.partition("@")
    top = host.rpartition(".")[2]
    plain = not any(c.isspace() or c in "/:?#" for c in written)
    return bool(name and at and top) and top != host and "@" not in host and plain


def _lacks_scheme(written: str) -> bool:
    """True when an address begins with a host of the blog or with ``www.``, not with a scheme."""
    host = re.split("[/?#]", written.lower(), maxsplit=1)[0]
    if host in site.BLOG_HOSTS:
        return True
    labels = host.split(".")
    has_name = len(labels) > 2 and labels[1] != "" and ".".join(labels[2:]) != ""
    return labels[0] == "www" and has_name and not any(map(str.isspace, host))


def _scheme(written: str) -> str:
    """The scheme of an address in lower case; empty without one."""
    found = _URL.match(written)
    return (found["scheme"] or "").lower() if found else ""


def _has_host(written: str) -> bool:
    """True when an address has a possible host, or a scheme that needs none."""
    found = _URL.match(_IGNORED.sub("", written))
    authority = found["authority"] if found else None
    if not authority:
        return _scheme(written) not in _NEED_HOSTS
    host = _HOST.fullmatch(authority)
    return host is not None and _is_port(host["port"] or "") and _is_ipv6(host["ipv6"])


def _is_port(text: str) -> bool:
    """True when digits, or none, are a port from 0 to 65535."""
    digits = text.lstrip("0")
    return len(digits) <= len(str(_LARGEST_PORT)) and int(digits or 0) <= _LARGEST_PORT


def _is_ipv6(text: str | None) -> bool:
    """True when a text is an IPv6 address; also for ``None``, of a host in another form."""
    try:
        return text is None or IPv6Address(text).version == 6
    except ValueError:
        return False

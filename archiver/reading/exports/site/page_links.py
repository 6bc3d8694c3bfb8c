"""The links of an article: to pages of the site where there are such, else to where they led."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archiver import site
from archiver.body.clean.absolute_addresses import problem_of
from archiver.items import Problem

#: No server is told where a link was clicked.
REL: Final = "noreferrer noopener"


def no_fragment(_article: int, _address: str) -> str | None:
    """The places of comments on a site that shows none."""
    return None


def lead_links(
    top: HtmlElement,
    here: int,
    pages: Container[int],
    files: Mapping[str, str],
    comments: Callable[[int, str], str | None] = no_fragment,
    rel: str = REL,
) -> None:
    """Let the links of the body of the article ``here`` lead to pages and files, in place.

    ``pages`` are ids of articles, ``files`` names in the folder of the site by addresses.
    ``comments`` gives the fragment of an address that leads to comments of an article, or ``None``
    where they are not there. All other links have ``rel``.
    """
    for link in top.iter("a", "area"):
        link.attrib.pop("target", None)
        address = link.get("href")
        if address is None:
            continue
        file = files.get(address)
        meant = _meant(address, here)
        local = _local(meant, here, pages, comments) if file is None else f"../{file}"
        link.set("href", meant if local is None else local)
        if local is None:
            link.set("rel", rel)


def _meant(address: str, here: int) -> str:
    """Where an address leads on the page of the article ``here`` on the blog, absolute.

    The archive keeps an address that its author wrote without ``mailto:`` or ``https://``. On a
    page of a folder it would lead to a file that is not there. Places on the page stay as they are.
    """
    written = address.strip()
    if written.startswith("#"):
        return written
    match problem_of(address):
        case Problem.EMAIL:
            return f"mailto:{written}"
        case Problem.SCHEME:
            return f"https://{written}"
    return site.resolve(address, here)


def _local(
    address: str,
    here: int,
    pages: Container[int],
    comments: Callable[[int, str], str | None],
) -> str | None:
    """The address from one page of an article to another; ``None`` where it leads elsewhere."""
    if address.startswith("#"):
        return comments(here, address) or address
    article = site.article_id(address)
    if article is None or article not in pages:
        return None
    if site.leads_to_comments(address):
        place = comments(article, address)
        if place is None:
            return None
    else:
        fragment = urlsplit(address).fragment
        place = f"#{fragment}" if fragment else ""
    return place if article == here and place else f"{article}.html{place}"

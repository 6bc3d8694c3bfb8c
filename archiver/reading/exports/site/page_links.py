"""The links of an article: to pages of the site where there are such, else to where they led."""

from __future__ import annotations

from collections.abc import Container, Mapping
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archiver import site


def lead_links(
    top: HtmlElement, here: int, pages: Container[int], files: Mapping[str, str]
) -> None:
    """Let the links of the body of the article ``here`` lead to pages and files, in place.

    ``pages`` are ids of articles, ``files`` names in the folder of the site by addresses. All other
    links tell no server where they were clicked.
    """
    for link in top.iter("a", "area"):
        link.attrib.pop("target", None)
        address = link.get("href")
        if address is None:
            continue
        local = f"../{files[address]}" if address in files else _local(address, here, pages)
        link.set("href", address if local is None else local)
        if local is None:
            link.set("rel", "noreferrer noopener")


def _local(address: str, here: int, pages: Container[int]) -> str | None:
    """The address from one page of an article to another; ``None`` where it leads elsewhere."""
    if address.startswith("#"):
        return address
    article = site.article_id(address)
    if article is None or article not in pages or site.leads_to_comments(address):
        return None
    fragment = urlsplit(address).fragment
    place = f"#{fragment}" if fragment else ""
    return place if article == here and place else f"{article}.html{place}"

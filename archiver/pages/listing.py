"""A listing page: ten articles, and the page that follows."""

from __future__ import annotations

import re
from typing import Final

from lxml.html import HtmlElement

from archiver import site
from archiver.body.clean.boilerplate import remove_self_anchors
from archiver.body.contents.text import plain_text
from archiver.items import ListingEntry, ListingPage
from archiver.numbers import MOST_PAGES, parse_number
from archiver.pages import fields
from archiver.pages.base_element import with_base_element
from archiver.tree.css_selection import first, select
from archiver.tree.document import Page, one_line_text, text_content
from archiver.tree.unexpected import UnexpectedPage

#: A listing page of the blog has ten. Each is looked through by itself, with those inside it.
_MOST_ENTRIES: Final = 1_000
_LISTING_LINK = re.compile(r"/(?P<number>[0-9]+)/?\Z")


def parse_listing(page: Page, base: site.Base | None = None) -> ListingPage:
    """All entries of a listing page in the page's order, and its place among the others.

    Raises ``UnexpectedPage`` for an article's page, and for one with more entries than a listing
    page has.
    """
    if len(page.posts) > _MOST_ENTRIES:
        raise UnexpectedPage(f"more than {_MOST_ENTRIES:,} articles on a listing page")
    if select(page.root, f"{site.POST} {site.ARTICLE_BODY}"):
        raise UnexpectedPage("an article in place of a listing page")
    base = with_base_element(base, page)
    entries = (parse_entry(post, base) for post in page.posts)
    pager = select(page.root, site.PAGER)
    return ListingPage(
        entries=[entry for entry in entries if entry is not None],
        next_page=parse_next_page(pager[-1]) if pager else None,
        last_page=parse_last_page(pager[-1]) if pager else None,
    )


def parse_entry(post: HtmlElement, base: site.Base | None) -> ListingEntry | None:
    """One entry; ``None`` when its title does not link to an article."""
    heading = fields.find_heading(post)
    article = fields.parse_id(heading, base)
    if article is None:
        return None
    byline = fields.parse_post_byline(post)
    tools = select(post, site.TOOLS)
    last_tools = tools[0] if tools else None
    return ListingEntry(
        id=article,
        title=fields.parse_title(heading),
        author=byline.author,
        date_text=byline.date_text,
        readers_text=byline.readers_text,
        excerpt=parse_excerpt(post, article, base),
        category=fields.parse_category(last_tools),
        tags=fields.parse_tags(last_tools),
        comment_count=parse_comment_count(last_tools),
    )


def parse_excerpt(post: HtmlElement, article: int, base: site.Base | None) -> str | None:
    """The text before the "more" link, which may be empty; ``None`` without such a link."""
    body = first(post, site.BODY)
    if body is None or select(post, site.PROTECTED_FORM):
        return None
    for nested in body.xpath(".//div[contains(concat(' ', @class, ' '), ' Post ')]"):
        nested.drop_tree()  # the next entries, where an unclosed tag of this one has put them
    more = _more_link(body, article, base)
    if more is None:
        return None
    more.drop_tree()
    remove_self_anchors(body)
    return plain_text(body)


def _more_link(body: HtmlElement, article: int, base: site.Base | None) -> HtmlElement | None:
    """The link to the article that ends its excerpt; ``None`` when the last link is another."""
    links = body.xpath(".//a[@href]")
    if not links:
        return None
    last = links[-1]
    is_more = one_line_text(last).startswith(site.MORE_LINK_TEXT)
    return last if is_more and site.article_id(last.get("href"), base) == article else None


def parse_comment_count(tools: HtmlElement | None) -> int | None:
    """The number in ``46 评论``."""
    if tools is None:
        return None
    links = [link for link in tools.iter("a") if "#comments" in (link.get("href") or "")]
    return fields.parse_comment_count(text_content(links[-1])) if links else None


def parse_next_page(pager: HtmlElement) -> int | None:
    """The number of the page that the pager's ``»`` leads to; ``None`` on the last page."""
    for link in pager.iter("a"):
        if one_line_text(link).strip() == site.NEXT_LINK_TEXT:
            return _page_number(link.get("href") or "")
    return None


def parse_last_page(pager: HtmlElement) -> int | None:
    """The highest page number that the pager names."""
    numbers = (parse_number(one_line_text(link), MOST_PAGES) for link in pager.iter("a", "span"))
    return max((number for number in numbers if number), default=None)


def _page_number(href: str) -> int | None:
    """The page number at the end of a pager link, of the home page's and of any category's."""
    path = href.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    match = _LISTING_LINK.search(path)
    return (parse_number(match["number"], MOST_PAGES) or None) if match else None

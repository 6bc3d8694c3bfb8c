"""An article's page to an article as scraped."""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver import site
from archiver.items import Article, Status
from archiver.pages import fields
from archiver.pages.base_element import with_base_element
from archiver.pages.body_bounds import whole_body
from archiver.pages.byline import parse_byline
from archiver.pages.comments import (
    comments_of,
    heading_of_comments,
    parse_comment_count,
    places_for_comments,
)
from archiver.tree.css_selection import select
from archiver.tree.document import Page, text_content
from archiver.tree.unexpected import UnexpectedPage


def parse_article(page: Page, url: str | None, base: site.Base | None = None) -> Article:
    """Read an article's page, or a protected article's page; the body keeps its boilerplate.

    ``url`` is the address that was asked for; it decides the id where the page names none.
    Raises ``UnexpectedPage`` when the page is no article, or another one than was asked for.
    """
    heading = fields.find_heading(_post(page))
    asked = site.article_id(url, base) if url else None
    path = site.HOME_PATH if asked is None else site.article_path(asked)
    article = _id(heading, asked, with_base_element(base, page, path))
    here = with_base_element(base, page, site.article_path(article))
    byline = parse_byline(page.byline)
    tools = _tools(page)
    protected = page.asks_password
    body = None if protected or page.body is None else whole_body(page.body)
    around = places_for_comments(page)  # what an open tag has put into the body is gone by now
    comments = None if protected else comments_of(page, around, article, base)
    return Article(
        id=article,
        title=fields.parse_title(heading),
        author=byline.author,
        date_text=byline.date_text,
        readers_text=byline.readers_text,
        category=fields.parse_category(tools),
        tags=fields.parse_tags(tools),
        comment_count=parse_comment_count(around) if comments is None else comments.count,
        shows_no_comments=not protected and shows_no_comments(around),
        status=Status.PROTECTED if protected else Status.PUBLISHED,
        body=body,
        document=here.document if here is not None else None,
        comments=comments,
    )


def _post(page: Page) -> HtmlElement:
    if page.body is None:
        raise UnexpectedPage(f"not an article's page (no {site.ARTICLE_BODY})")
    if page.byline is None:
        raise UnexpectedPage("not an article's page (no line with author and date)")
    return page.posts[0]


def _id(heading: HtmlElement | None, asked: int | None, base: site.Base | None) -> int:
    """The archive id of a page; raises ``UnexpectedPage`` for another one than was asked for."""
    shown = fields.parse_id(heading, base)
    if asked is not None and shown is not None and asked != shown:
        raise UnexpectedPage(f"the page of another article ({shown})")
    found = shown if shown is not None else asked
    if found is None:
        raise UnexpectedPage("the page does not tell its article's id; give its address")
    return found


def _tools(page: Page) -> HtmlElement | None:
    """Category and tags; an unclosed ``div`` of the body may have put them inside it."""
    tools = select(page.root, site.TOOLS)
    whole = [element for element in tools if element.get("id") == "tools"]
    return (whole or tools or [None])[-1]


def shows_no_comments(places: list[HtmlElement]) -> bool:
    """True when the page has the place for comments, and neither a comment nor a number in it.

    The theme writes no heading there when an article has none.
    """
    if not places or any(select(place, site.COMMENT) for place in places):
        return False
    heading = heading_of_comments(places)
    return heading is None or not any(map(str.isdigit, text_content(heading)))

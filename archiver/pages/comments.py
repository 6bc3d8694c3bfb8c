"""The comments of an article's page, or of a further page of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from lxml.html import HtmlElement

from archiver import site
from archiver.items import Comment, CommentPage
from archiver.numbers import MOST_PAGES, parse_number
from archiver.pages import fields
from archiver.pages.base_element import with_base_element
from archiver.pages.comment_threads import Place, find_parents
from archiver.tree.comment_lists import (
    Element,
    ListedComment,
    ListedComments,
    addresses_of,
    attribute_of,
    text_of,
)
from archiver.tree.css_selection import select
from archiver.tree.document import Page, one_line_text
from archiver.tree.lexbor_copy import build_tree
from archiver.tree.plain_html import is_plain
from archiver.tree.unexpected import UnexpectedPage

#: All that MathJax takes for a formula begins with one of these.
_FORMULA_START = re.compile(r"[$\\]")


def parse_comments(
    page: Page, article: int, base: site.Base | None = None, asked: int = 1
) -> CommentPage:
    """All comments of a page in its order, parents before their replies.

    ``asked`` is the number of the page where the page itself does not tell it.
    """
    return comments_of(page, places_for_comments(page), article, base, asked)


def comments_of(
    page: Page,
    around: list[HtmlElement],
    article: int,
    base: site.Base | None = None,
    asked: int = 1,
) -> CommentPage:
    """The same, where the elements around the comments are known."""
    listed = ListedComments(page)
    ids = [parse_comment_id(item) for item in listed.items]
    comments = list(_comments(listed, ids, article, base))
    here = with_base_element(base, page, site.article_path(article))
    number, pages = parse_pager(around, asked)
    return CommentPage(
        id=article,
        comments=comments,
        number=number,
        pages=pages,
        count=parse_comment_count(around),
        document=here.document if here is not None else None,
        strange=sum(map(_looks_like_comment, listed.items, ids)) - len(comments),
    )


def parse_comment_page(
    page: Page, article: int, asked: int, base: site.Base | None = None
) -> CommentPage:
    """A further page of the comments of an article, which shows the article too.

    Raises ``UnexpectedPage`` for another page of them than was asked for, unless that one no longer
    exists, and for a page that shows no comments.
    """
    if page.body is None:
        raise UnexpectedPage(f"not an article's page (no {site.ARTICLE_BODY})")
    if page.asks_password:
        raise UnexpectedPage("the article asks for a password now")
    heading = fields.find_heading(page.posts[0])
    shown = fields.parse_id(heading, with_base_element(base, page, site.article_path(article)))
    if shown is not None and shown != article:
        raise UnexpectedPage(f"the page of another article ({shown})")
    found = parse_comments(page, article, base, asked)
    if found.number != asked and found.pages >= asked:
        raise UnexpectedPage(f"page {found.number} of the comments in place of page {asked}")
    if not found.comments:
        raise UnexpectedPage("a page of comments without comments")
    return found


def places_for_comments(page: Page) -> list[HtmlElement]:
    """The elements around comments, none inside another one; of a page as it is now."""
    places = select(page.root, site.COMMENTS)
    known = set(places)
    return [place for place in places if known.isdisjoint(place.iterancestors())]


def heading_of_comments(places: list[HtmlElement]) -> HtmlElement | None:
    """The heading ``46 条评论``; ``None`` when the page has no such heading."""
    return next((found for place in places for found in select(place, site.COMMENTS_HEADING)), None)


def parse_comment_count(places: list[HtmlElement]) -> int | None:
    """The number in the heading of the comments; ``None`` when the page has no such heading."""
    heading = heading_of_comments(places)
    return fields.parse_comment_count(one_line_text(heading)) if heading is not None else None


def parse_pager(places: list[HtmlElement], asked: int = 1) -> tuple[int, int]:
    """The number of a page of comments, and how many pages there are; 1 and 1 without a pager."""
    items = [item for place in places for item in select(place, f"{site.COMMENTS_PAGER} li")]
    if not items:
        return 1, 1
    numbers = [_page_number(item) for item in items]
    marked = next((found for item in items for found in select(item, "li.current")), None)
    current = None if marked is None else _page_number(marked)
    number = current or asked
    return number, max([number, *filter(None, numbers)])


def _page_number(item: HtmlElement) -> int | None:
    """The number of the page that an item of the pager leads to, or stands for."""
    for link in item.iter("a"):
        if (number := site.comments_number(link.get("href") or "")) is not None:
            return number
    return parse_number(one_line_text(item), MOST_PAGES) or None


# --- One comment ----------------------------------------------------------------------------------


def _comments(
    listed: ListedComments, ids: Sequence[int | None], article: int, base: site.Base | None
) -> Iterator[Comment]:
    """The comments among the items of the lists, each id once."""
    places = _places(listed.items, ids, article, base)
    linked = {number for number, _ in listed.select(site.COMMENT_REPLY)}
    parents = find_parents(places, linked)
    authors: dict[int, Element] = {}
    for number, element in listed.select(site.COMMENT_AUTHOR):
        authors.setdefault(number, element)
    times = _times(listed, places.keys())
    for number, place in places.items():
        author = authors.get(number)
        yield Comment(
            id=place.id,
            parent_id=parents.get(place.id),
            is_placed=place.id in parents,
            author=parse_author(author),
            author_href=parse_author_href(author),
            by_author=site.COMMENT_BY_AUTHOR in place.listed.classes,
            time_text=times.get(number),
            content=words_of(place.listed.content),
        )


def words_of(content: Element | None) -> HtmlElement | str | None:
    """The words of a comment: their HTML where it is plain and no formula begins in it."""
    if content is None:
        return None
    html = content.inner_html if content.tag == "div" else None  # in some the text is not escaped
    if html is not None and not _FORMULA_START.search(html) and is_plain(html):
        return html
    return build_tree(content, None)


def _looks_like_comment(item: ListedComment, comment: int | None) -> bool:
    return item.content is not None or comment is not None


def _places(
    listed: Sequence[ListedComment],
    ids: Sequence[int | None],
    article: int,
    base: site.Base | None,
) -> dict[int, Place]:
    """The items that are comments of the article, by their number in the lists."""
    found: dict[int, Place] = {}
    seen: set[int] = set()
    own: dict[str | None, bool] = {None: True}  # nearly always one address for all comments
    for number, (item, comment) in enumerate(zip(listed, ids, strict=True)):
        if comment is None or item.content is None or comment in seen:
            continue
        page = _page_of(item.links, comment)
        if page not in own:
            own[page] = site.article_id(page or "", base) in {None, article}
        if own[page]:
            seen.add(comment)
            found[number] = Place(item, comment)
    return found


def _page_of(links: Sequence[str], comment: int) -> str | None:
    """The address that a comment's own link leads to, up to its ``#``; ``None`` without one."""
    own = (href for href in links if site.comment_place(href) == comment)
    href = next(own, None)
    return href[: href.index("#") + 1] if href is not None else None


def parse_comment_id(item: ListedComment) -> int | None:
    """The number in ``comment-675`` or ``li-comment-675``; ``None`` for an item without one."""
    matches = map(site.COMMENT_ID.match, item.ids)
    return next((int(match["id"]) for match in matches if match), None)


def parse_author(author: Element | None) -> str | None:
    """The name of who wrote a comment; ``None`` where it is empty."""
    return (text_of(author) or None) if author is not None else None


def parse_author_href(author: Element | None) -> str | None:
    """The address that the name leads to, as written; ``None`` without one."""
    return next(addresses_of(author), None) if author is not None else None


def _times(listed: ListedComments, wanted: Set[int]) -> dict[int, str]:
    """When each was written: the exact time where the page has it in an attribute, or its text."""
    found: dict[int, str] = {}
    for css, attribute in site.COMMENT_TIMES:
        if found.keys() >= wanted:
            break
        for number, element in listed.select(css):
            if number not in found:
                text = attribute_of(element, attribute) if attribute else text_of(element)
                if text:
                    found[number] = text
    return found

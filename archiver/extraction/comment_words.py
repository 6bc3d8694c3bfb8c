"""What is stored of comments: clean HTML, text, the exact time, and nobody's mail address."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archiver import site
from archiver.body.clean.safe_addresses import may_stay
from archiver.body.clean.separators import drop_elements, separate
from archiver.body.contents.text import text_of_events, text_of_plain
from archiver.body.events.reader import read_events
from archiver.body.read import Body, read_body
from archiver.extraction.dates import parse_date
from archiver.extraction.doubt import Doubt
from archiver.items import Article, Comment, CommentPage, Item
from archiver.tree.document import ASCII_SPACE
from archiver.tree.lexbor_copy import new_element
from archiver.tree.plain_html import is_plain
from archiver.tree.serialize import inner_html
from archiver.tree.unexpected import UnexpectedPage

_MAIL: Final = re.compile(r"[\x00-\x20]*mailto:", re.IGNORECASE)
_SCHEMES: Final = frozenset({"", "http", "https"})
#: What a browser leaves out of an address.
_UNREAD = re.compile(r"[\x00-\x1f\x7f]")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?\Z")


def fill_comments(item: Item) -> list[Doubt]:
    """Fill the comments of an article or of a page of comments, in place.

    Returns the doubts: a time that was not understood, a list item that is no comment, and a page
    that tells of comments and shows none.
    """
    page = item.comments if isinstance(item, Article) else item
    if not isinstance(page, CommentPage):
        return []
    doubts = [doubt for comment in page.comments for doubt in _fill(comment, page)]
    if page.strange:
        doubts.append(Doubt(page.id, "comments", f"{page.strange} in the list that are none"))
    if page.count and not page.comments:
        doubts.append(Doubt(page.id, "comments", f"{page.count} are told, and none is shown"))
    return doubts


def _fill(comment: Comment, page: CommentPage) -> list[Doubt]:
    comment.author_url = author_url(comment.author_href)
    comment.published_at = parse_moment(comment.time_text)
    _read(comment, page)
    said = comment.time_text
    is_understood = not said or comment.published_at or parse_date(said)[0]
    return [] if is_understood else [Doubt(page.id, "comment time", said or "")]


def read_comments(page: CommentPage) -> None:
    """Read the words of comments, and give up their trees; those that were read stay as they are.

    The page can be sent to another process then.
    """
    for comment in page.comments:
        _read(comment, page)


def _read(comment: Comment, page: CommentPage) -> None:
    if comment.content is not None:
        comment.html, comment.text = read_words(comment.content, page.id, page.document)
        comment.content = None


def read_words(
    content: HtmlElement | str, article: int, document: str | None = None
) -> tuple[str, str]:
    """The safe HTML of a comment, and its text; a tree is cleaned in place.

    HTML in place of a tree is plain, and nothing in it begins a formula. Formulas that cannot be
    found in linear time are text like any other.
    """
    if isinstance(content, str):
        return content.strip(ASCII_SPACE), text_of_plain(content)
    html = inner_html(content, with_comments=True)
    if is_plain(html):
        body = Body(html.strip(ASCII_SPACE), content)
    else:
        drop_personal(content)
        body = read_body(content, article, document)
    return body.html, text_of_words(body)


def text_of_words(body: Body) -> str:
    """The text of a comment that is clean."""
    try:
        return body.text
    except UnexpectedPage:
        return text_of_events(read_events(body.tree))


def drop_personal(content: HtmlElement) -> None:
    """Take out of a comment, in place, what tells a mail address that is not written in its text.

    That are the addresses of mail links, and portraits, whose addresses have a hash of it.
    """
    portraits = [
        picture
        for picture in content.iter("img")
        if site.AVATAR.search(f"{picture.get('class', '')} {picture.get('src', '')}")
    ]
    separate(portraits)
    drop_elements(portraits)
    for link in content.iter("a", "area"):
        if _MAIL.match(link.get("href") or ""):
            del link.attrib["href"]


def author_url(href: str | None) -> str | None:
    """The site that the author of a comment names; ``None`` for a mail address or a script."""
    address = _UNREAD.sub("", href or "").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not address or parts.scheme.lower() not in _SCHEMES or "@" in (parts.netloc or address):
        return None
    link = new_element("a")
    return address if may_stay(link, "href", address) else None


def parse_moment(text: str | None) -> str | None:
    """An exact time as ``2022-06-28T05:43:38+08:00``, in Asia/Shanghai; ``None`` for a day only.

    One without an offset is of that zone. Of a time before the blog's first year nothing is taken.
    """
    said = (text or "").strip()
    if not _ISO.match(said):
        return parse_date(said)[1] if said else None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=site.TIMEZONE)
    try:
        moment = moment.astimezone(site.TIMEZONE)
    except OverflowError:
        return None
    return moment.isoformat(timespec="seconds") if moment.date() >= site.FIRST_DAY else None

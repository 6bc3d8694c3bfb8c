"""The answer to each address of the demo blog. No sockets here."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver.demo import uploads
from archiver.demo.blog import Blog
from archiver.demo.theme import (
    ROBOTS,
    render_archives,
    render_article,
    render_feed,
    render_listing,
    render_not_found,
)
from archiver.demo.theme.comments import comment_pages

HTML = "text/html; charset=UTF-8"
LISTING = re.compile(r"/(?:page/([1-9]\d{0,5})/?)?")
ARTICLE = re.compile(r"/archives/(\d{1,9})(?:/comment-page-([1-9]\d{0,5}))?/?")


@dataclass(frozen=True)
class Answer:
    """The answer to one request: status, body and headers."""

    status: int
    body: bytes
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()


def text_answer(status: int, text: str, content_type: str = HTML) -> Answer:
    """An answer of text in UTF-8."""
    return Answer(status, text.encode(), content_type)


def answer(blog: Blog, target: str) -> Answer:
    """The answer to GET of a request target (path and query; the query does not matter)."""
    path = urlsplit(target).path
    if listing := LISTING.fullmatch(path):
        return answer_listing(blog, int(listing[1] or 1))
    if article := ARTICLE.fullmatch(path):
        return answer_article(blog, int(article[1]), int(article[2] or 1))
    if path == "/content.html":
        return text_answer(200, render_archives(blog))
    if path == "/feed":
        return Answer(302, b"", headers=(("Location", "/feed/"),))
    if path == "/feed/":
        return text_answer(200, render_feed(blog), "application/rss+xml; charset=UTF-8")
    if path == "/robots.txt":
        return text_answer(200, ROBOTS, "text/plain; charset=UTF-8")
    if uploads.FILE.fullmatch(path):
        return answer_file(blog, path)
    return answer_not_found(blog)


def answer_file(blog: Blog, path: str) -> Answer:
    """A picture or another file, its redirect, or the 404 page; a script answers with a page."""
    if path == uploads.MOVED:
        return Answer(302, b"", headers=(("Location", uploads.ELSEWHERE),))
    if path.endswith(".php"):
        return text_answer(200, "<html><body><p>GD library not found</p></body></html>\n")
    data = uploads.file_at(path)
    if data is None:
        return answer_not_found(blog)
    marks = (("ETag", uploads.etag(data)), ("Last-Modified", uploads.CHANGED))
    return Answer(200, data, uploads.media_type(path), marks)


def answer_listing(blog: Blog, number: int) -> Answer:
    """A listing page; 404 past the end."""
    if number > blog.pages and not blog.endless:
        return answer_not_found(blog)
    return text_answer(200, render_listing(blog, number))


def answer_article(blog: Blog, post_id: int, comment_page: int) -> Answer:
    """An article; 403 when it is protected, 404 when there is none or no such comments page."""
    post = blog.find(post_id)
    if post is None or comment_page > comment_pages(post):
        return answer_not_found(blog)
    status = 403 if post.state == "protected" else 200
    return text_answer(status, render_article(blog, post, comment_page))


def answer_not_found(blog: Blog) -> Answer:
    """The 404 page."""
    return text_answer(404, render_not_found(blog))

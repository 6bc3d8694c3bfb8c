"""The bytes of a further page of comments → its comments as they are stored."""

from __future__ import annotations

from archiver import site
from archiver.extraction.comment_words import fill_comments
from archiver.items import CommentPage
from archiver.pages.comments import parse_comment_page
from archiver.pages.decoding import open_page, read_page


def read_comment_page(
    page: bytes, article: int, number: int, base: site.Base | None = None
) -> CommentPage:
    """The comments on the page of this number of an article's comments, filled.

    ``base`` is where the blog was read from (``None``: the live host). Raises ``UnexpectedPage``
    with the reason when it is no such page.
    """
    found, _ = read_page(
        page, lambda text: parse_comment_page(open_page(text), article, number, base)
    )
    fill_comments(found)
    return found

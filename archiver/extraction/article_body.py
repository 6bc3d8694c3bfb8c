"""The columns and tables that are made from an article's body."""

from __future__ import annotations

from archiver.body.read import Body, read_body
from archiver.extraction.comment_words import read_comments
from archiver.items import Article, Item
from archiver.site import Base


def fill_html(item: Item) -> None:
    """Clean the body of an article in place, and fill ``body_html`` from it.

    The body is the page's until then, with the site's footer, scripts and trackers in it.
    """
    if isinstance(item, Article) and item.body is not None:
        item.reading = read_body(item.body, item.id, item.document)
        item.body_html = item.reading.html


def fill_text(item: Item) -> None:
    """Fill ``body_text``, ``body_markdown`` and ``formulas`` of an article from its clean body.

    The excerpt too, from the mark of the body, where no listing has told it. Raises
    ``UnexpectedPage`` for a body whose formulas cannot be found in linear time.
    """
    if not isinstance(item, Article):
        return
    if (body := _clean_body(item)) is not None:
        item.body_text, item.body_markdown, item.formulas = body.text, body.markdown, body.formulas
        item.excerpt_at_mark = body.excerpt
    elif not item.is_read:
        return
    if not item.excerpt_known:
        item.excerpt = item.excerpt_at_mark
        item.excerpt_known = item.excerpt_of_page = item.excerpt is not None


def fill_links(item: Item, base: Base | None = None) -> None:
    """Fill ``links`` and ``pictures`` of an article from its clean body.

    ``base`` is where the blog was read from: links to articles there are links to the blog's own.
    """
    if isinstance(item, Article) and (body := _clean_body(item)) is not None:
        item.links, item.pictures = body.of_base(base).links, body.pictures
        item.reading = None


def read_ahead(item: Article, base: Base | None = None) -> None:
    """Do with an article as scraped what its body alone decides, and give up its tree.

    So are the words of its comments. The functions above find the body read then, and add what
    listings tell. The item can be sent to another process. Raises ``UnexpectedPage`` as
    ``fill_text`` does.
    """
    if item.comments is not None:
        read_comments(item.comments)
    if item.body is None:
        return
    known, item.excerpt_known = item.excerpt_known, True  # a listing may tell it yet
    fill_html(item)
    fill_text(item)
    fill_links(item, base)
    item.excerpt_known = known
    item.body, item.is_read = None, True


def _clean_body(article: Article) -> Body | None:
    """The clean body of an article, read once; ``None`` for one that has no body."""
    if article.body is None:
        return None
    known = article.reading
    if not isinstance(known, Body) or known.tree is not article.body:
        known = article.reading = Body(article.body_html or "", article.body)
    return known

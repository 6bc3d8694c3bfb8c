"""An article as scraped, completed with what the listing and the index tell of it."""

from __future__ import annotations

from archiver import site
from archiver.items import Article, IndexEntry, ListingEntry, Status


def complete_from_listing(
    article: Article,
    entry: ListingEntry | None,
    index: IndexEntry | None,
    *,
    is_fresh: bool = True,
) -> None:
    """Fill in place the fields that an article's own page does not tell; what it tells stays.

    ``is_fresh`` says that the entry was read in the same run as the page. Tags that only an older
    entry has are not taken beside a category of the page: the author may have removed them. Counts
    and excerpt of an older entry are not taken either, as the store knows whether a page has told
    newer ones since. ``article`` is not refined yet.
    """
    if entry is not None:
        _fill_gaps(article, entry, is_fresh=is_fresh)
        if is_fresh:
            article.excerpt, article.excerpt_known = entry.excerpt, True
    if article.comment_count is None and article.shows_no_comments:
        article.comment_count = 0
    if article.date_text is None and index is not None:
        article.date_text = index.date_text
    if article.status is Status.PROTECTED:
        article.title = _real_title(article, entry, index)


def _fill_gaps(article: Article, entry: ListingEntry, *, is_fresh: bool) -> None:
    if not article.tags and (is_fresh or article.category is None):
        article.tags = entry.tags
    for name in ("title", "author", "date_text", "category"):
        if getattr(article, name) is None:
            setattr(article, name, getattr(entry, name))
    if is_fresh:
        article.readers_text = article.readers_text or entry.readers_text
        if article.comment_count is None:
            article.comment_count = entry.comment_count


def _real_title(
    article: Article, entry: ListingEntry | None, index: IndexEntry | None
) -> str | None:
    """The title of a protected article: the first that is not the placeholder, or the page's."""
    titles = (article.title, entry and entry.title, index and index.title)
    known = (title for title in titles if title and title != site.PROTECTED_TITLE)
    return next(known, article.title)

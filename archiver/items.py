"""Items: what travels from the pages through the pipelines to the store.

An item first holds what the page says, as text (``date_text``, ``readers_text``) and as the tree of
the body with the site's boilerplate still in it. Each pipeline reads one field and fills another.
``None`` always means: the page does not tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lxml.html import HtmlElement

_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")


class Status(StrEnum):
    """The state of an article on the blog, as last seen."""

    PUBLISHED = "published"
    PROTECTED = "protected"
    GONE = "gone"


class Problem(StrEnum):
    """The reason why an address cannot be followed as it is written."""

    EMAIL = "email"  # an e-mail address without ``mailto:``
    SPACE = "space"  # white space before or behind it
    HOST = "host"  # no host, or one that cannot be
    SCHEME = "scheme"  # a host without ``https://`` in front


@dataclass(slots=True)
class Link:
    """One link of a body."""

    url: str
    text: str
    #: Archive id when the link points to an article of this blog, whatever its form.
    target_id: int | None = None
    problem: Problem | None = None


@dataclass(slots=True)
class Picture:
    """One picture of a body."""

    url: str
    alt: str
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a body, verbatim with its delimiters; ``<br>`` is a line break."""

    latex: str
    display: bool

    @property
    def label(self) -> str | None:
        """The name in the first ``\\label{…}``, which ``\\eqref`` refers to."""
        match = _LABEL.search(self.latex) if r"\label" in self.latex else None  # few have one
        return match[1].strip() if match else None


@dataclass(slots=True)
class Byline:
    """The line below a title, as the page has it."""

    author: str | None = None
    date_text: str | None = None
    readers_text: str | None = None


@dataclass(slots=True)
class ListingEntry:
    """An article as a listing page shows it."""

    id: int
    title: str | None = None
    author: str | None = None
    date_text: str | None = None
    readers_text: str | None = None
    excerpt: str | None = None
    category: str | None = None
    tags: list[str] = field(default_factory=list)
    comment_count: int | None = None

    published: str | None = None
    published_at: str | None = None
    readers: int | None = None


@dataclass(slots=True)
class ListingPage:
    """A listing page: its entries, and the number of the page that follows."""

    entries: list[ListingEntry]
    next_page: int | None
    last_page: int | None


@dataclass(slots=True)
class IndexEntry:
    """An article as ``/content.html`` lists it."""

    id: int
    title: str | None
    date_text: str | None = None
    published: str | None = None
    published_at: str | None = None


@dataclass(slots=True)
class FeedEntry:
    """An article as ``/feed/`` shows it, with the exact time of its publication."""

    id: int
    title: str | None
    date_text: str | None = None
    published: str | None = None
    published_at: str | None = None


@dataclass(slots=True)
class Comment:
    """A reader's comment, or an answer of the author's."""

    id: int
    #: The comment that it answers; ``None`` for one that begins a thread, or where it is not known.
    parent_id: int | None = None
    #: False where the page does not tell for certain what it answers.
    is_placed: bool = True
    author: str | None = None
    author_href: str | None = None
    by_author: bool = False
    time_text: str | None = None
    #: Its words as a tree, which the pipelines clean in place, or as plain HTML.
    content: HtmlElement | str | None = field(default=None, repr=False, compare=False)

    author_url: str | None = None
    published_at: str | None = None
    html: str = ""
    text: str = ""


@dataclass(slots=True)
class CommentPage:
    """A page of an article's comments; every article's page is one too."""

    #: Archive id of the article.
    id: int
    comments: list[Comment] = field(default_factory=list)
    #: Its number among the pages, from 1, and how many there are.
    number: int = 1
    pages: int = 1
    #: How many comments the article has, in the words of the page's heading.
    count: int | None = None
    #: What relative addresses are resolved against, where the page has a ``<base>``.
    document: str | None = None
    #: List items that are no comments: they lack an id or words, or have the id of another one.
    strange: int = 0


@dataclass(slots=True)
class Article:
    """An article's page, and after the pipelines its row in the archive.

    Fields with the name of a column are described in ``archiver.store.schema``.
    """

    id: int
    title: str | None = None
    author: str | None = None
    date_text: str | None = None
    readers_text: str | None = None
    category: str | None = None
    tags: list[str] = field(default_factory=list)
    comment_count: int | None = None
    excerpt: str | None = None
    status: Status = Status.PUBLISHED

    #: True when its page has the place for comments and none in it; only a listing shows the 0.
    shows_no_comments: bool = False
    #: The body as a tree; pipelines take the boilerplate out of it in place.
    body: HtmlElement | None = field(default=None, repr=False, compare=False)
    #: The clean body as it is read (an ``archiver.body.read.Body``), until all is filled from it.
    reading: Any = field(default=None, repr=False, compare=False)
    #: What relative addresses of the body are resolved against, where the page has a ``<base>``.
    document: str | None = None
    #: True when the body has been read and made into texts, links and pictures already.
    is_read: bool = field(default=False, repr=False, compare=False)
    #: The excerpt that ends at the mark of the body, where it has been read and has one.
    excerpt_at_mark: str | None = field(default=None, repr=False, compare=False)
    #: True when ``excerpt`` is final: a listing has shown the article, or its page has the mark.
    excerpt_known: bool = False
    #: True when the excerpt ends at the page's mark, which an edit of the body may have moved.
    excerpt_of_page: bool = False
    #: True when it holds U+FFFD in place of bytes that were no UTF-8.
    is_damaged: bool = False
    #: The address that was asked for its page.
    asked_url: str | None = None
    #: The number of the capture that its page is in; ``None`` where no WARC was written.
    capture: int | None = field(default=None, compare=False)
    #: The exact time from the feed, where the run has read it.
    feed_text: str | None = None

    published: str | None = None
    published_at: str | None = None
    readers: int | None = None
    body_html: str | None = field(default=None, repr=False)
    body_text: str | None = field(default=None, repr=False)
    body_markdown: str | None = field(default=None, repr=False)
    links: list[Link] = field(default_factory=list, repr=False)
    pictures: list[Picture] = field(default_factory=list, repr=False)
    formulas: list[Formula] = field(default_factory=list, repr=False)
    #: The comments on its page; ``None`` for a protected one, which shows none.
    comments: CommentPage | None = field(default=None, repr=False)


#: What the parsers of the kinds of page give.
Item = Article | ListingEntry | IndexEntry | FeedEntry | CommentPage

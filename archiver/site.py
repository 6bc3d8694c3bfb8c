"""Facts about the blog: hosts, forms of addresses, selectors, marks of the boilerplate. No I/O.

Every constant says where it was seen. The archive id identifies an article, never its address:
the same article is linked as ``/archives/6583``, ``http://spaces.ac.cn/archives/6583/#comments``
and a dozen other forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit
from zoneinfo import ZoneInfo

# --- The blog ------------------------------------------------------------------------------------

CANONICAL_BASE: Final = "https://kexue.fm"
#: The same blog under four names; ``album.`` and ``bbs.`` sub-domains are other sites.
BLOG_HOSTS: Final = frozenset({"kexue.fm", "www.kexue.fm", "spaces.ac.cn", "www.spaces.ac.cn"})
TIMEZONE: Final = ZoneInfo("Asia/Shanghai")
#: The first article is of March 2009; nothing on the blog can be older than its year.
FIRST_DAY: Final = date(2009, 1, 1)
#: The licence of the texts, linked in the footer of every page.
LICENSE: Final = "CC BY-NC-ND 2.5 CN"
#: Bytes. A page of the blog has 30-70 kB; the longest with all comments stays far below this.
LARGEST_PAGE: Final = 8 * 1024 * 1024

# --- Selectors -----------------------------------------------------------------------------------
# All seen on the blog's pages of 2026 (theme geekg).

#: In every page of the theme, also in its 404 page.
SHELL: Final = b'id="content"'
#: Once per article on listing and article pages.
POST: Final = "#content div.Post"
TITLE: Final = "div.title-wrap h1, div.title-wrap h2"
BYLINE: Final = "div.title-wrap span.submitted"
#: ``#PostContent`` on article pages; listing pages have the class only.
BODY: Final = "div.PostContent"
ARTICLE_BODY: Final = "#PostContent"
#: Category and tags, ``分类：<a href="/category/…">… 标签：<a href="/tag/…">…``.
TOOLS: Final = "div.tools"
COMMENTS_HEADING: Final = "#comments h4, #comments h3, #comments h2"
#: The place for comments on a published article's page, and a comment in it.
COMMENTS: Final = "#comments"
COMMENT: Final = '#comments .comment-list, #comments [id^="comment-"]'
#: Of the parts of a comment: its words, and the classes of what is around them. Typecho's own
#: markup has them too, and so have themes that put ``#comment-<id>`` inside ``#li-comment-<id>``.
COMMENT_CONTENT: Final = "comment-content"
COMMENT_BY_AUTHOR: Final = "comment-by-author"
#: A reply whose thread is elsewhere has it although no comment is around it.
COMMENT_CHILD: Final = "comment-child"
COMMENT_AUTHOR: Final = "cite, .comment-author .fn, .comment-author [itemprop=name]"
#: The surest first: an attribute with the exact time, then what a reader sees.
COMMENT_TIMES: Final = (
    ("time[datetime]", "datetime"),
    ("time[title], .comment-meta [title], .comment-date[title]", "title"),
    ("time, .comment-date, .comment-meta a, .comment-meta", None),
)
COMMENT_REPLY: Final = '.comment-reply a[href], a[href*="replyTo="]'
COMMENT_ID: Final = re.compile(r"(?:li-)?comment-(?P<id>[1-9][0-9]{0,17})\Z")
COMMENTS_PAGER: Final = "#comments ol.page-navigator"
#: Typecho nests comments so deep; what answers the deepest stands beside it.
COMMENT_LEVELS: Final = 5
#: A picture of a commenter: its address has a hash of the mail address.
AVATAR: Final = re.compile(r"/avatar/|gravatar|\bavatar\b", re.IGNORECASE)
PAGER: Final = "ol.page-navigator"
#: The field for the password in place of a protected article's body.
PROTECTED_FORM: Final = 'div.PostContent form input[name="protectPassword"]'
#: The list on ``/content.html``, and the element around it.
INDEX: Final = "#content div#archives"
INDEX_BODY: Final = "#content #PostContent, #content div.PostContent"

#: Text of the link below an excerpt.
MORE_LINK_TEXT: Final = "点击阅读全文"
#: Text of the pager's link to the following page.
NEXT_LINK_TEXT: Final = "»"
#: The title that Typecho shows of a protected article.
PROTECTED_TITLE: Final = "此内容被密码保护"
#: The comment in an article's source where its excerpt ends.
MORE_COMMENT: Final = "more"

# --- Boilerplate inside #PostContent, after the body ----------------------------------------------

FOOTER_BLOCKS: Final = ("content_tips", "pay", "how_to_cite")
#: The bold beginnings of the two paragraphs that open the footer, last one first.
FOOTER_PARAGRAPHS: Final = ("更详细的转载事宜请参考", "转载到请包括本文地址")
#: The self anchor that the theme puts into headings.
SELF_ANCHOR_TEXT: Final = "#"
#: Hosts of visitor counters (none of them ever serves a picture of an article).
TRACKER_HOSTS: Final = frozenset(
    {
        "hm.baidu.com",
        "pos.baidu.com",
        "www.google-analytics.com",
        "c.cnzz.com",
        "s11.cnzz.com",
        "s95.cnzz.com",
        "js.users.51.la",
        "c.statcounter.com",
    }
)

# --- The gate ------------------------------------------------------------------------------------

#: Bytes. A shorter page that sends the browser on by a script is the gate, not an answer.
GATE_LARGEST: Final = 1000
GATE_SCRIPT: Final = re.compile(
    rb"<script.*?window\.location(?:\.href)?\s*=", re.DOTALL | re.IGNORECASE
)
GATE_COOKIE: Final = re.compile(r"document\.cookie\s*=\s*(['\"])(?P<cookie>.*?)\1", re.DOTALL)

# --- Addresses -----------------------------------------------------------------------------------

HOME_PATH: Final = "/"
INDEX_PATH: Final = "/content.html"
FEED_PATH: Final = "/feed/"

#: White space that browsers ignore around an address; any other (U+3000) is a part of it.
_SPACE: Final = " \t\r\n\x0c"
#: ``/index.php`` stands in front where Typecho runs without address rewriting.
_ARTICLE: Final = r"(?:/index\.php)?/archives/(?P<id>[1-9][0-9]{0,8})(?:/comment-page-[0-9]+)?/?"
_ARTICLE_PATH = re.compile(rf"{_ARTICLE}\Z")
#: Most addresses of articles: what they lead to is told without a look at their parts.
_PLAIN_ADDRESS = re.compile(
    rf"(?:https?://(?:{'|'.join(map(re.escape, sorted(BLOG_HOSTS)))}))?{_ARTICLE}(?=[?#]|\Z)"
)
#: Without it an address leads to no article; line breaks and tabs in an address do not count.
_ARTICLE_MARK = re.compile(r"/archives/|[\t\r\n]")
#: ``/comment-page-2#comments``; some themes write the number into the query.
_COMMENT_PAGE = re.compile(
    r"(?:/comment-page-|[?&](?:comment-page|commentPage|cp)=)(?P<number>[1-9][0-9]{0,5})(?![0-9])"
)
_COMMENT_PLACE = re.compile(r"#comment-(?P<id>[1-9][0-9]{0,17})\Z")
_LISTING_PATH = re.compile(r"/page/(?P<number>[1-9][0-9]{0,5})/")
#: What leads to comments of an article and not to its text: a page of them, one of them, the form.
_COMMENTS_PLACE = re.compile(
    r"/comment-page-[0-9]+|[?&]replyTo=|#(?:comments?\b|respond\b|PostComment\b)"
)
#: Characters of a path that are not escaped: those of RFC 3986, and ``%`` of what is escaped.
_PLAIN: Final = "/%:@!$&'()*+,;=~-._"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def split_url(url: str) -> SplitResult | None:
    """Split an address as written; ``None`` when it has no meaning (``http://[``)."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises ValueError for a port that is no number
    except ValueError:
        return None
    return parts


def article_url(article_id: int) -> str:
    """The address that identifies an article in the archive."""
    return f"{CANONICAL_BASE}/archives/{article_id}"


def article_path(article_id: int) -> str:
    """The path of an article's page on the server."""
    return f"/archives/{article_id}"


def comments_path(article_id: int, number: int) -> str:
    """The path of a page of an article's comments."""
    return f"{article_path(article_id)}/comment-page-{number}"


def comments_number(url: str) -> int | None:
    """The number of the page of comments that an address leads to; ``None`` for any other."""
    match = _COMMENT_PAGE.search(url)
    return int(match["number"]) if match else None


def comment_place(url: str) -> int | None:
    """The id of the comment that an address leads to (``#comment-675``), or ``None``."""
    match = _COMMENT_PLACE.search(url)
    return int(match["id"]) if match else None


def listing_path(number: int) -> str:
    """The path of listing page ``number`` (1 is the home page)."""
    return HOME_PATH if number == 1 else f"/page/{number}/"


def listing_number(url: str, base: Base) -> int | None:
    """The number of the listing page at an address below ``base``; ``None`` for another page."""
    path = url.removeprefix(base.url(""))
    if path == HOME_PATH:
        return 1
    match = _LISTING_PATH.fullmatch(path)
    return int(match["number"]) if match else None


def _own_path(url: str, base: Base | None) -> str | None:
    """The path of an address of this blog, without that of its base; ``None`` for any other."""
    parts = split_url(url)
    if parts is None:
        return None
    if not parts.scheme and not parts.netloc:
        if base is not None and base.document is not None:
            path = _own_path(_join(base.document, url), replace(base, document=None))
            return _below(path, base) if path is not None else None
        return _below(parts.path, base) if base is not None else parts.path
    if parts.scheme not in {"http", "https", ""}:
        return None
    if parts.hostname is not None and parts.hostname.lower() in BLOG_HOSTS:
        return parts.path
    if base is not None and base.owns(parts):
        return _below(parts.path, base)
    return None


def _below(path: str, base: Base) -> str:
    """A path without that of the base; it may be written in Chinese or escaped."""
    return quote(path, _PLAIN).removeprefix(base.path)


def _host_of(parts: SplitResult) -> str:
    """The host of a split address as a request has it: lower case, in ASCII; "" for none."""
    host = parts.hostname or ""
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


def article_id(url: str, base: Base | None = None) -> int | None:
    """The archive id that an address of any form leads to; ``None`` when it leads to no article.

    Takes relative addresses, the four hosts, http and https, ``//host``, a closing slash, query,
    fragment and ``comment-page-<n>``; with ``base`` also the host the blog is read from.
    """
    if base is None or base.document is None:
        if (plain := _PLAIN_ADDRESS.match(url)) is not None:
            return int(plain["id"])
        if _ARTICLE_MARK.search(url) is None:
            return None
    path = _own_path(url, base)
    match = _ARTICLE_PATH.match(path) if path is not None else None
    return int(match["id"]) if match else None


def base_of(url: str, article: int) -> Base | None:
    """Where the blog was read from, by the address that an article's page came from.

    ``None`` for an address that does not tell: one behind a redirect, which another host may have
    given.
    """
    prefix, path, _ = url.partition(article_path(article))
    try:
        return Base.parse(prefix) if path else None
    except ValueError:
        return None


def leads_to_comments(url: str) -> bool:
    """True when the address of an article leads to its comments (``#comments``, ``?replyTo=…``)."""
    return _COMMENTS_PLACE.search(url) is not None


def resolve(href: str, article: int, document: str | None = None) -> str:
    """An address of an article's body, made absolute as a browser does it on the live page.

    ``document`` is what relative addresses are resolved against on a page with a ``<base>``. An
    address that cannot be resolved (``http://\\cos.name/``, ``http://[``) is kept as written.
    """
    return _join(article_url(article) if document is None else document, href)


def _join(document: str, href: str) -> str:
    """An address resolved against another; as written when it cannot be."""
    try:
        return urljoin(document, href.strip(_SPACE))
    except ValueError:
        return href


@dataclass(frozen=True)
class Base:
    """Where the blog is read from: the live host, or another one (``KEXUE_BASE_URL``)."""

    scheme: str
    host: str  # lower case, in ASCII ("xn--…")
    port: int
    path: str  # "" or "/below/here", without a closing slash, in ASCII ("%E5…")
    #: What relative addresses are resolved against on a page with a ``<base>``.
    document: str | None = None

    @classmethod
    def parse(cls, url: str) -> Base:
        """Read a base address; raises ``ValueError`` with a sentence that says what is wrong."""
        parts = split_url(url)
        if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError(f"{url!r} is not an address like https://kexue.fm")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError(f"{url!r} has more than scheme, host, port and path")
        try:
            host = parts.hostname.encode("idna").decode()  # as Scrapy writes it in a request
        except UnicodeError:
            raise ValueError(f"{url!r} has a host that cannot be one") from None
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        return cls(parts.scheme, host.lower(), port, quote(parts.path, _PLAIN).rstrip("/"))

    @property
    def is_live(self) -> bool:
        """True when the blog is read from one of its own hosts, not from a copy elsewhere."""
        return self.host in BLOG_HOSTS

    def url(self, path: str) -> str:
        """The address of a path of the blog, on the host that it is read from."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}{path}"

    def document_of(self, path: str, href: str) -> str | None:
        """The address that relative ones are resolved against on the page at ``path``.

        ``href`` is that of the page's ``<base>``. The address is absolute, and on the live host
        where the blog is read from a copy. ``None`` for a base that the HTML standard ignores, in
        favour of the page's own address (``javascript:``, ``http://[``).
        """
        own = split_url(_join(self.url(path), href))
        if own is None or own.scheme not in _DEFAULT_PORTS or not own.hostname:
            return None
        if not self.owns(own):
            return urldefrag(_join(CANONICAL_BASE + path, href)).url
        below = _below(own.path, self) or HOME_PATH
        return CANONICAL_BASE + own._replace(scheme="", netloc="", path=below, fragment="").geturl()

    def owns(self, parts: SplitResult) -> bool:
        """True when a split address is on this host and port, below this path."""
        host = _host_of(parts)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme or self.scheme)
        below = not self.path or f"{quote(parts.path, _PLAIN)}/".startswith(f"{self.path}/")
        return host == self.host and port == self.port and below

    def may_ask(self, url: str) -> bool:
        """True when a request may go to an address: one of the blog's own hosts.

        The live blog has four hosts. From a copy elsewhere no request goes to the live blog.
        """
        parts = split_url(url)
        if parts is None or parts.scheme not in _DEFAULT_PORTS:
            return False
        if self.is_live:
            default_port = parts.port in {None, *_DEFAULT_PORTS.values()}
            return default_port and _host_of(parts) in BLOG_HOSTS
        same_port = (parts.port or _DEFAULT_PORTS[parts.scheme]) == self.port
        return _host_of(parts) == self.host and same_port

"""Pages with comments in Typecho's markup, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.extraction.refine import refine
from archiver.items import Comment, CommentPage
from archiver.pages.article import parse_article
from archiver.tree.document import parse_page

ARTICLE = 6583
URL = f"https://kexue.fm/archives/{ARTICLE}"
TIME = "2022-06-28T05:43:38+08:00"


def item(
    number: int | str,
    words: str = "<p>好文。</p>",
    *replies: str,
    author: str = "路人",
    href: str | None = None,
    by_author: bool = False,
    child: bool = False,
    reply_link: bool = True,
    time: str = f'<time itemprop="commentTime" datetime="{TIME}">June 28th, 2022</time>',
    article: int = ARTICLE,
) -> str:
    """A comment with its replies."""
    name = author if href is None else f'<a href="{href}" rel="external nofollow">{author}</a>'
    classes = f"comment-body comment-{'child' if child else 'parent'}"
    classes += " comment-by-author" if by_author else ""
    page = f"https://kexue.fm/archives/{article}/comment-page-1"
    link = f'<a href="{page}?replyTo={number}#respond-post-{article}">回复</a>'
    return f"""<li itemscope id="comment-{number}" class="{classes}">
<div class="comment-author" itemprop="creator"><span itemprop="image"><img class="avatar"
src="https://secure.gravatar.com/avatar/0123456789abcdef0123456789abcdef?s=32"></span>
<cite class="fn" itemprop="name">{name}</cite></div>
<div class="comment-meta"><a href="{page}#comment-{number}">{time}</a></div>
<div class="comment-content" itemprop="commentText">
    {words}            </div>
<div class="comment-reply">{link if reply_link else ""}</div>
{f'<div class="comment-children">{listed(*replies)}</div>' if replies else ""}</li>
"""


def listed(*items: str) -> str:
    """A list of comments."""
    return f'<ol class="comment-list">{"".join(items)}</ol>'


def pager(current: int, last: int) -> str:
    """The pager above and below the comments."""
    links = "".join(
        f"<li{' class=current' if n == current else ''}>"
        f'<a href="{URL}/comment-page-{n}#comments">{n}</a></li>'
        for n in range(1, last + 1)
    )
    return f'<ol class="page-navigator">{links}<li class="next"><a href="{URL}">»</a></li></ol>'


def page_of(*items: str, heading: str | None = None, navigator: str = "", extra: str = "") -> str:
    """An article's page with these comments; its heading counts as many as told."""
    title = f"<h4>{heading}</h4>" if heading else ""
    return f"""<!DOCTYPE html><html><head><title>题</title></head><body><div id="content">
<div class="Post"><div class="title-wrap"><h1><a href="{URL}">题</a></h1>
<span class="submitted">By 苏剑林 | 2019-05-03 | 94037位读者 | 引用</span></div>
<div class="PostContent" id="PostContent"><p>正文</p><div id="pay"></div></div></div>
<div id="comments">{title}{navigator}{listed(*items) if items else ""}{navigator}
<div id="respond-post-{ARTICLE}" class="respond"><h4 id="PostComment">发表你的看法</h4></div></div>
{extra}</div></body></html>"""


def read(source: str) -> CommentPage:
    """The comments of an article's page, as they are stored."""
    article = parse_article(parse_page(source), URL)
    refine(article)
    assert article.comments is not None
    return article.comments


def comments_of(*items: str) -> list[Comment]:
    """The comments that a page with these items shows."""
    return read(page_of(*items)).comments


def parents(found: Sequence[Comment]) -> dict[int, int | None]:
    """Comment → the comment that it answers."""
    return {comment.id: comment.parent_id for comment in found}

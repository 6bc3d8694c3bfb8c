"""`/feed/`: RSS 2.0, the ten newest posts, full text."""

import html
import re
from datetime import datetime

from archiver.demo.blog import PAGE_SIZE, Blog
from archiver.demo.posts import Post
from archiver.demo.theme.markup import escape
from archiver.demo.theme.shell import SITE_NAME

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{name}</title>
<link>{site_url}/</link>
<atom:link href="{site_url}/feed/" rel="self" type="application/rss+xml" />
<language>zh-CN</language>
<description>渴望成为一个小飞侠</description>
<lastBuildDate>{built}</lastBuildDate>
<pubDate>{built}</pubDate>
{items}</channel>
</rss>
"""

ITEM = """<item>
<title>{title}</title>
<link>{url}</link>
<guid>{url}</guid>
<pubDate>{published}</pubDate>
<dc:creator>{author}</dc:creator>
<category><![CDATA[{category}]]></category>
<description><![CDATA[{description}]]></description>
<content:encoded xml:lang="zh-CN"><![CDATA[
{body}
]]></content:encoded>
<slash:comments>{comments}</slash:comments>
<comments>{url}#comments</comments>
</item>
"""


def render_feed(blog: Blog) -> str:
    """The feed; protected posts are not in it."""
    posts = [post for post in blog.by_date if post.state == "published"][:PAGE_SIZE]
    built = rss_time(posts[0].published) if posts else ""
    items = "".join(render_item(blog, post) for post in posts)
    return FEED.format(name=escape(SITE_NAME), site_url=blog.site_url, built=built, items=items)


def render_item(blog: Blog, post: Post) -> str:
    """One item."""
    return ITEM.format(
        title=escape(post.title),
        url=blog.article_url(post.id),
        published=rss_time(post.published),
        author=escape(post.author),
        category=post.category.name,
        description=in_cdata(describe(post)),
        body=in_cdata(post.body),
        comments=post.comments,
    )


def rss_time(time: datetime) -> str:
    """A time as RSS writes it: `Wed, 22 Jul 2026 04:07:02 +0800`."""
    return time.strftime("%a, %d %b %Y %H:%M:%S %z")


def describe(post: Post) -> str:
    """The first 100 characters of the body's text; the title when there is no text."""
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", post.body)).split())
    return escape(f"{text[:100]}..." if len(text) > 100 else text or post.title)


def in_cdata(text: str) -> str:
    """Text that may stand in a CDATA section."""
    return text.replace("]]>", "]]]]><![CDATA[>")

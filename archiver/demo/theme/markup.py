"""Small pieces that several pages of the theme share."""

import html
import re
from datetime import datetime
from urllib.parse import quote

from archiver.demo.blog import Blog
from archiver.demo.posts import Post

MONTHS = "January February March April May June July August September October November December"
PROTECTED_TITLE = "此内容被密码保护"
VOID_ELEMENTS = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "wbr"}
HEADING = re.compile(r'<(h[23]) id="([^"]*)">(.*?)</\1>', re.DOTALL)
TAG = re.compile(
    r"<!--.*?-->|<(/?)([a-zA-Z][\w:]*)(?:\"[^\"]*\"|'[^']*'|[^>\"'])*?(/?)>", re.DOTALL
)


def escape(text: str) -> str:
    """Text escaped once, as PHP's htmlspecialchars does it."""
    return html.escape(text).replace("&#x27;", "&#039;")


def month_name(time: datetime) -> str:
    """The month's English name."""
    return MONTHS.split()[time.month - 1]


def shown_title(post: Post) -> str:
    """The escaped title as every page shows it: protected posts show a placeholder."""
    return escape(PROTECTED_TITLE if post.state == "protected" else post.title)


def tag_link(tag: str) -> str:
    """A link to the listing of a tag."""
    return f'<a href="/tag/{quote(tag.replace("&", "-"))}/">{escape(tag)}</a>'


def render_title(blog: Blog, post: Post, element: str) -> str:
    """The head of an entry: date, title and byline."""
    link = f'<a href="{blog.article_url(post.id)}">{shown_title(post)}</a>'
    day, month = f"{post.published:%d}", month_name(post.published)[:3]
    return f"""<div class="title-wrap">
<span class="date"><span class="day">{day}</span> {month}</span>
<{element}>{link}</{element}>
<span class="submitted">{render_byline(blog, post)}</span>
</div>
"""


def render_byline(blog: Blog, post: Post) -> str:
    """Author, day, readers and the link to the citation, in the post's style."""
    style = blog.byline or post.byline
    parts = [escape(post.author), f"{post.published:%Y-%m-%d}"]
    if post.readers is not None and style != "no-readers":
        parts.append(f"{post.readers}位读者")
    if style == "plain":
        return f"By {' | '.join([*parts, '引用'])}"
    spans = " | ".join(f"<span>{part}</span>" for part in parts)
    cite = f'<a href="{blog.article_url(post.id)}#how_to_cite">引用</a>'
    return f"{'' if style == 'no-by' else 'By '}{spans} | {cite}"


def render_tools(post: Post) -> str:
    """Category and tags."""
    tags = ", ".join(tag_link(tag) for tag in post.tags)
    category = f'<a href="/category/{post.category.slug}">{post.category.name}</a>'
    return f'<span class="cat">分类：{category} &nbsp; 标签：{tags}</span>'


def add_heading_anchors(body: str) -> str:
    """The body with the theme's self anchor at the end of each heading that has an id."""
    return HEADING.sub(r'<\1 id="\2">\3 <a href="#\2">#</a></\1>', body)


def close_open_elements(fragment: str) -> str:
    """The fragment with the elements that it leaves open closed, as Typecho closes excerpts."""
    stack: list[str] = []
    for closing, written, self_closing in TAG.findall(fragment):
        name = written.lower()
        if closing and name in stack:
            del stack[len(stack) - 1 - stack[::-1].index(name) :]
        elif name and not closing and not self_closing and name not in VOID_ELEMENTS:
            stack.append(name)
    return fragment + "".join(f"</{name}>" for name in reversed(stack))


def render_pager(links: list[tuple[int, str]], current: int, following: bool) -> str:
    """`ol.page-navigator` over numbered pages: previous, up to two around, first, last, next."""
    urls = dict(links)
    last = max(urls)
    shown = [n for n in urls if n in (1, last) or abs(n - current) <= max(2, 4 - current)]
    items = [f'<li class="prev"><a href="{urls[current - 1]}">«</a></li>'] if current > 1 else []
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before > 1:
            items.append("<li><span>...</span></li>")
        mark = ' class="current"' if number == current else ""
        items.append(f'<li{mark}><a href="{urls[number]}">{number}</a></li>')
    if following:
        items.append(f'<li class="next"><a href="{urls[current + 1]}">»</a></li>')
    return f'<ol class="page-navigator">{"".join(items)}</ol>'

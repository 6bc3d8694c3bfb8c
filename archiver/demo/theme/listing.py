"""A listing page: ten entries and the pager."""

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.theme.markup import (
    add_heading_anchors,
    close_open_elements,
    render_pager,
    render_title,
    render_tools,
    shown_title,
)
from archiver.demo.theme.protected import password_form
from archiver.demo.theme.shell import render_page


def render_listing(blog: Blog, number: int) -> str:
    """Listing page `number`, from 1. Past the end only an endless blog has entries: the last."""
    posts = blog.page(number) or blog.page(blog.pages)
    content = "".join(render_entry(blog, post) for post in posts)
    return render_page(blog, content + render_listing_pager(blog, number), f"page {number}")


def render_entry(blog: Blog, post: Post) -> str:
    """One entry of a listing."""
    count = f'<span><a href="/archives/{post.id}#comments">{post.comments} 评论</a></span>'
    return f"""<div class="Post">
{render_title(blog, post, "h2")}<div class="PostContent">
{render_excerpt(blog, post)}</div>
<div class="tools">{render_tools(post)} {count}</div>
</div>
"""


def render_excerpt(blog: Blog, post: Post) -> str:
    """The text before the "more" mark and the link to the rest; all of it when it has no mark."""
    if post.state == "protected":
        return password_form(blog, post)
    if post.excerpt is None:
        return add_heading_anchors(post.body)
    excerpt = add_heading_anchors(close_open_elements(post.excerpt))
    title = shown_title(post)
    more = f'<a href="{blog.article_url(post.id)}" title="{title}">点击阅读全文...</a>'
    return f'{excerpt}<p class="more">{more}</p>'


def render_listing_pager(blog: Blog, number: int) -> str:
    """The pager; the last page has no next link, unless the blog is endless."""
    last = max(blog.pages, number + 1) if blog.endless else blog.pages + blog.extra_pages
    if last == 1:
        return ""
    links = [(n, f"{blog.site_url}/page/{n}/") for n in range(1, last + 1)]
    return render_pager(links, number, following=number < last)

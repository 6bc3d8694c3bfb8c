"""An article page, and the page of a protected one."""

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.theme.boilerplate import SHARE_SCRIPT, render_boilerplate
from archiver.demo.theme.comments import render_comments
from archiver.demo.theme.markup import (
    add_heading_anchors,
    render_title,
    render_tools,
    shown_title,
)
from archiver.demo.theme.protected import password_form
from archiver.demo.theme.shell import render_page


def render_article(blog: Blog, post: Post, comment_page: int = 1) -> str:
    """The page of a listed post, with one page of its comments."""
    content = f"""{render_breadcrumb(post)}<div class="Post">
{render_title(blog, post, post.heading)}{SHARE_SCRIPT}\
<div class="PostContent" id="PostContent">
{render_body(blog, post)}
{render_boilerplate(blog, post)}</div>
<div id="tools" class="tools">{render_tools(post)}</div>
</div>
{render_neighbours(blog, post)}{render_similar(blog, post)}\
{render_comments(blog, post, comment_page)}"""
    return render_page(blog, content, f"article {post.id}", shown_title(post))


def render_breadcrumb(post: Post) -> str:
    """The way from the home page to the post."""
    category = f'<a href="/category/{post.category.slug}">{post.category.name}</a>'
    title = shown_title(post)
    return f'<div id="breadcrumb"><a href="/">首页</a> {category} {title}</div>\n'


def render_body(blog: Blog, post: Post) -> str:
    """The body as stored, with the theme's heading anchors; its last quote may stay open."""
    if post.state == "protected":
        return password_form(blog, post)
    body = add_heading_anchors(post.body)
    if post.footer_in_quote:
        before, _, after = body.rpartition("</blockquote>")
        body = before + after
    return body


def render_neighbours(blog: Blog, post: Post) -> str:
    """Links to the posts before and after in time."""
    older, newer = blog.neighbours(post)
    before = f"&lt; {titled_link(blog, older)}" if older else ""
    after = f"{titled_link(blog, newer)} &gt;" if newer else ""
    return (
        f'<div id="neighbours"><span class="prev">{before}</span> | '
        f'<span class="next">{after}</span></div>\n'
    )


def titled_link(blog: Blog, post: Post) -> str:
    """A link to a post with its title in text and attribute."""
    title = shown_title(post)
    return f'<a href="{blog.article_url(post.id)}" title="{title}">{title}</a>'


def render_similar(blog: Blog, post: Post) -> str:
    """Links to posts of the same category."""
    rows = "\n".join(
        f'<li><a href="{blog.article_url(other.id)}">{shown_title(other)}</a></li>'
        for other in blog.similar(post)
    )
    return f'<div id="similar">你也许还对下面的内容感兴趣\n<ul>\n{rows}\n</ul>\n</div>\n'

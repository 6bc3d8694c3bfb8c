"""`/content.html`, the index of all articles in one page."""

from itertools import groupby

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.theme.markup import shown_title
from archiver.demo.theme.shell import render_page

TITLE = "全部文章"


def render_archives(blog: Blog) -> str:
    """The index: years, months and days, the latest first."""
    years = "\n".join(
        render_year(blog, year, list(posts))
        for year, posts in groupby(blog.by_date, key=lambda post: post.published.year)
    )
    content = f"""<div id="breadcrumb"><a href="/">首页</a> {TITLE}</div>
<div class="Post">
<div class="title-wrap"><h1><a href="{blog.site_url}/content.html">{TITLE}</a></h1></div>
<div class="PostContent" id="PostContent">
<p>按时间排列的文章目录。</p>
<div id="archives">
{years}
</div>
</div>
</div>
"""
    return render_page(blog, content, "content", TITLE)


def render_year(blog: Blog, year: int, posts: list[Post]) -> str:
    """One year and its months."""
    months = "".join(
        render_month(blog, month, list(rows))
        for month, rows in groupby(posts, key=lambda post: f"{post.published:%m}月")
    )
    return f"<h3>{year}年 (共{len(posts)}篇)</h3><ul>{months}</ul>"


def render_month(blog: Blog, month: str, posts: list[Post]) -> str:
    """One month and its articles."""
    rows = "".join(render_row(blog, post) for post in posts)
    return f"<li><span>{month}</span><ul>{rows}</ul></li>"


def render_row(blog: Blog, post: Post) -> str:
    """One article: day, title, number of comments."""
    url = blog.article_url(post.id)
    count = f'<a href="{url}#PostComment">{post.comments}</a>'
    return f'<li>{post.published:%d}日: <a href="{url}">{shown_title(post)}</a> ({count})</li>'

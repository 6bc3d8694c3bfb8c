"""The content of both sidebars: categories, tags, recent comments, other articles, months."""

from collections import Counter

from archiver.demo.blog import Blog
from archiver.demo.posts import CATEGORIES, Post
from archiver.demo.theme.markup import escape, tag_link

# Readers write dollars that open no formula. Outside of the body they must not be taken for one.
RECENT = (
    ("路过的石头", "式子里多打了一个 $ 吧"),
    ("a&b", "$\\theta 是角度还是参数？"),
    ("Carol", "同样的书国外卖 $45"),
    ("半杯水", "从$x到$y那步没跟上"),
    ("夜猫子", "这里的 $ 没有配对$"),
    ("Dan Wu", "$n$取奇数也对吗"),
    ("路过的石头", "收到，谢谢更正"),
    ("Carol", "$\\sum_i 的下标写漏了"),
)


def render_sidebar(blog: Blog, seed: str) -> str:
    """The blocks of a sidebar; the random articles depend on the seed."""
    return "\n".join(
        (
            render_categories(blog),
            render_tags(blog),
            render_recent(blog),
            render_random(blog, seed),
            render_months(blog),
        )
    )


def render_categories(blog: Blog) -> str:
    """Categories with the number of their posts."""
    counts = Counter(post.category.slug for post in blog.listed)
    rows = "\n".join(
        f'<li><a href="/category/{category.slug}">{category.name}</a> ({counts[slug]})</li>'
        for slug, category in CATEGORIES.items()
    )
    return f'<h3>分类</h3>\n<ul class="categories">\n{rows}\n</ul>'


def render_tags(blog: Blog) -> str:
    """The tag cloud."""
    tags = dict.fromkeys(tag for post in blog.listed for tag in post.tags)
    rows = "\n".join(tag_link(tag) for tag in list(tags)[:30])
    return f'<h3>标签</h3>\n<p class="tagcloud">\n{rows}\n</p>'


def render_recent(blog: Blog) -> str:
    """Recent comments; some are on posts that are hidden or gone by now."""
    posts = blog.sample(blog.posts, len(RECENT), "recent")
    posts += [post for post in blog.posts if post.state in ("draft", "deleted")][:2]
    rows = "\n".join(
        f'<li><a href="{blog.site_url}/archives/{post.id}/comment-page-1#comment-{900 - n}">'
        f"{escape(RECENT[n % len(RECENT)][0])}</a>: {escape(RECENT[n % len(RECENT)][1])}</li>"
        for n, post in enumerate(posts)
    )
    return f'<h3>最近评论</h3>\n<ul class="comments">\n{rows}\n</ul>'


def render_random(blog: Blog, seed: str) -> str:
    """Eight articles drawn by the seed."""
    posts = blog.sample([post for post in blog.by_date if is_open(post)], 8, seed)
    rows = "\n".join(
        f'<li><a href="/archives/{post.id}">{escape(post.title)}</a></li>' for post in posts
    )
    return f'<h3>随机文章</h3>\n<ul class="random">\n{rows}\n</ul>'


def is_open(post: Post) -> bool:
    """True when everybody can read a post."""
    return post.state == "published"


def render_months(blog: Blog) -> str:
    """Links to the months that have posts."""
    months = dict.fromkeys(f"{post.published:%Y/%m}" for post in blog.by_date)
    rows = "\n".join(
        f'<li><a href="{blog.site_url}/{month}/">{month[:4]}年{month[5:]}月</a></li>'
        for month in months
    )
    return f'<h3>归档</h3>\n<ul class="months">\n{rows}\n</ul>'

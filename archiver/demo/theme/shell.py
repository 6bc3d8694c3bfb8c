"""The frame of every page: head, header, both sidebars, footer."""

from archiver.demo.blog import Blog
from archiver.demo.theme.sidebar import render_sidebar

SITE_NAME = "科学空间|Scientific Spaces"

HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="zh-CN">
<head>
<meta http-equiv="content-type" content="text/html; charset=UTF-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>{title}</title>
<link rel="stylesheet" type="text/css" href="/usr/themes/geekg/style.css" />
<link rel="alternate" type="application/rss+xml" title="RSS 2.0" href="{site_url}/feed/" />
<script type="text/x-mathjax-config">
MathJax.Hub.Config({{ extensions: ["tex2jax.js", "Safe.js"],
  tex2jax: {{ inlineMath: [['$','$'], ['\\\\(','\\\\)']], processEscapes: true }},
  TeX: {{ equationNumbers: {{ autoNumber: ["AMS"], useLabelIds: true }} }} }});
</script>
</head>
<body>
<div id="wrap">
<div id="Header">
<h1 id="logo"><a href="{site_url}/">{site_name}</a></h1>
<div id="menu"><ul>
<li><a href="/">首页</a></li>
<li><a href="/content.html">全部文章</a></li>
<li><a href="/me.html">关于博主</a></li>
<li><a href="/feed">订阅</a></li>
</ul></div>
<form id="search" method="post" action="/"><input type="text" name="s" /> \
<a href="/search/Attention/">热门搜索: Attention</a></form>
</div>
<div id="MobileSideBar" style="display:none">
{sidebar}
</div>
<div id="content">
"""

FOOT = """</div>
<div id="Sidebar">
{sidebar}
</div>
<div id="Footer">
<p>&copy; 2009 - 2026 <a href="{site_url}/">{site_name}</a>. Powered by Typecho.
站内文字的许可：<a rel="license" href="http://creativecommons.org/licenses/by-nc-nd/2.5/cn/">\
署名、非商业用途、禁止演绎</a>。</p>
</div>
</div>
<script type="text/javascript">var geekg = {{cost: '$', loaded: 1 < 2}};</script>
</body>
</html>
"""


def render_page(blog: Blog, content: str, seed: str, title: str | None = None) -> str:
    """A whole page. `title` is escaped already, None on the listings.

    The random articles of the sidebars depend on `seed`.
    """
    full_title = f"{title} - {SITE_NAME}" if title else SITE_NAME
    head = HEAD.format(
        title=full_title,
        site_url=blog.site_url,
        site_name=SITE_NAME,
        sidebar=render_sidebar(blog, f"mobile {seed}") if blog.sidebars else "",
    )
    foot = FOOT.format(
        site_url=blog.site_url,
        site_name=SITE_NAME,
        sidebar=render_sidebar(blog, f"side {seed}") if blog.sidebars else "",
    )
    return head + content + foot

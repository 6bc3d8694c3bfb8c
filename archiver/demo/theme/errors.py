"""The page of HTTP 404: a full shell with links to other articles."""

from archiver.demo.blog import Blog
from archiver.demo.theme.shell import render_page

CONTENT = """<div class="Post">
<div class="title-wrap"><h2>404 - 页面没找到</h2></div>
<div class="PostContent"><p>要找的页面不在了，去<a href="/content.html">归档</a>里看看，\
或者读一读<a href="/archives/6508">《科学空间FAQ》</a>。</p></div>
</div>
"""


def render_not_found(blog: Blog) -> str:
    """The 404 page."""
    return render_page(blog, CONTENT, "404", "页面没找到")

"""The boilerplate that the theme puts behind the body, and the share script before it."""

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.theme.markup import escape, month_name, shown_title

SHARE_SCRIPT = """<script type="text/javascript">
function share(site) {
  var url = encodeURIComponent(location.href), title = encodeURIComponent(document.title);
  if (site < 2 && url) { window.open('https://share.example/?u=' + url + '&m=$'); }
}
</script>
"""

REPRINT = """<p><em><strong>转载到请包括本文地址：</strong><a href="{url}">{url}</a></em></p>
<p><em><strong>更详细的转载事宜请参考：</strong></em>\
<a href="/archives/6508#文章如何转载/引用" title="《科学空间FAQ》">《科学空间FAQ》</a></p>
"""

TIPS = """<div id="content_tips">
<p><strong>还有疑问或者建议？请到评论区接着聊。</strong></p>
<p><strong>觉得写得还行，可以<a href="javascript:share(1)">分享</a>/<a href="#pay">打赏</a>本文。\
打赏全凭心意，不打赏也一样欢迎再来！</strong></p>
</div>
<div id="pay">
<a href="javascript:void(0)">打赏</a>
<div class="pay-box"><div class="pay-img">\
<img src="/usr/themes/geekg/payment/wx.png" alt="科学空间" /><p>微信打赏</p></div>
<div class="pay-img"><img src="/usr/themes/geekg/payment/zfb.png" alt="科学空间" />\
<p>支付宝打赏</p></div></div>
<p>后台看不到是谁打赏的，留个言吧：<a href="/me.html">点击这里</a>。</p>
</div>
"""

CITE = """<div id="how_to_cite">
<p><strong>如果您需要引用本文，请参考：</strong></p>
<p>{author}. ({day}). 《{title} 》[Blog post]. Retrieved from <a href="{url}">{url}</a></p>
<pre>@online{{kexuefm-{id},
        title={{{title}}},
        author={{{author}}},
        year={{{year}}},
        month={{{month}}},
        url={{\\url{{{url}}}}},
}}</pre>
</div>
"""


def render_boilerplate(blog: Blog, post: Post) -> str:
    """The footer of a post: reprint notice, tips, donation box and how to cite it."""
    url = blog.article_url(post.id)
    month = month_name(post.published)[:3]
    cite = CITE.format(
        author=escape(post.author),
        day=f"{month}. {post.published:%d, %Y}",
        title=shown_title(post),
        url=url,
        id=post.id,
        year=post.published.year,
        month=month,
    )
    return REPRINT.format(url=url) + TIPS + cite

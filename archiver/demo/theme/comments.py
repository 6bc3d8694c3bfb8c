"""The comments of an article: invented, the same ones for the same article every time.

Some wait for the author or are spam: the blog has them, and shows them to nobody.
"""

import hashlib
import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.theme.markup import escape, month_name, render_pager

THREADS_PER_PAGE = 20
READERS = ("路过的石头", "Carol", "a&b", "半杯水", "Dan Wu", "夜猫子", "木木")
SAYINGS = (
    "<p>照着做了一遍，结果一致，学习了。</p>",
    "<p>第二个等号怎么来的？能否多写一步。</p>",
    "<p>这里的 $ 是不是少了一半？我数了数，$x_i 后面没有闭合。</p>",
    "<p>符号有点乱：$\\beta$前面应有负号。<br>\n另外图看不到了。</p>",
    "<p>书价涨到 $30 了，还是看博客划算。</p>",
    "<p>用\\begin{equation}u=v\\end{equation}代进去也行吧？</p>",
    "<p>第三段有个错别字。</p>",
    "<p>我算出来是$$\\int_0^1 x^{n-1}\\,dx=\\frac{1}{n},$$与正文差一个常数。</p>",
    "<p>留言板试一下<script>alert(1)</script>，"
    '<a href="javascript:alert(2)" onclick="alert(3)">点我</a>，'
    '<img src="/usr/themes/geekg/smile.png" onerror="alert(4)" style="position:fixed" alt="笑">'
    "看看会不会出事。</p>",
    "<p>有人在评论里写&lt;li id=&quot;comment-1&quot;&gt;，也只是字而已。</p>",
)
SPAM = "<p>本店代写论文，量大从优，详情请看主页。</p>"
REPLIES = (
    "<p>多谢指正，已经改好。</p>",
    "<p>对，同时乘以$h$再积分即可。</p>",
    "<p>换个角度想，这其实就是定义。<br>\n可以再读一遍前文。</p><p>@Carol</p>",
)


@dataclass
class Comment:
    """An invented comment and its replies."""

    id: int
    author: str
    time: datetime
    html: str
    by_author: bool = False
    is_hidden: bool = False
    replies: list["Comment"] = field(default_factory=list)


def render_comments(blog: Blog, post: Post, page: int) -> str:
    """`#comments`; empty for a protected post, without a heading where there are none."""
    if post.state == "protected":
        return '<div id="comments">\n</div>\n'
    threads = shown_threads(post)
    shown = threads[(page - 1) * THREADS_PER_PAGE : page * THREADS_PER_PAGE]
    items = "".join(
        render_comment(blog, post, comment, page, n) for n, comment in enumerate(shown, 1)
    )
    comment_list = f'<ol class="comment-list">{items}        </ol>' if items else ""
    pager = render_comment_pager(blog, post, page)
    heading = f"<h4>{post.comments} 条评论</h4>\n" if post.comments else ""
    return f"""<div id="comments">
{heading}\
{pager}{comment_list}{pager}{render_form(blog, post)}</div>
"""


def comment_pages(post: Post) -> int:
    """How many pages the comments of a post fill; one when there are none."""
    return max(1, math.ceil(len(shown_threads(post)) / THREADS_PER_PAGE))


def shown_threads(post: Post) -> list[Comment]:
    """The threads of a post that the blog shows."""
    return [thread for thread in invent_threads(post) if not thread.is_hidden]


def invent_threads(post: Post) -> list[Comment]:
    """The threads of a post, the latest first; with their replies as many as it has comments.

    After every tenth comment comes one that is hidden, which is not counted.
    """
    chance = random.Random(f"comments {post.id}")  # noqa: S311 - nothing secret
    threads: list[Comment] = []
    time = post.published
    for number in range(post.comments):
        time += timedelta(minutes=chance.randrange(30, 40_000))
        open_threads = [thread for thread in threads if not thread.is_hidden]
        reply = bool(open_threads) and chance.random() < 0.35
        comment = invent_comment(post, number, time, reply, chance)
        parents = chance.choice(open_threads).replies if reply else threads
        if reply and parents and chance.random() < 0.4:
            parents = parents[-1].replies
        parents.append(comment)
        if number % 10 == 0:
            threads.append(invent_spam(post, number, time))
    return threads[::-1]


def invent_spam(post: Post, number: int, time: datetime) -> Comment:
    """A comment that the blog hides, a minute after another one."""
    time += timedelta(minutes=1)
    return Comment(post.id * 100 + 60 + number // 10, "万能代写", time, SPAM, is_hidden=True)


def invent_comment(
    post: Post, number: int, time: datetime, reply: bool, chance: random.Random
) -> Comment:
    """One comment; the post's author writes half of the replies."""
    by_author = reply and chance.random() < 0.5
    author = post.author if by_author else chance.choice(READERS)
    text = chance.choice(REPLIES if reply else SAYINGS)
    return Comment(post.id * 100 + number, author, time, text, by_author)


def render_comment(
    blog: Blog, post: Post, comment: Comment, page: int, place: int, level: int = 0
) -> str:
    """One comment with its replies, in Typecho's markup."""
    kind = f"comment-child comment-level-{'odd' if level % 2 else 'even'}"
    classes = f"comment-body {kind if level else 'comment-parent'}"
    classes += " comment-odd" if place % 2 else " comment-even"
    classes += " comment-by-author" if comment.by_author else ""
    url = f"{blog.article_url(post.id).rstrip('/')}/comment-page-{page}"
    digest = hashlib.sha256(comment.author.encode()).hexdigest()[:32]
    name = escape(comment.author)
    cite = f'<a href="https://blog.example.org/" rel="external nofollow">{name}</a>'
    replies = "".join(
        render_comment(blog, post, reply, page, n, level + 1)
        for n, reply in enumerate(comment.replies, 1)
    )
    return f"""        <li itemscope itemtype="http://schema.org/UserComments" \
id="comment-{comment.id}" class="{classes}">
            <div class="comment-author" itemprop="creator" itemscope \
itemtype="http://schema.org/Person">
                <span
                    itemprop="image">
                    <img class="avatar" loading="lazy" \
src="https://secure.gravatar.com/avatar/{digest}?s=32&amp;r=G" alt="{name}" \
width="32" height="32" />                </span>
                <cite class="fn" itemprop="name">{cite if comment.id % 2 else name}</cite>
            </div>
            <div class="comment-meta">
                <a href="{url}#comment-{comment.id}">
                    <time itemprop="commentTime"
                          datetime="{comment.time.isoformat()}">{shown_day(comment.time)}</time>
                </a>
                            </div>
            <div class="comment-content" itemprop="commentText">
                {comment.html}            </div>
            <div class="comment-reply">
                <a href="{url}?replyTo={comment.id}#respond-post-{post.id}" rel="nofollow" \
onclick="return TypechoComment.reply('comment-{comment.id}', {comment.id}, this);">回复</a>\
            </div>
{render_replies(replies)}                    </li>
"""


def render_replies(replies: str) -> str:
    """The list of replies inside a comment; nothing when there are none."""
    if not replies:
        return ""
    return f"""                            <div class="comment-children" itemprop="discusses">
                    <ol class="comment-list">{replies}        </ol>                </div>
"""


def shown_day(time: datetime) -> str:
    """A day as the comments show it: `May 3rd, 2019`."""
    teen = 11 <= time.day <= 13
    suffix = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(time.day % 10, "th")
    return f"{month_name(time)} {time.day}{suffix}, {time.year}"


def render_comment_pager(blog: Blog, post: Post, page: int) -> str:
    """The pager of the comments; nothing when one page holds them all."""
    last = comment_pages(post)
    if last == 1:
        return ""
    url = blog.article_url(post.id).rstrip("/")
    links = [(n, f"{url}/comment-page-{n}#comments") for n in range(1, last + 1)]
    return render_pager(links, page, following=page < last)


def render_form(blog: Blog, post: Post) -> str:
    """The form for a new comment."""
    return f"""<div id="respond-post-{post.id}" class="respond">
<h4 id="PostComment">发表你的看法</h4>
<form method="post" action="{blog.article_url(post.id)}/comment" id="comment_form">
<p><input type="text" name="author" size="35" /> 称呼 \
<input type="text" name="mail" size="35" /> 邮箱</p>
<p><textarea rows="10" cols="50" name="text"></textarea></p>
<p>支持LaTeX：行内公式<code>$ $</code>，行间公式<code>$$ $$</code>。 \
<input type="submit" value="提交评论" /></p>
</form>
</div>
"""

"""The form that a password protected post shows in place of its body."""

import hashlib

from archiver.demo.blog import Blog
from archiver.demo.posts import Post


def password_form(blog: Blog, post: Post) -> str:
    """Typecho's password form."""
    token = hashlib.sha256(f"protected {post.id}".encode()).hexdigest()[:32]
    action = f"{blog.article_url(post.id)}?_={token}"
    return f"""<form class="protected" action="{action}" method="post">\
<p class="word">请输入密码访问</p>\
<p><input type="password" class="text" name="protectPassword" />
            <input type="hidden" name="protectCID" value="{post.id}" />
            <input type="submit" class="submit" value="提交" /></p></form>"""

"""Pages with bodies that nobody would write, the same ones each time: to compare two versions.

Elements of every kind, open, closed and nested as chance has it, with texts, formulas of all
delimiters, white space of all kinds, comments, entities, styles, captions and broken addresses.
"""

# ruff: noqa: E501  (a piece stays in one piece; chance, not secrets)

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from archiver.demo.blog import Blog
from archiver.demo.posts import Post, load_posts
from archiver.demo.theme import render_article

_WORDS: Final = (
    "设", "函数", "有", "a", "b1", "The end", "则，", "。", "（一）", "“引”", "！", "1", "2.", "- x",
    "# y", "> z", "| p |", "*星*", "_u_", "`c`", "~s~", "^t^", "[l](m)", "[x]", "![y]", "\\", "\\*",
    "http://a.example/x", "www.b.example", "me@c.example", ":smile:", "&amp;copy;", "&lt;b&gt;",
    "שלום", "مرحبا", "é", "😀", "<!--", "-->", "$", "$$", "\\$", "5$", "}", "{", "table:", "i. ",
    "+", "=", "@x", "1)", "A.", "&#x200b;", "&rlm;", "&nbsp;", "&#12;", "\u3000", "\u2028", "\u00ad",
)  # fmt: skip
_SPACES: Final = (" ", "  ", "\n", "\r\n", "\t", "&nbsp;", "\u3000", "", "", "", "\n\n", " \n ")
_FORMULAS: Final = (
    "$x$", "$x_1^2$", "$a<b$", "$a &lt; b$", "$$y=x$$", "$$\n\\begin{aligned}a&amp;=b\\\\\nc&amp;=d"
    "\\end{aligned}\n$$", "\\(z\\)", "\\[w\\]", "\\begin{equation}u=v\\label{q}\\end{equation}",
    "\\begin{align*}a\\\\b\\end{align*}", "\\eqref{q}", "\\ref{r}", "$\\text{若$y$则}$", "${x$y}$",
    "$x<br>y$", "$x<br>\ny$", "$x<!-- c -->y$", "$x<wbr>y$", "$a<b>c</b>d$", "$ x $", "$x%c\ny$",
    "$$a$b$$", "$$", "$", "\\(a", "\\begin{", "\\begin{x}a", "\\ref{", "$\\$$", "\\\\$x$", "$x\\$",
    "$x|y$", "$-x$", "$x\n- y$", "$\\{x\\}$", "$\\left\\{x\\right.$", "{$x}$y$", "$x}$", "$a{b$c}d$",
)  # fmt: skip
_LEAVES: Final = (
    "<br>", "<br>", "<br/>\n", "<br><br>", "<hr>", "<wbr>", "<img src='/usr/uploads/a.png' alt='图'>",
    "<img src='/b.gif' width=1 height=1>", "<img src=x alt='a | b' title=t>", "<img alt=y>",
    "<img src='/c.png' style='display:block'>", "<img data-src='/d.png' src='data:image/gif;base64,R0'>",
    "<img src='/e.png' hidden>", "<!-- 注 -->", "<!--more-->", "<!---->", "<!-- a -- b -->",
    "<script>var a = '$x$';</script>", "<style>p{}</style>", "<iframe src='https://v.example/1'></iframe>",
    "<embed src='/sci/f.swf'>", "<input value=x>", "<video src='/v.mp4' controls></video>",
    "<audio><source src='/a.mp3'></audio>", "<svg><text>s</text></svg>", "<math><mi>x</mi></math>",
    "<noscript><img src='/n.png'></noscript>", "<object data='/o.swf'><param name=movie value=/p.swf></object>",
    "<a name=anchor></a>", "<a href='#here'>#</a>", "<select><option>o</select>", "<template>t</template>",
    "<a class='embed' href='https://e.example/'>https://e.example/</a>", "<p></p>", "<b> </b>", "<br>$x$<br>",
    "<code>a|b</code>", "<code>`</code>", "<code> x  y </code>", "<pre>a\n  b\tc</pre>", "<pre>\n\nx</pre>",
    "<pre><code class='lang-py'>x = '$1'\n</code></pre>", "<type>", "<x-y>z</x-y>", "<foo>bar</foo>",
    "<pre>a <a href='/x'>l</a></pre>", "<pre><ol><li>a</li><li>b</li></ol></pre>", "<ruby>漢<rp>(</rp><rt>h</rt></ruby>",
    "<div class='pic-container'><div class='typecho-caption'><div><a href='/u.png'><img src='/u.png'></a></div>"
    "<p class='typecho-caption-text'>说明</p></div></div>",
    "<div class='pic-container'><div><div class='typecho-caption'><div><img src='/w.png'></div><p>见$x$</p></div></div></div>",
    "<figure><img src='/f.png'><figcaption>题<b>注</b></figcaption></figure>",
    "<figure><figcaption>前</figcaption><img src='/g.png'></figure>",
    "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>$d$</td></tr></table>",
    "<table><tr><td colspan=2>a</td></tr><tr><td>b</td><td>c|d</td></tr></table>",
    "<ol start=3><li>a</li><li value=9>b</li></ol>", "<ol reversed type=a><li>a<li>b</ol>",
)  # fmt: skip
_ELEMENTS: Final = (
    "p", "p", "p", "div", "div", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "span", "span",
    "font", "a", "a", "a", "li", "ul", "ul", "ol", "blockquote", "h2", "h3", "h4", "pre", "code", "table",
    "tr", "td", "th", "tbody", "caption", "dl", "dt", "dd", "center", "section", "figure", "figcaption",
    "q", "cite", "abbr", "bdo", "kbd", "tt", "details", "summary", "address", "nobr", "form", "button",
    "label", "fieldset", "textarea", "marquee", "picture", "type", "vector", "menu", "small", "ins",
)  # fmt: skip
_ATTRIBUTES: Final = (
    "", "", "", "", "", "", "", "", " style='color:red'", " style='display:none'", " hidden", " id=x", " id=pay",
    " style='display:block'", " style='visibility: hidden'", " style='display:flex;margin:9999px'", " class=center",
    " class='typecho-caption-text'", " class='pic-container'", " class='typecho-caption'", " class=tex2jax_ignore",
    " class='MathJax_Preview'", " class=embed", " title='提示 \"x\"'", " dir=rtl", " color=blue", " onclick='x()'",
    " style='background:#eee;text-decoration:underline'", " lang=en", " align=center", " width=30000", " value=4",
    " class='language-c++'", " colspan=2", " class=tex2jax_process", " type=A", " start=-1", " reversed",
)  # fmt: skip
_ADDRESSES: Final = (
    "/archives/6583", "https://kexue.fm/archives/12/#c", "http://spaces.ac.cn/archives/7", "x y", "http://[",
    "me@mail.example", "www.host.example/a", " https://a.example/ ", "javascript:alert(1)", "#a", "", "?q=1",
    "mailto:a@b.example", "//c.example/é", "magnet:?xt=1", "data:text/html,x", "/a|b", "/x)y(", "中文/路径", "ftp://f/",
)  # fmt: skip
_FIRST_ID: Final = 20_001


def odd_pages(count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """So many article pages, each with its address; the same for the same ``seed``."""
    models = [post for post in load_posts() if post.state == "published"]
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        yield _page(chance, chance.choice(models), number)


def _page(chance: random.Random, model: Post, number: int) -> tuple[str, bytes]:
    body = odd_body(chance, chance.choice((2, 6, 12, 25, 60)))
    title = f"题{chance.choice(_WORDS)}{chance.choice(_FORMULAS)}".replace("<", "(")
    comments = chance.choice((0, 0, 1, 3, 12))
    post = replace(model, id=_FIRST_ID + number, body=body, title=title, comments=comments)
    blog = Blog((post,))
    page = render_article(blog, post)
    mark = '<div class="comment-content">'
    first, *others = page.split(mark)
    page = first + "".join(f"{mark}{_odd_words(chance)}{words}" for words in others)
    return blog.article_url(post.id), page.encode("utf-8", "surrogatepass")


def _odd_words(chance: random.Random) -> str:
    """What a commenter has written before the words of the demo blog; often nothing."""
    return odd_body(chance, 4) if chance.random() < 0.3 else ""


def odd_body(chance: random.Random, pieces: int) -> str:
    """A body of so many pieces, some of them with others inside."""
    return "".join(_piece(chance, 0) for _ in range(pieces))


def _piece(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.3:
        return _words(chance)
    if kind < 0.45:
        return chance.choice(_FORMULAS)
    if kind < 0.6 or depth > 8:
        return chance.choice(_LEAVES)
    return _element(chance, depth)


def _words(chance: random.Random) -> str:
    words = chance.choices(_WORDS, k=chance.randint(1, 5))
    return "".join(f"{chance.choice(_SPACES)}{word}" for word in words)


def _element(chance: random.Random, depth: int) -> str:
    """An element, which is sometimes not closed, or closed by another name."""
    tag, attributes = chance.choice(_ELEMENTS), chance.choice(_ATTRIBUTES)
    if tag == "a" and chance.random() < 0.9:
        attributes += f" href='{chance.choice(_ADDRESSES)}'"
    inner = "".join(_piece(chance, depth + 1) for _ in range(chance.randint(0, 4)))
    luck = chance.random()
    closing = "" if luck < 0.08 else f"</{chance.choice(_ELEMENTS) if luck < 0.12 else tag}>"
    return f"<{tag}{attributes}>{inner}{closing}"

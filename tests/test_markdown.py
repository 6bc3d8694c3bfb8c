"""Markdown: what is written for each thing a body can hold, and that it reads back the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from archiver.body.clean.cleaner import clean_body
from archiver.body.formulas.finder import find_formulas
from archiver.body.markdown import to_markdown
from archiver.body.markdown.maths import content_of
from archiver.body.read import read_body, read_stored_body
from archiver.tree.document import parse_fragment
from archiver.verify.fidelity.markdown_outline import outline_of_markdown
from archiver.verify.fidelity.tree_outline import outline_of_tree

READER = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").use(dollarmath_plugin)


def markdown(html: str) -> str:
    """What the archive stores for a body."""
    body = parse_fragment(html)
    clean_body(body, 6583)
    return to_markdown(body)


def read_back(text: str) -> str:
    """The visible text of Markdown, as a CommonMark reader has it, without white space."""
    shown = [
        inner.content
        for token in READER.parse(text)
        for inner in token.children or [token]
        if inner.type in {"text", "code_inline", "fence", "math_inline", "math_block"}
    ]
    return "".join("".join(shown).split())


# --- Text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("<p> </p>", ""),
        ("<p>一</p><p>二</p>", "一\n\n二"),
        ("<p>一<br>二</p>", "一\\\n二"),
        ("<p>一<br><br>二<br></p>", "一\n\n二"),
        ("<p> 一 \n 二 </p>", "一 二"),
        ("<p>　　一</p>", "&#12288;&#12288;一"),
        ("<p>一&nbsp;二</p>", "一\xa0二"),
        ("<p>a*b_c_d snake_case</p>", "a\\*b_c_d snake_case"),
        ("<p>_强调_</p>", "\\_强调\\_"),
        ("<p>`x` ~y~ &lt;z&gt;</p>", "\\`x\\` \\~y\\~ \\<z>"),
        ("<p>a\\b</p>", "a\\\\b"),
        ("<p>/~a_b 10~20</p>", "/\\~a_b 10\\~20"),
        ("<p>[更新] 见 [1]</p>", "[更新] 见 [1]"),
        ("<p>[a](b)</p>", "\\[a\\](b)"),
        ("<p>[0,1)</p>", "\\[0,1)"),
        ("<p>AT&amp;T &amp;copy;</p>", "AT&T &amp;copy;"),
        ("<p># 题</p>", "\\# 题"),
        ("<p>#题</p>", "#题"),
        ("<p>1. 一<br>- 二<br>+ 三<br>&gt; 四</p>", "1\\. 一\\\n\\- 二\\\n\\+ 三\\\n\\> 四"),
        ("<p>1、一</p>", "1、一"),
        ("<p>===</p><p>---</p>", "\\===\n\n\\---"),
        ("<p>a<br>===<br>---<br>|-|</p>", "a\\\n===\\\n---\\\n\\|-|"),
        ("<p>价格\\$5和5$</p>", "价格\\\\\\$5和5\\$"),
        ("<p>好!<a href='/x'>y</a></p>", "好\\![y](https://kexue.fm/x)"),
    ],
)
def test_text(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>$x$①$y$²$z$一</p>", "$x$<!-- -->①$y$<!-- -->²$z$一"),
        ("<p>$x$<code>a</code><code>b</code>$y$$z$</p>", "$x$`a`<!-- -->`b`$y$<!-- -->$z$"),
        ("<p>一<b> 二 </b> <i> </i>三 <br> 四</p>", "一 **二** 三\\\n四"),
        ("<p>一<br><br><a href='/x'></a>二</p>", "一\\\n\\\n[](https://kexue.fm/x)二"),
        (
            "<p><a href='/x'>me@a.example</a> me@a.example</p>",
            "[me\\@a.example](https://kexue.fm/x) me<!-- -->\\@a.example",
        ),
    ],
)
def test_pieces_side_by_side(html: str, expected: str) -> None:
    """What stands beside what: no two pieces run together, white space stays between them."""
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("见http://e.cn，好", "见http<!-- -->://e.cn，好"),
        ("见HTTPS://e.cn/a:b", "见HTTPS<!-- -->://e.cn/a:b"),
        ("见www.e.cn等", "见www<!-- -->.e.cn等"),
        ("写信给a.b@e.cn吧", "写信给a.b<!-- -->\\@e.cn吧"),
        ("呵呵^_^再见^_^", "呵呵\\^\\_\\^再见\\^\\_\\^"),
        ("@某 [@a] (@)", "\\@某 \\[\\@a\\] (\\@)"),
        ("x{.a} :smile: 10:30", "x\\{.a} \\:smile: 10:30"),
        ("(1) 一", "(1\\) 一"),
        ("(1)一", "(1)一"),
        ("a) 一", "a\\) 一"),
        ("iv. 一", "iv\\. 一"),
        ("XI. 一", "XI\\. 一"),
        ("A. 一", "A. 一"),
        ("(#) 一", "(#\\) 一"),
        ("#. 一", "#\\. 一"),
        ("#5 一", "#5 一"),
        ("| 一", "\\| 一"),
        ("+---+", "\\+---+"),
        (": 一", "\\: 一"),
        ("::: 一", "\\::: 一"),
        ("% 一", "\\% 一"),
        ("Table: 一", "Table\\: 一"),
        ("[ ] 一", "\\[<!-- --> \\] 一"),
        ("[!NOTE]", "\\[!NOTE\\]"),
        ("<!-- 一", "\\<\\!-- 一"),
    ],
)
def test_what_some_readers_take_for_markup(text: str, expected: str) -> None:
    body = parse_fragment("<p></p>")
    body[0].text = text
    assert to_markdown(body) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>一<b>二</b>三</p>", "一**二**三"),
        ("<p>一<em>二</em>三</p>", "一*二*三"),
        ("<p><strong>注意：</strong>这里</p>", "<strong>注意：</strong>这里"),
        ("<p><strong>注意：</strong> 这里</p>", "**注意：** 这里"),
        ("<p>前<b>\u200b零</b>后</p>", "前<strong>\u200b零</strong>后"),
        ("<p>看<b>“这”</b>里</p>", "看<strong>“这”</strong>里"),
        ("<p>一<b> 二 </b>三</p>", "一 **二** 三"),
        ("<p>一<b></b>二<b> </b>三</p>", "一二 三"),
        ("<p><b>一<i>二</i>三</b></p>", "<strong>一*二*三</strong>"),
        ("<p><b>一</b><b>二</b></p>", "<strong>一</strong><strong>二</strong>"),
        ("<p>甲<b>$x$</b>乙</p>", "甲<strong>$x$</strong>乙"),
        ("<b><p>一</p><p>二</p></b>", "**一**\n\n**二**"),
        ("<p><b>一<br>二<br></b>三</p>", "**一\\\n二**\\\n三"),
        ('<p><font color="red">红</font></p>', '<font color="red">红</font>'),
        ("<p><font size=5>大</font></p>", "大"),
        (
            "<font color=red>甲<font color=blue>乙<font color=red>丙</font></font></font>",
            '<font color="red">甲<font color="blue">乙<font color="red">丙</font></font></font>',
        ),
        ("<b>一<strong>二</strong></b>", "**一二**"),
        ('<p>见<img src="/a.png" style="display:none">此</p>', "见此"),
        (
            '<p><span style="color:Red;margin:0">红</span></p>',
            '<span style="color:Red">红</span>',
        ),
        ("<p><u>一</u><del>二</del>3<sup>5</sup></p>", "<u>一</u><del>二</del>3<sup>5</sup>"),
        ("<p>pickle &lt;type&gt; <type>: x</type></p>", "pickle \\<type> <type>: x</type>"),
    ],
)
def test_formats(html: str, expected: str) -> None:
    assert markdown(html) == expected


# --- Formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (r"<p>设$x_1*y_2$为\(z\)</p>", "设$x_1*y_2$为$z$"),
        (r"<p>见\eqref{eq:a}</p>", r"见$\eqref{eq:a}$"),
        (r"<p>$ x $</p>", "$x$"),
        (r"<p>$a<br>b$</p>", "$a b$"),
        (r"<p>$x$5 $a$$b$</p>", "$x$<!-- -->5 $a$<!-- -->$b$"),
        (r"<p>$\text{若$y$}$</p>", r"$\text{若\(y\)}$"),
        (r"<p>$|\$|$</p>", r"$|\$|$"),
        ("<p>由<br>\n$$L=T-U$$<br>\n得</p>", "由\n\n$$L=T-U$$\n\n得"),
        (r"<p>由\[L=T-U\]得</p>", "由\n\n$$L=T-U$$\n\n得"),
        ("<p>$$a$$。）</p>", "$$a$$\n\n。）"),
        (
            "<p>\\begin{align}a&amp;=b\\\\<br>\nc&amp;&lt;d\\end{align}</p>",
            "$$\n\\begin{align}a&=b\\\\\nc&<d\\end{align}\n$$",
        ),
        (
            "<p>$$\\begin{aligned}a\\\\<br><br>- b\\\\<br>+ c\\end{aligned}$$</p>",
            "$$\n\\begin{aligned}a\\\\ - b\\\\ + c\\end{aligned}\n$$",
        ),
        (
            "<blockquote>由$$a\\\\<br>b$$得</blockquote>",
            "> 由\n>\n> $$\n> a\\\\\n> b\n> $$\n>\n> 得",
        ),
        ("<h2>$$x$$的意义</h2>", "## $x$的意义"),
        ('<p><a href="/a">式$$x$$中</a></p>', "[式](https://kexue.fm/a)\n\n$$x$$\n\n中"),
        ("<p>$a\\ $是$b$</p>", "$a\\ $是$b$"),
        ("<p>$$a\\ $$</p>", "$$a\\ $$"),
        ("<p>$a&#13;b$</p>", "$a b$"),
        ("<p>$a % 说明\n+ b$。</p>", "$a + b$。"),
        ("<p>$a % 说明<br>+ b$。</p>", "$a + b$。"),
        ("<h2>题$\\alpha% 说明\nb$</h2>", "## 题$\\alpha b$"),
        ("<ul><li>$a % 说明\n- b$</ul>", "- $a - b$"),
        ("<p><a href='/a'>$a %\n# b$</a></p>", "[$a # b$](https://kexue.fm/a)"),
        ("<p>$5\\% \n+ b$</p>", "$5\\%  + b$"),
        ("<p>$a\\\\% 说明\n- b$</p>", "$a\\\\ - b$"),
        ("<p>$\\text{5% of\nx}\\verb|%\n|$</p>", "$\\text{5% of x}\\verb|% |$"),
        ("<p>$$a % 说明\n+ b$$</p>", "$$\na + b\n$$"),
        ("<p>$$a % 说明\nb$$</p>", "$$\na % 说明\nb\n$$"),
        ("<p>$\xa0x$</p>", "$x$"),
        ("<p>$x$的反斜杠\\</p>", "$x$的反斜杠&#92;"),
        ("<p><b>粗$$x$$体</b></p>", "**粗**\n\n$$x$$\n\n**体**"),
        (r'<div style="display:none">藏$\newcommand{\a}{b}$</div>', r"$\newcommand{\a}{b}$"),
        ("<p><code>$x$</code></p>", "`$x$`"),
    ],
)
def test_formulas(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("latex", "content"),
    [
        ("$x$", "x"),
        ("$$x$$", "x"),
        (r"\(x\)", "x"),
        (r"\[x\]", "x"),
        ("$$", ""),
        (r"\begin{a}x\end{a}", r"\begin{a}x\end{a}"),
        (r"\eqref{a}", r"\eqref{a}"),
    ],
)
def test_content_of_a_formula(latex: str, content: str) -> None:
    assert content_of(latex) == content


# --- Blocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<h2 id="a">题 <a href="#a">#</a></h2><h3>C #</h3>', "## 题\n\n### C \\#"),
        ("<h2>C#</h2><h2>\\#</h2><h2>#</h2>", "## C\\#\n\n## \\\\\\#\n\n## \\#"),
        ("<h2>一<br>二</h2>", "## 一<br>二"),
        ("<h3>题<p>文</p><pre>a\nb</pre>", "### 题\n\n文\n\n```\na\nb\n```"),
        ("<h2><p>题</p></h2>文", "## 题\n\n文"),
        ("<blockquote><ol><li>一</ol>二</blockquote>", "> 1. 一\n>\n> 二"),
        ("<ul><li><hr></ul>", "- ***"),
        ("<blockquote>一<br>二</blockquote>三", "> 一\\\n> 二\n\n三"),
        ("<blockquote>一</blockquote><blockquote>二</blockquote>", "> 一\n\n> 二"),
        ("<p>一</p><blockquote>二</blockquote>", "一\n\n> 二"),
        ("<ul><li>一<li>二</ul>", "- 一\n- 二"),
        ("<ol start=3><li>一<li>二</ol>", "3. 一\n4. 二"),
        ("<ul><li>一<ol><li>二</ol></ul>", "- 一\n  1. 二"),
        ("<ul><li><p>一</p><p>二</p></ul>", "- 一\n\n  二"),
        ("<ul><li>一</ul><ul><li>二</ul>", "- 一\n\n<!-- -->\n\n- 二"),
        ("<ul>一<li>二</ul>", "- 一\n- 二"),
        ("一<hr>二", "一\n\n***\n\n二"),
        (
            "<table><tr><td>|甲|<td>$x$<tr><td>a<br>b<td>| c</table>",
            "| \\|甲\\| | $x$ |\n| --- | --- |\n| a<br>b | \\| c |",
        ),
        (
            "<table><colgroup><col><col></colgroup><tr><td>甲<td>乙</table>",
            "| 甲 | 乙 |\n| --- | --- |",
        ),
        (
            '<table><tr><td colspan="2">甲<tr><td>a<td>$$b$$</table>',
            '<table>\n<tr>\n<td colspan="2">\n\n甲\n\n</td>\n</tr>\n'
            "<tr>\n<td>\n\na\n\n</td>\n<td>\n\n$$b$$\n\n</td>\n</tr>\n</table>",
        ),
        (
            "<table><tr><td>$a % 说明\n+ b$<td>格</table>",
            "| $a + b$ | 格 |\n| --- | --- |",
        ),
        ("<dl><dt>词<dd>义</dl>", "<dl>\n<dt>\n\n词\n\n</dt>\n<dd>\n\n义\n\n</dd>\n</dl>"),
    ],
)
def test_blocks(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    "cell", ["$|x|$", r"$\|x\|$", "<code>a|b</code>", "<a href='/a|b'>a</a>", "<img src='/a|b'>"]
)
def test_a_table_with_a_bar_in_it_is_html(cell: str) -> None:
    """A bar in a formula, code or address: remark, or pandoc, keeps the backslash before it."""
    text = markdown(f"<table><tr><td>{cell}</td></tr></table>")
    assert text.startswith("<table>")
    assert "\\|x\\|" not in text.replace(r"$\|x\|$", "")


def items(*numbered: tuple[int, str], kind: str = "") -> str:
    """An ordered list between HTML tags."""
    lines = [f'<li value="{number}">\n\n{text}\n\n</li>' for number, text in numbered]
    return "\n".join([f"<ol{kind}>", *lines, "</ol>"])


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ol><li value=3>甲<li>乙</ol>", "3. 甲\n4. 乙"),
        ("<ol start=0><li>甲<li value=1>乙</ol>", "0. 甲\n1. 乙"),
        ("<ol><li>甲<li value=5>乙<li>丙</ol>", items((1, "甲"), (5, "乙"), (6, "丙"))),
        ("<ol reversed><li>甲<li>乙</ol>", items((2, "甲"), (1, "乙"))),
        ("<ol reversed start=9><li>甲<li>乙</ol>", items((9, "甲"), (8, "乙"))),
        (
            "<ol><li>甲</li><ol start=2><li>乙</ol></ol>",
            '<ol>\n<li value="1">\n\n甲\n\n</li>\n\n2. 乙\n\n</ol>',
        ),
        ("<ol reversed><li>甲<ol><li>子</ol><li>乙</ol>", None),
        ("<ol start=-1><li>甲<li>乙</ol>", items((-1, "甲"), (0, "乙"))),
        ("<ol start=999999999><li>甲</ol>", "999999999. 甲"),
        ("<ol start=1000000000><li>甲</ol>", items((10**9, "甲"))),
        (f"<ol start={'9' * 5000}><li>甲</ol>", "1. 甲"),
        ("<ol start=x><li value=y>甲<li value=' +3z'>乙</ol>", items((1, "甲"), (3, "乙"))),
        ("<ol type=a><li>甲<li>乙</ol>", items((1, "甲"), (2, "乙"), kind=' type="a"')),
        ("<ol type=1><li>甲</ol>", "1. 甲"),
        ("<ol><li>甲<li><li>丙</ol>", items((1, "甲"), (3, "丙"))),
        ("<ol><li hidden>藏<li>甲</ol>", "1. 甲"),
        ("<ul><li value=7>甲<ol><li value=2>乙<li value=2>丙</ol></ul>", None),
        ("<ol><li>甲</li><ol><li>子</ol><li>乙</ol>", None),
        ("<ol>前言<li>甲</ol>", '<ol>\n\n前言\n\n<li value="1">\n\n甲\n\n</li>\n</ol>'),
        ("<blockquote><ol><li value=2>甲<li value=1>乙</ol></blockquote>", None),
    ],
)
def test_numbers_of_lists(html: str, expected: str | None) -> None:
    """CommonMark counts up from the first number; any other list is HTML with its numbers."""
    text = markdown(html)
    assert text == (text if expected is None else expected)
    assert outline_of_markdown(text) == outline_of_tree(parse_fragment(html))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<pre class="line-numbers"><code class="language-python">a = 1  \n\tb\n</code></pre>',
            "```python\na = 1  \n\tb\n```",
        ),
        ("<pre>a</pre>", "```\na\n```"),
        ("<pre>```\n</pre>", "````\n```\n````"),
        ("<pre>a\n\n</pre>", "```\na\n\n```"),
        ("<pre>a<br>b</pre>", "```\na\nb\n```"),
        ("<pre><div>for i:</div><div>    f(i)</div></pre>", "```\nfor i:\n    f(i)\n```"),
        ("<pre><p>a</p><p>\tb</p></pre>", "```\na\n\tb\n```"),
        (
            '<pre class="prettyprint"><ol class="linenums">\n'
            '<li><code class="language-c">a</code></li>'
            "\n<li></li>\n<li><code>  b</code></li>\n</ol></pre>",
            "```c\na\n\n  b\n```",
        ),
        (
            "<pre><table><tr><td></td><td>a</td></tr><tr><td></td><td>b</td></tr></table></pre>",
            "```\n\ta\n\tb\n```",
        ),
        (
            "<pre><code><table><tr><td>1</td><td>a</td></tr><tr><td>2</td><td> b</td></tr></table>"
            "</code></pre>",
            "```\n1\ta\n2\t b\n```",
        ),
        ("<pre><div>a</div>\n<div>b\n</div><div>c</div></pre>", "```\na\nb\nc\n```"),
        ("<pre><div>a</div><div>\n</div><div><br></div><div>b</div></pre>", "```\na\n\n\nb\n```"),
        ("<pre>a\n<div>b</div>c</pre>", "```\na\nb\nc\n```"),
        ('<pre><span class="line">a</span>\n<span class="line">b</span></pre>', "```\na\nb\n```"),
        (
            '<pre><code style="display: block">a</code><code style="display:block">b</code></pre>',
            "```\na\nb\n```",
        ),
        ("<pre>a<hr>b<h3>c</h3></pre>", "```\na\nb\nc\n```"),
        ("<pre><div hidden>1</div>a</pre>", "```\na\n```"),
        ("<p>a<code> </code>b</p>", "a b"),
        ("<p>a<code style='display:block'>b</code>c</p>", "a\n\n`b`\n\nc"),
        ("<pre>echo $x &lt;type&gt; *a*</pre>", "```\necho $x <type> *a*\n```"),
        ("<blockquote><pre>a\n\nb</pre></blockquote>", "> ```\n> a\n>\n> b\n> ```"),
        ("<ul><li>x<pre>a\n b</pre></ul>", "- x\n\n  ```\n  a\n   b\n  ```"),
        ("<p>用<code>a`b</code>和<code>`</code></p>", "用``a`b``和`` ` ``"),
        ("<p><code>a</code><code>b</code></p>", "`a`<!-- -->`b`"),
        ("<p><code>a&lt;!--</code></p>", "<code>a\\<\\!--</code>"),
        (
            '<pre>见<a href="/x">y</a></pre>',
            '<pre>\n见<a href="https://kexue.fm/x">y</a></pre>',
        ),
    ],
)
def test_code(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_lists_too_deep_to_read_are_flattened() -> None:
    """CommonMark's readers stop at some depth; what stands deeper is kept at that depth."""
    text = markdown("<ul><li>x" * 40)
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) == 16
    assert read_back(text) == "x" * 40


# --- Links and pictures ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/archives/7">一</a>', "[一](https://kexue.fm/archives/7)"),
        ('<a href="/a">http://e.cn</a>', "[http\\://e.cn](https://kexue.fm/a)"),
        ('<a href="/a">一</a>，<b>二</b>三', "[一](<https://kexue.fm/a>)，**二**三"),
        ('<img src="/a">二\\三', "![](<https://kexue.fm/a>)二\\\\三"),
        ('<a href="/a">一</a>，二 三', "[一](https://kexue.fm/a)，二 三"),
        ('<a href="/a(b) c">一</a>', "[一](<https://kexue.fm/a(b) c>)"),
        ('<a href="/a" title="“x&quot;">一</a>', '[一](https://kexue.fm/a "“x\\"")'),
        ('<a href="http://\\cos.name/">一</a>', "[一](<http://\\cos.name/>)"),
        ('<a href="/a">[0,1)</a>', "[\\[0,1)](https://kexue.fm/a)"),
        ('<a href="/a"></a>', "[](https://kexue.fm/a)"),
        ('<a name="x">一</a>', "一"),
        (
            '<a href="/a">一<table><tr><td><a href="/b">二</a></table></a>',
            "[一](https://kexue.fm/a)\n\n| [二](https://kexue.fm/b) |\n| --- |",
        ),
        ('<a href="/a"><p>一</p><p>二</p></a>', "[一](https://kexue.fm/a)\n\n二"),
        (
            '<embed src="/a_b.swf">',
            '<a class="embed" href="https://kexue.fm/a_b.swf">https<!-- -->://kexue.fm/a_b.swf</a>',
        ),
        ('<img src="/a.png" alt="图[1] $x$">', "![图\\[1\\] \\$x\\$](https://kexue.fm/a.png)"),
        ('<a href="/b"><img src="/a"></a>', "[![](https://kexue.fm/a)](https://kexue.fm/b)"),
        (
            '<div class="pic-container"><div class="typecho-caption"><div><img src="/a" alt="b">'
            '</div><p class="typecho-caption-text">说"明"</p></div></div>',
            '![b](https://kexue.fm/a "说\\"明\\"")',
        ),
        (
            '<div class="pic-container"><div class="typecho-caption"><div><img src="/a"></div>'
            '<p class="typecho-caption-text">见$x$</p></div></div>',
            "![](https://kexue.fm/a)\n\n见$x$",
        ),
        (
            '<div class="pic-container" style="float:left"><div style="display: inline-block">'
            '<div class="typecho-caption"><div><a href="/b"><img src="/a"></a></div><p>说明</p>'
            "</div></div></div><p>文</p>",
            '[![](https://kexue.fm/a "说明")](https://kexue.fm/b)\n\n文',
        ),
        (
            '<p>一<img src="/a" style="display:block; margin:auto">二</p>',
            "一\n\n![](https://kexue.fm/a)\n\n二",
        ),
    ],
)
def test_links_and_pictures(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    "caption",
    ['<p class="typecho-caption-text">见<!-- 注 -->$x$</p>', "<p>说明</p><div><!-- 注 -->文</div>"],
)
def test_a_comment_changes_nothing_of_a_caption(caption: str) -> None:
    """A page is read as its stored HTML is, which has no comments."""
    html = f'<div class="pic-container"><div><div><img src="/a"></div>{caption}</div></div>'
    body = read_body(parse_fragment(html), 6583)
    assert body.markdown == read_stored_body(body.html).markdown


# --- Read back ------------------------------------------------------------------------------------

PROSE = st.text(
    st.sampled_from("注意力。：（）“”!*_`~[]()<>&#-+=|\\$.:;/@^{}%1 2abw\n\t\xa0　"),
    min_size=1,
    max_size=40,
)


@limits(deadline=None)
@given(PROSE)
def test_prose_reads_back_as_it_was(prose: str) -> None:
    """No character of the author's becomes markup, and none is lost."""
    body = parse_fragment("<p></p>")
    body.text = prose
    if not find_formulas(body).found:  # a formula is written with other delimiters
        assert read_back(to_markdown(body)) == "".join(prose.split())


@limits(deadline=None)
@given(st.lists(st.tuples(PROSE, st.sampled_from(["b", "em", "u", "code", "font", "a"]))))
def test_formatted_prose_reads_back_as_it_was(parts: list[tuple[str, str]]) -> None:
    """Emphasis beside any character: never a literal asterisk, never a lost one."""
    body = parse_fragment("")
    for prose, tag in parts:
        element = body.makeelement(tag, {"href": "/x"} if tag == "a" else {})
        element.text = prose.replace("$", "").replace("\\", "")
        element.tail = "文"
        body.append(element)
    text = "".join("".join(body.itertext()).split())
    assert read_back(to_markdown(body)) == text

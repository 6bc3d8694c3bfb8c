"""The outline of a body: its tree and its Markdown have the same one, or the audit tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver.tree.document import parse_fragment
from archiver.verify.fidelity.markdown_outline import outline_of_markdown
from archiver.verify.fidelity.outline import Event
from archiver.verify.fidelity.tree_outline import outline_of_tree

PAIRS: list[tuple[str, str]] = [
    ("<p>一<b>二</b></p><p>三</p>", "一**二**\n\n三"),
    ("<p>一</p>", "一\n\n<!-- 注 -->\n"),
    ("<h3>一 $x$</h3>", "### 一 $x$"),
    (r"<p>若\(x_1\)则$$y$$完</p>", "若$x_1$则\n\n$$y$$\n\n完"),
    (
        r"<p>\begin{align}a&amp;b\\<br>c\end{align}</p>",
        "$$\n\\begin{align}a&b\\\\\nc\\end{align}\n$$",
    ),
    (r"<p>见\eqref{a}，价\$5</p>", r"见$\eqref{a}$，价\\\$5"),
    ("<p><a href='https://a.b/c d'>一</a></p>", "[一](<https://a.b/c d>)"),
    ("<a href='/x'><p>一</p><p>二</p></a>", "[一](/x)\n\n二"),
    ("<p><a href='/x'></a></p>", "[](/x)"),
    ("<p><a class='embed' href='/x'>/x</a>一</p>", '<a class="embed" href="/x">/x</a>一'),
    ("<p><img src='/x' alt='一 $y$'></p>", r"![一 \$y\$](/x)"),
    ("<pre><code class='language-c'>a\n\n b</code></pre>", "```c\na\n\n b\n```"),
    ("<pre>a <a href='/x'>b</a>\n\nc</pre>", '<pre>a <a href="/x">b</a>\n\nc</pre>'),
    ("<blockquote><p>一</p></blockquote><blockquote>二</blockquote>", "> 一\n\n> 二"),
    ("<pre><div>a</div><div>  b\n</div></pre>", "```\na\n  b\n```"),
    ("<p>一<br>二</p><div>三</div>", "一\\\n二\n\n三"),
    ("<p>一</p>$$x$$<p>二</p>", "一\n\n$$x$$\n\n二"),
    ("<table><tr><td>一<br>二</td></tr></table>", "| 一<br>二 |\n| --- |"),
    (
        "<div class='pic-container'><div><div class='typecho-caption'><div><img src='/x'></div>"
        "<p>一</p></div></div></div>二",
        '![](/x "一")\n\n二',
    ),
    ("<blockquote></blockquote><h2></h2><p>一</p>", "一"),
    ("<ul><li>一<ol start=3><li>二</li></ol></li></ul>", "- 一\n\n  3. 二"),
    ("<ul>一<li>二</li></ul>", "- 一\n- 二"),
    ("<hr>", "---"),
    ("<table><tr><th>a</th></tr><tr><td>b|c</td></tr></table>", "| a |\n|---|\n| b\\|c |"),
    (
        "<table><tr><td colspan=2>一</td></tr></table>",
        '<table>\n<tr>\n<td colspan="2">\n\n一\n\n</td>\n</tr>\n</table>',
    ),
    ("<p>H<sub>2</sub>O <type>甲</type></p>", "H<sub>2</sub>O <type>甲</type>"),
    ("<dl><dt>一</dt><dd>二</dd></dl>", "<dl>\n<dt>\n\n一\n\n</dt>\n<dd>\n\n二\n\n</dd>\n</dl>"),
    ("<p hidden>一$x$二</p>", "$x$"),
    ("<p>$x$\\</p>", r"$x$\\"),
    ("<a href='/x'>&nbsp;<p>一</p></a>", "[\xa0](/x)\n\n一"),
    (r"<p>$\text{若$y$}$</p>", r"$\text{若\(y\)}$"),
    ("<p>$a % 说明\n+ b$</p>", "$a + b$"),
    ("<p>$\\text{50% of\nx}$</p>", "$\\text{50% of x}$"),
    ("<ol start=0><li>一<li value=1>二</ol>", "0. 一\n1. 二"),
    (
        "<ol><li value=5>一<li><li value=-2>二</ol>",
        "<ol>\n<li value='5'>\n\n一\n\n</li>\n<li value='-2'>\n\n二\n\n</li>\n</ol>",
    ),
    ("<ol reversed type=a><li>一</ol>", '<ol type="a">\n<li value="1">\n\n一\n\n</li>\n</ol>'),
    ("<ol>一<li>二</ol>", "<ol>\n\n一\n\n<li value='1'>\n\n二\n\n</li>\n</ol>"),
]


@pytest.mark.parametrize(("html", "markdown"), PAIRS)
def test_same_outline(html: str, markdown: str) -> None:
    assert outline_of_markdown(markdown) == outline_of_tree(parse_fragment(html))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>一*二*</p>", "一*二*"),
        ("<p>$x$</p>", "$$x$$"),
        ("<p>$a*b*c$</p>", "$a\\*b\\*c$"),
        ("<p><a href='/x'>一</a></p>", "[一](/y)"),
        ("<p><img src='/x'></p>", '![](/x "一")'),
        ("<pre>a  b</pre>", "```\na b\n```"),
        ("<pre>a</pre>", "`a`"),
        ("<pre><div>a</div><div>b</div></pre>", "```\nab\n```"),
        ("<pre><div>  a</div></pre>", "```\na\n```"),
        ("<p>一</p><p>二</p>", "一二"),
        ("<div>一</div>二", "一 二"),
        ("<p>一<br>二</p>", "一 二"),
        ("<p>一 $x$<br>$y$</p>", "一 $x$ $y$"),
        ("<p>一<img src='/x' style='display:block'></p>", "一![](/x)"),
        ("<p><b>a</b> <i>b</i></p>", "**a***b*"),
        ("<p>ab</p>", "a b"),
        (
            "<div class='pic-container'><div class='typecho-caption'><div><img src='/x'></div>"
            "<p>一</p></div></div>",
            "![](/x)\n\n一",
        ),
        ("<ol><li>一</li></ol>", "- 一"),
        ("<ul><li>一</li><li>二</li></ul>", "- 一 二"),
        ("<p>&lt;type&gt;</p>", "<type>"),
        ("<p>1. 一</p>", "1. 一"),
        ("<ol><li>一<li value=5>二</ol>", "1. 一\n2. 二"),
        ("<ol reversed><li>一<li>二</ol>", "1. 一\n2. 二"),
        ("<ol><li>一<li><li>二</ol>", "1. 一\n2. 二"),
        ("<ol type=a><li>一</ol>", "1. 一"),
        ("<p>$\\text{50% of\nx}$</p>", "$\\text{50}$"),
    ],
)
def test_other_outline(html: str, markdown: str) -> None:
    assert outline_of_markdown(markdown) != outline_of_tree(parse_fragment(html))


def test_outline_is_literal() -> None:
    """Both sides could be wrong in the same way; so one of them is written out."""
    html = "<h2>一 $x$</h2><blockquote><img src='/a' alt='图'></blockquote><pre>c</pre>"
    assert outline_of_tree(parse_fragment(html)) == [
        Event("heading", ("2",)),
        Event("text", ("一",)),
        Event("formula", ("x", "inline")),
        Event("end", ("heading",)),
        Event("quote"),
        Event("picture", ("/a", "图", "")),
        Event("end", ("quote",)),
        Event("code", ("", "c")),
    ]


@pytest.mark.real
def test_levels_below_the_eighth_are_flat() -> None:
    deep = f"{'<blockquote>' * 12}一{'</blockquote>' * 12}"
    events = outline_of_tree(parse_fragment(deep))
    assert [event.kind for event in events].count("quote") == 8


@limits(deadline=None)
@given(st.text("$\\*_`<>[](){}!#|-+.&;: \n>ab一，", max_size=80))
def test_any_text_as_markdown_has_an_outline(markdown: str) -> None:
    assert isinstance(outline_of_markdown(markdown), list)


@pytest.mark.parametrize("piece", [">", "> ", "- ", "1. ", "![", "<b>", "<div>\n", "*a **b", "$a "])
def test_deep_markdown_has_an_outline(piece: str) -> None:
    """A damaged archive must not end the audit of all its articles."""
    assert isinstance(outline_of_markdown(piece * 2_000), list)

"""The body of an article: its formulas, its text, and nothing that is not the author's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver import site
from archiver.body.clean.absolute_addresses import make_absolute
from archiver.body.clean.boilerplate import strip_boilerplate
from archiver.body.clean.cleaner import clean_body
from archiver.body.clean.embeds import replace_embeds
from archiver.body.contents.excerpt import excerpt_of
from archiver.body.contents.links import list_links
from archiver.body.contents.text import inline_text, plain_text
from archiver.body.events.reader import read_events
from archiver.body.formulas import scanner as scan
from archiver.body.formulas.braces import ClosingMarks
from archiver.body.formulas.finder import find_formulas
from archiver.tree.css_selection import with_attributes
from archiver.tree.document import parse_fragment
from archiver.tree.serialize import inner_html


def formulas(html: str) -> list[tuple[str, bool]]:
    return [(found.latex, found.display) for found in find_formulas(parse_fragment(html)).found]


def text(html: str) -> str:
    return plain_text(parse_fragment(html))


def cleaned(html: str, article: int = 6583) -> str:
    body = parse_fragment(html)
    return clean_body(body, article)


@pytest.mark.parametrize("mark", ["$", "$$", r"\)", r"\]"])
@given(text=st.text(alphabet="$${}\\()[] a\n", max_size=60))
def test_long_and_short_search_find_the_same_end(mark: str, text: str) -> None:
    """A formula that goes on and on is looked up in a table; it must end where a search ends."""
    opening = {"$": "$", "$$": "$$", r"\)": r"\(", r"\]": r"\["}[mark]
    body = parse_fragment("<p></p>")
    body.text = f"{opening}x{text}"
    searched = find_formulas(body).found
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_MOST_TOKENS", 0)
        assert find_formulas(body).found == searched


def test_unbalanced_braces_take_linear_time() -> None:
    """Ten times the text may not take a hundred times the steps: the table is made only once."""
    body = parse_fragment("$ { $ " * 3000)
    with pytest.MonkeyPatch.context() as patch:
        made: list[ClosingMarks] = []

        def make(*given: Any) -> ClosingMarks:
            made.append(ClosingMarks(*given))
            return made[-1]

        patch.setattr(scan, "ClosingMarks", make)
        assert len(find_formulas(body).found) == 3000
    assert len(made) == 1


# --- Formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (r"$x$", [("$x$", False)]),
        (r"$$x$$", [("$$x$$", True)]),
        (r"\(x\)", [(r"\(x\)", False)]),
        (r"\[x\]", [(r"\[x\]", True)]),
        (r"\begin{equation}x\end{equation}", [(r"\begin{equation}x\end{equation}", True)]),
        (r"\begin{align*}x\end{align*}", [(r"\begin{align*}x\end{align*}", True)]),
        (
            r"\begin{a}\begin{b}x\end{b}\end{a}",
            [(r"\begin{a}\begin{b}x\end{b}\end{a}", True)],
        ),
        (
            r"$$\begin{aligned}x\end{aligned}$$",
            [(r"$$\begin{aligned}x\end{aligned}$$", True)],
        ),
        (r"\eqref{eq:1}与\ref{2}", [(r"\eqref{eq:1}", False), (r"\ref{2}", False)]),
        (r"$\eqref{eq:1}$", [(r"$\eqref{eq:1}$", False)]),
        (r"$a$和$b$", [("$a$", False), ("$b$", False)]),
        (r"$$a$$$b$", [("$$a$$", True), ("$b$", False)]),
        (r"$a\$b$", [(r"$a\$b$", False)]),
        (r"$|\$|$", [(r"$|\$|$", False)]),
        (r"|\$|和$x$", [("$x$", False)]),
        (r"\$5和\$6", []),
        (r"$\text{若$y$}$", [(r"$\text{若$y$}$", False)]),
        (r"$a{b$", [("$a{b$", False)]),
        (r"$a\{b$", [(r"$a\{b$", False)]),
        (r"$x&lt;y&amp;z$", [("$x<y&z$", False)]),
        (r"只要5$", []),
        (r"从$5到10元", []),
        (r"$5 和 $10 之间", [("$5 和 $", False)]),  # as MathJax does
        (r"\(没有结束", []),
        (r"\begin{equation}没有结束，但$x$有", [("$x$", False)]),
        (r"$$没有结束，但\(x\)有", [(r"\(x\)", False)]),
        (r"没有公式", []),
        (r"", []),
    ],
)
def test_formulas(html: str, expected: list[tuple[str, bool]]) -> None:
    assert formulas(f"<p>{html}</p>") == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (r"$a<br>b$", ["$a\nb$"]),
        ("$a<br />\nb$", ["$a\nb$"]),
        (r"$a<wbr>b$", ["$ab$"]),
        (r"$a<!-- x -->b$", ["$a x b$"]),
        (r"$a<b>b</b>c$", []),
        (r"<em>$a</em>$", []),
        (r"<b>$a$</b>$c$", ["$a$", "$c$"]),
        (r"<p>$a</p><p>b$</p>", []),
        (r"<code>$a$</code>$b$", ["$b$"]),
        (r"<pre>$a$</pre>", []),
        (r"<pre><b>$a$</b></pre>", []),
        (r"<textarea>$a$</textarea>", []),
        (r"<script>$a$</script>", []),
        (r"<style>$a$</style>", []),
        (r"$a<code>$</code>b$", []),
        (r'<span class="tex2jax_ignore">$a$<i class="tex2jax_process">$b$</i></span>', ["$b$"]),
        (r'<span class="MathJax_Preview">$a$</span>', []),
        (r"<table><tr><td>$a$<td>$b$</table>", ["$a$", "$b$"]),
    ],
)
def test_formulas_among_elements(html: str, expected: list[str]) -> None:
    assert [latex for latex, _ in formulas(html)] == expected


# --- Text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("<p> </p>", ""),
        ("<p>一</p><p>二</p>", "一\n\n二"),
        ("<p>一\n 二</p>", "一 二"),
        ("一<br>二", "一\n二"),
        ("一<br><br>二", "一\n\n二"),
        ("<ul><li>一<li>二</ul>三", "一\n二\n\n三"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td"),
        ("<pre>a  b\n  c\n</pre>", "a  b\n  c"),
        ("<p>a  b</p>", "a b"),
        ("<p>a&nbsp; b</p>", "a\xa0 b"),
        ("一<b>二</b>三", "一二三"),
        ("<h2>题</h2>文", "题\n\n文"),
        ("一<script>x</script>二<style>y</style>三", "一二三"),
        ('一<span style="display:none">二</span>三', "一三"),
        ("一<span hidden>二</span>三", "一三"),
        ('一<img src="a" alt="图">二', "一二"),
        ("一<!-- x -->二", "一二"),
        ("<p>$a  b$ 和  c</p>", "$a  b$ 和 c"),
        ("<p>$a<br>b$</p>", "$a\nb$"),
        ("<p>&lt;b&gt;</p>", "<b>"),
        ("<blockquote><p>引</p></blockquote>文", "引\n\n文"),
    ],
)
def test_plain_text(html: str, expected: str) -> None:
    assert text(html) == expected


def test_inline_text() -> None:
    assert inline_text(parse_fragment("<p>一</p><p>二 三<br>四</p>")) == "一 二 三 四"


@pytest.mark.parametrize(
    ("html", "excerpt"),
    [
        ("<p>一</p><!--more--><p>二</p>", "一"),
        ("<p>一<!-- more -->二</p>", "一"),
        ("<!--more--><p>二</p>", ""),
        ("<p>一</p>", None),
        ("<p>一</p><!--else--><p>二</p>", None),
    ],
)
def test_excerpt(html: str, excerpt: str | None) -> None:
    body = parse_fragment(html)
    assert excerpt_of(read_events(body)) == excerpt


# --- Boilerplate ----------------------------------------------------------------------------------

FOOTER = """<p><em><strong>转载到请包括本文地址：</strong><a href="/archives/1">x</a></em></p>
<p><em><strong>更详细的转载事宜请参考：</strong><a href="/archives/2">FAQ</a></em></p>
<div id="content_tips"><strong>如果</strong></div><div id="pay"><p>打赏</p></div>
<div id="how_to_cite"><p>如果您需要引用本文</p></div>"""


def stripped(html: str) -> str:
    body = parse_fragment(html)
    strip_boilerplate(body)
    return inner_html(body).strip()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>文</p>" + FOOTER, "<p>文</p>"),
        (FOOTER, ""),
        ("<blockquote><p>引</p>" + FOOTER, "<blockquote><p>引</p>\n\n\n</blockquote>"),
        ("<p>如果您需要引用本文，请</p>" + FOOTER, "<p>如果您需要引用本文，请</p>"),
        (
            "<p><strong>转载到请包括本文地址</strong>是我写的</p><p>文</p>" + FOOTER,
            "<p><strong>转载到请包括本文地址</strong>是我写的</p><p>文</p>",
        ),
        (
            "<blockquote><p>转载到请包括本文地址：x</p></blockquote>" + FOOTER,
            "<blockquote><p>转载到请包括本文地址：x</p></blockquote>",
        ),
        ('<h2 id="a">题 <a href="#a">#</a></h2>', '<h2 id="a">题</h2>'),
        ('<h2><a href="#b">C#</a></h2>', '<h2><a href="#b">C#</a></h2>'),
        ('<p>见<a href="#a">#</a></p>', '<p>见<a href="#a">#</a></p>'),
    ],
)
def test_strip_boilerplate(html: str, expected: str) -> None:
    assert stripped(html) == expected


@pytest.mark.parametrize("tail", ["<b", "</x", "<embed src=/a.swf", "<input", "<?"])
def test_a_body_that_ends_inside_a_tag(tail: str) -> None:
    """The broken tag takes the tag of the footer's first paragraph with it."""
    body = parse_fragment(f"<p>文</p>{tail}\n{FOOTER}")
    strip_boilerplate(body)
    assert plain_text(body) == "文"


WORDS = ["转载到请包括本文地址", "更详细的转载事宜请参考", "打赏", "文", "$x$", "#", "<br>", " "]
TAGS = ["p", "em", "strong", "div", "blockquote", "h2", "pre", "ul", "li", "span"]
SNIPPETS = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@limits(deadline=None)  # a loaded machine is no defect
@given(SNIPPETS)
def test_without_a_footer_nothing_is_removed(html: str) -> None:
    assert stripped(html) == inner_html(parse_fragment(html)).strip()


@limits(deadline=None)  # a loaded machine is no defect
@given(SNIPPETS)
def test_the_footer_goes_and_the_text_stays(html: str) -> None:
    body = parse_fragment(f"<div>{html}</div>{FOOTER}")
    strip_boilerplate(body)
    assert plain_text(body) == text(f"<div>{html}</div>")


# --- Cleaning -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p onclick="x()">文</p>', "<p>文</p>"),
        ('<img src="/a.png" onerror="x()">', '<img src="https://kexue.fm/a.png">'),
        ("一<script>x()</script>二", "一二"),
        ("<style>p{}</style>文", "文"),
        ("<form><input><button>按</button></form>", "<div><span>按</span></div>"),
        ('<a href="javascript:x()">文</a>', "<a>文</a>"),
        ('<a href=" JaVa&#x09;Script:x()">文</a>', "<a>文</a>"),
        ('<a href="vbscript:x">文</a>', "<a>文</a>"),
        ('<a href="../7006">文</a>', '<a href="https://kexue.fm/7006">文</a>'),
        ('<a href="#推导">文</a>', '<a href="https://kexue.fm/archives/6583#推导">文</a>'),
        (
            '<iframe src="//player.example.org/1"></iframe>',
            '<a class="embed" href="https://player.example.org/1">https://player.example.org/1</a>',
        ),
        (
            '<object><param name="movie" value="http://a.example/m.swf"></object>',
            '<a class="embed" href="http://a.example/m.swf">http://a.example/m.swf</a>',
        ),
        ('<iframe src="javascript:x()"></iframe>文', "文"),
        ("<iframe></iframe>文", "文"),
        ('<img src="/a.gif" width="1" height="1">文', "文"),
        ('<img src="http://hm.baidu.com/hm.gif">文', "文"),
        ('<span style="color:red;position:fixed">文</span>', '<span style="color:red">文</span>'),
        ("<p>a&nbsp;&lt;b&gt;&amp;</p>", "<p>a&nbsp;&lt;b&gt;&amp;</p>"),
        ('<a href="http://[">文</a>', '<a href="http://[">文</a>'),
    ],
)
def test_clean(html: str, expected: str) -> None:
    assert cleaned(html) == expected


HOSTILE = st.text("<>/='\"\\ \n:;&#abcdefghijklmnoprstuvxyAIMG-!()", max_size=80)


@limits(deadline=None)  # a loaded machine is no defect
@given(st.one_of(HOSTILE, st.builds("<img src=x {}>".format, HOSTILE)))
def test_nothing_active_is_left(html: str) -> None:
    body = parse_fragment(cleaned(html))
    for element in body.iter("*"):
        assert element.tag not in {"script", "style", "iframe", "object", "embed", "form", "svg"}
        assert not [name for name in element.attrib if name.startswith("on")]
        href = "".join((element.get("href") or "").split()).lower()
        assert not href.startswith(("javascript:", "vbscript:", "data:"))


MARKS = ["$", "$$", r"\$", "\\", r"\(", r"\)", r"\[", r"\]", "{", "}", r"\begin{a}", r"\end{a}"]
MARKS += ["<br>", "<p>", "</p>", "<b>", "</b>", "<pre>", "</pre>", "<code>", "</code>", "<td>"]
MARKS += ["<li>", "<ul>", "</ul>", "<h2>", "</h2>", "<a href=x>", "</a>", "<", ">", "&", "&lt;"]
MARKS += ["\n", " ", "  ", "\t", "\xa0", "注意力", "旋转", "x", "5", r"\eqref{1}", "<!--more-->"]
MARKS += ["<script>", "</script>", "<table>", "<tr>", "</table>", "<textarea>", "</textarea>"]
MARKS += ["<iframe src=y>", "</iframe>", "<x:y>", "<type>", "<style>", "</style>", "\r", "\x00"]
BODIES = st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=3)), max_size=25).map("".join)


@limits(deadline=None)  # a loaded machine is no defect
@given(BODIES)
@example("<a href=x><table><a href=x>$")  # a link inside a link
@example("<table><button><a href=x>$</button><a href=x>$")
def test_the_stored_html_reads_as_the_cleaned_body(html: str) -> None:
    """``body_text`` and the formulas can be had again from ``body_html`` alone."""
    body = parse_fragment(html)
    stored = parse_fragment(clean_body(body, 6583))
    assert plain_text(stored) == plain_text(body)
    assert find_formulas(stored).found == find_formulas(body).found
    assert list_links(stored) == list_links(body)


@limits(deadline=None)  # a loaded machine is no defect
@given(BODIES)
def test_cleaning_twice_is_cleaning_once(html: str) -> None:
    once = cleaned(html)
    assert cleaned(once) == once


@limits(deadline=None)  # a loaded machine is no defect
@given(st.lists(st.one_of(st.sampled_from(["文", "a b", "&lt;", "&amp;", "&nbsp;"]), SNIPPETS)))
def test_serialising_is_undone_by_parsing(parts: list[str]) -> None:
    html = inner_html(parse_fragment("".join(parts)))
    assert inner_html(parse_fragment(html)) == html


@pytest.mark.parametrize(
    "html",
    [
        "<p>一&lt;二&amp;三</p>",
        '<a href="/a?x=1&amp;y=图" title="&quot;引&quot;">文</a>',
        "<pre>\n\na</pre>",
        "一<br>二<hr>",
        "a&nbsp;b",
        '<p title="a\nb\tc">一</p><i></i>',
        '<p title="x/"></p><img src="/图/">',
        '<p a<!--b="">一</p><br>--&gt;',
        '<p a&#12;="" &#x200b;="b">一</p>',
    ],
)
def test_serialise(html: str) -> None:
    assert inner_html(parse_fragment(html)) == html


def test_links_in_order() -> None:
    body = parse_fragment(
        '<a href="/archives/7006/#c">一</a><a>无</a><a href="http://www.spaces.ac.cn/archives/5">二'
        '</a><a href="https://example.org/">三</a><a href="#x">四</a><iframe src="//e.org/v">'
    )
    replace_embeds(body, 6583)
    make_absolute(with_attributes(body), 6583)
    assert [(link.url, link.text, link.target_id) for link in list_links(body)] == [
        ("https://kexue.fm/archives/7006/#c", "一", 7006),
        ("http://www.spaces.ac.cn/archives/5", "二", 5),
        ("https://example.org/", "三", None),
        ("https://kexue.fm/archives/6583#x", "四", 6583),
    ]
    assert site.article_id("https://kexue.fm/archives/6583#x") == 6583

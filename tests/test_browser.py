"""Our formulas are those of MathJax, which judges pages and bodies in a browser.

``make browser-test`` runs these; whoever has no browser gets a skip that says what is missing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from conftest import REAL
from mathjax import Formula, MathJax, open_mathjax
from replica import make_post
from test_body import MARKS
from test_extract import page_of
from test_fixtures import cases_of, page_bytes, read
from test_real_pages import ARTICLES, inner_body, needs_pages

from archiver.body.clean.cleaner import clean_body
from archiver.body.formulas.finder import find_formulas
from archiver.demo.blog import Blog
from archiver.demo.posts import load_posts
from archiver.extraction.saved_page import extract
from archiver.tree.document import parse_fragment
from archiver.verify.fidelity import tex2jax

pytestmark = pytest.mark.browser

SAMPLES = sorted(path.name for path in (REAL / "site_samples").glob("article-*.html"))
PUBLISHED = sorted(post.id for post in load_posts() if post.state == "published")


@pytest.fixture(scope="module")
def mathjax() -> Iterator[MathJax]:
    """One browser for all tests here; it is gone before tests that need an event loop begin."""
    with open_mathjax() as judge:
        yield judge


# --- The two sides --------------------------------------------------------------------------------


def without_delimiters(latex: str, display: bool) -> Formula:
    """A formula of ours as MathJax lists it; environments and references have no delimiters."""
    for start, end in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        if latex.startswith(start):
            latex = latex.removeprefix(start).removesuffix(end)
            break
    return display, "".join(latex.split())


def our_formulas(item: dict[str, Any]) -> list[Formula]:
    """The formulas of an extracted article."""
    return [without_delimiters(each["latex"], each["display"]) for each in item["formulas"]]


def formulas_of_body(html: str) -> list[Formula]:
    """The formulas of a piece of HTML by our scanner alone."""
    found = find_formulas(parse_fragment(html)).found
    return [without_delimiters(each.latex, each.display) for each in found]


def formulas_of_audit(html: str) -> list[Formula]:
    """The formulas of a piece of HTML by the audit's own scanner."""
    found = tex2jax.find_formulas(parse_fragment(html)).found
    return [without_delimiters(each.latex, each.display) for each in found]


def assert_agrees(mathjax: MathJax, page: bytes, url: str | None = None) -> list[Formula]:
    """MathJax finds the same in the page, in our list and in the body as it is stored."""
    (item,) = extract(page, url).rows
    on_page = mathjax.formulas_of_page(page)
    assert our_formulas(item) == on_page
    (in_stored,) = mathjax.formulas_of_bodies([item["body_html"]])
    assert in_stored == on_page
    assert item["formula_count"] == len(on_page)
    return on_page


# --- Whole pages ----------------------------------------------------------------------------------


@cache
def demo_blog() -> Blog:
    return Blog(tuple(load_posts()))


@pytest.mark.parametrize("case", cases_of("article"))
def test_fixture(mathjax: MathJax, case: str) -> None:
    assert_agrees(mathjax, page_bytes(case), read(case, "case.json")["url"])


@pytest.mark.parametrize("article", PUBLISHED)
def test_demo_post(mathjax: MathJax, article: int) -> None:
    blog = demo_blog()
    assert_agrees(mathjax, page_of(next(post for post in blog.posts if post.id == article), blog))


@pytest.mark.real
@needs_pages
@pytest.mark.parametrize("name", SAMPLES)
def test_sample_page(mathjax: MathJax, name: str) -> None:
    assert assert_agrees(mathjax, (REAL / "site_samples" / name).read_bytes())


@pytest.mark.real
@needs_pages
@pytest.mark.parametrize("article", ARTICLES)
def test_real_article(mathjax: MathJax, article: str) -> None:
    """A real title too: the footer quotes it, and its formulas are none of the body."""
    facts = json.loads((REAL / "real_articles" / article / "snapshot.json").read_text("utf-8"))
    title = facts["metadata"]["title"]
    assert_agrees(mathjax, page_of(make_post(int(article), title=title, body=inner_body(article))))


def test_the_footer_is_not_judged(mathjax: MathJax) -> None:
    """The title stands in the footer's citation, with its formula."""
    page = page_of(make_post(321, title="$t$的故事", body="<p>$x$</p>"))
    assert mathjax.formulas_of_page(page) == [(False, "x")]


# --- Odd bodies -----------------------------------------------------------------------------------

#: (why, body, how many formulas MathJax finds in it). Not here: ``$a<?php ?>b$``, which is a
#: comment to older browsers and ends the search of newer ones; and ``$a<!--$-->b$``, which no text
#: without a comment can say.
ODD: list[tuple[str, str, int]] = [
    ("crosses bold", "$a<b>b</b>c$", 0),
    ("opens inside an element", "<em>$a</em>b$ $c$", 1),
    ("crosses a link, and one follows", '$a<a href="/x">b</a>c$ 和 $d$', 1),
    ("crosses paragraphs", "<p>$a</p><p>b$</p>", 0),
    ("comment inside", "$a<!-- c -->b$", 1),
    ("comment with dashes inside", "$a<!-- c - d ->b-- > e -->b$", 1),
    ("CDATA inside is a comment", "$a<![CDATA[x]]>b$", 1),
    ("only a comment", "$<!--x-->$", 1),
    ("the more mark inside", "$a<!--more-->b$", 1),
    ("comment behind a backslash", r"\<!-- -->$x$", 1),
    ("comment between dollars", "$<!-- -->$x$", 1),
    ("comment in display maths", "$$a<!--%-->b$$", 1),
    ("br inside", "$$a<br>b<br/>\nc$$", 1),
    (
        "br inside aligned",
        r"$$\begin{aligned}a&amp;=b\\<br />" + "\n" + r"&amp;=c\end{aligned}$$",
        1,
    ),
    ("wbr inside", "$a<wbr>b$", 1),
    ("escaped dollar in prose", r"<p>键盘上的“\$”和$x$</p>", 1),
    ("escaped dollars around a formula", r"\$$x$\$ \\$y$ \\\$z$", 2),
    ("escaped dollar inside", r"$|\$|$", 1),
    ("escaped dollar between bars", r"|\$|和$x$", 1),
    ("escaped dollar before an environment", r"\$\begin{a}x\end{a}", 1),
    ("unclosed dollar", "<p>只要5$</p><p>$x$</p>", 1),
    ("unclosed double dollar", "<p>$$a</p><p>$x$</p>", 1),
    ("unclosed before closed", r"$$没有结束，但\(x\)有", 1),
    ("unclosed environment", r"\begin{equation}x，但$y$有", 1),
    ("unclosed brackets", r"\(没有结束 \[也没有", 0),
    ("unbalanced braces", "$a{b$ 和 $c}d$ 和 $e{f$", 2),
    ("prices", "<p>从$5到$10，或者$20</p>", 1),
    ("shell code", "<p>echo $HOME; echo ${PATH}</p><pre>a=$1; b=$2</pre>", 1),
    ("pre", "<pre>$x$</pre>", 0),
    ("code", "<code>$x$</code>$y$", 1),
    ("code between dollars", "$a<code>$</code>b$", 0),
    ("pre with coloured code", '<pre><span style="color:red">$x$</span></pre>', 0),
    ("textarea", "<textarea>$x$</textarea>", 0),
    ("style", "<style>$x$</style>$y$", 1),
    ("script", "<script>'$x$'</script>$y$", 1),
    ("ignored class", '<p class="tex2jax_ignore">$x$</p>$y$', 1),
    ("ignored class among others", '<p class="a tex2jax_ignore b">$x$<i>$y$</i></p>', 0),
    (
        "processed inside ignored",
        '<p class="tex2jax_ignore"><i class="tex2jax_process">$x$</i></p>',
        1,
    ),
    ("processed code", '<code class="tex2jax_process">$x$</code>', 1),
    ("text in a formula in text", r"$\text{若$y$}$", 1),
    ("Chinese in text", r"$\text{准确率}=\frac{\text{对}}{\text{总数}}$", 1),
    ("nested environments", r"\begin{a}\begin{b}x\end{b}\begin{a}y\end{a}\end{a}", 1),
    ("environment in display maths", r"$$\begin{aligned}x\end{aligned}$$。）", 1),
    ("starred environment", r"\begin{eqnarray*}x\end{eqnarray*}", 1),
    (
        "array as a table of text",
        r"\begin{array}{c|c}<br>字&amp;词\\<br>\hline a&amp;b\end{array}",
        1,
    ),
    ("macro", r"$\newcommand{msign}{\mathop{\text{msign}}}\msign$", 1),
    (
        "commutative diagram",
        r"\begin{equation}\require{AMScd}\begin{CD}<br/>A @>>> B \\ @VVV @&gt;x&gt;&gt;<br/>"
        r"\end{CD}\end{equation}",
        1,
    ),
    ("text right behind", "$$x$$其中$$y$$，$z$是", 3),
    ("tag, label and reference", r"$$x\tag{1}$$ \begin{a}\label{e}\end{a} \eqref{e} \ref{e}", 4),
    ("reference inside", r"$\eqref{e}$", 1),
    ("reference in code", r"<code>\eqref{e}</code>", 0),
    (
        "bold, coloured, deleted",
        '<b>$a$</b><font color="red">$b$</font><del>$c$</del><u>$d$</u>',
        4,
    ),
    ("heading and link", '<h2 id="a">$x$</h2><a href="/y">$y$</a>', 2),
    ("table", "<table><tr><td>$a$<td>$b<tr><td>c$</table>", 1),
    ("entities", "$a&lt;b&amp;c&gt;d&#36; $e&dollar;", 2),
    ("raw angle bracket", "$a < b$ 和 $c<d$", 1),
    ("pseudo element", "$a$ <type>: $b$</type>", 2),
    ("pseudo elements with odd names", "<p>$a<u:0002>b$</p><p>$c<x-y>d$", 0),
    ("element between dollars", "$<b></b>$x$", 1),
    ("deeper than browsers nest", "<div>$a$" * 600, 600),
    ("empty formulas", "$$$$ $ $ <p>$$ $$</p>", 3),
    ("removed script inside", "$a<script></script>b$", 0),
    ("removed frame inside", "$a<iframe src=x></iframe>b$", 0),
    ("frame inside a link", '<a href="/x"><iframe src="/v"></iframe>$a</a>b$', 0),
    ("removed style inside", "$a<style></style>b$ $c$", 1),
    ("removed noscript inside", "$a<noscript></noscript>b$", 0),
    ("removed tracker inside", '$a<img src="/x.gif" width="1" height="1">b$', 0),
    ("removed input inside", "$a<input>b$", 0),
    ("removed form inside", "$a<form>b</form>c$", 0),
    ("removed label at an edge", "$a<label>b$</label>c$", 0),
    ("removed drawing inside", "$a<svg></svg>b$", 0),
    ("removed self anchor", '<h2 id="a">$x<a href="#a">#</a>$</h2>', 0),
    ("text in a noscript", "<noscript>$x$</noscript>$y$", 1),
    ("text in a button", "<button>$x$</button>$y$", 2),
    ("hidden by style", '<p style="display:none">$x$</p>$y$', 2),
    ("hidden by attribute", "<p hidden>$x$</p>$y$", 2),
    ("picture inside", '$a<img src="/x.png">b$', 0),
    ("alternative text", '<img src="/x.png" alt="$x$">$y$', 1),
    (
        "saved from a browser",
        '<span class="MathJax_Preview"></span><script type="math/tex">x</script>，'
        '<span class="MathJax_Preview">y</span><script type="math/tex; mode=display">y</script>',
        2,
    ),
    (
        "saved after typesetting",
        '<span class="MathJax_Preview" style="color: inherit;"></span><span class="MathJax" '
        'id="MathJax-Element-1-Frame" tabindex="0"><nobr><span class="math">$</span></nobr>'
        '<span class="MJX_Assistive_MathML" role="presentation"><math><mi>x</mi></math></span>'
        '</span><script type="math/tex" id="MathJax-Element-1">x_1 < 2</script>',
        1,
    ),
    (
        "saved: an environment",
        '<script type="math/tex; mode=display">\\begin{equation}x\\end{equation}</script>',
        1,
    ),
    ("fallen out of the body", "<p>$a$</p></div><p>$b$</p>", 2),
    ("an open div draws the tools in", "<div><p>$a$</p><div>$b$", 2),
    ("an open quote draws the footer in", "<blockquote>$a$<p>$b$", 2),
]


@pytest.mark.parametrize(("body", "count"), [odd[1:] for odd in ODD], ids=[odd[0] for odd in ODD])
def test_odd_body(mathjax: MathJax, body: str, count: int) -> None:
    found = assert_agrees(mathjax, page_of(make_post(321, body=body)))
    assert len(found) == count


@pytest.mark.parametrize("seed", range(10))
def test_random_bodies(mathjax: MathJax, seed: int) -> None:
    """Any mix of marks: the scanner and MathJax, on the body and on what is stored of it."""
    bodies = random_bodies(seed)
    stored = [clean_body(parse_fragment(html), 321) for html in bodies]
    lists = (
        mathjax.formulas_of_bodies(bodies),
        mathjax.formulas_of_bodies(stored),
        [formulas_of_body(html) for html in bodies],
        [formulas_of_body(html) for html in stored],
        [formulas_of_audit(html) for html in bodies],
        [formulas_of_audit(html) for html in stored],
    )
    rows = list(zip(*lists, bodies, strict=True))
    assert [row for row in rows if any(found != row[0] for found in row[1:6])] == []
    assert sum(len(row[0]) for row in rows) > 50


def random_bodies(seed: int) -> list[str]:
    """Bodies of up to 40 marks; frames are closed, since an open one hides all behind it.

    Inside a frame everything is text that no browser shows. MathJax searches it all the same; the
    archive does not. No NUL: Chromium makes U+FFFD of one behind ``<``, the standard drops it.
    """
    changed = {"<iframe src=y>": "<iframe src=y></iframe>", "\x00": ""}
    marks = [changed.get(mark, mark) for mark in MARKS] + 4 * MARKS[:12]  # more maths than tags
    chance = random.Random(seed)
    return ["".join(chance.choices(marks, k=chance.randint(1, 40))) for _ in range(200)]


# --- What a page can be made to do ----------------------------------------------------------------

LINK = '<a href="https://a.example/"'
HIGH = "一二三四五六<br>" * 30
OVERLAYS = {
    "negative margin": f'{LINK} style="display:block;margin:-300px;height:900px;opacity:0">b</a>',
    "negative margin of a box": f'<div style="margin-top:-200px">{LINK}>一<br>二</a></div>',
    "escaped": rf'{LINK} style="display:block;m\61rgin-top:-200px">b</a>',
    "commented": f'{LINK} style="display:block;margin-top:/**/-200px">b</a>',
    "fixed": f'{LINK} style="position:fixed;top:0;left:0;width:99%;height:99%">b</a>',
    "moved": f'{LINK} style="display:block;transform:translateY(-200px)">b</a>',
    "scaled": f'{LINK} style="display:block;scale:9">b</a>',
    "padding in a line": f'{LINK} style="padding:300px 0">一二三四五六</a>',
    "border in a line": f'{LINK} style="border:300px solid transparent">b</a>',
    "large letters": f'{LINK} style="font-size:900px;line-height:0">b</a>',
    "large letters in letters": f'<div style="line-height:0">{"<big>" * 20}{LINK}>b</a></div>',
    "indent": f'<div style="text-indent:-200px">{LINK}>一二三四五六七八</a></div>',
    "too low a box": f'<div style="height:1px">{LINK} style="display:block">{HIGH}</a></div>',
    "too low a line": f'<div style="max-height:0">{LINK} style="display:block">{HIGH}</a></div>',
    "wide float": f'{LINK} style="float:right;width:1200px">b</a>',
    "percent": f'{LINK} style="display:block;width:150%">b</a>',
    "window": f'{LINK} style="display:block;width:99vw">b</a>',
    "calculated": f'{LINK} style="display:block;margin-top:calc(0px - 200px)">b</a>',
    "upwards": f'<div style="writing-mode:vertical-rl;width:9px">{LINK}>{"一" * 200}</a></div>',
    "dialog": f"<dialog open>{LINK}>{'一<br>' * 40}</a></dialog>",
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_nothing_lies_over_the_page_around(mathjax: MathJax, name: str) -> None:
    """As written, a link lies over the page; as it is stored, it is in the box of the body."""
    assert mathjax.outside(OVERLAYS[name]), "the test would see nothing"
    assert mathjax.outside(clean_body(parse_fragment(OVERLAYS[name]), 6583)) == []


@pytest.mark.parametrize(
    ("latex", "harm"),
    [
        (r"$\href{javascript:alert(1)}{x}$", 'href="javascript:'),
        (r"$\href{data:text/html,x}{x}$", 'href="data:'),
        (r"$\style{background:url(https://a.example/x)}{x}$", "url("),
        (r"$\style{position:fixed;top:0}{x}$", "position: fixed"),
        (r"$\class{modal}{x}$", "modal"),
        (r"$\cssId{content}{x}$", 'id="content"'),
    ],
)
def test_formulas_need_the_safe_extension(mathjax: MathJax, latex: str, harm: str) -> None:
    """They are stored verbatim: docs/data-format.md says what a page that draws them must have."""
    assert cleaned_formula(latex) == latex
    assert harm in drawn_part(mathjax.drawn(latex)), "the test would see nothing"
    assert harm not in drawn_part(mathjax.drawn(latex, config=",Safe"))
    assert harm not in drawn_part(mathjax.drawn(latex, extensions=SAFE))


#: What a page adds to its configuration where it cannot add ``,Safe`` to the name of that.
SAFE = 'extensions: ["tex2jax.js", "Safe.js"],'


def drawn_part(html: str) -> str:
    """What MathJax has drawn, without the source of the formula behind it."""
    drawing = html.partition('<script type="math/tex"')[0]
    assert 'class="math"' in drawing, "nothing is drawn"
    return drawing


def cleaned_formula(latex: str) -> str:
    return clean_body(parse_fragment(latex), 6583)


def test_formulas_keep_their_links(mathjax: MathJax) -> None:
    drawn = mathjax.drawn(r"$\href{https://kexue.fm/}{x}$", config=",Safe")
    assert 'href="https://kexue.fm/"' in drawn_part(drawn)

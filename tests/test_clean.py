"""Cleaning: what is taken out changes neither the formulas nor the addresses around it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver.body.clean.cleaner import clean_body
from archiver.body.clean.restored_formulas import restore_formulas
from archiver.body.clean.styles import clean_styles
from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.tree.css_selection import with_attributes
from archiver.tree.document import parse_fragment
from archiver.tree.serialize import inner_html
from archiver.verify.fidelity.overlay import style_faults


def cleaned(html: str) -> str:
    return clean_body(parse_fragment(html), 6583)


def formulas(html: str) -> list[tuple[str, bool]]:
    return [(found.latex, found.display) for found in find_formulas(parse_fragment(html)).found]


# --- What is removed joins nothing ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("$a<script>x</script>b$", "$a<span></span>b$"),
        ("$a<noscript>x</noscript><br>b$", "$a<span></span><br>b$"),
        (
            '$a<img src="http://hm.baidu.com/hm.gif">b$',
            "$a<span></span>b$",
        ),
        ("$a<iframe></iframe>b$", "$a<span></span>b$"),
        ("$a<input>b$", "$a<span></span>b$"),
        (r"\<script></script>ref{a}", r"\<span></span>ref{a}"),
        # Nothing can begin before, or nothing can end behind.
        ("一<script>x</script>二", "一二"),
        ("一<script>x</script>$a$", "一$a$"),
        ("$a$<script>x</script>二", "$a$二"),
        ("<p>$a</p><script>x</script><p>b$</p>", "<p>$a</p><p>b$</p>"),
        # Forms keep their place; names that the sanitiser does not know become spans.
        ("<form>$a<label>一</label>b$</form>", "<div>$a<span>一</span>b$</div>"),
        ("$a<foo-bar></foo-bar>b$", "$a<span></span>b$"),
        ("<xmp>a<b></xmp>", "<pre>a&lt;b&gt;</pre>"),
        ("<pre>\n\na</pre>", "<pre>\n\na</pre>"),
        ("<pre>\na</pre>", "<pre>a</pre>"),
        # Comments: between two <wbr>, so that nothing in them joins with what is around.
        ("$a<!-- x -->b$", "$a<wbr> x <wbr>b$"),
        ("$a<![CDATA[x<y]]>b$", "$a<wbr>x&lt;y<wbr>b$"),
        ("$a<!----->b$", "$a<wbr>-<wbr>b$"),
        ("$a<!--<script>x</script>-->b$", "$a<wbr>&lt;script&gt;x&lt;/script&gt;<wbr>b$"),
        (r"\<!--x-->$a$", r"\<wbr>$a$"),
        ("一<!--x-->二", "一二"),
        ("$a$<!--x-->二", "$a$二"),
        # Such a text would end the formula too early; it is left out.
        ("$a<!--$-->b$", "$a<wbr>b$"),
        ("$a<!--{-->b$", "$a<wbr>b$"),
    ],
)
def test_texts_stay_apart(html: str, expected: str) -> None:
    assert cleaned(html) == expected


PIECES = ["$", "$$", r"\$", "\\", r"\(", r"\)", r"\[", r"\]", "{", "}", r"\begin{a}", r"\end{a}"]
PIECES += ["x", "题", " ", "\n", r"\ref{", r"\eqref{1}", "&lt;", "<br>", "<wbr>", "<p>", "</p>"]
PIECES += ["<b>", "</b>", "<a href=x>", "</a>", "<pre>", "</pre>", "<li>", "<td>", "<h2>", "</h2>"]
PIECES += ["<script>x</script>", "<style>x</style>", "<noscript>x</noscript>", "<input>", "<link>"]
PIECES += ["<iframe></iframe>", "<iframe src=y></iframe>", "<embed>", "<object></object>"]
PIECES += ["<img src=x width=1 height=1>", "<img src=x>", "<foo-bar>", "</foo-bar>", "<x:y>"]
PIECES += ["<form>", "</form>", "<fieldset>", "</fieldset>", "<legend>", "</legend>", "<button>"]
PIECES += ["</button>", "<label>", "</label>", "<!---->", "<!-- x -->", "<!--more-->", "<?x?>"]
PIECES += ["<![CDATA[y]]>", "<!-- \\frac{a}{b} -->", "<!--\\-->", "<a href='#x'>#</a>"]
BODIES = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@limits(deadline=None)
@given(BODIES)
@example("$<!--\\-->$")
def test_cleaning_changes_no_formula(html: str) -> None:
    """The stored HTML gives MathJax what the page gave it."""
    assert formulas(cleaned(html)) == formulas(html)


# --- Addresses -----------------------------------------------------------------------------------

PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f'<img src="{PIXEL}">', f'<img src="{PIXEL}">'),
        (f'<img src=" {PIXEL.upper()}">', f'<img src="{PIXEL.upper()}">'),
        ('<img src="data:text/html,x">', "<img>"),
        ('<img src="data:,x">', "<img>"),
        (f'<a href="{PIXEL}">文</a>', "<a>文</a>"),
        ('<a href="data:text/html,<script>x</script>">文</a>', "<a>文</a>"),
        ('<a href=" d&#9;A\nta:text/html,x">文</a>', "<a>文</a>"),
        ('<q cite="data:text/html,x">文</q>', "<q>文</q>"),
        ('<blockquote cite="data:text/html,x">文</blockquote>', "<blockquote>文</blockquote>"),
        (f'<video poster="{PIXEL}"></video>', "<video></video>"),
        (f'<audio src="{PIXEL}"></audio>', "<audio></audio>"),
        ('<q cite="javascript:x">文</q>', "<q>文</q>"),
        ('<a href="blob:x">文</a>', "<a>文</a>"),
    ],
)
def test_addresses_that_hold_a_page(html: str, expected: str) -> None:
    """A picture inside its own address stays a picture; all else of the kind goes."""
    assert cleaned(html) == expected


@pytest.mark.parametrize(
    "address",
    [
        "http://[",
        r"http://\cos.name/x",
        "http://a b/",
        "http://1.2.3.4.5/",
        "https://example.org:99999/",
        "https://example.org/a ",
        "https://xn--/",
        "https://example.org/&quot;x&quot;&amp;&nbsp;y",
        "ed2k://|file|a|1|/",
        "magnet:?xt=urn:a",
        "mailto:a@example.org",
    ],
)
def test_broken_addresses_stay_as_written(address: str) -> None:
    html = f'<a href="{address}">文</a>'
    assert cleaned(html) == html
    assert cleaned(cleaned(html)) == html


# --- Pages saved from a browser ------------------------------------------------------------------

PREVIEW = '<span class="MathJax_Preview" style="color: inherit; display: none;"></span>'
FRAME = '<span class="MathJax" id="MathJax-Element-1-Frame"><nobr>x</nobr></span>'
OUTPUTS = [
    FRAME,
    '<span class="mjx-chtml MathJax_CHTML" id="MathJax-Element-1-Frame">x</span>',
    '<span class="MathJax_SVG" id="MathJax-Element-1-Frame"><svg><text>$</text></svg></span>',
    '<span class="MathJax_Error" id="MathJax-Element-1-Frame">[Math Processing Error]</span>',
    f'<div class="MathJax_Display">{FRAME}</div>',
    f'<div class="MathJax_SVG_Display">{FRAME}</div>',
    '<span class="mjx-chtml MJXc-display">x</span>',
    '<span class="MathJax"><math>x</math><span class="MJX_Assistive_MathML">x</span></span>',
    "",
]


def saved(latex: str, display: bool = False, output: str = FRAME) -> str:
    mode = "; mode=display" if display else ""
    return f'{PREVIEW}{output}<script type="math/tex{mode}" id="MathJax-Element-1">{latex}</script>'


def restored(html: str) -> str:
    body = parse_fragment(html)
    restore_formulas(body)
    return inner_html(body)


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_formula_of_a_saved_page(output: str) -> None:
    assert restored(f"<div>前{saved('x<y', output=output)}后</div>") == "<div>前$x&lt;y$后</div>"


@pytest.mark.parametrize(
    ("latex", "display", "expected"),
    [
        ("x", True, "$$x$$"),
        (r"\begin{equation}x\end{equation}", True, r"\begin{equation}x\end{equation}"),
        (r"\begin{align*}x\end{align*}", True, r"\begin{align*}x\end{align*}"),
        (r"\begin{aligned}x\end{aligned}", True, r"$$\begin{aligned}x\end{aligned}$$"),
        (
            r"\begin{align}x\end{align}\begin{align}y\end{align}",
            True,
            r"$$\begin{align}x\end{align}\begin{align}y\end{align}$$",
        ),
        (r"\begin{align}x\end{align}", False, r"$\begin{align}x\end{align}$"),
        (r"\eqref{a}", False, r"\eqref{a}"),
        (r"\ref{a}+1", False, r"$\ref{a}+1$"),
        ("", False, r"\(\)"),
        ("a$b", False, r"\(a$b\)"),
        (r"a\$b", False, r"$a\$b$"),
        ("% <![CDATA[\nx<y\n%]]>", False, "$x&lt;y$"),
        ("// <![CDATA[\nx\n//]]>", False, "$x$"),
        # What cannot stand beside other text is put apart.
        ("a{b", False, "<span>$a{b$</span>"),
    ],
)
def test_delimiters_of_a_saved_page(latex: str, display: bool, expected: str) -> None:
    assert restored(f"<p>前{saved(latex, display)}后</p>") == f"<p>前{expected}后</p>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"花$5买{saved('x')}", "花$5买<span>$x$</span>"),
        (f"<span>$</span>5和{saved('x')}", "<span>$</span>5和$x$"),
        (saved("x") + saved("y", True), "$x$$$y$$"),
        (f'<div id="MathJax_Message">Loading</div>{saved("x")}', "$x$"),
        ('<span class="MathJax">x</span>', '<span class="MathJax">x</span>'),
        ("<script>x</script>$x$", "<script>x</script>$x$"),
    ],
)
def test_the_text_around_a_saved_formula(html: str, expected: str) -> None:
    assert restored(html) == expected


def test_a_paragraph_that_a_drawing_has_torn() -> None:
    """``<div>`` ends ``<p>``, so a saved page reads as two paragraphs where one was served."""
    html = f"<p>前{saved('x', True, OUTPUTS[4])}后<b>文</b></p><p>二</p>"
    assert restored(html) == "<p>前$$x$$后<b>文</b></p><p></p><p>二</p>"


LATEX = st.text(st.sampled_from("ab{}^_\\ <&"), max_size=8)
PROSE = st.text(st.sampled_from("文a 。\n"), max_size=5)
FORMULA = st.one_of(
    LATEX.map("${}$".format), LATEX.map("$${}$$".format), LATEX.map(r"\({}\)".format),
    LATEX.map(r"\begin{{equation}}{}\end{{equation}}".format), st.just(r"\eqref{a}"),
    st.sampled_from(["$", r"\$", "\\"]),
)  # fmt: skip
INLINE = st.lists(st.one_of(PROSE, FORMULA), max_size=6).map("".join)


def without_delimiters(latex: str, display: bool) -> tuple[str, bool]:
    latex = re.sub(r" +\n", "\n", latex)  # a space there may have been <br>
    for mark in ("$$", "$", r"\(", r"\["):
        if latex.startswith(mark):
            return latex[len(mark) : -len(mark)], display
    return latex, display


def as_saved(text: str) -> str:
    """One text node of a page as MathJax leaves it."""
    body = parse_fragment("<p></p>")[0]
    body.text = text
    found = find_formulas(body)
    html, position = "", 0
    for (start, end, _), formula in zip(found.parts((body, False)), found.found, strict=True):
        latex, display = without_delimiters(formula.latex, formula.display)
        html += prose(text[position:start]) + saved(latex, display)
        position = end
    return html + prose(text[position:])


def prose(text: str) -> str:
    """Text beside formulas; MathJax puts an escaped dollar into an element."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return escaped.replace(r"\$", "<span>$</span>")


@limits(deadline=None)
@given(st.lists(INLINE, min_size=1, max_size=3))
def test_a_saved_page_has_the_formulas_of_the_served_one(paragraphs: list[str]) -> None:
    page = parse_fragment("".join(f"<p>{prose_only(text)}</p>" for text in paragraphs))
    again = parse_fragment("".join(f"<p>{as_saved(text)}</p>" for text in paragraphs))
    clean_body(page, 6583)
    clean_body(again, 6583)
    served_list = find_formulas(page).found
    saved_list = find_formulas(again).found
    assert [without_delimiters(f.latex, f.display) for f in saved_list] == [
        without_delimiters(f.latex, f.display) for f in served_list
    ]
    assert words(plain_text(again)) == words(plain_text(page))


def prose_only(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def words(text: str) -> str:
    """Text without white space and all that may belong to a delimiter."""
    return "".join(character for character in text if character not in " \n$\\()")


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("background:yellow", "background-color:yellow"),
        ("background: #ff0 !important", "background-color:#ff0 !important"),
        ("background:url(http://a.example/x.gif)", None),
        ("position:fixed", None),
        ("COLOR:Red;;position:fixed; float : left", "color:Red;float:left"),
        ("", None),
        ("color", None),
        ("display:none", "display:none"),
        # What articles of the blog have.
        ("float:right; margin: 5px auto 2px 1px", "float:right;margin:5px auto 2px 1px"),
        (
            "display: inline-block; background-color: #fff",
            "display:inline-block;background-color:#fff",
        ),
        ("max-width: 500 px", "max-width:500 px"),
        ("border-left:0px solid", "border-left:0px solid"),
        ("color:rgb(1, 2, 3);font-size:1.2em", "color:rgb(1, 2, 3);font-size:1.2em"),
        ("font-family: 微软雅黑, 'Times New Roman'", "font-family:微软雅黑, 'Times New Roman'"),
        ("text-indent:2em;line-height:1.8", "text-indent:2em;line-height:1.8"),
        # What would leave the body's box, or hide.
        ("margin:-9px", None),
        ("margin-top:-0.1em;color:red", "color:red"),
        ("opacity:0", None),
        ("opacity:.01;color:red", "color:red"),
        ("box-shadow:0 0 0 9999px #fff", None),
        ("text-shadow:0 0 9px red", None),
        ("text-indent:-999em", None),
        ("letter-spacing:-9em", None),
        ("margin-left:calc(0px - 9px)", None),
        ("width:var(--x)", None),
        ("width:100vw", None),
        ("width:99999px", None),
        ("width:101%", None),
        ("padding:200px", None),
        ("padding:9px", None),  # of a span: over the lines around it
        ("border:9px solid transparent", None),
        ("border-width:2px", "border-width:2px"),
        ("font-size:500px", None),
        ("font:500px serif", None),
        ("font:9px/0 serif", None),
        ("line-height:0", None),
        ("line-height:9px", None),
        ("height:0", None),
        ("display:block;height:1px", "display:block"),
        ("max-height:0", None),
        ("display:inline-flex", None),
        ("writing-mode:vertical-rl", None),
        ("color:attr(x)", None),
        ("list-style-type:url(//a.example)", None),
        (r"m\61rgin:-9px", None),
        (r"margin:\2d 9px", None),
        ("margin:/**/-9px", None),
        ("margin/**/:-9px", None),
        ("margin:1px -9px", None),
        ("margin:1px,-9px", None),
        ("margin:1e9px", None),
        ("margin:+9px", None),
        ("font-family:'a;margin:-9px;b:'", None),
        ("--x:1", None),
        ("-webkit-transform:none", None),
        ("color:red}a{margin:-9px", None),
    ],
)
def test_styles(style: str, kept: str | None) -> None:
    """What carries meaning stays, and no empty attribute is left."""
    body = parse_fragment(f'<span style="{style}">文</span>')
    clean_styles(with_attributes(body))
    assert body[0].get("style") == kept


STYLE_PIECES = [
    *("margin", "padding", "position", "height", "width", "font", "color", "opacity", ":", ";"),
    *("-", "9", "9999", "px", "em", "%", "vw", "e", ".", " ", ",", "/*", "*/", "\\", "(", ")"),
    *("calc", "rgb(1, 2, 3)", "rgb", "url", "#fff", "red", "!important", "'", '"', "{", "}"),
    *("\n", "：", "-9px"),
]


@limits(deadline=None)
@given(st.lists(st.sampled_from(STYLE_PIECES), max_size=12), st.sampled_from(["a", "div", "img"]))
@example(["margin", ":", "9", " ", "-9px"], "div")
@example(["margin", ":", "9", "-9px"], "div")
@example(["color", ":", "rgb(1, 2, 3)"], "a")
@example(["font", ":", "red", "-9px"], "a")
def test_no_style_that_stays_is_harmful(pieces: list[str], tag: str) -> None:
    """What the one list lets through, the audit's other list does not object to; once is enough."""
    body = parse_fragment(f"<{tag}></{tag}>")
    body[0].set("style", "".join(pieces))
    html = clean_body(body, 6583)
    kept = body[0].get("style", "")
    assert list(style_faults(tag, kept)) == []
    assert cleaned(html) == html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="/a.png" width="640" height="100%">', 'width="640" height="100%"'),
        ('<img src="/a.png" width="99999" height="99999999999999999999">', ""),
        ('<img src="/a.png" hspace="5" vspace="101">', 'hspace="5"'),
        ('<img src="/a.png" width="101%">', ""),
        ('<img src="/a.png" hspace="-9000" vspace=" -1">', ""),
        ('<img src="/a.png" width=" +9999.5px" border="0">', 'border="0"'),
        ('<img src="/a.png" width="自动">', 'width="自动"'),
    ],
)
def test_sizes(html: str, expected: str) -> None:
    """A number that no text needs goes; what a browser does not read stays as it is."""
    address = 'src="https://kexue.fm/a.png"'
    assert cleaned(html) == f"<img {' '.join(filter(None, (address, expected)))}>"


def test_what_style_hides_stays_hidden() -> None:
    body = parse_fragment(
        '一<span style="visibility:hidden">二</span><b style="display:none">三</b>'
    )
    stored = parse_fragment(clean_body(body, 6583))
    assert plain_text(body) == plain_text(stored) == "一"


@pytest.mark.parametrize("name", ["lambda", "int", "list", "mask", "sep", "text", "vector", "type"])
def test_pseudo_elements_keep_their_text(name: str) -> None:
    """Python's error messages and models' tokens; some are names of MathML elements."""
    html = f"<blockquote>TypeError: <{name}> takes no &lt;{name}&gt;</{name}> x</blockquote>"
    assert clean_body(parse_fragment(html), 6583) == html

"""The audit finds every kind of damage, and nothing where there is none."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import REAL, ROOT
from hypothesis import given
from hypothesis import strategies as st
from replica import make_post
from rig.commands import run_bytes

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.extraction.saved_page import extract
from archiver.store.schema import PARTS
from archiver.tree.elements import DROPPED, EMBEDS, FORBIDDEN, RENAMED, TAGS
from archiver.tree.unexpected import UnexpectedPage
from archiver.verify.derived_columns import audit_derived
from archiver.verify.fidelity.body_reference import Reading
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.differences import difference, words_for_text, words_for_value
from archiver.verify.fidelity.points import Case, audit
from archiver.verify.fidelity.served_page import read_page
from archiver.verify.page_audit import audit_page
from archiver.verify.result_table import Totals, is_clean, table

BODY = r"""<h2 id="起点">起点 <a href="#起点">#</a></h2>
<p>设 $x_1 &lt; y$，见<a href="/archives/42/#b">前文</a>和\eqref{eq:a}。<br>
\begin{equation}a \\ b\label{eq:a}\end{equation}</p>
<div class="pic-container"><div class="typecho-caption aligncenter"><div style="margin: 5px">\
<a href="/usr/uploads/1.png" target="_blank"><img src="/usr/uploads/1.png" alt="甲图" /></a></div>\
<p class="typecho-caption-text">图一的说明</p></div></div>
<p><img src="/usr/uploads/2.png" alt="乙图"></p>
<pre><code class="language-python">a = 1  # $x$
b = 2
</code></pre>
<blockquote><p>引文</p><ul><li>一</li><li>二</li></ul></blockquote>
<table><tr><td>甲</td><td>$z$</td></tr><tr><td>乙</td><td>丙</td></tr></table>
<p style="display:none">$\newcommand{\m}{m}$ 看不见</p>
<p>短片<iframe src="https://player.example.org/1"></iframe>完。</p>
<script>alert(1)</script>"""

Row = dict[str, Any]
CASES = sorted(
    path.parent.name
    for path in (ROOT / "fixtures" / "cases").glob("*/case.json")
    if json.loads(path.read_text("utf-8"))["kind"] == "article"
)
REAL_ARTICLES = sorted(path.name for path in (REAL / "real_articles").glob("[0-9]*"))


def page_of(body: str, article: int = 321) -> bytes:
    post = make_post(article, body=body)
    return answer(Blog((post,)), f"/archives/{article}").body


@cache
def extracted() -> tuple[Row, Reading]:
    page = page_of(BODY)
    (row,) = extract(page, site.article_url(321)).rows
    return row, read_page(page.decode("utf-8"), 321)


def points_of(damage: Callable[[Row], None] | None = None) -> dict[str, Point]:
    """The points of the article above, after its row was damaged."""
    row, reference = extracted()
    row = copy.deepcopy(row)
    if damage is not None:
        damage(row)
    return {point.name: point for point in audit(row, reference)}


def replaced(key: str, old: str, new: str) -> Callable[[Row], None]:
    def damage(row: Row) -> None:
        assert old in row[key], f"nothing to damage: {old!r}"
        row[key] = row[key].replace(old, new, 1)

    return damage


def added(key: str, text: str) -> Callable[[Row], None]:
    def damage(row: Row) -> None:
        row[key] += text

    return damage


def changed(key: str, change: Callable[[Any], object]) -> Callable[[Row], None]:
    def damage(row: Row) -> None:
        result = change(row[key])
        if result is not None:
            row[key] = result

    return damage


# --- Clean ----------------------------------------------------------------------------------------


def test_nothing_differs() -> None:
    points = points_of()
    assert [(point.name, point.first) for point in points.values() if point.differ] == []
    assert list(points) == ["text", "formulas", "markdown", "links", "pictures", "safety"]


def test_it_counts_what_it_compares() -> None:
    """A point that compares nothing would pass whatever is stored."""
    points = points_of()
    assert points["formulas"].compared == 5
    assert points["links"].compared == 2
    assert points["pictures"].compared == 2
    assert points["text"].compared > 100
    assert points["markdown"].compared > 40
    assert points["safety"].compared > 25


def derived(row: Row) -> Point:
    """What the stored body gives, beside what the page gave."""
    parts = {
        table: [{**entry, "position": position} for position, entry in enumerate(row[table])]
        for table in (part.name for part in PARTS)
    }
    return audit_derived(Case(row, None, site.Base.parse(site.CANONICAL_BASE)), parts)


@pytest.mark.parametrize("case", CASES)
def test_fixture_is_clean(case: str) -> None:
    folder = ROOT / "fixtures" / "cases" / case
    url = json.loads((folder / "case.json").read_text("utf-8"))["url"]
    row, points, _ = audit_page(next(folder.glob("page.*")).read_bytes(), url)
    assert [point for point in points if point.differ] == []
    assert row["body_html"] is None or derived(row).first is None


@pytest.mark.real
@pytest.mark.skipif(
    not REAL_ARTICLES, reason="real pages are no part of the project; none at ../shared"
)
@pytest.mark.parametrize("article", REAL_ARTICLES)
def test_real_article_is_clean(article: str) -> None:
    source = (REAL / "real_articles" / article / "source.html").read_text("utf-8")
    body = source.split(">", 1)[1].rstrip().removesuffix("</div>")
    row, points, _ = audit_page(page_of(body, int(article)))
    assert [point for point in points if point.differ] == []
    assert derived(row).first is None


#: Every name that HTML has or had, that browsers have tried, and some that mean nothing.
#: Not ``plaintext``: the rest of the page is text to it, the site's footer too.
ELEMENTS = sorted(
    (TAGS | FORBIDDEN) - {"plaintext"}
    | {"blink", "command", "content", "element", "image", "isindex", "lambda", "layer", "menuitem"}
    | {"mi", "multicol", "nextid", "picture", "search", "shadow", "spacer", "tag", "text", "type"}
    | {"vector", "x-foo"}
)


@pytest.mark.parametrize("tag", ELEMENTS)
def test_cleaning_and_audit_agree_on_every_element(tag: str) -> None:
    """Whatever an author writes without escaping it: it is safe, and its words are not lost."""
    body = f"<p>前</p><p>用<{tag}>标签</{tag}>后</p><p>末 $x$</p>"
    row, points, _ = audit_page(page_of(body))
    assert [point for point in points if point.differ] == []
    assert derived(row).first is None
    assert f"<{tag}" not in row["body_html"] or tag not in FORBIDDEN
    says_nothing = DROPPED | EMBEDS | {"area", "audio", "col", "colgroup", "track", "video", "rp"}
    if tag not in says_nothing:
        text = "".join(row["body_text"].split())
        assert text == "前用标签后末$x$"


def test_elements_of_the_lists() -> None:
    """What is let through is not objected to, and what is objected to has another name."""
    assert not TAGS & FORBIDDEN
    assert set(RENAMED.values()) <= TAGS


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>前</p><marquee>欢迎</marquee>", "<p>前</p><span>欢迎</span>"),
        ("<p>用<canvas>画</p><p>后</p>", "<p>用<span>画</span></p><p>后</p>"),
        ("前<dialog>甲<p>乙</p></dialog>后", "前<div>甲<p>乙</p></div>后"),
        ("<p>前<basefont size=7>后</p>", "<p>前后</p>"),
        ("<optgroup><option>甲<option>乙</optgroup>", "<div><div>甲</div><div>乙</div></div>"),
        ("$a<meter>b</meter>c$", "$a<span>b</span>c$"),
        ("<p>a <type>b</p>", "<p>a <type>b</type></p>"),
    ],
)
def test_elements_that_no_text_needs(html: str, expected: str) -> None:
    row, points, _ = audit_page(page_of(html))
    assert row["body_html"] == expected
    assert [point for point in points if point.differ] == []


@pytest.mark.parametrize(
    "body",
    [
        "<p>前</p></div><p>后 $y$</p>",
        "<p>前</p></div></div>后 $y$",
        "<blockquote><p>没有关的引文",
        "<p>前</p><div>没有关的<a href='/archives/1'>容器</a>",
        "<p>前</p><table><tr><td>没有关的表格",
        "<p>前</p><table>",
        "<p>前 $a<!-- 甲 -->$</div><p>后</p>",
    ],
)
def test_malformed_markup_moves_no_bounds(body: str) -> None:
    """The reference finds the body also where a stray tag has moved its end."""
    row, points, _ = audit_page(page_of(body))
    assert is_clean([*points, derived(row)])
    assert points[0].compared == len("".join(row["body_text"].split())) > 0


def test_protected_article_has_nothing_to_compare() -> None:
    page = (ROOT / "fixtures" / "cases" / "protected-403" / "page.html").read_bytes()
    row, points, _ = audit_page(page)
    assert row["body_html"] is None
    assert {point.compared for point in points} == {0}
    assert is_clean(points)


# --- Damaged --------------------------------------------------------------------------------------

DAMAGES: list[tuple[str, str, Callable[[Row], None], str]] = [
    ("a word dropped", "text", replaced("body_text", "引文", ""), "body_text, behind"),
    ("a word dropped", "text", replaced("body_html", "引文", ""), "body_html, behind"),
    ("a word added", "text", added("body_text", "\n\n点击收藏"), "expected «"),
    ("an embed in the text", "text", replaced("body_text", "短片", "短片 https://"), "«"),
    ("underscore escaped", "formulas", replaced("body_text", "$x_1", "$x\\_1"), "$x_1 < y$"),
    ("backslash doubled", "formulas", replaced("body_html", r"a \\ b", r"a \\\\ b"), "body_html"),
    ("backslash lost", "formulas", replaced("body_text", r"a \\ b", r"a \ b"), "body_text"),
    (
        "formula not listed",
        "formulas",
        changed("formulas", lambda entries: entries[:-1]),
        "formulas, position 4",
    ),
    ("miscounted", "formulas", changed("formula_count", lambda n: n + 1), "formula_count"),
    (
        "display taken for inline",
        "formulas",
        changed("formulas", lambda entries: entries[2].update(display=False)),
        "expected «display",
    ),
    ("underscore escaped", "markdown", replaced("body_markdown", "x_1", r"x\_1"), "formula"),
    ("backslash doubled", "markdown", replaced("body_markdown", r"\\", r"\\\\"), "formula"),
    ("lines of code glued", "markdown", replaced("body_markdown", "\nb = 2", "b = 2"), "code"),
    ("paragraph added", "markdown", added("body_markdown", "\n\n甲"), "found line text «甲»"),
    (
        "lines glued",
        "text",
        replaced("body_html", "<li>一</li><li>二</li>", "<li>一二</li>"),
        "lines of body_html",
    ),
    ("lines glued", "text", replaced("body_text", "一\n二", "一二"), "lines of body_text"),
    (
        "indentation lost",
        "text",
        replaced("body_text", "a = 1  #", "a = 1 #"),
        "lines of body_text",
    ),
    ("caption as text", "markdown", added("body_markdown", "\n\n图一的说明"), "图一的说明"),
    ("caption lost", "markdown", replaced("body_markdown", ' "图一的说明"', ""), "picture"),
    ("level of heading", "markdown", replaced("body_markdown", "## ", "# "), "heading"),
    ("heading to text", "markdown", replaced("body_markdown", "## ", ""), "heading"),
    ("language lost", "markdown", replaced("body_markdown", "```python", "```"), "code"),
    ("line of code lost", "markdown", replaced("body_markdown", "b = 2\n", ""), "code"),
    ("link to text", "markdown", replaced("body_markdown", "[前文]", "前文"), "前文"),
    ("item lost", "markdown", replaced("body_markdown", "- 二", "二"), "body_markdown"),
    ("quote lost", "markdown", replaced("body_markdown", "> 引文", "引文"), "quote"),
    ("cell emptied", "markdown", replaced("body_markdown", "丙", ""), "丙"),
    ("no Markdown", "markdown", changed("body_markdown", lambda _: ""), "nothing"),
    (
        "link not listed",
        "links",
        changed("links", lambda entries: entries[:-1]),
        "links, position 1",
    ),
    ("links swapped", "links", changed("links", list.reverse), "links, position 0"),
    ("link lost", "links", replaced("body_html", 'href="https://kexue.fm/a', 'title="'), "html"),
    (
        "wrong article",
        "links",
        changed("links", lambda links: links[0].update(target_id=43)),
        "expected 42, found 43",
    ),
    (
        "no article",
        "links",
        changed("links", lambda links: links[0].update(target_id=None)),
        "expected 42, found nothing",
    ),
    (
        "other text of a link",
        "links",
        changed("links", lambda links: links[0].update(text="后文")),
        "links, position 0, expected «https://kexue.fm/archives/42/#b 前文», found «",
    ),
    ("no count", "formulas", changed("formula_count", lambda _: 0), "expected 5, found 0"),
    ("pictures swapped", "pictures", changed("pictures", list.reverse), "pictures, position 0"),
    ("alt changed", "pictures", replaced("body_html", "乙图", "丁图"), "乙图"),
    ("miscounted", "pictures", changed("picture_count", lambda n: n + 1), "picture_count"),
    (
        "caption lost",
        "pictures",
        changed("pictures", lambda pictures: pictures[0].update(caption=None)),
        "captions, position 0, expected «图一的说明»",
    ),
    ("script", "safety", added("body_html", "<script>alert(1)</script>"), "<script>"),
    ("frame", "safety", added("body_html", '<iframe src="https://a.b"></iframe>'), "<iframe>"),
    ("form", "safety", added("body_html", "<form>发送</form>"), "<form>"),
    ("style", "safety", added("body_html", "<style>p{}</style>"), "<style>"),
    ("handler", "safety", replaced("body_html", "<blockquote>", "<blockquote onclick=a()>"), "on"),
    ("script address", "safety", added("body_html", '<a href="java\nscript:a()">b</a>'), "address"),
    ("data address", "safety", added("body_html", '<a href=" DATA:text/html,a">b</a>'), "address"),
    ("margin", "safety", added("body_html", '<b style="margin:0 -9px">b</b>'), "the style of <b>"),
    ("opacity", "safety", added("body_html", '<b style="color:red;opacity:0">b</b>'), "opacity:0"),
    (
        "size",
        "safety",
        added("body_html", '<img src="/a.png" width="99999">'),
        "the width of <img>",
    ),
    ("dialog", "safety", added("body_html", "<dialog>b</dialog>"), "<dialog>"),
    ("attribute", "safety", replaced("body_html", "<pre>", "<pre draggable=true>"), "draggable"),
    (
        "self anchor left",
        "safety",
        replaced("body_html", "</h2>", '<a href="https://kexue.fm/archives/321#a">#</a></h2>'),
        "self anchor",
    ),
    ("id lost", "safety", replaced("body_html", ' id="起点"', ""), "ids of headings, position 0"),
]


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [(point, damage, words) for _, point, damage, words in DAMAGES],
    ids=[f"{point}: {title}" for title, point, _, _ in DAMAGES],
)
def test_damage_is_found(name: str, damage: Callable[[Row], None], words: str) -> None:
    point = points_of(damage)[name]
    assert point.differ > 0
    assert point.first is not None
    assert words in point.first
    assert "\n" not in point.first


def test_what_is_not_as_sanitised_is_found() -> None:
    """This asks the extraction itself, so it is no point of fidelity."""
    row = copy.deepcopy(extracted()[0])
    assert derived(row).first is None
    row["body_html"] = row["body_html"].replace("<td>", "<td >", 1)
    assert (derived(row).first or "").startswith("sanitised again, ")


def test_lost_paragraph_is_found_without_a_page() -> None:
    """Where pages are not stored, ``body_html`` is what everything else is compared with."""
    row = copy.deepcopy(extracted()[0])
    assert is_clean(audit(row))
    row["body_text"] = row["body_text"].replace("引文", "")
    assert [point.name for point in audit(row) if point.differ] == ["text"]


# --- The reference --------------------------------------------------------------------------------


def reading_of(body: str) -> Reading:
    return read_page(page_of(body).decode("utf-8"), 321)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>甲 乙\n丙\u3000丁</p>", "甲乙丙丁"),
        ("<p>甲<span style='color:red; DISPLAY : none'>隐</span>乙</p>", "甲乙"),
        ("<p>甲<b hidden>隐</b>乙<noscript>无</noscript><select><option>选</select></p>", "甲乙"),
        ("<p>甲<iframe src='//a.b'>框</iframe><object data='c'>件</object>乙</p>", "甲乙"),
        ("<h3>甲 <a href='#x'>#</a></h3><p><a href='#x'>#</a></p>", "甲#"),
        ("<textarea>甲</textarea><form><button>乙</button></form>", "甲乙"),
        ("<p><strong>转载到请包括本文地址：</strong>甲</p><p>乙</p>", "转载到请包括本文地址：甲乙"),
        ("<p>$a<!-- 甲 -->b$<!-- 乙 --></p>", "$a甲b$"),
        ("<p>Can't pickle <type>: 甲</type></p>", "Can'tpickle:甲"),
    ],
)
def test_visible_characters(body: str, text: str) -> None:
    assert reading_of(body).text == text


def test_reference_of_links_and_pictures() -> None:
    reading = reading_of(
        "<p><a href='/archives/5'>甲</a><a>乙</a><a href='javascript:x()'>丙</a>"
        "<a href='#p'><b>丁</b></a></p><img src='a.png' alt=' 图 '><img alt='无'>"
        "<img src='https://hm.baidu.com/a.gif'><img src='b.gif' width=1 height=1>"
    )
    assert reading.links == [
        ("https://kexue.fm/archives/5", "甲"),
        ("https://kexue.fm/archives/321#p", "丁"),
    ]
    assert reading.pictures == [("https://kexue.fm/archives/a.png", "图")]


def test_saved_page_names_its_formulas() -> None:
    reading = reading_of(
        "<p>甲<span class='MathJax_Preview'>x</span><span class='MathJax'>ｘ</span>"
        "<script type='math/tex'>x</script>乙"
        "<script type='math/tex; mode=display'>y<z</script></p>"
    )
    assert [(formula.latex, formula.display) for formula in reading.formulas] == [
        ("$x$", False),
        ("$$y<z$$", True),
    ]
    assert reading.text == "甲$x$乙$$y<z$$"


# --- Trial cases ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "markdown"),
    [
        (
            "pre-lines-glued/page.html",
            "```\nfor i in range(3):\n    print(i)\n```\n\n```\nimport os\nprint(os.name)\n```",
        ),
        (
            "floated-caption/body.html",
            '[![圆盘](https://kexue.fm/usr/uploads/2010/12/1.gif "圆盘")]'
            '(https://kexue.fm/attachment/2/ "x.gif")\n\n正文。',
        ),
    ],
)
def test_trial_case(case: str, markdown: str) -> None:
    file = REAL / "trial_cases" / case
    if not file.is_file():
        pytest.skip("the trial cases are no part of the project; none at ../shared")
    page = file.read_bytes()
    if file.name == "body.html":
        inside = file.read_text("utf-8").split(">", 1)[1].strip().removesuffix("</div>")
        page = page_of(inside)
    row, points, _ = audit_page(page)
    assert is_clean([*points, derived(row)])
    assert row["body_markdown"] == markdown


# --- Differences in words -------------------------------------------------------------------------


@given(st.lists(st.integers(0, 2)), st.lists(st.integers(0, 2)))
def test_difference(expected: list[int], found: list[int]) -> None:
    first = difference(expected, found)
    assert (first is None) == (expected == found)
    if first is not None:
        assert expected[: first.place] == found[: first.place]
        assert 1 <= first.number <= max(len(expected), len(found))


@pytest.mark.parametrize(
    ("expected", "found", "words"),
    [
        ("一\n\n二", "一 二", "expected «一⏎⏎二», found «一 二»"),
        ("一\xa0二", "一\t二", "expected «一<U+00A0>二», found «一⇥二»"),
        (
            "甲" * 60 + "乙" * 60,
            "甲" * 60 + "丙" + "乙" * 59,
            f"behind 60 characters: expected «…{'甲' * 24}{'乙' * 24}…»,"
            f" found «…{'甲' * 24}丙{'乙' * 23}…»",
        ),
    ],
)
def test_words_for_text(expected: str, found: str, words: str) -> None:
    """The text around the difference, with every white space to be seen."""
    assert words_for_text(expected, found) == words


@pytest.mark.parametrize(
    ("expected", "found", "words"),
    [
        (None, "甲", "key: expected nothing, found «甲»"),
        (1011, None, "key: expected 1011, found nothing"),
        (["甲", "乙"], ["甲"], "key, position 1: expected «乙», found nothing"),
        ([{"a": 1, "b": "甲"}], [{"a": 1, "b": "乙"}], "key, position 0, b, expected «甲», found"),
        ([{"a": 1, "b": None}], [{"a": 1}], "key, position 0, b is missing"),
        ([{"a": 1}], [{"a": 1, "b": 2}], "key, position 0: there is more than a"),
        ([{"a": "甲", "b": None}], [], "key, position 0: expected «甲», found nothing"),
        ([], {"a": "甲"}, "key: expected «[]», found «甲»"),
        (True, False, "key: expected true, found false"),
    ],
)
def test_words_for_value(expected: object, found: object, words: str) -> None:
    assert words_for_value("key", expected, found).startswith(words)


# --- Report and command ---------------------------------------------------------------------------


def test_totals_name_the_first_article() -> None:
    totals = Totals()
    totals.add("article 1", [Point("text", "character", 10)])
    totals.add("article 2", [Point("text", "character", 5, 2, "body_text, …")])
    totals.add("article 3", [Point("text", "character", 5, 1, "body_html, …")])
    assert table(totals.results()) == [
        "      compared       differ  first difference",
        "text  20 characters       3  article 2: body_text, …",
    ]


def test_refuses_what_is_no_article() -> None:
    page = (ROOT / "fixtures" / "cases" / "listing-home" / "page.html").read_bytes()
    with pytest.raises(UnexpectedPage, match="only an article's page"):
        audit_page(page)


def run_audit(*words: str, page: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return run_bytes("extract", "--audit", *words, page=page)


def test_command_on_one_page() -> None:
    done = run_audit("-", page=page_of(BODY))
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode("utf-8").splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        *("text", "formulas", "markdown", "links", "pictures", "safety"),
    ]
    assert lines[2].split() == ["formulas", "5", "formulas", "0"]


def test_command_on_several_pages(tmp_path: Path) -> None:
    good = tmp_path / "good.html"
    good.write_bytes(page_of(BODY))
    done = run_audit(str(good), "no-such-file.html", "fixtures/cases/listing-home/page.html")
    output, errors = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert done.returncode == 1
    assert f"{good}: the same" in output
    assert "1 of 3 pages audited" in output
    assert "no-such-file.html: No such file" in errors
    assert "a listing of articles" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "words", [("a.html", "b.html", "--url", "https://kexue.fm/archives/1"), ("-", "-")]
)
def test_command_refuses_wrong_use(words: tuple[str, ...]) -> None:
    done = run_audit(*words)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr

"""The demo blog as a site in a browser, from the disk: formulas, links, search, comforts.

``make browser-test`` runs these; whoever has no browser gets a skip that says what is missing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, Literal

import pytest
from chromium import open_browser, without_complaints
from sqlite_utils import Database

from archiver import site
from archiver.body.read import read_stored_body
from archiver.demo.posts import Post, load_posts
from archiver.extraction.series.recognition import recognise
from archiver.items import Article, Comment, CommentPage
from archiver.reading.exports.job import Job
from archiver.reading.exports.site_folder import write_site
from archiver.reading.search import Filters, search
from archiver.store.articles import save_article
from archiver.store.read_only import open_for_reading
from archiver.store.series_tables import links, save_series, titles
from archiver.store.sqlite import close_archive, open_archive

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DAY1, DAY2 = "2026-11-01T03:00:00+00:00", "2026-11-05T03:00:00+00:00"
#: Articles with something that the demo blog does not have.
ODD: Final = {
    20001: r"<p>$$x\tag{7}\label{s}$$ $\eqref{s}$ \begin{equation}a\label{b}\end{equation}</p>",
    20002: "<p>𝐠an 乾坤 編碼 ＧＡＮ 𠮷野家 C++ don't a\u3000b ½ …</p>",
    20003: "<p>" + "很长" * 500 + "a" * 500 + "</p><pre>" + "b" * 500 + "</pre>"
    "<table><tr>" + "<td>很宽的一格</td>" * 30 + "</tr></table>"
    "<p>\\[" + "x+" * 200 + "x\\] 行内$" + "y+" * 200 + "y$</p>",
}
#: Formulas that try to run something, to leave their places or to keep all others from being drawn.
ATTACKS: Final = (
    r"\href{javascript:window.ran=1}{x}", "\\href{java\tscript:window.ran=2}{x}",
    r"\href{data:text/html,x}{x}", r"\href{https://kexue.fm/}{x}", r"\style{position:fixed}{x}",
    r"\class{s-skip}{x}", r"\cssId{s-main}{x}", r"\bbox[position:fixed;background:red]{x}",
    r"\unicode[x;position:fixed]{x41}", r"\mmlToken{mi}[onclick='window.ran=3']{x}",
    r"\mmlToken{mi}[fontfamily='x;position:fixed' fontweight='bold;position:fixed']{x}",
    r"\text{<img src=x onerror='window.ran=4'>}", r"\texttip{x}{<img src=x onerror='ran=5'>}",
    r"\def\a{\a\a}\a", r"\def\b#1{\b{#1#1}}\b{x}", r"\begin{array}{*{1000000}{c}}x\end{array}",
    r"\require{nosuch}", r"\require{../../archives/evil}", r"\require{AMSmath}\require{HTML}x",
    r"\rule{9000em}{9000em}", r"\raise{40em}{\rlap{\rule{50em}{50em}}}", r"\kern-999em x", "x",
)  # fmt: skip
#: As somebody may have put it into an archive behind its back.
MARKUP: Final = """<script>window.ran=6</script><img src=x onerror="window.ran=7">
<svg onload="window.ran=8"></svg><iframe srcdoc="<script>parent.ran=9</script>"></iframe>
<meta http-equiv="refresh" content="0;url=https://a.example/"><base href="https://a.example/">
<style>body{display:none}</style><link rel="stylesheet" href="https://a.example/">
<p style="position:fixed;inset:0">1</p><a href="javascript:window.ran=10">2</a>
<p>&lt;/script&gt; ]]&gt; &lt;!--</p><i id="MathJax">3</i><i id="KexueSearch">4</i>
<p style="color:#000" id="s-main">黑</p>"""
ATTACKED: Final = 20004
#: The article with comments, of which one answers the other.
COMMENTED: Final = 20001
QUERIES: Final = (
    *("编码", "熵", "編碼", "的", "GAN", "ｇａｎ", "$", "\\frac", "注意力 -模型", '"注意力机制"'),
    *("C++", "don't", "--", '"', "-的", "乾", "干坤", "a b", '"a b"', "𠮷", "½", "没有这样的词"),
)


def fill(db: Database) -> None:
    """The demo blog; one of its articles has an earlier version."""
    for post in load_posts():
        save_article(db, article_of(post.id, post.title, post.body, post), DAY1)
    for number, html in ODD.items():
        save_article(db, article_of(number, f"怪 {number}", html, load_posts()[0]), DAY1)
    formulas = "".join(f"<p>${escape(latex)}$</p>" for latex in ATTACKS)
    save_article(db, article_of(ATTACKED, "\u202e</script>", formulas, load_posts()[0]), DAY1)
    html = f"{formulas}{MARKUP}"
    db.execute("UPDATE articles SET body_html = ? WHERE id = ?", [html, ATTACKED])
    commented = article_of(COMMENTED, f"怪 {COMMENTED}", ODD[COMMENTED], load_posts()[0])
    commented.comments = CommentPage(COMMENTED, comments(), count=9, pages=2)
    save_article(db, commented, DAY1)
    commented.comments.comments[1].html += "<p>改过</p>"
    save_article(db, commented, DAY2)
    db.execute("UPDATE comments SET gone_at = ? WHERE id = 7", [DAY2])
    edited = next(post for post in load_posts() if post.id == 6583)
    save_article(db, article_of(6583, edited.title, f"{edited.body}<p>后记</p>", edited), DAY2)
    last = article_of(20009, "最小熵原理(六):还有一篇", "<p>完</p>", load_posts()[0])
    save_article(db, last, DAY2)
    save_series(db, recognise(titles(db), links(db)))


def article_of(number: int, title: str, html: str, post: Post) -> Article:
    body = read_stored_body(html)
    return Article(
        number, title=title, author=post.author, published=post.published.date().isoformat(),
        readers=post.readers, category=post.category.name, tags=list(post.tags),
        body_html=body.html, body_text=body.text, body_markdown=body.markdown,
        links=body.links, pictures=body.pictures, formulas=body.formulas,
    )  # fmt: skip


def comments() -> list[Comment]:
    """One with what is too wide for a phone, and an answer with what leads and is drawn."""
    wide = "a" * 500 + "<br>很长" * 3 + "</p><pre>" + "b" * 500 + "</pre><p>$" + "y+" * 200 + "y$"
    place = "https://kexue.fm/archives/20001#comment-7"
    answer = rf'<a href="{place}">上</a> $\frac{{1}}{{2}}$，$\eqref{{s}}$'
    return [
        Comment(7, author="木" * 300, author_url="https://a.example/", html=f"<p>{wide}</p>"),
        Comment(9, parent_id=7, author="\u202eשלום", by_author=True, html=f"<p>{answer}</p>"),
    ]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "kexue.db"
    db = open_archive(path)
    fill(db)
    write_site(Job(db, path.parent / "site"))
    close_archive(db)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser, archive: Path) -> Iterator[Page]:
    """A tab in which a complaint, or a request that leaves the folder, is a failure."""
    address = (archive.parent / "site").as_uri()
    page = browser.new_page(base_url=f"{address}/", viewport={"width": 390, "height": 800})
    with without_complaints(page) as said:
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(address) else said.append(asked.url),
        )
        yield page


def open_page(tab: Page, name: str) -> None:
    tab.goto(name)
    if tab.locator("script[src$='tex-chtml.js']").count():
        tab.wait_for_selector("html.s-drawn")


def test_every_formula_is_drawn_and_no_page_is_too_wide(tab: Page, archive: Path) -> None:
    """As many as the archive counts, without an error or a reference that leads nowhere."""
    with closing(open_for_reading(archive)) as db:
        counts = db.execute("SELECT id, formula_count FROM articles").fetchall()
    some = [row for row in counts if row[0] in ODD or (row[1] > 16 and row[0] != ATTACKED)]
    assert len(some) > 7
    for article, count in some:
        open_page(tab, f"archives/{article}.html")
        drawn = tab.locator(".s-body mjx-container").count()
        failed = tab.locator("mjx-merror, [data-mjx-error]").all_inner_texts()
        assert (article, drawn, failed) == (article, count, [])
        assert "???" not in tab.locator("main").inner_text()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, article


def test_numbers_and_references_are_those_of_the_blog(tab: Page) -> None:
    open_page(tab, "archives/20001.html")
    shown = tab.locator(".s-body mjx-assistive-mml").all_text_contents()
    assert [re.sub(r"\s", "", text) for text in shown] == ["(7)x", "(1)a"]
    reference = tab.locator(".s-body").get_by_role("link", name="(7)")
    assert reference.get_attribute("href") == "#mjx-eqn%3As"


def test_comments_are_read_as_a_thread(tab: Page) -> None:
    """Formulas are drawn, also with a number of the article; what is too wide stays in its box."""
    open_page(tab, f"archives/{COMMENTED}.html")
    answer = tab.locator("#s-comment-9")
    answer.get_by_text("修改过").click()  # its earlier words are as they were written
    assert answer.locator("mjx-container").count() == 2
    assert r"$\eqref{s}$" in answer.inner_text()
    assert tab.locator(".s-words mjx-merror, .s-words [data-mjx-error]").count() == 0
    assert answer.get_by_role("link", name="(7)").get_attribute("href") == "#mjx-eqn%3As"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    before = tab.locator("#s-comment-7").bounding_box()
    after = answer.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"]
    answer.get_by_role("link", name="上").first.click()
    assert tab.url.endswith("#s-comment-7")
    tab.emulate_media(media="print")
    assert not tab.locator(".s-comments").is_visible()


@pytest.fixture(scope="module")
def server(archive: Path) -> Iterator[str]:
    """The address of the site on a web server."""
    folder = str(archive.parent / "site")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Answers with files, and has an icon for the browser, which asks for one by itself."""

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a request."""
        if self.path == "/favicon.ico":
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()
        else:
            super().do_GET()


def test_nothing_in_an_article_runs(browser: Browser, archive: Path, server: str) -> None:
    """From the disk and from a server, by markup, by MathJax, and by the page's own policy."""
    for base in ((archive.parent / "site").as_uri(), server):
        tab = browser.new_page(viewport={"width": 800, "height": 800})
        with without_complaints(tab) as said:
            check_apart(tab, base, said)
        tab = browser.new_page()
        tab.goto(f"{base}/index.html")
        assert tab.evaluate(POLICY_HOLDS) is None
        tab.close()


#: Clicks a link to a script, and puts a script, a frame and a picture from elsewhere into the page.
POLICY_HOLDS: Final = """async () => {
  const box = document.querySelector('main');
  const link = Object.assign(document.createElement('a'), {href: 'javascript:window.ran=11'});
  box.append(link);
  link.click();
  box.insertAdjacentHTML('beforeend', '<img src="https://a.example/" onerror="window.ran=12">' +
    '<iframe srcdoc="<script>parent.ran=13</' + 'script>"></iframe>');
  box.append(Object.assign(document.createElement('script'), {text: 'window.ran=14'}));
  await new Promise(done => setTimeout(done, 200));
  return window.ran;
}"""


def check_apart(tab: Page, base: str, said: list[str]) -> None:
    """Open the page of the attacks: it stays as it is, and all that can be drawn is drawn."""
    tab.on("request", lambda one: None if one.url.startswith(base) else said.append(one.url))
    tab.goto(f"{base}/archives/{ATTACKED}.html")
    tab.wait_for_selector("html.s-drawn")
    tab.evaluate(
        "document.querySelectorAll('.s-body a').forEach(a => a.protocol > 'i' && "
        "a.protocol < 'k' && a.click())"
    )
    assert tab.evaluate("window.ran") is None
    assert tab.url == f"{base}/archives/{ATTACKED}.html"
    failed = tab.locator(".s-body mjx-merror").all_inner_texts()
    assert len(failed) == 5, failed
    links = tab.locator(".s-body mjx-container [href]").evaluate_all("all => all.map(e => e.href)")
    assert links == ["https://kexue.fm/"]
    odd = tab.locator(".s-body *").evaluate_all(
        "all => all.filter(e => getComputedStyle(e).position === 'fixed' || e.id === 's-main' ||"
        " e.matches('.s-skip, script, style, svg, iframe, meta, base, link')).map(e => e.outerHTML)"
    )
    assert odd == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 800
    top = tab.evaluate("document.elementFromPoint(100, 40).closest('.s-header') !== null")
    assert top, "a formula lies over the head of the page"


def test_a_link_leads_to_the_article_on_the_disk(tab: Page) -> None:
    open_page(tab, "archives/11120.html")
    tab.locator('.s-body a[href$=".html"]').first.click()
    tab.wait_for_url("**/archives/*.html")
    assert tab.locator("h1").count() == 1


def test_a_difference_is_opened(tab: Page) -> None:
    open_page(tab, "archives/6583.html")
    tab.get_by_role("link", name="2 个版本").click()
    tab.wait_for_url("**/versions/6583.html")
    assert tab.locator(".s-diff ins").all_inner_texts() == ["后记"]


# --- Search ---------------------------------------------------------------------------------------


def queries(archive: Path) -> list[str]:
    """Those above, and pieces of the texts, also where a term begins in another one."""
    with closing(open_for_reading(archive)) as db:
        texts = [text for (text,) in db.execute("SELECT body_text FROM articles") if text]
    chance = random.Random(1)
    pieces = []
    for length in (1, 2, 2, 3, 5) * 8:
        text = chance.choice(texts)
        start = chance.randrange(max(len(text) - length, 1))
        pieces.append(text[start : start + length])
    pairs = [f"{one} {other}" for one, other in zip(pieces[:12], pieces[12:24], strict=True)]
    return [*QUERIES, *pieces, *pairs]


def test_the_search_finds_what_the_archive_finds(tab: Page, archive: Path) -> None:
    """Exactly the same articles; where no term is too frequent, in the same order.

    Before the texts are there it finds nothing.
    """
    open_page(tab, "search.html")
    early = "KexueSearch.open('').then(() => KexueSearch.search('熵', {}, 3).total)"
    assert tab.evaluate(early) == 0
    open_page(tab, "search.html?q=熵")
    tab.wait_for_selector("#s-results mark")
    asked = queries(archive)
    found = tab.evaluate("all => all.map(one => KexueSearch.search(one, {}, 3))", asked)
    with closing(open_for_reading(archive)) as db:
        for query, got in zip(asked, found, strict=True):
            expected = [hit.id for hit in search(db.conn, query, limit=None).hits]
            assert (query, sorted(got["ids"])) == (query, sorted(expected))
            assert got["ids"][:1] == expected[:1] or len(expected) > 40, query
        hit = search(db.conn, "编码").hits[0]
        marks = "".join(f"[{text}]" if is_hit else text for text, is_hit in
                        tab.evaluate("KexueSearch.search('编码', {}, 1).hits[0].text"))  # fmt: skip
        assert marks == hit.text.marked("[", "]")
        for filters in (Filters(year=2019), Filters(category="数学研究"), Filters(tag="GAN")):
            expected = [hit.id for hit in search(db.conn, "的", filters, None).hits]
            given = {
                "year": str(filters.year or ""), "category": filters.category, "tag": filters.tag,
            }  # fmt: skip
            got = tab.evaluate("given => KexueSearch.search('的', given, 1)", given)
            assert sorted(got["ids"]) == sorted(expected) != []


def test_a_search_is_typed(tab: Page) -> None:
    """From any page, with the key of the search; results are marked and can be narrowed."""
    open_page(tab, "index.html")
    tab.keyboard.press("/")
    tab.keyboard.type("编码")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#s-results mark")
    everything = tab.locator("#s-results li").count()
    assert f"找到 {everything} 篇" in tab.locator("#s-status").inner_text()
    year = tab.locator("#s-results .s-meta").first.inner_text()[:4]
    tab.select_option("#s-year", year)
    tab.wait_for_selector(f"#s-results:not(:has(li:nth-child({everything})))")
    assert f"year={year}" in tab.url
    tab.locator("#s-q").focus()
    tab.keyboard.press("ArrowDown")
    first = tab.locator("#s-results a").first
    assert first.evaluate("link => link === document.activeElement")
    tab.keyboard.press("ArrowUp")
    assert tab.evaluate("document.activeElement.id") == "s-q"


# --- Comforts -------------------------------------------------------------------------------------


def test_what_was_read_is_remembered(tab: Page) -> None:
    open_page(tab, "archives/6583.html")
    tab.get_by_role("button", name="标为已读").click()
    assert tab.locator(".s-progress").first.inner_text().startswith("已读 1 / 1")
    tab.goto("newest.html")
    assert tab.locator(".s-read").count() == 1


def test_readers_find_where_to_go_on(tab: Page) -> None:
    """A series of which a part is read, on the start page; lists without what is read."""
    open_page(tab, "archives/7006.html")
    tab.get_by_role("button", name="标为已读").click()
    tab.goto("index.html")
    resume = tab.locator(".s-resume li")
    resume.wait_for()
    assert resume.inner_text().split("\n")[0].startswith("最小熵原理(六):还有一篇")
    assert "系列“最小熵原理”已读 1 / 2" in resume.inner_text()
    assert resume.locator("a").get_attribute("href") == "archives/20009.html"
    tab.goto("series.html")
    assert "已读 1 / 2，接着读：最小熵原理(六)" in tab.locator("main").inner_text()
    tab.goto("newest.html")
    everything = tab.locator("main > ol > li:visible").count()
    tab.get_by_role("button", name="只看未读").click()
    assert tab.locator("main > ol > li:visible").count() == everything - 1


def test_a_reader_comes_back_to_the_place_left(tab: Page) -> None:
    open_page(tab, "archives/6583.html")
    tab.evaluate("scrollTo(0, document.querySelector('.s-body').scrollHeight / 2)")
    tab.wait_for_function("() => localStorage.getItem('kexue-begun')")
    left = tab.evaluate("scrollY")
    tab.goto("index.html")
    tab.locator(".s-resume a").click()
    tab.wait_for_selector("html.s-drawn")
    tab.get_by_role("button", name="回到上次读到的地方").click()
    assert abs(tab.evaluate("scrollY") - left) < 100
    assert tab.locator(".s-back").count() == 0


#: Storage that is refused, as where a browser keeps no data of pages, and that is not there.
OFF: Final = (
    "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }});",
    "Object.defineProperty(window, 'localStorage', {value: null});",
)


@pytest.mark.parametrize("off", OFF, ids=["refused", "absent"])
def test_without_storage_nothing_is_remembered_and_nothing_breaks(tab: Page, off: str) -> None:
    tab.add_init_script(off)
    open_page(tab, "archives/20009.html")  # MathJax complains where there is no storage
    assert tab.locator("#s-mark:visible").count() == 0
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.wait_for_timeout(500)
    tab.goto("index.html")
    assert tab.locator(".s-resume:visible, .s-read").count() == 0
    tab.get_by_role("button", name="深色").click()
    tab.goto("search.html?q=熵")
    tab.wait_for_selector("#s-results mark")


def test_a_list_loads_mathjax_when_a_formula_is_seen(tab: Page) -> None:
    """And the search never does: it shows what was typed."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    tab.goto("search.html?q=熵")
    tab.wait_for_selector("#s-results mark")
    tab.goto("newest.html")
    tab.wait_for_load_state()
    assert "tex-chtml.js" not in asked
    tab.locator(".s-latex").first.scroll_into_view_if_needed()
    tab.wait_for_selector("html.s-drawn .s-latex mjx-container")
    assert "tex-chtml.js" in asked


def test_colours_are_switched_and_remembered(tab: Page) -> None:
    open_page(tab, "index.html")
    before = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.get_by_role("button", name="深色").click()
    tab.goto("series.html")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != before


@pytest.mark.parametrize("name", [f"archives/{COMMENTED}.html", "search.html?q=熵", "state.html"])
def test_letters_of_twice_the_size_stay_on_a_phone(tab: Page, name: str) -> None:
    tab.set_viewport_size({"width": 320, "height": 800})
    open_page(tab, name)
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    tab.wait_for_timeout(300)  # formulas are measured again
    assert tab.evaluate("document.documentElement.scrollWidth") == 320


def test_without_javascript_the_pages_are_there(browser: Browser, archive: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((archive.parent / "site" / "index.html").as_uri())
    page.get_by_role("link", name="全部", exact=True).click()
    page.locator("main a").first.click()
    assert page.locator("h1").count() == 1
    page.get_by_role("link", name="原文").wait_for()
    assert site.CANONICAL_BASE in (
        page.get_by_role("link", name="原文").get_attribute("href") or ""
    )
    context.close()


#: One of each kind: articles with code, versions and comments, a difference, a search, lists.
PAGES: Final = (
    *("archives/11120.html", "archives/6583.html", f"archives/{COMMENTED}.html#s-comment-9"),
    *("versions/6583.html", "search.html?q=熵"),
    *("index.html", "newest.html", "changes.html", "tags.html", "series.html", "state.html"),
)
#: The colours that an author has given to words stay as they are.
AXE: Final = """axe.run(
  {exclude: [['.s-body [color]'], ['.s-body [style]']]},
  {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}
).then(result => result.violations)"""


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_serious(
    browser: Browser, archive: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    """On each kind of page: contrast, names, order, places to touch of 24 pixels at least."""
    try:
        package = distribution("axe-playwright-python")
    except PackageNotFoundError:
        pytest.skip("no axe: pip install -e '.[browser]' (axe-playwright-python)")
    axe = Path(str(package.locate_file("axe_playwright_python/axe.min.js"))).read_text("utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{(archive.parent / 'site').as_uri()}/{name}")
        page.wait_for_timeout(300)
        if name.startswith("search"):
            page.wait_for_selector("#s-results mark")
        page.evaluate(axe)
        found = page.evaluate(AXE)
        serious = [
            (one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"])
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]
        assert serious == [], name
    context.close()

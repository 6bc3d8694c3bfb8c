"""A page of the site on paper, and formulas that are wide or drawn late, in a browser.

``make browser-test`` runs these; whoever has no browser gets a skip that says what is missing.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from chromium import browser_path, open_browser, without_complaints
from conftest import ROOT
from test_real_pages import ARTICLES, extracted, needs_pages
from test_site_browser import article_of

from archiver.demo.posts import load_posts
from archiver.reading.exports.job import Job
from archiver.reading.exports.site_folder import write_site
from archiver.store.articles import save_article
from archiver.store.sqlite import close_archive, open_archive

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DAY: Final = "2026-11-01T03:00:00+00:00"
#: Pixels of CSS: the width of A4 without the margins of site.css, and that of a phone.
PAPER, PHONE = 627, 390
#: Articles with what is wider than a page, and with many numbered formulas.
WIDE: Final = 1
LONG: Final = 2
NUMBERED: Final = 60
BODIES: Final = {
    WIDE: r"<p>设$p$，（$q$）。$$a$$<br/>乙</p>"
    f"<p>\\[{'x+' * 100}x\\] 行内${'y+' * 100}y$，尾</p>"
    rf"<blockquote><ul><li>$${'z+' * 100}z\tag{{9}}$$</li></ul></blockquote>"
    f"<table><tr>{'<td>$x+y+z$</td>' * 20}</tr></table>"
    f"<table><tr>{'<td>很宽的一格word</td>' * 20}</tr></table><pre>{'b' * 300}</pre>"
    f"<details><summary>解</summary>行内${'w+' * 100}w$</details>"
    '<p><a href="https://kexue.fm/archives/2">此文</a><a href="https://example.org/a">外文</a>'
    '<a href="http://example.org/%E4%B8%AD/">example.org/中</a></p>',
    LONG: "".join(
        rf"<h3>第{n}节</h3><p>行内${'y+' * (60 if n % 9 == 0 else 1)}y_{{{n}}}$ 有</p>"
        rf"<p>$$\frac{{x}}{{{n}}}{'+x' * (60 if n % 9 == 4 else 1)}\tag{{No.{n}}}$$</p>"
        for n in range(1, NUMBERED + 1)
    )
    + "<p>全文完</p>",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site. One of its pages draws formulas late, as one with thousands does."""
    folder = tmp_path_factory.mktemp("site")
    db = open_archive(folder / "kexue.db")
    for number, html in BODIES.items():
        save_article(db, article_of(number, f"题 {number}", html, load_posts()[0]), DAY)
    write_site(Job(db, folder / "site"))
    close_archive(db)
    page = folder / "site" / "archives" / f"{LONG}.html"
    text = page.read_text("utf-8")
    assert f'data-formulas="{2 * NUMBERED}"' in text
    page.write_text(text.replace(f'data-formulas="{2 * NUMBERED}"', 'data-formulas="20000"'))
    return folder / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser, site: Path) -> Iterator[Page]:
    page = browser.new_page(
        base_url=f"{site.as_uri()}/archives/", viewport={"width": PHONE, "height": 800}
    )
    with without_complaints(page):
        yield page


def open_article(tab: Page, number: int) -> None:
    tab.goto(f"{number}.html")
    tab.wait_for_selector("html.s-drawn")


def width(tab: Page) -> int:
    """What the page takes, with all that juts out of it."""
    return int(tab.evaluate("document.documentElement.scrollWidth"))


# --- On a screen ----------------------------------------------------------------------------------


def test_a_formula_keeps_its_place_in_the_line(tab: Page) -> None:
    """A space to Chinese, its marks beside it, no empty line behind one that stands alone."""
    open_article(tab, WIDE)
    assert tab.locator(".s-after-han:not(.s-before-han)").count() >= 1
    kept = tab.locator(".s-unbroken").evaluate_all(
        "all => all.map(one => one.firstChild.data + '·' + one.lastChild.data)"
    )
    assert kept[1] == "（·）。"
    assert tab.locator(".s-body br").evaluate_all("all => all.map(one => one.hidden)") == [True]
    assert tab.locator(".s-body p").first.evaluate("p => p.textContent.endsWith('乙')")


def test_formulas_that_are_drawn_late_move_by_themselves(tab: Page) -> None:
    """The page stays as wide as the screen, at any place of it and after it was turned."""
    open_article(tab, LONG)
    assert tab.locator("mjx-lazy").count() > NUMBERED
    for part in (1, 2, 3, 4):
        tab.evaluate(f"scrollTo(0, document.body.scrollHeight * {part} / 4)")
        tab.wait_for_timeout(150)
        assert width(tab) == PHONE
    assert tab.locator("mjx-container.s-wide-formula[tabindex='0']").count() >= 1
    assert tab.locator("mjx-container[width=full][tabindex='0']").count() >= 1
    tab.set_viewport_size({"width": 320, "height": 500})
    tab.wait_for_timeout(400)
    assert width(tab) == 320


def test_a_formula_that_was_hidden_moves_by_itself(tab: Page) -> None:
    open_article(tab, WIDE)
    assert width(tab) == PHONE
    tab.locator("summary").click()
    tab.wait_for_selector("details .s-wide-formula")
    assert width(tab) == PHONE


# --- On paper -------------------------------------------------------------------------------------


def test_what_is_wide_fits_the_paper(tab: Page) -> None:
    """As a browser lays out A4: also formulas that nobody has scrolled to."""
    for number in BODIES:
        open_article(tab, number)
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        tab.wait_for_selector("mjx-lazy", state="detached")
        tab.set_viewport_size({"width": PAPER, "height": 900})
        tab.emulate_media(media="print")
        tab.wait_for_timeout(300)  # formulas are fitted a moment after the width has changed
        assert width(tab) == PAPER
        assert tab.locator("mjx-merror").count() == 0
        sizes = tab.locator("mjx-container[display]").evaluate_all(
            "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert min(sizes) < 10 < 15 < max(sizes)
        tab.emulate_media(media="screen")
        tab.set_viewport_size({"width": PHONE, "height": 800})


def test_links_lead_to_the_blog_while_it_is_printed(tab: Page) -> None:
    """On paper their addresses are told, but where the text tells them; files are not named."""
    open_article(tab, WIDE)
    links = tab.locator(".s-body a")
    get = "all => all.map(one => one.getAttribute('href'))"
    tell = "all => all.map(one => getComputedStyle(one, '::after').content)"
    before = links.evaluate_all(get)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert links.evaluate_all(get) == ["https://kexue.fm/archives/2", *before[1:]]
    tab.emulate_media(media="print")
    told = links.evaluate_all(tell)
    assert ["example.org" in told[1], "archives/2" in told[0], told[2]] == [True, True, "none"]
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert links.evaluate_all(get) == before == ["2.html", *before[1:]]


@pytest.mark.parametrize("chosen", ["", "dark"])
def test_paper_is_light(browser: Browser, site: Path, chosen: str) -> None:
    """Also where the system or the reader wants a dark screen."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{site.as_uri()}/archives/{WIDE}.html")
    page.evaluate(f"document.documentElement.dataset.theme = '{chosen}'")
    colours = (
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert page.evaluate(colours)[0] == "rgb(22, 24, 29)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    context.close()


def recipe() -> list[str]:
    """The command of docs/exports.md that prints an article."""
    page = (ROOT / "docs" / "exports.md").read_text("utf-8")
    (section,) = re.findall(r"^## PDF\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    (command,) = re.findall(r"^\$ (chromium .*)$", section, re.MULTILINE)
    return shlex.split(command)


def test_the_recipe_prints_an_article_whole(site: Path, tmp_path: Path) -> None:
    """All formulas and the text, on A4; nothing of the navigation, no link to a file."""
    pypdf = pytest.importorskip("pypdf", reason="no pypdf: pip install -e '.[browser]'")
    _, *words = recipe()
    *flags, address = words
    target = tmp_path / "a.pdf"
    flags = [f"--print-to-pdf={target}" if "--print-to-pdf" in flag else flag for flag in flags]
    query = address.partition("?")[2]
    command = [browser_path(), "--no-sandbox", *flags]  # a container's root has no other way
    page = f"{site.as_uri()}/archives/{LONG}.html?{query}"
    subprocess.run([*command, page], check=True, capture_output=True, timeout=120)
    pages = pypdf.PdfReader(target).pages
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]
    text = "\n".join(page.extract_text() for page in pages)
    # With some fonts Chromium writes radicals in the place of the letters that look the same.
    said = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    assert [n for n in range(1, NUMBERED + 1) if f"(No.{n})" not in said] == []
    assert "全文完" in said
    assert f"{len(pages)}/{len(pages)}" in said
    assert not re.search(r"\\frac|\$|最多人读|file:", said)
    targets = [str(target) for page in pages for target in addresses(page)]
    assert targets
    assert [one for one in targets if not one.startswith("https://")] == []


def addresses(page: Any) -> Iterator[str]:
    """Where the links of a page of a PDF lead."""
    for link in page.get("/Annots") or ():
        action = link.get_object().get("/A")
        if action and "/URI" in action:
            yield action["/URI"]


# --- Real articles --------------------------------------------------------------------------------


@needs_pages
@pytest.mark.real
def test_every_formula_of_real_articles_is_drawn(browser: Browser, tmp_path: Path) -> None:
    """As many as MathJax 2.7 finds (test_browser.py), without an error; no page is too wide."""
    db = open_archive(tmp_path / "kexue.db")
    counts = {}
    for number in map(int, ARTICLES):
        item = extracted(str(number))
        counts[number] = item["formula_count"]
        article = article_of(number, item["title"], item["body_html"], load_posts()[0])
        save_article(db, article, DAY)
    write_site(Job(db, tmp_path / "site"))
    close_archive(db)
    for size in (PHONE, 320):
        page = browser.new_page(viewport={"width": size, "height": 800})
        with without_complaints(page):
            for number, count in counts.items():
                page.goto((tmp_path / "site" / "archives" / f"{number}.html").as_uri())
                if count:
                    page.wait_for_selector("html.s-drawn")
                drawn = page.locator(".s-body mjx-container").count()
                assert (number, drawn, width(page)) == (number, count, size)
                assert page.locator("mjx-merror, [data-mjx-error]").all_inner_texts() == []
                assert "???" not in page.locator("main").inner_text()

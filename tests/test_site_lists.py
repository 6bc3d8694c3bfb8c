"""The lists of a site: pages of long ones, ways between them, series, the state of the archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from archived import DAY1, DAY2, a_protected, an_article
from lxml.html import HtmlElement
from sqlite_utils import Database

from archiver.items import Picture
from archiver.reading.exports.job import Job
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.site import list_pages, site_writer
from archiver.reading.exports.site.page_templates import has_title_formulas
from archiver.reading.exports.site_folder import write_site
from archiver.store.articles import save_article
from archiver.store.run_records import start_run
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.tombstones import mark_gone
from archiver.tree.document import parse_tree, text_content


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven articles of two years, in one series of which a part is missing."""
    path = tmp_path_factory.mktemp("archive") / "kexue.db"
    db = open_archive(path)
    start_run(db, "full", DAY1)
    for number in range(1, 7):
        day = f"202{number % 2}-01-0{number}"
        save_article(db, an_article(number, title=f"题{number}", published=day, links=[]), DAY1)
    picture = Picture("https://kexue.fm/usr/uploads/a.png", "", None)
    save_article(db, an_article(7, title="$x$ 与", pictures=[picture], links=[]), DAY1)
    save_article(db, a_protected(8), DAY1)
    mark_gone(db, 2, DAY2)
    fill_series(db)
    close_archive(db)
    return path


def fill_series(db: Database) -> None:
    db.table("series").insert({"id": 1, "name": "甲", "parts": 3, "missing": "[3]"})
    for place, article in enumerate((4, 1, 5)):
        row = {"series_id": 1, "article_id": article, "number": place + 1, "position": place}
        db.table("series_articles").insert(row)


@pytest.fixture(scope="module")
def site(archive: Path) -> Path:
    """The site with two articles on a page; tests only look at it."""
    folder = archive.parent / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_writer, "mathjax_files", lambda _folder: [])
        patch.setattr(list_pages, "PAGE", 2)
        export(archive, folder, Selection())
    return folder


def export(archive: Path, folder: Path, selection: Selection) -> None:
    db = open_archive(archive)
    write_site(Job(db, folder, selection))
    close_archive(db)


def page(site: Path, name: str) -> HtmlElement:
    return parse_tree((site / name).read_text("utf-8"))


def listed(top: HtmlElement) -> list[int]:
    return [int(item) for item in top.xpath("//main/ol/li/@data-article")]


# --- Long lists -----------------------------------------------------------------------------------


def test_a_long_list_has_pages(site: Path) -> None:
    """Every article once, in the order of the list; each page leads to all others."""
    names = ["newest.html", "newest-2.html", "newest-3.html", "newest-4.html"]
    pages = [page(site, name) for name in names]
    assert [listed(top) for top in pages] == [[7, 5], [3, 1], [6, 4], [2, 8]]
    first, *_, last = (top.xpath("//nav[@class='s-pager']")[0] for top in pages)
    assert first.xpath(".//a[not(@rel)]/@href") == names
    assert first.xpath(".//a[@aria-current]/@href") == names[:1]
    assert first.xpath(".//a[@rel]/@href") == names[1:2]
    assert last.xpath(".//a[@rel='prev']/@href") == names[2:3]
    assert "8 篇" in text_content(pages[3].find(".//h1"))
    assert text_content(pages[3].find(".//title")).startswith("全部文章（第 4 页）")


def test_a_short_list_has_no_pager(site: Path) -> None:
    assert page(site, "most-cited.html").xpath("//nav[@class='s-pager']") == []


def test_pages_of_a_group_lead_up_and_on(site: Path) -> None:
    """To the list of the groups, to the other years, and to the pages of the year."""
    top = page(site, "years/2020-2.html")
    assert top.xpath("//nav[@class='s-crumbs']//a/@href") == ["../index.html", "../years.html"]
    assert top.xpath("//nav[@class='s-neighbours']/a/@href") == [
        "../years/unknown.html",
        "../years/2021.html",
    ]
    pager = top.xpath("(//nav[@class='s-pager'])[1]//a[not(@rel)]/@href")
    assert pager == ["../years/2020.html", "../years/2020-2.html"]


def test_a_page_is_marked_where_it_is(site: Path) -> None:
    for name in ("newest.html", "series.html", "state.html", "changes.html", "tags.html"):
        here = page(site, name).xpath("//header//a[@aria-current='page']/@href")
        assert here == [name]


def test_formulas_of_titles_are_drawn_when_they_are_seen(site: Path) -> None:
    """A list loads MathJax only then; its titles say that they need it."""
    top = page(site, "newest.html")
    assert top.xpath("//li[@data-article='7']//span[contains(@class, 's-latex')]") != []
    assert top.xpath("//li[@data-article='5']//span[contains(@class, 's-latex')]") == []
    for name in ("newest.html", "index.html", "search.html", "changes.html"):
        assert page(site, name).xpath("//script[contains(@src, 'mathjax')]") == [], name


@pytest.mark.parametrize(
    ("title", "has_formulas"),
    [
        ("$x$ 与", True), (r"\(x\)", True), (r"\begin{equation}x\end{equation}", True),
        ("$$x$$", True), (r"见\eqref{a}", True), ("电子书降到$9.99", False), ("标题", False),
        (r"\LaTeX版", False), (r"\$5 与 \$6", False),
    ],
)  # fmt: skip
def test_a_single_dollar_in_a_title_is_no_formula(title: str, has_formulas: bool) -> None:
    assert has_title_formulas(title) is has_formulas


# --- Series ---------------------------------------------------------------------------------------


def test_a_series_is_there_in_order(site: Path) -> None:
    """On its page, and for the start page, which tells where to go on."""
    parts = page(site, "series.html").xpath("//ol[@class='s-parts']/li/@data-article")
    assert parts == ["4", "1", "5"]
    script = (site / "search/series.js").read_text("utf-8")
    known = json.loads(script[script.index("(") + 1 : script.rindex(")")])
    assert known == [[1, "甲", [[4, "题4"], [1, "题1"], [5, "题5"]]]]
    assert page(site, "index.html").xpath("//li[@data-parts]/@data-parts") == ["4 1 5"]


def test_a_part_of_a_series_goes_on_with_what_is_there(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_writer, "mathjax_files", lambda _folder: [])
    export(archive, tmp_path / "site", Selection(ids=(4, 5)))
    script = (tmp_path / "site/search/series.js").read_text("utf-8")
    assert script == 'KexueSearch.series([[1,"甲",[[4,"题4"],[5,"题5"]]]]);\n'


# --- The state of the archive ---------------------------------------------------------------------


def test_the_state_names_what_is_not_there(site: Path) -> None:
    top = page(site, "state.html")
    assert "图片：0 张在存档中，1 张不在" in text_content(top.find(".//main"))
    assert top.xpath("//main//ul[@class='s-list']/li/@data-article") == ["2", "8"]

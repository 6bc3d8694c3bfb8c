"""The pages of an exported site: what they say, what they lead to, what they never load."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from archived import DAY1, DAY2, DAY3, a_protected, an_article
from lxml.html import HtmlElement
from markupsafe import escape
from sqlite_utils import Database

from archiver.items import Link, Picture, Status
from archiver.reading.exports import site_folder
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.manifest import MANIFEST
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.site import site_writer
from archiver.reading.exports.site.reader_curve import HEIGHT, WIDTH, curve_of
from archiver.reading.exports.site.version_pages import diff_html
from archiver.reading.exports.site_folder import write_site
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.run_records import start_run
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.stored_files import FileFolder, note_file
from archiver.tree.document import parse_tree, text_content

#: Attributes by which a page loads something.
LOADING = ("src", "srcset", "data", "poster", "background", "formaction", "ping", "manifest")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def export(db: Database, folder: Path, **options: Any) -> Outcome:
    return write_site(Job(db, folder, **options))


def page(folder: Path, name: str) -> HtmlElement:
    return parse_tree((folder / name).read_text("utf-8"))


def text(folder: Path, name: str) -> str:
    (main,) = page(folder, name).iter("main")
    return " ".join(text_content(main).split())


def pages(folder: Path) -> Iterator[tuple[Path, HtmlElement]]:
    for path in sorted(folder.rglob("*.html")):
        yield path, parse_tree(path.read_text("utf-8"))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the sixty files of MathJax out, which take longest to write."""
    monkeypatch.setattr(site_writer, "mathjax_files", lambda _folder: [])


@pytest.fixture
def archive(db: Database) -> Database:
    fill(db)
    return db


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the archive, with a failure; tests only look at it."""
    folder = tmp_path_factory.mktemp("site")
    db = open_archive(folder / "kexue.db")
    fill(db)
    failure = {"url": "https://kexue.fm/archives/9", "article_id": 9, "first_seen": DAY1}
    db.table("failures").insert({**failure, "last_seen": DAY2, "tries": 1, "reason": "HTTP 500"})
    export(db, folder / "site")
    close_archive(db)
    return folder / "site"


def fill(db: Database) -> None:
    """Four articles, of which one has a second version, one is gone and one is protected."""
    start_run(db, "full", DAY1)
    save_article(db, an_article(1, title="甲(一)", published="2020-01-01"), DAY1)
    link = [Link("https://kexue.fm/archives/1", "甲", 1)]
    cites = '<p><a href="https://kexue.fm/archives/1">甲</a> <script>x</p>'
    save_article(db, an_article(2, title="乙<b>", body_html=cites, links=link), DAY1)
    save_article(db, an_article(2, title="乙<b>", links=link, readers=150), DAY3)
    save_article(db, a_protected(3), DAY1)
    save_article(db, an_article(4, title="丁", status=Status.GONE, category=None, tags=[]), DAY2)
    db.execute("UPDATE articles SET status = 'gone', gone_at = ? WHERE id = 4", [DAY3])
    db.table("series").insert({"id": 1, "name": "甲", "parts": 2, "missing": "[2]"})
    for place, article in enumerate((1, 2)):
        row = {"series_id": 1, "article_id": article, "number": place * 2 + 1, "position": place}
        db.table("series_articles").insert(row)


# --- What a page says -----------------------------------------------------------------------------


def test_an_article_says_what_is_known_of_it(site: Path) -> None:
    said = text(site, "archives/2.html")
    for part in (
        "乙<b>", "苏剑林", "2022-01-18", "信息时代", "150 读者", "损失", "系列：甲",
        "存档中缺少第 2 篇", "上一篇 甲(一)", "2026-11-01：100 → 2026-11-03：150",
        "@online{kexuefm-2,", "CC BY-NC-ND 2.5 CN", "2 个版本",
    ):  # fmt: skip
        assert part.replace(" ", "") in said.replace(" ", ""), part
    assert "被这些文章引用" in text(site, "archives/1.html")
    (title,) = page(site, "archives/2.html").iter("title")
    assert title.text == "乙<b> · 科学空间存档"


def test_what_is_gone_or_protected_says_so(site: Path) -> None:
    assert "已从博客上消失（2026-11-03 03:00 UTC 发现）" in text(site, "archives/4.html")
    assert "现在需要密码。存档中没有它的正文。" in text(site, "archives/3.html")


def test_versions_are_compared(site: Path) -> None:
    top = page(site, "versions/2.html")
    assert [row.text for row in top.iter("ins")] != []
    assert [row.text for row in top.iter("del")] != []
    assert not (site / "versions/1.html").exists()


def test_a_difference_is_escaped() -> None:
    assert diff_html("a <b> c", "a <i> c\ufdd0") == "a &lt;<del>b</del><ins>i</ins>&gt; c"
    assert diff_html("a\n", "a") == ""


def test_the_state_of_the_archive(site: Path) -> None:
    said = text(site, "state.html")
    assert "存档有缺" in said
    assert "https://kexue.fm/archives/9：HTTP 500（2026-11-02 03:00 UTC）" in said
    assert "公开 2，加密 1，已从博客消失 1" in said
    assert "完整" in said.partition("最近的抓取")[2]  # runs.mode is "full"


def test_a_curve_keeps_its_ends_inside_its_frame() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    curve = curve_of([(start + timedelta(days=day), day * day) for day in range(1000)])
    points = [tuple(map(float, point.split(","))) for point in curve.points.split()]
    assert (curve.first, curve.last, curve.last_day) == (0, 999**2, "2028-09-26")
    assert len(points) < 100
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    flat = curve_of([(start, 7), (start, 7)])
    assert flat.points == "3.0,37.0 3.0,37.0"


# --- What a page leads to and loads ---------------------------------------------------------------


def test_every_local_address_leads_to_a_file(site: Path) -> None:
    for path, top in pages(site):
        ids = {element.get("id") for element in top.iter() if isinstance(element.tag, str)}
        for element in top.iter("a", "link", "script", "form"):
            address = urlsplit(
                element.get("href") or element.get("src") or element.get("action") or "#"
            )
            if address.scheme:
                assert element.tag == "a", f"{path.name} loads {address.geturl()}"
            elif address.path:
                assert (path.parent / unquote(address.path)).is_file(), address.geturl()
            elif address.fragment:
                assert unquote(address.fragment) in ids, address.geturl()


def test_nothing_foreign_is_loaded_and_nothing_runs(site: Path) -> None:
    for path, top in pages(site):
        policy = top.find("head/meta[@http-equiv]")
        assert policy is not None
        assert policy.get("content", "").startswith("default-src 'none'; script-src 'self' file:;")
        for element in top.iter():
            if not isinstance(element.tag, str):
                continue
            assert not any(str(name).startswith("on") for name in element.attrib), path
            for name in LOADING:
                assert "//" not in element.get(name, ""), path
            if element.tag == "script":
                assert not element.text, f"{path} has a script in it"
    css = "".join(file.read_text("utf-8") for file in site.glob("assets/*.css"))
    assert not re.search(r"url\(|@import", css)


def test_names_are_short_and_legal_on_any_disk(site: Path) -> None:
    """Windows takes 260 characters in all, and no letter case; all names are as they are linked."""
    names = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    assert max(map(len, names)) <= 80
    assert len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(r"[-.\w/]+", name, re.ASCII) for name in names)


def test_ids_are_unique(site: Path) -> None:
    for path, top in pages(site):
        found = [e.get("id") for e in top.iter() if isinstance(e.tag, str) and e.get("id")]
        assert len(found) == len(set(found)), path


# --- Odd articles ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    "title", ["</script><script>alert(1)</script>", "]]>", "……", " ", "\u202eRTL שלום", "\"a'&amp;"]
)
def test_an_odd_title_is_a_title(db: Database, folder: Path, title: str) -> None:
    save_article(db, an_article(7, title=title, links=[], tags=[title or "x"]), DAY1)
    export(db, folder)
    (heading,) = page(folder, "archives/7.html").iter("h1")
    assert heading.text == (title if title.strip() else "（无题）")
    assert str(escape(title)).strip() in (folder / "index.html").read_text("utf-8")
    script = (folder / "search/articles.js").read_text("utf-8")
    assert json.loads(script[script.index("(") + 1 : script.rindex(")")])["articles"][0][1] == title


@pytest.mark.usefixtures("few")
def test_an_empty_archive_is_a_good_page(db: Database, folder: Path) -> None:
    export(db, folder)
    assert "存档里还没有文章" in text(folder, "index.html")
    assert "还没有一次完整的抓取成功" in text(folder, "state.html")


# --- Pictures -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
def test_pictures_of_the_archive_are_in_the_folder(
    db: Database, folder: Path, tmp_path: Path
) -> None:
    """Once each; one that is lost, or is no picture, stays an address."""
    data = tmp_path / "data"
    (data / "demo-files").mkdir(parents=True)
    stored = FileFolder(data / "demo-files")
    urls = [f"https://kexue.fm/usr/uploads/{name}.png" for name in "abcd"]
    images = "".join(f'<img src="{url}" alt="">' for url in urls)
    for number in (7, 8):
        pictures = [Picture(url, "", None) for url in urls]
        article = an_article(number, body_html=images, pictures=pictures, links=[])
        save_article(db, article, DAY1)
    kinds = ("image/png", "image/png", "image/png", "text/html")
    for url, kind, content in zip(urls, kinds, (b"1", b"1", b"2", b"3"), strict=True):
        file = stored.store(content, "png", kind)
        note_file(db, file, url, DAY1)
        db.execute("UPDATE pictures SET sha256 = ? WHERE url = ?", [file.sha256, url])
        if content == b"2":
            (data / file.path).unlink()
    export(db, folder, data=data)
    copied = [path for path in folder.glob("files/*/*") if path.is_file()]
    assert [path.read_bytes() for path in copied] == [b"1"]
    shown = [picture.get("src") for picture in page(folder, "archives/8.html").iter("img")]
    assert shown == [f"../{copied[0].relative_to(folder).as_posix()}"] * 2
    assert text(folder, "archives/8.html").count("图片https://kexue.fm/usr/uploads/") == 2
    export(db, folder)
    assert not (folder / "files").exists()


@pytest.mark.usefixtures("few")
def test_what_is_linked_to_is_in_the_folder(db: Database, folder: Path, tmp_path: Path) -> None:
    """But for a picture that may hold scripts, which would run where it is opened by itself."""
    (tmp_path / "files").mkdir()
    urls = ("https://kexue.fm/usr/a.pdf", "https://kexue.fm/usr/b.svg")
    body = "".join(f'<a href="{url}">甲</a>' for url in urls)
    files = [Link(url, "甲", None) for url in urls]
    save_article(db, an_article(7, body_html=body, links=files), DAY1)
    for url, kind in zip(urls, ("application/pdf", "image/svg+xml"), strict=True):
        file = FileFolder(tmp_path / "files").store(kind.encode(), url[-3:], kind)
        note_file(db, file, url, DAY1)
        values = {"url": url, "status": "ok", "sha256": file.sha256, "asked_at": DAY1, "tries": 0}
        db.table("file_addresses").insert(values)
        db.execute("UPDATE links SET file_url = url WHERE url = ?", [url])
    export(db, folder, data=tmp_path)
    links = [link.get("href") or "" for link in page(folder, "archives/7.html").iter("a")]
    (copied,) = folder.glob("files/*/*")
    assert copied.read_bytes() == b"application/pdf"
    assert f"../{copied.relative_to(folder).as_posix()}" in links
    assert urls[1] in links


# --- The folder -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
def test_only_what_changed_is_rewritten(archive: Database, folder: Path) -> None:
    first = export(archive, folder)
    again = export(archive, folder)
    assert (again.written, again.unchanged, again.removed) == (0, first.written, 0)
    kept = (folder / "archives/3.html").stat().st_ino
    (folder / "mine.txt").write_text("我的")
    save_article(archive, an_article(2, title="乙", links=[], text="新的正文$x$"), DAY3)
    changed = export(archive, folder)
    assert 0 < changed.written < first.written
    assert (folder / "archives/3.html").stat().st_ino == kept
    assert (folder / "mine.txt").read_text() == "我的"
    listed = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {*listed, "mine.txt", MANIFEST}


@pytest.mark.usefixtures("few")
def test_a_part_of_the_archive_leads_to_the_blog_for_the_rest(
    archive: Database, folder: Path
) -> None:
    export(archive, folder)
    export(archive, folder, selection=Selection(ids=(1,)))
    assert not (folder / "archives/2.html").exists()
    links = {link.get("href") for link in page(folder, "archives/1.html").iter("a")}
    assert "https://kexue.fm/archives/2" in links
    assert all(not (link or "").endswith("/2.html") for link in links)


def test_what_is_not_installed_is_named(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_folder, "find_spec", lambda name: None if name == "jinja2" else name)
    monkeypatch.setattr(site_folder, "mathjax_folder", lambda: None)
    with pytest.raises(StoreError, match=r"needs Jinja2, django-static-mathjax, not .*\[site\]"):
        export(db, folder)
    assert not folder.exists()

"""``scrapy export epub``: what a book holds, its order, and what happens to one that is there."""

from __future__ import annotations

import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from archived import DAY1, DAY2, DAY3, a_protected, an_article
from lxml import etree
from sqlite_utils import Database

from archiver.commands.series_choice import one_series
from archiver.extraction.series.recognition import recognise
from archiver.items import Formula, Picture
from archiver.reading.exports import epub_file
from archiver.reading.exports.epub.mathjax_engine import MathJaxEngine
from archiver.reading.exports.epub_file import write_epub
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.selection import Selection
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.series_tables import links, save_series, titles
from archiver.store.stored_files import FileFolder, note_file
from archiver.store.tombstones import mark_gone

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formulas as their LaTeX: MathJax itself is tried in ``test_epub_formulas``."""

    def convert(_self: MathJaxEngine, formulas: list[Formula]) -> list[str | None]:
        return [
            None if "frac" in one.latex else f"<math><mtext>{len(one.latex)}</mtext></math>"
            for one in formulas
        ]

    monkeypatch.setattr(MathJaxEngine, "convert", convert)


@pytest.fixture
def archive(db: Database) -> Database:
    """A series of two parts, of which the later one was published first, and two others."""
    save_article(db, an_article(1, "一$x$", title="梯度（二）", published="2020-01-01"), DAY1)
    save_article(db, an_article(2, "二", title="梯度（一）", published="2021-01-01"), DAY1)
    save_article(db, an_article(3, "三", title="别的 $y^2$ & <b>", published="2021-05-01",
                                author="客人", category="数学研究"), DAY1)  # fmt: skip
    save_article(db, an_article(4, "四", title="旧的", published="2009-05-01"), DAY1)
    save_series(db, recognise(titles(db), links(db)))
    return db


def export(db: Database, folder: Path, **options: Any) -> Outcome:
    return write_epub(Job(db, options.pop("target", folder / "a.epub"), **options))


class Opened:
    """A book, read back."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as book:
            assert book.testzip() is None
            self.names = book.namelist()
            self.stored = [x.filename for x in book.infolist() if not x.compress_type]
            self.files = {name.removeprefix("EPUB/"): book.read(name) for name in self.names}
        self.package = etree.fromstring(self.files["package.opf"])

    def tree(self, name: str) -> etree._Element:
        return etree.fromstring(self.files[name])

    def text(self, name: str) -> str:
        return " ".join("".join(map(str, self.tree(name).itertext())).split())

    @property
    def chapters(self) -> list[str]:
        """The files of the spine behind title page and contents."""
        hrefs = {one.get("id"): one.get("href", "") for one in self.package.iter(f"{OPF}item")}
        spine = [hrefs[one.get("idref")] for one in self.package.iter(f"{OPF}itemref")]
        return [name for name in spine if name.startswith("chapters/")]

    def said(self, name: str) -> list[str]:
        return ["".join(map(str, one.itertext())) for one in self.package.iter(f"{DC}{name}")]


def opened(folder: Path) -> Opened:
    return Opened(folder / "a.epub")


# --- What is in it --------------------------------------------------------------------------------


def test_the_chapters_stand_by_day(archive: Database, tmp_path: Path) -> None:
    outcome = export(archive, tmp_path)
    assert (outcome.written, outcome.notes) == (1, ["4 articles, 2 formulas, 0 pictures"])
    book = opened(tmp_path)
    assert book.names[0] == "mimetype"
    assert book.stored == ["mimetype"]
    assert book.files["mimetype"] == b"application/epub+zip"
    assert book.chapters == [f"chapters/{n}.xhtml" for n in (4, 1, 2, 3)]
    contents = [
        ("".join(map(str, one.itertext())), one.get("href"))
        for one in book.tree("nav.xhtml").iter(f"{XHTML}a")
    ]
    assert contents == [
        ("科学空间", "title.xhtml"), ("系列", "series.xhtml"),
        ("2009 年", "chapters/4.xhtml"), ("旧的", "chapters/4.xhtml"),
        ("2020 年", "chapters/1.xhtml"), ("梯度（二）", "chapters/1.xhtml"),
        ("2021 年", "chapters/2.xhtml"), ("梯度（一）", "chapters/2.xhtml"),
        ("别的 $y^2$ & <b>", "chapters/3.xhtml"),
    ]  # fmt: skip
    assert [one.get("src") for one in book.tree("toc.ncx").iter("{*}content")] == [
        href for _, href in contents
    ]


def test_what_a_book_says_of_itself(archive: Database, tmp_path: Path) -> None:
    export(archive, tmp_path)
    book = opened(tmp_path)
    assert book.said("title") == ["科学空间"]
    assert book.said("creator") == ["苏剑林", "客人"]
    assert book.said("language") == ["zh-CN"]
    assert book.said("source") == ["https://kexue.fm"]
    assert book.said("rights") == ["CC BY-NC-ND 2.5 CN"]
    assert book.said("date") == [DAY1[:10]]
    with_formulas = [
        one.get("href")
        for one in book.package.iter(f"{OPF}item")
        if one.get("properties") == "mathml"
    ]
    assert sorted(map(str, with_formulas)) == ["chapters/1.xhtml", "chapters/3.xhtml"]
    assert "4 篇文章，2009-05-01 至 2021-05-01" in book.text("title.xhtml")


def test_a_chapter(archive: Database, tmp_path: Path) -> None:
    export(archive, tmp_path)
    book = opened(tmp_path)
    said = book.text("chapters/1.xhtml")
    assert "苏剑林 · 2020-01-01 · 信息时代 · 损失" in said
    assert "系列：梯度，上一篇 梯度（一）" in said
    assert "原文：https://kexue.fm/archives/1。许可：CC BY-NC-ND 2.5 CN" in said
    assert book.text("chapters/3.xhtml").startswith("别的 $y^2$ & <b> 别的 5 & <b> 客人")


def test_a_book_of_a_series_has_its_order(archive: Database, tmp_path: Path) -> None:
    export(archive, tmp_path, selection=Selection(series=one_series(archive.conn, "梯度")))
    book = opened(tmp_path)
    assert book.chapters == ["chapters/2.xhtml", "chapters/1.xhtml"]
    assert book.said("title") == ["科学空间：梯度"]
    assert "梯度（一）" in book.text("series.xhtml")


def test_a_series_that_is_none_is_named(archive: Database) -> None:
    with pytest.raises(StoreError, match="there is no series 梯度们; there is 梯度"):
        one_series(archive.conn, "梯度们")
    archive.execute("INSERT INTO series (id, name, parts, missing) VALUES (99, '梯度', 2, '[]')")
    with pytest.raises(StoreError, match=r"2 series are called 梯度; give an id: \d+ and 99"):
        one_series(archive.conn, "梯度")
    assert one_series(archive.conn, "99") == 99


def test_links_lead_to_chapters_that_are_in_the_book(db: Database, tmp_path: Path) -> None:
    body = "".join(
        f'<a href="https://kexue.fm/archives/{place}">甲</a>' for place in ("2", "2#b", "2#c", "3")
    )
    save_article(db, an_article(1, body_html=body), DAY1)
    save_article(db, an_article(2, body_html='<p id="b">乙</p>'), DAY1)
    export(db, tmp_path)
    top = opened(tmp_path).tree("chapters/1.xhtml").find(f".//{XHTML}div")
    assert top is not None
    assert [one.get("href") for one in top.iter(f"{XHTML}a")] == [
        "2.xhtml", "2.xhtml#b", "2.xhtml", "https://kexue.fm/archives/3"
    ]  # fmt: skip


def test_articles_without_a_text_say_so(db: Database, tmp_path: Path) -> None:
    save_article(db, an_article(1), DAY1)
    save_article(db, a_protected(2), DAY1)
    save_article(db, an_article(3, title="", published=None), DAY1)
    mark_gone(db, 1, DAY2)
    export(db, tmp_path)
    book = opened(tmp_path)
    assert "这篇文章已从博客上消失（2026-11-02 03:00 UTC 发现）" in book.text("chapters/1.xhtml")
    assert "一二三四五六七八" in book.text("chapters/1.xhtml")
    assert "这篇文章现在需要密码。存档中没有它的正文。" in book.text("chapters/2.xhtml")
    assert "（无题）" in book.text("chapters/3.xhtml")
    assert "日期不明" in book.text("nav.xhtml")


def test_words_of_which_nothing_is_seen_name_nothing(db: Database, tmp_path: Path) -> None:
    """A contents without words, and an author without a name, are no valid ones."""
    save_article(db, an_article(1, title="\x01 \x02", author="\x01"), DAY1)
    export(db, tmp_path)
    book = opened(tmp_path)
    assert book.text("nav.xhtml").endswith("（无题）")
    assert book.said("creator") == []


def test_an_address_that_runs_is_none(db: Database, tmp_path: Path) -> None:
    """Somebody may have changed the archive."""
    save_article(db, an_article(1), DAY1)
    db.execute("UPDATE articles SET url = 'javascript:a()'")
    export(db, tmp_path)
    book = opened(tmp_path)
    assert "原文：https://kexue.fm/archives/1。" in book.text("chapters/1.xhtml")
    assert b"javascript" not in book.files["chapters/1.xhtml"]


def test_formulas_that_stand_as_latex_are_counted(db: Database, tmp_path: Path) -> None:
    save_article(db, an_article(7, body_html=r"<p>$\frac$ $x$ $\frac a$</p>"), DAY1)
    assert export(db, tmp_path).notes[1] == (
        "2 formulas stand as LaTeX, since MathJax cannot set them: article 7"
    )
    assert r"$\frac a$" in opened(tmp_path).text("chapters/7.xhtml")


def test_pictures_are_in_the_book_once(db: Database, tmp_path: Path) -> None:
    """What is lost, or of a type that not each reader draws, is its address."""
    (tmp_path / "files").mkdir()
    stored = FileFolder(tmp_path / "files")
    names = ("a.png", "b.bmp", "c.png", "d.png")
    urls = [f"https://kexue.fm/usr/uploads/2022/01/{name}" for name in names]
    body = "".join(f'<img src="{url}">' for url in urls)
    for number in (1, 2):
        pictures = [Picture(url, "", None) for url in urls]
        save_article(db, an_article(number, body_html=body, pictures=pictures, links=[]), DAY1)
    for url, content, ending, kind in (
        (urls[0], PNG, "png", "image/png"),
        (urls[1], b"BM", "bmp", "image/bmp"),
        (urls[2], PNG + b"1", "png", "image/png"),
    ):
        file = stored.store(content, ending, kind)
        note_file(db, file, url, DAY1)
        db.execute("UPDATE pictures SET sha256 = ? WHERE url = ?", [file.sha256, url])
    (tmp_path / file.path).unlink()
    outcome = export(db, tmp_path, data=tmp_path)
    assert outcome.notes == ["2 articles, 0 formulas, 1 picture"]
    book = opened(tmp_path)
    (name,) = [name for name in book.files if name.startswith("pictures/")]
    assert book.files[name] == PNG
    for number in (1, 2):
        top = book.tree(f"chapters/{number}.xhtml")
        assert [one.get("src") for one in top.iter(f"{XHTML}img")] == [f"../{name}"]
        assert all(url in book.text(f"chapters/{number}.xhtml") for url in urls[1:])


def test_a_file_that_is_no_picture_of_the_archive_stays_out(db: Database, tmp_path: Path) -> None:
    """Somebody may have changed a path in the archive, or the bytes of a picture."""
    (tmp_path / "files").mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    url = "https://kexue.fm/usr/uploads/2022/01/a.png"
    article = an_article(1, body_html=f'<img src="{url}">', pictures=[Picture(url, "", None)])
    save_article(db, article, DAY1)
    file = FileFolder(tmp_path / "files").store(PNG, "png", "image/png")
    note_file(db, file, url, DAY1)
    db.execute("UPDATE pictures SET sha256 = ?", [file.sha256])
    (tmp_path / file.path).write_bytes(PNG[:-1] + b"1")
    (said,) = export(db, tmp_path, data=tmp_path).complaints(tmp_path)
    assert said.startswith(
        f"1 picture of the archive with other bytes than were stored: {file.path}"
    )
    assert [name for name in opened(tmp_path).files if name.endswith(".png")] == []
    db.execute("UPDATE files SET path = 'files/../secret.png'")
    assert export(db, tmp_path, data=tmp_path).complaints(tmp_path) == []
    assert [name for name in opened(tmp_path).files if name.endswith(".png")] == []


def test_an_empty_archive_is_a_book_without_chapters(db: Database, tmp_path: Path) -> None:
    assert export(db, tmp_path).notes == ["0 articles, 0 formulas, 0 pictures"]
    assert opened(tmp_path).chapters == []


def test_readers_choose_the_colours(archive: Database, tmp_path: Path) -> None:
    """On the black page of a reader, a blue link would not be read."""
    export(archive, tmp_path)
    css = opened(tmp_path).files["book.css"].decode()
    assert re.findall(r"(?:color|background)\s*:\s*([^;}]+)", css) == ["inherit"]


def test_progress_is_told(archive: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    export(archive, tmp_path, advance=lambda done, count: told.append((done, count)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


# --- A book that is there -------------------------------------------------------------------------


def test_the_same_archive_gives_the_same_bytes(archive: Database, tmp_path: Path) -> None:
    """Whatever the clock says."""
    export(archive, tmp_path)
    first = (tmp_path / "a.epub").read_bytes()
    assert export(archive, tmp_path).unchanged == 1
    assert export(archive, tmp_path, target=tmp_path / "b.epub").written == 1
    assert (tmp_path / "b.epub").read_bytes() == first


def test_a_run_without_news_writes_no_new_book(archive: Database, tmp_path: Path) -> None:
    export(archive, tmp_path)
    first = (tmp_path / "a.epub").read_bytes()
    archive.execute("UPDATE articles SET last_seen = ?, readers = readers + 1", [DAY3])
    assert export(archive, tmp_path).unchanged == 1
    assert (tmp_path / "a.epub").read_bytes() == first
    save_article(archive, an_article(4, "改", title="旧的", published="2009-05-01"), DAY3)
    assert export(archive, tmp_path).written == 1
    assert opened(tmp_path).said("date") == [DAY3[:10]]


def test_a_book_that_somebody_has_changed_stays(archive: Database, tmp_path: Path) -> None:
    export(archive, tmp_path)
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("EPUB/notes.txt", "mine")
    before = path.read_bytes()
    outcome = export(archive, tmp_path)
    assert (outcome.written, outcome.edited, path.read_bytes() == before) == (0, ["a.epub"], True)
    assert export(archive, tmp_path, is_forced=True).written == 1
    assert "notes.txt" not in opened(tmp_path).files


def a_text(path: Path) -> None:
    path.write_text("mine")


def another_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")


def half_a_book(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("deed", [a_text, another_zip, half_a_book])
def test_what_is_no_export_is_not_touched(archive: Database, tmp_path: Path, deed: Any) -> None:
    path = tmp_path / "a.epub"
    export(archive, tmp_path)
    deed(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is not an export, or not whole, so it was not touched"):
        export(archive, tmp_path, is_forced=True)
    assert path.read_bytes() == before


def test_a_damaged_book_counts_as_changed(archive: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    export(archive, tmp_path)
    content = bytearray(path.read_bytes())
    content[content.index(b"book.css") + 40] ^= 255
    path.write_bytes(content)
    assert export(archive, tmp_path).edited == ["a.epub"]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may grow larger, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [10, 3000])
def test_on_a_full_disk_the_old_book_stays(archive: Database, tmp_path: Path, size: int) -> None:
    export(archive, tmp_path)
    before = (tmp_path / "a.epub").read_bytes()
    save_article(archive, an_article(4, "改", title="旧的", published="2009-05-01"), DAY3)
    with largest_file(size), pytest.raises(StoreError, match="the file of the run before stays"):
        export(archive, tmp_path)
    assert [path.name for path in tmp_path.glob("a.epub*")] == ["a.epub"]
    assert (tmp_path / "a.epub").read_bytes() == before


def test_an_extra_that_is_too_old_is_named(
    archive: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ModuleType("py_mini_racer")
    old.__spec__ = ModuleSpec("py_mini_racer", None)
    monkeypatch.delitem(sys.modules, MathJaxEngine.__module__)
    monkeypatch.setitem(sys.modules, "py_mini_racer", old)
    with pytest.raises(
        StoreError, match=r"cannot be made here: cannot import name .*pip install -U"
    ):
        export(archive, tmp_path)
    assert list(tmp_path.glob("*.epub*")) == []


def test_without_the_extra_it_is_named(
    archive: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epub_file, "find_spec", lambda name: None if "racer" in name else name)
    monkeypatch.setattr(epub_file, "mathjax_folder", lambda: None)
    with pytest.raises(StoreError, match=r"a book needs mini-racer, django-static-mathjax, not"):
        export(archive, tmp_path)
    assert list(tmp_path.glob("*.epub")) == []
